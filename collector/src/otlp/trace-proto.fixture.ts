// The trace messages of opentelemetry-proto, encoded by protobufjs, as an independent check of our own reader.
import protobuf from 'protobufjs';

const SCHEMA = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated Event events = 11; uint32 dropped_events_count = 12;
  repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; uint32 dropped_attributes_count = 5; fixed32 flags = 6; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message Response { Partial partial_success = 1; }
message Partial { int64 rejected_spans = 1; string error_message = 2; }
message RpcStatus { int32 code = 1; string message = 2; repeated Any details = 3; }
message Any { string type_url = 1; bytes value = 2; }
message BadRequest { repeated Violation field_violations = 1; }
message Violation { string field = 1; string description = 2; }
`;

const { root } = protobuf.parse(SCHEMA);

type MessageName = 'Request' | 'Response' | 'RpcStatus' | 'BadRequest';

/** Encodes a message given in camelCase; 64-bit integers as decimal strings, bytes as base64. */
export function encodeMessage(name: MessageName, value: object): Uint8Array<ArrayBuffer> {
  const type = root.lookupType(name);
  return new Uint8Array(type.encode(type.fromObject(value)).finish());
}

/** Decodes a message to plain data; 64-bit integers as decimal strings, bytes as base64, defaults left out. */
export function decodeMessage(name: MessageName, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(name);
  return type.toObject(type.decode(bytes), { longs: String, bytes: String });
}

/** The same request in OTLP/JSON: only its ids are written differently. */
export function toOtlpJson(request: object): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(request, (key: string, value: unknown) => {
    if (/^(trace|span|parentSpan)Id$/.test(key))
      return Buffer.from(value as string, 'base64').toString('hex');
    if (key === 'doubleValue' && !Number.isFinite(value)) return String(value);
    return value;
  });
  return new TextEncoder().encode(text);
}
