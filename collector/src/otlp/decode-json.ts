import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE, MAX_VALUE_DEPTH } from './any-value.ts';
import { AttributeBag } from './attributes.ts';
import { decodeError } from './decode-error.ts';
import type { JsonObject } from './json-fields.ts';
import {
  asObject,
  doubleOf,
  enumField,
  fieldOf,
  int64Of,
  listField,
  objectField,
  parseExactJson,
  stringField,
  uint32Field,
  uint64Field,
} from './json-fields.ts';
import type { DecodedSpan, RawEvent, RawLink, SpanContext } from './span-row.ts';
import { RawSpan, toRow } from './span-row.ts';

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/** The spans of an OTLP/JSON ExportTraceServiceRequest, one at a time. @throws `ERR_OTLP_DECODE` */
export function* decodeJson(body: Uint8Array): Generator<DecodedSpan> {
  const request = asObject(parseExactJson(body), 'the body');
  for (const item of listField(request, 'resourceSpans'))
    yield* resourceSpans(asObject(item, 'resourceSpans'));
}

function* resourceSpans(group: JsonObject): Generator<DecodedSpan> {
  const resource = attributesOf(objectField(group, 'resource') ?? {});
  const resourceSchemaUrl = stringField(group, 'schemaUrl');
  const resourceBytes = sizeOf(resource);
  for (const item of listField(group, 'scopeSpans')) {
    const spans = asObject(item, 'scopeSpans');
    const scopeObject = objectField(spans, 'scope') ?? {};
    const scope = attributesOf(scopeObject);
    const context: SpanContext = {
      resource,
      resourceSchemaUrl,
      scope,
      scopeName: stringField(scopeObject, 'name'),
      scopeVersion: stringField(scopeObject, 'version'),
      scopeSchemaUrl: stringField(spans, 'schemaUrl'),
      sizeBytes: resourceBytes + sizeOf(scope),
    };
    for (const spanItem of listField(spans, 'spans')) {
      const span = readSpan(asObject(spanItem, 'spans'));
      yield toRow(span, context, sizeOf(span.attributes));
    }
  }
}

function readSpan(object: JsonObject): RawSpan {
  const span = new RawSpan();
  span.traceId = hexField(object, 'traceId');
  span.spanId = hexField(object, 'spanId');
  span.parentSpanId = hexField(object, 'parentSpanId');
  span.traceState = stringField(object, 'traceState');
  span.name = stringField(object, 'name');
  span.kind = enumField(object, 'kind', KIND_NAMES);
  span.startUnixNano = uint64Field(object, 'startTimeUnixNano');
  span.endUnixNano = uint64Field(object, 'endTimeUnixNano');
  span.attributes = attributesOf(object);
  span.events = listField(object, 'events').map((item) => readEvent(asObject(item, 'events')));
  span.links = listField(object, 'links').map((item) => readLink(asObject(item, 'links')));
  const status = objectField(object, 'status') ?? {};
  span.statusCode = enumField(status, 'code', STATUS_NAMES);
  span.statusMessage = stringField(status, 'message');
  span.flags = uint32Field(object, 'flags');
  span.droppedAttributesCount = uint32Field(object, 'droppedAttributesCount');
  span.droppedEventsCount = uint32Field(object, 'droppedEventsCount');
  span.droppedLinksCount = uint32Field(object, 'droppedLinksCount');
  return span;
}

function readEvent(object: JsonObject): RawEvent {
  return {
    timeUnixNano: uint64Field(object, 'timeUnixNano'),
    name: stringField(object, 'name'),
    attributes: attributesOf(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
  };
}

function readLink(object: JsonObject): RawLink {
  return {
    // Text that is no hex has no usable length; the span is then rejected by its link.
    traceId: hexField(object, 'traceId') ?? '',
    spanId: hexField(object, 'spanId') ?? '',
    traceState: stringField(object, 'traceState'),
    attributes: attributesOf(object),
    droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
    flags: uint32Field(object, 'flags'),
  };
}

function attributesOf(owner: JsonObject): AttributeBag {
  const bag = new AttributeBag();
  for (const item of listField(owner, 'attributes')) bag.set(...keyValue(asObject(item, 'attributes'), 0));
  return bag;
}

function keyValue(object: JsonObject, depth: number): [string, AnyValue] {
  const value = objectField(object, 'value');
  return [stringField(object, 'key'), value === undefined ? EMPTY_VALUE : readValue(value, depth)];
}

function readValue(object: JsonObject, depth: number): AnyValue {
  if (depth >= MAX_VALUE_DEPTH) throw decodeError(`a value nests deeper than ${MAX_VALUE_DEPTH}`);
  for (const name of Object.keys(object)) {
    const value = fieldOf(object, name);
    if (value === undefined) continue;
    switch (name) {
      case 'stringValue':
        return { kind: 'string', text: stringField(object, name) };
      case 'boolValue':
        if (typeof value !== 'boolean') throw decodeError(`${name} is not a boolean`);
        return { kind: 'bool', text: String(value) };
      case 'intValue':
        return { kind: 'int', text: String(int64Of(value, name)) };
      case 'doubleValue':
        return { kind: 'double', text: doubleText(doubleOf(value, name)) };
      case 'arrayValue': {
        const items = listField(asObject(value, name), 'values');
        return { kind: 'array', items: items.map((item) => readItem(item, depth + 1)) };
      }
      case 'kvlistValue': {
        const entries = listField(asObject(value, name), 'values');
        return {
          kind: 'kvlist',
          entries: entries.map((item) => keyValue(asObject(item, 'values'), depth + 1)),
        };
      }
      case 'bytesValue':
        return { kind: 'bytes', text: base64Of(value, name) };
      default: // an unknown field
    }
  }
  return EMPTY_VALUE;
}

function readItem(item: unknown, depth: number): AnyValue {
  return item === null ? EMPTY_VALUE : readValue(asObject(item, 'values'), depth);
}

/** Hex digits in any case; `undefined` for text that is not hex. */
function hexField(object: JsonObject, name: string): string | undefined {
  const text = stringField(object, name);
  return /^[\da-fA-F]*$/.test(text) && text.length % 2 === 0 ? text.toLowerCase() : undefined;
}

/** Base64 in its standard form, from either alphabet, padded or not. */
function base64Of(value: unknown, what: string): string {
  if (typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value)) {
    return Buffer.from(value, 'base64').toString('base64');
  }
  throw decodeError(`${what} is not base64`);
}

function sizeOf(bag: AttributeBag): number {
  let size = 0;
  for (const key in bag.values) size += key.length + (bag.values[key]?.length ?? 0);
  return size;
}
