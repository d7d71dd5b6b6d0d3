/** Longest wait that a server can ask for. */
const MAX_MILLIS = 5 * 60_000;

/**
 * The wait that a `Retry-After` header asks for, in ms, at most five minutes; 0 when absent or unreadable. RFC 9110
 * allows seconds and a date. A date is compared with the `Date` header of the same answer, if present, so that a clock
 * difference has no effect.
 */
export function retryAfterMillis(
  headers: { readonly retryAfter: string | null | undefined; readonly date?: string | null | undefined },
  nowMillis: number = Date.now(),
): number {
  const text = headers.retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return clamp(Number(text) * 1000);
  const answeredMillis = Date.parse(headers.date ?? '');
  return clamp(Date.parse(text) - (Number.isNaN(answeredMillis) ? nowMillis : answeredMillis));
}

function clamp(millis: number): number {
  return Number.isNaN(millis) ? 0 : Math.min(Math.max(millis, 0), MAX_MILLIS);
}
