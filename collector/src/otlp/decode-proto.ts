import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE, MAX_VALUE_DEPTH } from './any-value.ts';
import { AttributeBag } from './attributes.ts';
import { decodeError } from './decode-error.ts';
import { ProtoReader } from './proto-reader.ts';
import type { DecodedSpan, RawEvent, RawLink, SpanContext } from './span-row.ts';
import { RawSpan, toRow } from './span-row.ts';

// Field numbers: opentelemetry-proto 1.9, trace/v1/trace.proto, common/v1/common.proto, resource/v1/resource.proto.

/** The spans of a protobuf ExportTraceServiceRequest, one at a time. @throws `ERR_OTLP_DECODE` */
export function* decodeProto(body: Uint8Array): Generator<DecodedSpan> {
  const reader = new ProtoReader(body);
  while (reader.next()) {
    if (reader.field === 1) yield* resourceSpans(reader);
    else reader.skip();
  }
}

/** Fields may come in any order: what the spans share is read first, then the spans. */
function* resourceSpans(reader: ProtoReader): Generator<DecodedSpan> {
  const outer = reader.enter();
  const start = reader.position;
  const resource = new AttributeBag();
  let resourceSchemaUrl = '';
  let sizeBytes = 0;
  while (reader.next()) {
    const before = reader.position;
    if (reader.field === 1) attributesMessage(reader, 1, resource);
    else if (reader.field === 3) resourceSchemaUrl = reader.string();
    else {
      reader.skip();
      continue;
    }
    sizeBytes += reader.position - before;
  }
  reader.rewind(start);
  while (reader.next()) {
    if (reader.field === 2) yield* scopeSpans(reader, { resource, resourceSchemaUrl, sizeBytes });
    else reader.skip();
  }
  reader.leave(outer);
}

function* scopeSpans(
  reader: ProtoReader,
  shared: Pick<SpanContext, 'resource' | 'resourceSchemaUrl' | 'sizeBytes'>,
): Generator<DecodedSpan> {
  const outer = reader.enter();
  const start = reader.position;
  const scope = { attributes: new AttributeBag(), name: '', version: '' };
  let scopeSchemaUrl = '';
  let sizeBytes = shared.sizeBytes;
  while (reader.next()) {
    const before = reader.position;
    if (reader.field === 1) readScope(reader, scope);
    else if (reader.field === 3) scopeSchemaUrl = reader.string();
    else {
      reader.skip();
      continue;
    }
    sizeBytes += reader.position - before;
  }
  const context: SpanContext = {
    ...shared,
    sizeBytes,
    scope: scope.attributes,
    scopeName: scope.name,
    scopeVersion: scope.version,
    scopeSchemaUrl,
  };
  reader.rewind(start);
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    const before = reader.position;
    const span = readSpan(reader);
    yield toRow(span, context, reader.position - before);
  }
  reader.leave(outer);
}

function readScope(
  reader: ProtoReader,
  scope: { attributes: AttributeBag; name: string; version: string },
): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) scope.name = reader.string();
    else if (reader.field === 2) scope.version = reader.string();
    else if (reader.field === 3) keyValue(reader, scope.attributes);
    else reader.skip();
  }
  reader.leave(outer);
}

function readSpan(reader: ProtoReader): RawSpan {
  const span = new RawSpan();
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = hexOf(reader);
        break;
      case 2:
        span.spanId = hexOf(reader);
        break;
      case 3:
        span.traceState = reader.string();
        break;
      case 4:
        span.parentSpanId = hexOf(reader);
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.uint32();
        break;
      case 7:
        span.startUnixNano = reader.fixed64();
        break;
      case 8:
        span.endUnixNano = reader.fixed64();
        break;
      case 9:
        keyValue(reader, span.attributes);
        break;
      case 10:
        span.droppedAttributesCount = reader.uint32();
        break;
      case 11:
        span.events.push(readEvent(reader));
        break;
      case 12:
        span.droppedEventsCount = reader.uint32();
        break;
      case 13:
        span.links.push(readLink(reader));
        break;
      case 14:
        span.droppedLinksCount = reader.uint32();
        break;
      case 15:
        readStatus(reader, span);
        break;
      case 16:
        span.flags = reader.fixed32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return span;
}

function readStatus(reader: ProtoReader, span: RawSpan): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) span.statusMessage = reader.string();
    else if (reader.field === 3) span.statusCode = reader.uint32();
    else reader.skip();
  }
  reader.leave(outer);
}

function readEvent(reader: ProtoReader): RawEvent {
  const event: RawEvent = {
    timeUnixNano: 0n,
    name: '',
    attributes: new AttributeBag(),
    droppedAttributesCount: 0,
  };
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) event.timeUnixNano = reader.fixed64();
    else if (reader.field === 2) event.name = reader.string();
    else if (reader.field === 3) keyValue(reader, event.attributes);
    else if (reader.field === 4) event.droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  reader.leave(outer);
  return event;
}

function readLink(reader: ProtoReader): RawLink {
  const link: RawLink = {
    traceId: '',
    spanId: '',
    traceState: '',
    attributes: new AttributeBag(),
    droppedAttributesCount: 0,
    flags: 0,
  };
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) link.traceId = hexOf(reader);
    else if (reader.field === 2) link.spanId = hexOf(reader);
    else if (reader.field === 3) link.traceState = reader.string();
    else if (reader.field === 4) keyValue(reader, link.attributes);
    else if (reader.field === 5) link.droppedAttributesCount = reader.uint32();
    else if (reader.field === 6) link.flags = reader.fixed32();
    else reader.skip();
  }
  reader.leave(outer);
  return link;
}

function attributesMessage(reader: ProtoReader, field: number, bag: AttributeBag): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === field) keyValue(reader, bag);
    else reader.skip();
  }
  reader.leave(outer);
}

function keyValue(reader: ProtoReader, bag: AttributeBag): void {
  const [key, value] = readKeyValue(reader, 0);
  bag.set(key, value);
}

function readKeyValue(reader: ProtoReader, depth: number): [string, AnyValue] {
  let key = '';
  let value: AnyValue = EMPTY_VALUE;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = readValue(reader, depth);
    else reader.skip();
  }
  reader.leave(outer);
  return [key, value];
}

function readValue(reader: ProtoReader, depth: number): AnyValue {
  if (depth >= MAX_VALUE_DEPTH) throw decodeError(`a value nests deeper than ${MAX_VALUE_DEPTH}`);
  let value: AnyValue = EMPTY_VALUE;
  const outer = reader.enter();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = { kind: 'string', text: reader.string() };
        break;
      case 2:
        value = { kind: 'bool', text: String(reader.bool()) };
        break;
      case 3:
        value = { kind: 'int', text: reader.int64Text() };
        break;
      case 4:
        value = { kind: 'double', text: doubleText(reader.double()) };
        break;
      case 5:
        value = { kind: 'array', items: readList(reader, depth, readValue) };
        break;
      case 6:
        value = { kind: 'kvlist', entries: readList(reader, depth, readKeyValue) };
        break;
      case 7:
        value = { kind: 'bytes', text: reader.bytes().toString('base64') };
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return value;
}

/** Both ArrayValue and KeyValueList hold their items in field 1. */
function readList<T>(
  reader: ProtoReader,
  depth: number,
  read: (reader: ProtoReader, depth: number) => T,
): T[] {
  const items: T[] = [];
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) items.push(read(reader, depth + 1));
    else reader.skip();
  }
  reader.leave(outer);
  return items;
}

function hexOf(reader: ProtoReader): string {
  return reader.bytes().toString('hex');
}
