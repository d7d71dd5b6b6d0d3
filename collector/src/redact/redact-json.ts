import type { Range } from './json-bytes.ts';
import { JsonScan } from './json-scan.ts';
import { searchSecrets } from './json-search.ts';
import type { KeyMatcher } from './key-matcher.ts';
import { keySource } from './known-keys.ts';

const REDACTED = Buffer.from('{"stringValue":"[REDACTED]"}');
/** Start of every escaped letter of the words `key` and `value`. */
const ESCAPED_LETTER = String.raw`\u00`;

/**
 * Redacts an OTLP/JSON request: in every object with a matching `key`, it replaces the `value`. It works on bytes, so
 * everything else stays unchanged. Invalid JSON is left to the decoder, which refuses it.
 */
export class JsonRedactor {
  readonly #matcher: KeyMatcher;
  readonly #scan: JsonScan;

  constructor(matcher: KeyMatcher) {
    this.#matcher = matcher;
    this.#scan = new JsonScan(matcher);
  }

  /** Returns the same object when nothing matches. @throws `ERR_OTLP_DECODE` for extreme nesting */
  redact(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const source = keySource(body);
    const found = source.bytes.includes(ESCAPED_LETTER) ? undefined : searchSecrets(source, this.#matcher);
    const values = found ?? this.#scan.valuesOf(source);
    return values.length === 0 ? body : write(body, values);
  }
}

function write(body: Uint8Array<ArrayBuffer>, values: readonly Range[]): Uint8Array<ArrayBuffer> {
  const outer: Range[] = [];
  let end = 0;
  let byteLength = body.length;
  // A nested one begins later and is replaced with it.
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
