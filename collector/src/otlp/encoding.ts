/** The two encodings of OTLP/HTTP. */
export type OtlpEncoding = 'protobuf' | 'json';

export const MEDIA_TYPE_PROTOBUF = 'application/x-protobuf';
export const MEDIA_TYPE_JSON = 'application/json';

/**
 * The encoding a `Content-Type` header names, whatever its case and parameters; `undefined` for any other type or
 * an absent header. `application/protobuf` is not a type of OTLP.
 */
export function encodingOfContentType(header: string | undefined): OtlpEncoding | undefined {
  const mediaType = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPE_PROTOBUF) return 'protobuf';
  return mediaType === MEDIA_TYPE_JSON ? 'json' : undefined;
}

/** The media type of an answer in this encoding. */
export function mediaTypeOf(encoding: OtlpEncoding): string {
  return encoding === 'protobuf' ? MEDIA_TYPE_PROTOBUF : MEDIA_TYPE_JSON;
}
