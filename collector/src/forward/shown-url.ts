import { createHash } from 'node:crypto';

/** What is long and has digits, or is very long, may be a key. */
const LIKE_A_KEY = /^(?=.*\d).{12,}$|^.{33,}$/;
const HASH_DIGITS = 8;

/**
 * A target's URL as it may be shown in logs, metrics, answers and names: without user, query and what looks like a key in
 * its path. Where something was left out, a hash tells targets apart. One that has nothing to hide stays as it is.
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
