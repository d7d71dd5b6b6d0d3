import { decodeError } from '../otlp/decode-error.ts';
import type { Range } from './json-bytes.ts';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-bytes.ts';
import type { KeyMatcher } from './key-matcher.ts';
import type { KeySource } from './known-keys.ts';

const MEMBER_OTHER = 0;
const MEMBER_KEY = 1;
const MEMBER_VALUE = 2;

/** Deeper JSON is refused. */
const MAX_DEPTH = 10_000;
const KEPT_FRAMES = 100;

/** An object or array that is open at the cursor. */
class Frame {
  isObject = false;
  /** The next string is a member name. */
  atName = false;
  member = MEMBER_OTHER;
  matched = false;
  valueStart = 0;
  /** Its `value` members; usually one. */
  values: Range[] | undefined;
}

/**
 * Reads JSON from the first byte to the last and finds the values to replace, in any valid notation: members in any
 * order and number, escaped letters, spaces. Finds none in invalid JSON.
 */
export class JsonScan {
  readonly #matcher: KeyMatcher;
  readonly #frames: Frame[] = [];

  constructor(matcher: KeyMatcher) {
    this.#matcher = matcher;
  }

  /** Some may be nested in others. @throws `ERR_OTLP_DECODE` for extreme nesting */
  valuesOf(source: KeySource): Range[] {
    const values = this.#scan(source);
    this.#frames.length = Math.min(this.#frames.length, KEPT_FRAMES);
    return values;
  }

  #scan(source: KeySource): Range[] {
    const { bytes } = source;
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
          frame.matched ||= this.#isSecret(source, start, at, escaped);
        } else if (frame.member === MEMBER_VALUE) (frame.values ??= []).push({ start, end: at + 1 });
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        frame.valueStart = at;
        depth++;
        if (depth > MAX_DEPTH) throw decodeError(`the body is nested deeper than ${MAX_DEPTH} levels`);
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
      // Bare numbers and words cannot be an attribute's value: the decoder expects an object there.
    }
    return edits;
  }

  #frameAt(depth: number): Frame {
    return (this.#frames[depth] ??= new Frame());
  }

  #isSecret(source: KeySource, start: number, end: number, escaped: boolean): boolean {
    if (!escaped) return this.#matcher.testBytes(source, start + 1, end);
    const key = unescape(source.bytes, start, end);
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

/** The content of a JSON string with quotes at `start` and `end`; undefined for an invalid one. */
function unescape(bytes: Buffer, start: number, end: number): string | undefined {
  try {
    return JSON.parse(bytes.toString('utf8', start, end + 1)) as string;
  } catch {
    return undefined;
  }
}
