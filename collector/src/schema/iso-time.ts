/** The range of an answer: RFC 3339, UTC; half-open. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** The range of an answer, from milliseconds since the epoch. */
export function rangeOf({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Range {
  return { from: isoTime(fromMs), to: isoTime(toMs) };
}

/** RFC 3339 in UTC, ms. */
export function isoTime(ms: number): string {
  // Rounded to whole microseconds first: a sum of doubles may fall just short of the intended millisecond.
  return new Date(Math.round(ms * 1000) / 1000).toISOString();
}

/** RFC 3339 in UTC with all nine decimals. */
export function isoNanos(unixNano: string): string {
  const nanos = BigInt(unixNano);
  const seconds = nanos / 1_000_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
