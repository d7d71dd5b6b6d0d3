/** Remarks about spans that are kept nevertheless, each with a count. */
export class Remarks {
  readonly counts = new Map<string, number>();

  /** Counts a remark about one span, resource or scope; nothing without one. */
  add(remark: string | undefined): void {
    if (remark !== undefined) this.counts.set(remark, (this.counts.get(remark) ?? 0) + 1);
  }
}

/** About a part of a span whose loss leaves the span meaningful. */
export function unreadable(what: string): string {
  return `${what} could not be read and is absent`;
}

/** Attribute parts that can be lost. */
export const LOST = { value: 'the value of an attribute', attribute: 'an attribute' } as const;

export const IMPLAUSIBLE_TIMES =
  'impossible times (before 2014, an end before the start, or more than five minutes after arrival): kept as a span, left out of invocations and statistics';

/** About a non-empty part of the request without spans. */
export function foreign(keys: readonly string[]): string {
  const named = keys.slice(0, 3).map((key) => key.slice(0, 40));
  return `nothing in it was a span; it holds ${named.join(', ')}`;
}
