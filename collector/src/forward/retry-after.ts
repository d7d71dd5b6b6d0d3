/** Longest wait a server can ask for. */
const MAX_MILLIS = 5 * 60_000;

/**
 * The wait a `Retry-After` header asks for, in ms, at most five minutes; 0 when absent or unreadable. RFC 9110 allows
 * seconds and a date.
 */
export function retryAfterMillis(header: string | null | undefined, nowMillis: number = Date.now()): number {
  const text = header?.trim() ?? '';
  const millis = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMillis;
  return Number.isNaN(millis) ? 0 : Math.min(Math.max(millis, 0), MAX_MILLIS);
}
