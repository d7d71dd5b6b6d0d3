import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import type { SpanKind, StatusCode, TraceRow } from '../store/trace-row.ts';
import type { AttributeBag } from './attributes.ts';
import { FAULTS } from './limits.ts';

/** What the spans of one ScopeSpans share. */
export interface SpanContext {
  readonly resource: AttributeBag;
  readonly resourceSchemaUrl: string;
  readonly scope: AttributeBag;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeSchemaUrl: string;
  /** Why no span of it can be kept. */
  readonly fault: string | undefined;
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

/** A span as read from JSON. Ids are lower-case hex of any length, or `undefined` where the text was no hex. */
export class RawSpan {
  /** Why it cannot be kept, as far as its reader knows. */
  fault: string | undefined;
  traceId: string | undefined = '';
  spanId: string | undefined = '';
  parentSpanId: string | undefined = '';
  traceState = '';
  name = '';
  kind = 0;
  startUnixNano = 0n;
  endUnixNano = 0n;
  attributes: AttributeBag;
  events: RawEvent[] = [];
  links: RawLink[] = [];
  statusCode = 0;
  statusMessage = '';
  flags = 0;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;

  constructor(attributes: AttributeBag) {
    this.attributes = attributes;
  }
}

/** A row, or the reason why the span cannot be kept. */
export type DecodedSpan =
  | { readonly row: TraceRow; readonly reason: undefined }
  | { readonly row: undefined; readonly reason: string };

export const KINDS: readonly SpanKind[] = [
  'Unspecified',
  'Internal',
  'Server',
  'Client',
  'Producer',
  'Consumer',
];
export const STATUS_CODES: readonly StatusCode[] = ['Unset', 'Ok', 'Error'];

// DateTime64(9) counts nanoseconds in a signed 64-bit integer.
const MAX_UNIX_NANO = 2n ** 63n - 1n;

/** Checks a span and makes its row. */
export function toRow(span: RawSpan, context: SpanContext): DecodedSpan {
  const reason = findFault(span) ?? span.fault ?? context.fault;
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
  return { row, reason: undefined };
}

function findFault(span: RawSpan): string | undefined {
  if (!isId(span.traceId, 32)) return FAULTS.traceId;
  if (!isId(span.spanId, 16)) return FAULTS.spanId;
  if (span.parentSpanId !== '' && span.parentSpanId?.length !== 16) {
    return FAULTS.parentSpanId;
  }
  if (span.startUnixNano > MAX_UNIX_NANO) return FAULTS.startTime;
  if (span.events.some((event) => event.timeUnixNano > MAX_UNIX_NANO)) {
    return FAULTS.eventTime;
  }
  if (span.links.some((link) => link.traceId.length !== 32 || link.spanId.length !== 16)) {
    return FAULTS.link;
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
