import { decodeError } from '../../otlp/decode-error.ts';
import type { KeyMatcher } from './key-matcher.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const MEMBER_OTHER = 0;
const MEMBER_KEY = 1;
const MEMBER_VALUE = 2;

const REDACTED = Buffer.from('{"stringValue":"[REDACTED]"}');

// Boyer-Moore-Horspool: how far the five bytes `"key"` may be moved on past a last byte that does not fit.
const NAME_BYTES = 5;
const SHIFT = new Uint8Array(256).fill(NAME_BYTES);
SHIFT[QUOTE] = 4;
SHIFT[0x6b] = 3; // k
SHIFT[0x65] = 2; // e
SHIFT[0x79] = 1; // y

/** Deeper JSON is refused, not looked into. */
const MAX_DEPTH = 10_000;
const KEPT_FRAMES = 100;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** An object or array that is open at the cursor. */
class Frame {
  isObject = false;
  /** The next string is the name of a member. */
  atName = false;
  member = MEMBER_OTHER;
  matched = false;
  valueStart = 0;
  /** Its `value` members; one, unless the sender is strange. */
  values: Range[] | undefined;
}

/**
 * Redacts an OTLP/JSON request: in every object that has a `key` that matches, the `value`. Works on the bytes, so that
 * everything else stays as it was written. What is no JSON comes back unchanged; the decoder refuses it.
 */
export class JsonRedactor {
  readonly #matcher: KeyMatcher;
  readonly #frames: Frame[] = [];

  constructor(matcher: KeyMatcher) {
    this.#matcher = matcher;
  }

  /** The same object when nothing matches. */
  redact(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    if (!this.#mayMatch(bytes)) return body;
    const values = this.#scan(bytes);
    this.#frames.length = Math.min(this.#frames.length, KEPT_FRAMES);
    return values.length === 0 ? body : write(body, values);
  }

  /** False only when no `key` matches. A quick look at what follows each `"key"`, wherever it stands. */
  #mayMatch(bytes: Buffer): boolean {
    // Letters written as escapes, in the word `key` too.
    if (bytes.includes(String.raw`\u00`)) return true;
    const { length } = bytes;
    let last = NAME_BYTES - 1;
    while (last < length) {
      const byte = bytes[last] as number;
      const isName =
        byte === QUOTE &&
        bytes[last - 1] === 0x79 &&
        bytes[last - 4] === QUOTE &&
        bytes[last - 2] === 0x65 &&
        bytes[last - 3] === 0x6b;
      if (!isName) {
        last += SHIFT[byte] as number;
        continue;
      }
      let at = last + 1;
      while (at < length && ((bytes[at] as number) <= SPACE || bytes[at] === COLON)) at++;
      if (bytes[at] === QUOTE) {
        const start = at + 1;
        at = start;
        while (at < length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
        if (bytes[at] === BACKSLASH) return true;
        if (this.#matcher.testBytes(bytes, start, at)) return true;
        last = at + 1;
      } else last = at + NAME_BYTES - 1;
    }
    return false;
  }

  /** Ranges of the values to replace; some may lie in others. @throws `ERR_OTLP_DECODE` where it is nested absurdly */
  #scan(bytes: Buffer): Range[] {
    const edits: Range[] = [];
    const { length } = bytes;
    let depth = -1;
    let frame = this.#frameAt(0);
    frame.isObject = false;
    frame.atName = false;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        const start = at;
        let escaped = false;
        for (at++; at < length; at++) {
          const inner = bytes[at] as number;
          if (inner === QUOTE) break;
          if (inner !== BACKSLASH) continue;
          escaped = true;
          at++;
        }
        if (at >= length) return [];
        if (!frame.isObject) continue;
        if (frame.atName) {
          frame.member = memberOf(bytes, start, at, escaped);
          frame.atName = false;
        } else if (frame.member === MEMBER_KEY) {
          frame.matched ||= this.#isSecret(bytes, start, at, escaped);
        } else if (frame.member === MEMBER_VALUE) (frame.values ??= []).push({ start, end: at + 1 });
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        frame.valueStart = at;
        depth++;
        if (depth > MAX_DEPTH) throw decodeError(`the body nests deeper than ${MAX_DEPTH}`);
        frame = this.#frameAt(depth + 1);
        frame.isObject = byte === OPEN_BRACE;
        frame.atName = frame.isObject;
        frame.member = MEMBER_OTHER;
        frame.matched = false;
        frame.values = undefined;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth < 0) return [];
        if (frame.matched) for (const value of frame.values ?? []) edits.push(value);
        depth--;
        frame = this.#frameAt(depth + 1);
        if (frame.isObject && frame.member === MEMBER_VALUE)
          (frame.values ??= []).push({ start: frame.valueStart, end: at + 1 });
      } else if (byte === COMMA) {
        frame.atName = frame.isObject;
        frame.member = MEMBER_OTHER;
      }
      // Bare numbers and words cannot be an attribute's value: the decoder wants an object there.
    }
    return edits;
  }

  #frameAt(depth: number): Frame {
    return (this.#frames[depth] ??= new Frame());
  }

  #isSecret(bytes: Buffer, start: number, end: number, escaped: boolean): boolean {
    if (!escaped) return this.#matcher.testBytes(bytes, start + 1, end);
    const key = unescape(bytes, start, end);
    return key !== undefined && this.#matcher.test(key);
  }
}

function memberOf(bytes: Buffer, start: number, end: number, escaped: boolean): number {
  if (escaped) {
    const name = unescape(bytes, start, end);
    return name === 'key' ? MEMBER_KEY : name === 'value' ? MEMBER_VALUE : MEMBER_OTHER;
  }
  if (
    end - start === 4 &&
    bytes[start + 1] === 0x6b &&
    bytes[start + 2] === 0x65 &&
    bytes[start + 3] === 0x79
  )
    return MEMBER_KEY;
  return end - start === 6 && bytes.toString('latin1', start + 1, end) === 'value'
    ? MEMBER_VALUE
    : MEMBER_OTHER;
}

/** The text of a JSON string whose quotes are at `start` and `end`; undefined when it is none. */
function unescape(bytes: Buffer, start: number, end: number): string | undefined {
  try {
    return JSON.parse(bytes.toString('utf8', start, end + 1)) as string;
  } catch {
    return undefined;
  }
}

function write(body: Uint8Array<ArrayBuffer>, values: readonly Range[]): Uint8Array<ArrayBuffer> {
  const outer: Range[] = [];
  let end = 0;
  let byteLength = body.length;
  // One inside another begins behind it and goes with it.
  for (const value of values.toSorted((a, b) => a.start - b.start)) {
    if (value.start < end) continue;
    end = value.end;
    byteLength += REDACTED.length - (value.end - value.start);
    outer.push(value);
  }
  const redacted = new Uint8Array(byteLength);
  let copied = 0;
  let offset = 0;
  for (const value of outer) {
    redacted.set(body.subarray(copied, value.start), offset);
    offset += value.start - copied;
    redacted.set(REDACTED, offset);
    offset += REDACTED.length;
    copied = value.end;
  }
  redacted.set(body.subarray(copied), offset);
  return redacted;
}
