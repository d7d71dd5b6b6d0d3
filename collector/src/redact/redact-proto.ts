import { decodeError } from '../otlp/decode-error.ts';
import type { KeyMatcher } from './key-matcher.ts';
import { keySource } from './known-keys.ts';
import { ProtoOutput } from './proto-output.ts';

// Messages on the path to an attribute; the number is the row of CHILDREN.
const REQUEST = 1;
const RESOURCE_SPANS = 2;
const RESOURCE = 3;
const SCOPE_SPANS = 4;
const SCOPE = 5;
const SPAN = 6;
const EVENT = 7;
const LINK = 8;
const ANY_VALUE = 9;
const ARRAY = 10;
const KEY_VALUE_LIST = 11;
const KEY_VALUE = 12;

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_LENGTH = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_FIXED32 = 5;

const FIELDS = 32;
const CHILDREN = new Uint8Array(13 * FIELDS);
/** The tag of a message's attributes, by kind of message; 0 for a kind without attributes. */
const ATTRIBUTE_TAGS = new Uint8Array(13);
// Field numbers: opentelemetry-proto 1.9.
for (const [parent, field, child] of [
  [REQUEST, 1, RESOURCE_SPANS],
  [RESOURCE_SPANS, 1, RESOURCE],
  [RESOURCE_SPANS, 2, SCOPE_SPANS],
  [RESOURCE, 1, KEY_VALUE],
  [SCOPE_SPANS, 1, SCOPE],
  [SCOPE_SPANS, 2, SPAN],
  [SCOPE, 3, KEY_VALUE],
  [SPAN, 9, KEY_VALUE],
  [SPAN, 11, EVENT],
  [SPAN, 13, LINK],
  [EVENT, 3, KEY_VALUE],
  [LINK, 4, KEY_VALUE],
  [ANY_VALUE, 5, ARRAY],
  [ANY_VALUE, 6, KEY_VALUE_LIST],
  [ARRAY, 1, ANY_VALUE],
  [KEY_VALUE_LIST, 1, KEY_VALUE],
] as const) {
  CHILDREN[parent * FIELDS + field] = child;
  if (child === KEY_VALUE) ATTRIBUTE_TAGS[parent] = (field << 3) | WIRE_LENGTH;
}

const MAX_GROUP_DEPTH = 32;
/** Maximum nesting of messages. Deeper ones are not searched but replaced. */
const MAX_DEPTH = 150;

const NOTHING = new Uint8Array(0);
const NO_OUTPUT = new ProtoOutput(NOTHING);
/** AnyValue { string_value: "[REDACTED]" } */
const REDACTED = Buffer.from('\x0a\x0a[REDACTED]', 'latin1');
const TAG_KEY = 0x0a;
const TAG_VALUE = 0x12;

/**
 * Redacts a protobuf ExportTraceServiceRequest. The first pass examines only tags, lengths and keys and allocates
 * nothing. A second one, which rewrites the request, runs only if a key matched. It needs no memory besides its result.
 */
export class ProtoRedactor {
  readonly #matcher: KeyMatcher;
  #source = keySource(NOTHING);
  #bytes = this.#source.bytes;
  #at = 0;
  #out = NO_OUTPUT;

  constructor(matcher: KeyMatcher) {
    this.#matcher = matcher;
  }

  /** Returns the same object when nothing matches. @throws {CollectorError} `ERR_OTLP_DECODE` for invalid protobuf. */
  redact(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#source = keySource(body);
    this.#bytes = this.#source.bytes;
    try {
      if (!this.#matches(REQUEST, 0, body.length, 0)) return body;
      this.#out = new ProtoOutput(body);
      this.#rewrite(REQUEST, 0, body.length, 0);
      return this.#out.finish();
    } finally {
      this.#source = keySource(NOTHING);
      this.#bytes = this.#source.bytes;
      this.#out = NO_OUTPUT;
    }
  }

  /** Whether anything in the message has to be replaced. */
  #matches(kind: number, start: number, end: number, depth: number): boolean {
    if (kind === KEY_VALUE) return this.#keyValueMatches(start, end, depth);
    if (depth > MAX_DEPTH) return true;
    const attributeTag = ATTRIBUTE_TAGS[kind] as number;
    this.#at = start;
    while (this.#at < end) {
      if (attributeTag !== 0 && this.#skipPlainAttributes(attributeTag, end)) return false;
      const tag = this.#varint(end);
      const child = childOf(kind, tag);
      if (child === 0) {
        this.#skip(tag, end, 0);
        continue;
      }
      const length = this.#length(end);
      const childEnd = this.#at + length;
      if (this.#matches(child, this.#at, childEnd, depth + 1)) return true;
      this.#at = childEnd;
    }
    return false;
  }

  #keyValueMatches(start: number, end: number, depth: number): boolean {
    let isSecret = false;
    let hasValue = false;
    this.#at = start;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === TAG_KEY) isSecret = this.#readKey(end) || isSecret;
      else if (tag === TAG_VALUE) {
        hasValue = true;
        const length = this.#length(end);
        const valueStart = this.#at;
        const valueEnd = valueStart + length;
        if (!isLoneScalar(this.#bytes, valueStart, valueEnd)) {
          if (this.#matches(ANY_VALUE, valueStart, valueEnd, depth + 1)) return true;
        }
        this.#at = valueEnd;
      } else this.#skip(tag, end, 0);
    }
    return isSecret && hasValue;
  }

  /**
   * Fast path for typical attributes: less than 128 bytes, first a key that is not secret, then one scalar, and nothing
   * else. Stops at the first other attribute. True at the end of the message.
   */
  #skipPlainAttributes(tag: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < end && bytes[at] === tag) {
      const length = bytes[at + 1] as number;
      const keyStart = at + 4;
      const attributeEnd = at + 2 + length;
      if (length > 0x7f || attributeEnd > end || bytes[at + 2] !== TAG_KEY) break;
      const keyEnd = keyStart + (bytes[at + 3] as number);
      if (keyEnd + 2 > attributeEnd || bytes[keyEnd] !== TAG_VALUE) break;
      const valueStart = keyEnd + 2;
      if (valueStart + (bytes[keyEnd + 1] as number) !== attributeEnd) break;
      if (!isLoneScalar(bytes, valueStart, attributeEnd)) break;
      if (this.#matcher.testBytes(this.#source, keyStart, keyEnd)) break;
      at = attributeEnd;
    }
    this.#at = at;
    return at >= end;
  }

  /** Writes the redacted message. */
  #rewrite(kind: number, start: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) {
      if (kind === ANY_VALUE) this.#out.add(REDACTED);
      return;
    }
    const isSecret = kind === KEY_VALUE && this.#isSecret(start, end);
    const attributeTag = ATTRIBUTE_TAGS[kind] as number;
    let copied = start;
    this.#at = start;
    while (this.#at < end) {
      if (attributeTag !== 0 && this.#skipPlainAttributes(attributeTag, end)) break;
      const tag = this.#varint(end);
      const child = kind === KEY_VALUE && tag === TAG_VALUE ? ANY_VALUE : childOf(kind, tag);
      if (child === 0) {
        this.#skip(tag, end, 0);
        continue;
      }
      const lengthStart = this.#at;
      const length = this.#length(end);
      const childStart = this.#at;
      const childEnd = childStart + length;
      this.#out.keep(copied, childStart);
      const written = this.#out.byteLength;
      if (isSecret) this.#out.add(REDACTED);
      else this.#rewrite(child, childStart, childEnd, depth + 1);
      this.#out.setLength(written, childStart - lengthStart, length);
      copied = childEnd;
      this.#at = childEnd;
    }
    this.#out.keep(copied, end);
  }

