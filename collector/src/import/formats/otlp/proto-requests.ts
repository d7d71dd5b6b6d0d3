import { ATTR_IMPORT_FORMAT, ATTR_IMPORT_NAME } from '@sandscope/probes/semconv';
import { ProtoReader, WIRE_LENGTH } from '../../../otlp/proto-reader.ts';
import { ProtoWriter } from '../../../otlp/proto-writer.ts';
import type { ImportRequest } from '../../request-batch.ts';

/** The request with one `ResourceSpans` message. @throws {CollectorError} `ERR_OTLP_DECODE` for invalid bytes */
export function protoRequest(
  message: Buffer,
  origin: { readonly name: string; readonly format: string },
): ImportRequest {
  // Protobuf merges a repeated message, so additional attributes can follow at the end.
  const resourceSpans = Buffer.concat([
    message,
    new ProtoWriter().message(1, originMessage(origin)).finish(),
  ]);
  return {
    body: new ProtoWriter().message(1, resourceSpans).finish(),
    contentType: 'application/x-protobuf',
    spans: countSpans(message),
  };
}

function originMessage({ name, format }: { readonly name: string; readonly format: string }): Buffer {
  const resource = new ProtoWriter();
  for (const [key, value] of [
    [ATTR_IMPORT_NAME, name],
    [ATTR_IMPORT_FORMAT, format],
  ] as const) {
    const anyValue = new ProtoWriter().string(1, value).finish();
    resource.message(1, new ProtoWriter().string(1, key).message(2, anyValue).finish());
  }
  return resource.finish();
}

function countSpans(message: Buffer): number {
  const reader = new ProtoReader(message);
  let spans = 0;
  while (reader.next()) {
    if (reader.field !== 2 || reader.wireType !== WIRE_LENGTH) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    while (reader.next()) {
      if (reader.field === 2) spans++;
      reader.skip();
    }
    reader.leave(outer);
  }
  return spans;
}
