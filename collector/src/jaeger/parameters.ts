/**
 * Parsers for the value formats of Jaeger's clients. Each is strict: an unreadable value is an error, never ignored.
 */
import { badParameter } from './answers.ts';

/** Query parameters by name, in the given order; an empty one counts as absent, as in Jaeger. */
export class Parameters {
  readonly #given: URLSearchParams;

  constructor(url: string) {
    this.#given = new URL(url, 'http://jaeger').searchParams;
  }

  /** The first of these names that is present, for names with an older alias. */
  find(...names: string[]): { name: string; text: string } | undefined {
    for (const name of names) {
      const text = this.#given.get(name);
      if (text !== null && text !== '') return { name, text };
    }
    return undefined;
  }

  /** Every value of a name that may be repeated. */
  all(name: string): string[] {
    return this.#given.getAll(name).filter((text) => text !== '');
  }

  text(...names: string[]): string {
    return this.find(...names)?.text ?? '';
  }

  /** A value parsed with one of the parsers below; undefined if absent. */
  read<T>(form: (text: string, name: string) => T, ...names: string[]): T | undefined {
    const found = this.find(...names);
    return found && form(found.text, found.name);
  }
}

// A DateTime64 with nanoseconds is a signed 64-bit integer.
const MAX_UNIX_NANO = 2n ** 63n - 1n;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with up to nine decimals, as nanoseconds since the epoch. */
export function rfc3339(text: string, name: string): bigint {
  const [, seconds, decimals = '', zone] = RFC_3339.exec(text) ?? [];
  const millis = Date.parse(`${seconds}${zone}`);
  // `Date` reads the 30th of February as a day in March.
  const isDate = !Number.isNaN(millis) && new Date(`${seconds}Z`).toISOString().startsWith(seconds ?? '');
  if (!isDate) return badParameter(name, `${quoted(text)} is not a time as of RFC 3339`);
  return inRange(BigInt(millis) * 1_000_000n + BigInt(decimals.padEnd(9, '0')), name);
}

/** Microseconds since the epoch, as nanoseconds. */
export function unixMicros(text: string, name: string): bigint {
  return inRange(wholeNumber(text, name) * 1000n, name);
}

/** Milliseconds, since the epoch or of a duration, as nanoseconds. */
export function wholeMillis(text: string, name: string): bigint {
  return inRange(wholeNumber(text, name) * 1_000_000n, name);
}

function wholeNumber(text: string, name: string): bigint {
  if (!/^-?\d{1,19}$/.test(text)) return badParameter(name, `${quoted(text)} is not a whole number`);
  return BigInt(text);
}

/** Times before 1970 are set to 1970, and times too late to be stored to the latest that can be stored. */
function inRange(unixNano: bigint, name: string): bigint {
  if (unixNano > 2n * MAX_UNIX_NANO) return badParameter(name, 'it is too large');
  if (unixNano < 0n) return 0n;
  return unixNano > MAX_UNIX_NANO ? MAX_UNIX_NANO : unixNano;
}

const UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const DURATION = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** A duration in Go's format, `10s`, `1.5ms`, `1h30m`, in nanoseconds. */
export function goDuration(text: string, name: string): bigint {
  if (text === '0') return 0n;
  if (!DURATION.test(text) || text.length > 100) {
    return badParameter(name, `${quoted(text)} is not a duration such as 10s or 1.5ms`);
  }
  let nanos = 0n;
  for (const [, whole = '', decimals = '', unit = ''] of text.matchAll(DURATION_PART)) {
    const unitNanos = BigInt(UNIT_NANOS[unit] ?? 0);
    nanos += BigInt(whole) * unitNanos + (BigInt(decimals) * unitNanos) / 10n ** BigInt(decimals.length);
  }
  return inRange(nanos, name);
}

/**
 * A trace id in stored form, 32 lower-case hex digits, from hex digits with or without leading zeros or from base64.
 */
export function traceId(text: string, name: string): string {
  if (/^[\da-f]{1,32}$/i.test(text)) return text.toLowerCase().padStart(32, '0');
  if (/^[\w+/-]{22}==$/.test(text)) return Buffer.from(text, 'base64').toString('hex');
  return badParameter(name, `${quoted(text)} is not a trace id`);
}

/** Like Go's `ParseBool`. */
export function boolean(text: string, name: string): boolean {
  if (/^(?:1|t|true)$/i.test(text)) return true;
  if (/^(?:0|f|false)$/i.test(text)) return false;
  return badParameter(name, `${quoted(text)} is neither true nor false`);
}

/** A whole number above 0. */
export function positive(text: string, name: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return value >= 1 ? value : badParameter(name, `${quoted(text)} is not a whole number above 0`);
}

/** A JSON object whose values are strings. */
export function stringMap(text: string, name: string): [key: string, value: string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return badParameter(name, 'it is not JSON');
  }
  const entries = parsed !== null && typeof parsed === 'object' ? Object.entries(parsed) : undefined;
  if (entries === undefined || Array.isArray(parsed) || entries.some(([, v]) => typeof v !== 'string')) {
    return badParameter(name, 'it is not a JSON object of strings');
  }
  return entries as [string, string][];
}

/** `key:value`; the value may contain more colons. */
export function keyValue(text: string, name: string): [key: string, value: string] {
  const colon = text.indexOf(':');
  if (colon < 0) return badParameter(name, `${quoted(text)} is not key:value`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100));
