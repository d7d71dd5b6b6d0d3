/**
 * What other memory sizes would cost, as the fragment of a URL: only numbers, so that a link contains no name, account
 * or id. Runs in browsers and in Node alike.
 */
import { FragmentError, isObject, packJson, unpackJson } from './fragment.ts';

export const FORECAST_PREFIX = 'm1.';
const MOST_SIZES = 300;

/** One size: MB, mean time of a call and its 95 % interval in ms, and the cost of a million calls or null. */
export type ForecastSize = readonly [
  memoryMb: number,
  meanMs: number,
  lowMs: number,
  highMs: number,
  perMillion: number | null,
];

export interface Forecast {
  /** Date of the forecast, `2026-11-28`. */
  readonly day: string;
  /** Warm calls that it was predicted from. */
  readonly calls: number;
  /** The size that the calls ran at. */
  readonly fromMb?: number;
  /** ISO 4217. */
  readonly currency?: string;
  /** In order of memory. */
  readonly sizes: readonly ForecastSize[];
}

export const packForecast = async (forecast: Forecast): Promise<string> =>
  packJson(FORECAST_PREFIX, {
    ...forecast,
    sizes: forecast.sizes.map((size) =>
      size.map((amount) => (amount === null ? null : Number(amount.toPrecision(4)))),
    ),
  });

/**
 * @param fragment without its `#`
 * @throws {FragmentError}
 */
export async function readForecast(fragment: string): Promise<Forecast> {
  const value = await unpackJson(FORECAST_PREFIX, fragment);
  if (!isForecast(value)) throw new FragmentError('the link contains no result that this version can show');
  return value;
}

const isAmount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

function isForecast(value: unknown): value is Forecast {
  if (!isObject(value)) return false;
  const { day, calls, fromMb, currency, sizes } = value;
  return (
    typeof day === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(day) &&
    isAmount(calls) &&
    (fromMb === undefined || isAmount(fromMb)) &&
    (currency === undefined || (typeof currency === 'string' && /^[A-Z]{3}$/.test(currency))) &&
    Array.isArray(sizes) &&
    sizes.length > 0 &&
    sizes.length <= MOST_SIZES &&
    sizes.every(isSize)
  );
}

function isSize(value: unknown): value is ForecastSize {
  if (!Array.isArray(value) || value.length !== 5) return false;
  const [memoryMb, meanMs, lowMs, highMs, perMillion] = value as unknown[];
  return [memoryMb, meanMs, lowMs, highMs].every(isAmount) && (perMillion === null || isAmount(perMillion));
}
