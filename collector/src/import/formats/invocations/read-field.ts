import { BYTES_OF, NANOS_OF } from './mapping.ts';
import type { FieldSource } from './mapping.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The raw value of a row's field; undefined if missing, empty or null. A dot leads into a nested object. */
export function rawOf(fields: Fields, { column, value }: FieldSource): unknown {
  if (column === undefined) return value;
  const found = Object.hasOwn(fields, column) ? fields[column] : within(fields, column.split('.'));
  return found === '' || found === null ? undefined : found;
}

function within(fields: Fields, path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Fields)[name];
  }
  return value;
}

export function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw.trim();
  return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined;
}

export function truthOf(raw: unknown): boolean | undefined {
  const text = textOf(raw)?.toLowerCase() ?? '';
  if (/^(?:true|yes|y|1|1\.0|cold)$/.test(text)) return true;
  return /^(?:false|no|n|0|0\.0|warm)$/.test(text) ? false : undefined;
}

/** Nanoseconds since the epoch: from a number in the unit, or by its size in s, ms, µs or ns; from RFC 3339. */
export function timeOf(raw: unknown, unit: string | undefined): bigint | undefined {
  const text = textOf(raw) ?? '';
  if (NUMBER.test(text)) return nanosOfText(text, unit ?? unitBySize(Number(text)));
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction = '', zone = 'Z'] = match;
  const seconds = Date.parse(`${date}T${time}${zone}`) / 1000;
  return Number.isNaN(seconds)
    ? undefined
    : BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/;

/** For times from 2014 on, the size of the number shows its unit. */
function unitBySize(value: number): string {
  if (value < 1e11) return 's';
  if (value < 1e14) return 'ms';
  return value < 1e17 ? 'us' : 'ns';
}

/** Nanoseconds of a duration; undefined for a negative one. */
export function durationNanosOf(raw: unknown, unit = 'ms'): bigint | undefined {
  const text = textOf(raw) ?? '';
  if (!NUMBER.test(text)) return undefined;
  const nanos = nanosOfText(text, unit);
  return nanos === undefined || nanos < 0n ? undefined : nanos;
}

export function millisOf(raw: unknown, unit?: string): number | undefined {
  const nanos = durationNanosOf(raw, unit);
  return nanos === undefined ? undefined : Number(nanos) / 1e6;
}

export function bytesOf(raw: unknown, unit = 'B'): number | undefined {
  const text = textOf(raw) ?? '';
  const bytes = NUMBER.test(text) ? Math.round(Number(text) * (BYTES_OF[unit] as number)) : Number.NaN;
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

/** Exact if the text has no exponent. */
function nanosOfText(text: string, unit: string): bigint | undefined {
  const digits = Math.log10(NANOS_OF[unit] as number);
  const match = /^(-?)\+?(\d*)\.?(\d*)$/.exec(text);
  if (match === null) {
    const nanos = Math.round(Number(text) * (NANOS_OF[unit] as number));
    return Number.isFinite(nanos) ? BigInt(nanos) : undefined;
  }
  const [, sign, whole = '', fraction = ''] = match;
  const nanos = BigInt(`${whole || '0'}${fraction.padEnd(digits, '0').slice(0, digits)}`);
  return sign === '-' ? -nanos : nanos;
}
