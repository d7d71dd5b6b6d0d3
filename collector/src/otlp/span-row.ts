import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import type { SpanKind, StatusCode, TraceRow } from '../store/trace-row.ts';
import { AttributeBag } from './attributes.ts';

/** What the spans of one ScopeSpans share. */
export interface SpanContext {
  readonly resource: AttributeBag;
  readonly resourceSchemaUrl: string;
  readonly scope: AttributeBag;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeSchemaUrl: string;
  /** Size on the wire of resource and scope, which every row repeats. */
  readonly sizeBytes: number;
}

export interface RawEvent {
  timeUnixNano: bigint;
  name: string;
  attributes: AttributeBag;
  droppedAttributesCount: number;
}

export interface RawLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: AttributeBag;
  droppedAttributesCount: number;
  flags: number;
}

/** A span as read. Ids are lower-case hex of any length, or `undefined` where the text was no hex. */
export class RawSpan {
  traceId: string | undefined = '';
  spanId: string | undefined = '';
  parentSpanId: string | undefined = '';
  traceState = '';
  name = '';
  kind = 0;
  startUnixNano = 0n;
  endUnixNano = 0n;
  attributes = new AttributeBag();
  events: RawEvent[] = [];
  links: RawLink[] = [];
  statusCode = 0;
  statusMessage = '';
  flags = 0;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
}

/** A row, or the reason why the span cannot be kept. */
export type DecodedSpan =
  | { readonly row: TraceRow; readonly sizeBytes: number }
  | { readonly row: undefined; readonly reason: string };

const KINDS: readonly SpanKind[] = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_CODES: readonly StatusCode[] = ['Unset', 'Ok', 'Error'];

// DateTime64(9) counts nanoseconds in a signed 64-bit integer.
const MAX_UNIX_NANO = 2n ** 63n - 1n;
const ROW_OVERHEAD_BYTES = 512;

/** Checks a span and makes its row. `sizeBytes` of the result estimates what the row costs on its way to the store. */
export function toRow(span: RawSpan, context: SpanContext, wireBytes: number): DecodedSpan {
  const reason = findFault(span);
  if (reason !== undefined) return { row: undefined, reason };
  const { resource, scope } = context;
  const row: TraceRow = {
    Timestamp: timestampText(span.startUnixNano),
    TraceId: span.traceId ?? '',
    SpanId: span.spanId ?? '',
    ParentSpanId: isZero(span.parentSpanId ?? '') ? '' : (span.parentSpanId ?? ''),
    TraceState: span.traceState,
    SpanName: span.name,
    SpanKind: KINDS[span.kind] ?? 'Unspecified',
    ServiceName: resource.values[ATTR_SERVICE_NAME] ?? '',
    ResourceAttributes: resource.values,
    ScopeName: context.scopeName,
    ScopeVersion: context.scopeVersion,
    SpanAttributes: span.attributes.values,
    Duration: span.endUnixNano > span.startUnixNano ? String(span.endUnixNano - span.startUnixNano) : '0',
    StatusCode: STATUS_CODES[span.statusCode] ?? 'Unset',
    StatusMessage: span.statusMessage,
    'Events.Timestamp': span.events.map((event) => timestampText(event.timeUnixNano)),
    'Events.Name': span.events.map((event) => event.name),
    'Events.Attributes': span.events.map((event) => event.attributes.values),
    'Links.TraceId': span.links.map((link) => link.traceId),
    'Links.SpanId': span.links.map((link) => link.spanId),
    'Links.TraceState': span.links.map((link) => link.traceState),
    'Links.Attributes': span.links.map((link) => link.attributes.values),
    ResourceAttributeTypes: resource.types,
    SpanAttributeTypes: span.attributes.types,
    ScopeAttributes: scope.values,
    ScopeAttributeTypes: scope.types,
    EventAttributeTypes: span.events.map((event) => event.attributes.types),
    LinkAttributeTypes: span.links.map((link) => link.attributes.types),
    EventDroppedAttributesCounts: span.events.map((event) => event.droppedAttributesCount),
    LinkDroppedAttributesCounts: span.links.map((link) => link.droppedAttributesCount),
    LinkFlags: span.links.map((link) => link.flags),
    Flags: span.flags,
    ResourceSchemaUrl: context.resourceSchemaUrl,
    ScopeSchemaUrl: context.scopeSchemaUrl,
    DroppedAttributesCount: span.droppedAttributesCount,
    DroppedEventsCount: span.droppedEventsCount,
    DroppedLinksCount: span.droppedLinksCount,
  };
  return { row, sizeBytes: ROW_OVERHEAD_BYTES + context.sizeBytes + wireBytes };
}

function findFault(span: RawSpan): string | undefined {
  if (!isId(span.traceId, 32)) return 'trace_id is not 16 bytes with one other than zero';
  if (!isId(span.spanId, 16)) return 'span_id is not 8 bytes with one other than zero';
  if (span.parentSpanId !== '' && span.parentSpanId?.length !== 16) {
    return 'parent_span_id is neither empty nor 8 bytes';
  }
  if (span.startUnixNano > MAX_UNIX_NANO) return 'start_time_unix_nano is after the year 2262';
  if (span.events.some((event) => event.timeUnixNano > MAX_UNIX_NANO)) {
    return 'time_unix_nano of an event is after the year 2262';
  }
  if (span.links.some((link) => link.traceId.length !== 32 || link.spanId.length !== 16)) {
    return 'a link has a trace_id that is not 16 bytes or a span_id that is not 8';
  }
  return undefined;
}

function isId(id: string | undefined, digits: number): boolean {
  return id?.length === digits && !isZero(id);
}

function isZero(id: string): boolean {
  return id.startsWith('0') && /^0+$/.test(id);
}

function timestampText(unixNano: bigint): string {
  const digits = String(unixNano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
