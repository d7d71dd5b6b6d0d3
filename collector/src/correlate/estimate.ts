import { Type } from '@fastify/type-provider-typebox';
import { Count } from '../schema/index.ts';
import { ascending, quantileInterval } from '../statistics/index.ts';

/** A number with its 95 % interval; unknown parts are absent. */
export interface Estimated {
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  /** Number of observations behind it. */
  readonly n: number;
}

/** @param description with the unit */
export const Estimate = (description: string) =>
  Type.Object(
    {
      value: Type.Optional(Type.Number({ description: 'Absent if unknown.' })),
      low: Type.Optional(
        Type.Number({ description: 'Lower end of the 95 % interval; absent if there are too few data.' }),
      ),
      high: Type.Optional(Type.Number({ description: 'Upper end of the interval.' })),
      n: Count('Number of observations.'),
    },
    { title: 'Estimate', description },
  );

/** The missing data of an answer, and how much would suffice. */
export interface Lack {
  readonly what: string;
  readonly n: number;
  readonly needed: number;
}

export const Missing = Type.Array(
  Type.Object(
    {
      what: Type.String({ description: 'What is unknown, and which data would answer it.' }),
      n: Count('Available number.'),
      needed: Count('Needed number.'),
    },
    { title: 'Lack', description: 'Not enough data yet: n of needed.' },
  ),
  { description: 'What the answer leaves out because there are not enough data yet.' },
);

export const RestsOn = Type.Array(Type.String(), {
  description: 'What the answer is based on, in words.',
});

/** With fewer values than this, their median has no interval. */
export const LEAST_FOR_MEDIAN = 6;

/** The median with an interval from order statistics. */
export function medianOf(values: readonly number[]): Estimated {
  return quantileInterval(values.toSorted(ascending), 0.5);
}

/**
 * The mean with a normal interval.
 *
 * @param like values with the same spread, used for the interval if there are fewer than two values
 */
export function meanOf(values: readonly number[], like: readonly number[] = []): Estimated {
  const n = values.length;
  if (n === 0) return { n };
  const mean = (of: readonly number[]): number => of.reduce((sum, own) => sum + own, 0) / of.length;
  const value = mean(values);
  const spread = n < 2 ? like : values;
  if (spread.length < 2) return { value, n };
  const middle = mean(spread);
  const variance = spread.reduce((sum, own) => sum + (own - middle) ** 2, 0) / (spread.length - 1);
  const half = 1.96 * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half, n };
}

/**
 * A product of two independent estimates: their relative widths add as squares, separately on each side. A value of 0
 * has no relative width; then all products within both intervals are.
 */
export function productOf(a: Estimated, b: Estimated): Estimated {
  const n = Math.min(a.n, b.n);
  if (a.value === undefined || b.value === undefined) return { n };
  const value = a.value * b.value;
  const side = (of: 'low' | 'high'): number | undefined => {
    const [x, y] = [a[of], b[of]];
    if (x === undefined || y === undefined) return undefined;
    if (value === 0) {
      const products = [a.low, a.high].flatMap((one = x) => [b.low, b.high].map((other = y) => one * other));
      return of === 'low' ? Math.min(...products) : Math.max(...products);
    }
    const share = Math.hypot(x / a.value! - 1, y / b.value! - 1);
    return value + (of === 'low' ? -1 : 1) * share * Math.abs(value);
  };
  const [low, high] = [side('low'), side('high')];
  return {
    value,
    ...(low !== undefined && { low: value >= 0 ? Math.max(0, low) : low }),
    ...(high !== undefined && { high }),
    n,
  };
}

/** The estimate multiplied by an exact number. */
export function scaled({ value, low, high, n }: Estimated, factor: number): Estimated {
  return {
    ...(value !== undefined && { value: value * factor }),
    ...(low !== undefined && { low: low * factor }),
    ...(high !== undefined && { high: high * factor }),
    n,
  };
}
