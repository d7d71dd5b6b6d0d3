import { ProtoReader, WIRE_LENGTH, WIRE_VARINT } from '../otlp/proto-reader.ts';

/** Spans that a target did not keep although it accepted the request. */
export interface PartialSuccess {
  /** 0 for a warning without loss. */
  readonly rejectedSpans: number;
  readonly message: string;
}

const PARTIAL_SUCCESS = 1;
const REJECTED_SPANS = 1;
const ERROR_MESSAGE = 2;

/**
 * The `partial_success` of an ExportTraceServiceResponse; undefined when everything was kept, and for any other answer:
 * a target that answers 200 has accepted the request, whatever the body says.
 */
export function partialSuccessOf(body: Uint8Array, contentType: string | null): PartialSuccess | undefined {
  if (body.byteLength === 0) return undefined;
  try {
    return /^application\/json\b/i.test(contentType ?? '') ? fromJson(body) : fromProto(body);
  } catch {
    return undefined;
  }
}

function fromJson(body: Uint8Array): PartialSuccess | undefined {
  const { partialSuccess } = JSON.parse(new TextDecoder().decode(body)) as {
    partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string } | null;
  };
  return partialSuccess
    ? present(Number(partialSuccess.rejectedSpans ?? 0), partialSuccess.errorMessage ?? '')
    : undefined;
}

function fromProto(body: Uint8Array): PartialSuccess | undefined {
  const reader = new ProtoReader(body);
  let rejectedSpans = 0;
  let message = '';
  while (reader.next()) {
    if (!isAt(reader, PARTIAL_SUCCESS, WIRE_LENGTH)) {
      reader.skip();
      continue;
    }
    const outer = reader.enter();
    while (reader.next()) {
      if (isAt(reader, REJECTED_SPANS, WIRE_VARINT)) rejectedSpans = Number(reader.int64Text());
      else if (isAt(reader, ERROR_MESSAGE, WIRE_LENGTH)) message = reader.string();
      else reader.skip();
    }
    reader.leave(outer);
  }
  return present(rejectedSpans, message);
}

function isAt(reader: ProtoReader, field: number, wireType: number): boolean {
  return reader.field === field && reader.wireType === wireType;
}

/** Default values mean the same as no message. */
function present(rejectedSpans: number, message: string): PartialSuccess | undefined {
  if (!Number.isSafeInteger(rejectedSpans) || rejectedSpans < 0) return undefined;
  return rejectedSpans === 0 && message === '' ? undefined : { rejectedSpans, message };
}
