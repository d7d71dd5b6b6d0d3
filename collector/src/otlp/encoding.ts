/** The two encodings of OTLP/HTTP. */
export type OtlpEncoding = 'protobuf' | 'json';

export const MEDIA_TYPE_PROTOBUF = 'application/x-protobuf';
export const MEDIA_TYPE_JSON = 'application/json';

/**
 * The encoding named by a `Content-Type` header, in any case and with any parameters; `undefined` for any other type or
 * an absent header. `application/protobuf` is not an OTLP type.
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
