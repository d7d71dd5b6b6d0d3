import { createHash } from 'node:crypto';

/** A long part with digits, or a very long part, may be a key. */
const LIKE_A_KEY = /^(?=.*\d).{12,}$|^.{33,}$/;
const HASH_DIGITS = 8;

/**
 * A target's URL in a form that is safe for logs, metrics, answers and names: without user, query, or anything in its
 * path that looks like a key. If something was removed, a hash tells targets apart. A URL without secrets stays
 * unchanged.
 *
 * ```ts
 * shownUrl('https://otlp.example/v1/traces?api-key=4711'); // https://otlp.example/v1/traces?…#a1b2c3d4
 * ```
 */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '…';
  const path = parsed.pathname.split('/').map((part) => (LIKE_A_KEY.test(part) ? '…' : part));
  const shown = `${parsed.origin}${path.join('/')}${parsed.search === '' ? '' : '?…'}`;
  if (shown === url) return url;
  return `${shown}#${createHash('sha256').update(url).digest('hex').slice(0, HASH_DIGITS)}`;
}
