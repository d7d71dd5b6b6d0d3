import { toUSVString } from 'node:util';
import type { TraceRequestSummary } from './encode.ts';
import type { OtlpEncoding } from './encoding.ts';
import { ProtoWriter } from './proto-writer.ts';

const MAX_MESSAGE_CHARS = 1024;
const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';

/** `google.rpc.Code` of an HTTP status; UNKNOWN (2) for an unlisted status. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 12, // UNIMPLEMENTED
  405: 12,
  413: 3,
  415: 3,
  429: 8, // RESOURCE_EXHAUSTED
  503: 14, // UNAVAILABLE
};

/**
 * The ExportTraceServiceResponse. It is empty when everything was accepted unchanged, else `partial_success` with the
 * number of rejected spans and the reason. A message without rejected spans is OTLP's form of a warning.
 */
export function encodeTraceResponse(result: TraceRequestSummary, encoding: OtlpEncoding): Buffer {
  const message = toUSVString(result.message.slice(0, MAX_MESSAGE_CHARS));
  if (encoding === 'json') {
    if (message === '') return Buffer.from('{}');
    const partialSuccess = { rejectedSpans: String(result.rejected), errorMessage: message };
    return Buffer.from(JSON.stringify({ partialSuccess }));
  }
  if (message === '') return Buffer.alloc(0);
  const partial = new ProtoWriter();
  if (result.rejected > 0) partial.varint(1, result.rejected);
  return new ProtoWriter().message(1, partial.string(2, message).finish()).finish();
}

/**
 * The `google.rpc.Status` body of an error answer. A 400 has a `google.rpc.BadRequest` in its details, as the OTLP
 * specification asks.
 */
export function encodeStatus(statusCode: number, text: string, encoding: OtlpEncoding): Buffer {
  const code = RPC_CODES[statusCode] ?? 2;
  const message = toUSVString(text.slice(0, MAX_MESSAGE_CHARS));
  if (encoding === 'json') {
    const violation = {
      '@type': BAD_REQUEST_TYPE,
      fieldViolations: [{ field: 'body', description: message }],
    };
    const status = { code, message, ...(statusCode === 400 && { details: [violation] }) };
    return Buffer.from(JSON.stringify(status));
  }
  const writer = new ProtoWriter().varint(1, code).string(2, message);
  if (statusCode === 400) {
    const violation = new ProtoWriter().string(1, 'body').string(2, message).finish();
    const badRequest = new ProtoWriter().message(1, violation).finish();
    writer.message(3, new ProtoWriter().string(1, BAD_REQUEST_TYPE).message(2, badRequest).finish());
  }
  return writer.finish();
}