  /** Finds the key first: it may follow the value, and occur more than once. */
  #isSecret(start: number, end: number): boolean {
    let isSecret = false;
    this.#at = start;
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag === TAG_KEY) isSecret = this.#readKey(end) || isSecret;
      else this.#skip(tag, end, 0);
    }
    return isSecret;
  }

  #readKey(end: number): boolean {
    const length = this.#length(end);
    const start = this.#at;
    this.#at = start + length;
    return this.#matcher.testBytes(this.#source, start, this.#at);
  }

  /** A tag or length, which fits in 32 bits. */
  #varint(end: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = at < end ? (bytes[at++] as number) : 0x80;
    if (byte < 0x80) {
      this.#at = at;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      if (at >= end) throw decodeError(`the message ends early at byte ${end}`);
      byte = bytes[at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (shift === 28 && byte > 0x0f) break;
      this.#at = at;
      return value >>> 0;
    }
    throw decodeError(`an oversized varint at byte ${at}`);
  }

  #length(end: number): number {
    const length = this.#varint(end);
    if (length <= end - this.#at) return length;
    throw decodeError(`a length of ${length} reaches beyond its message at byte ${this.#at}`);
  }

  #skip(tag: number, end: number, groups: number): void {
    if (tag >>> 3 === 0) throw decodeError(`field number 0 at byte ${this.#at}`);
    switch (tag & 7) {
      case WIRE_VARINT:
        this.#skipVarint(end);
        return;
      case WIRE_FIXED64:
        this.#advance(8, end);
        return;
      case WIRE_LENGTH:
        this.#advance(this.#length(end), end);
        return;
      case WIRE_FIXED32:
        this.#advance(4, end);
        return;
      case WIRE_GROUP_START:
        if (groups >= MAX_GROUP_DEPTH) throw decodeError('groups nested too deeply');
        for (;;) {
          const inner = this.#varint(end);
          if ((inner & 7) === WIRE_GROUP_END && inner >>> 3 === tag >>> 3) return;
          this.#skip(inner, end, groups + 1);
        }
      default:
        throw decodeError(`wire type ${tag & 7} of field ${tag >>> 3} at byte ${this.#at}`);
    }
  }

  #skipVarint(end: number): void {
    for (let index = 0; index < 10; index++) {
      if (this.#at >= end) throw decodeError(`the message ends early at byte ${end}`);
      if ((this.#bytes[this.#at++] as number) < 0x80) return;
    }
    throw decodeError(`a varint of more than ten bytes at byte ${this.#at}`);
  }

  #advance(byteLength: number, end: number): void {
    this.#at += byteLength;
    if (this.#at > end) throw decodeError(`the message ends early at byte ${end}`);
  }
}

/** True for the usual value: a single scalar. It contains no keys. */
function isLoneScalar(bytes: Uint8Array, start: number, end: number): boolean {
  switch (bytes[start]) {
    case 0x0a: // a string of less than 128 bytes
      return start + 2 + (bytes[start + 1] as number) === end;
    case 0x10: // a boolean
      return start + 2 === end;
    case 0x18: {
      let at = start + 1;
      while (at < end && (bytes[at] as number) >= 0x80) at++;
      return at + 1 === end && end - start <= 11;
    }
    case 0x21: // a double
      return start + 9 === end;
    default:
      return false;
  }
}

/**
 * The kind of the message in a field; 0 for a skipped field. A field with attributes that is not a message is refused:
 * some decoders would still read it as one, and find attributes that were not searched here.
 */
function childOf(kind: number, tag: number): number {
  const field = tag >>> 3;
  const child = field < FIELDS ? (CHILDREN[kind * FIELDS + field] as number) : 0;
  if (child !== 0 && (tag & 7) !== WIRE_LENGTH) throw decodeError(`wire type ${tag & 7} of field ${field}`);
  return child;
}
