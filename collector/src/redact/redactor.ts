import type { OtlpEncoding } from '../otlp/encoding.ts';
import { JsonRedactor } from './redact-json.ts';
import { KeyMatcher } from './key-matcher.ts';
import { ProtoRedactor } from './redact-proto.ts';

export type Redact = (body: Uint8Array<ArrayBuffer>, encoding: OtlpEncoding) => Uint8Array<ArrayBuffer>;

/**
 * Creates a function that replaces, in an OTLP trace request, the value of every attribute whose key matches one of the
 * patterns (see {@link KeyMatcher}) by `[REDACTED]`: in resources, scopes, spans, events and links, and inside nested
 * values. The key stays. Without a match it returns the same object; no other byte ever changes. It throws
 * `ERR_OTLP_DECODE` only for invalid protobuf and for extremely nested JSON.
 *
 * ```ts
 * const redact = createRedact(DEFAULT_KEY_PATTERNS);
 * const kept = redact(body, 'protobuf');
 * ```
 *
 * @throws {CollectorError} `ERR_OPTION` for an unusable pattern.
 */
export function createRedact(patterns: readonly string[]): Redact {
  if (patterns.length === 0) return (body) => body;
  const matcher = new KeyMatcher(patterns);
  const json = new JsonRedactor(matcher);
  const proto = new ProtoRedactor(matcher);
  return (body, encoding) => (encoding === 'json' ? json : proto).redact(body);
}
