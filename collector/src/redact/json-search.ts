import type { Range } from './json-bytes.ts';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from './json-bytes.ts';
import type { KeyMatcher } from './key-matcher.ts';
import type { KeySource } from './known-keys.ts';

// Boyer-Moore-Horspool: how far the five bytes `"key"` can shift after a last byte that does not match.
const NAME_BYTES = 5;
const SHIFT = new Uint8Array(256).fill(NAME_BYTES);
SHIFT[QUOTE] = 4;
SHIFT[0x6b] = 3; // k
SHIFT[0x65] = 2; // e
SHIFT[0x79] = 1; // y

/** The bytes that serializers write between a key and the content of its value. */
const VALUE_HEAD = Buffer.from(',"value":{');

/**
 * Examines the bytes after each `"key"` and skips everything else: in JSON those bytes are always a whole string, or
 * the end of one after a backslash. Returns the values of the secret keys if each of them is in the form that
 * serializers write: `{"key":"…","value":{…}}`, without spaces. Undefined if only a full scan can decide.
 */
export function searchSecrets(source: KeySource, matcher: KeyMatcher): Range[] | undefined {
  const { bytes } = source;
  const { length } = bytes;
  const values: Range[] = [];
  let at = 0;
  while ((at = endOfName(bytes, at)) < length) {
    const name = at - NAME_BYTES;
    while (at < length && ((bytes[at] as number) <= SPACE || bytes[at] === COLON)) at++;
    if (bytes[at] !== QUOTE) continue;
    const start = at + 1;
    let end = matcher.endOfKnown(source, start, QUOTE);
    if (end < 0) {
      end = start;
      while (end < length && bytes[end] !== QUOTE && bytes[end] !== BACKSLASH) end++;
      if (bytes[end] === BACKSLASH) return undefined;
      if (matcher.testBytes(source, start, end)) {
        const value = bytes[name - 1] === OPEN_BRACE ? valueBehind(bytes, end + 1) : undefined;
        if (value === undefined) return undefined;
        values.push(value);
        at = value.end;
        continue;
      }
    }
    // Continues at the quote, not behind it: from there, the steps of the search miss the quotes and the letters e of
    // `,"value":{"stringValue":"`.
    at = end;
  }
  return values;
}

/** The position after the first `"key"` that begins at or after `from`; at least the length if there is none. */
function endOfName(bytes: Buffer, from: number): number {
  const { length } = bytes;
  let last = from + NAME_BYTES - 1;
  while (last < length) {
    const byte = bytes[last] as number;
    const shift = SHIFT[byte] as number;
    // The usual case as a constant: the next byte is loaded before this one is known, which halves the time.
    if (shift === NAME_BYTES) last += NAME_BYTES;
    else if (
      byte === QUOTE &&
      bytes[last - 1] === 0x79 &&
      bytes[last - 4] === QUOTE &&
      bytes[last - 2] === 0x65 &&
      bytes[last - 3] === 0x6b
    )
      return last + 1;
    else last += shift;
  }
  return last;
}

function valueBehind(bytes: Buffer, at: number): Range | undefined {
  const inside = at + VALUE_HEAD.length;
  if (inside > bytes.length || VALUE_HEAD.compare(bytes, at, inside) !== 0) return undefined;
  const start = inside - 1;
  const end = endOfObject(bytes, start);
  return bytes[end] === CLOSE_BRACE ? { start, end } : undefined;
}

/** The position after the brace that closes the one at `start`; -1 without one. */
function endOfObject(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      for (at++; at < length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
