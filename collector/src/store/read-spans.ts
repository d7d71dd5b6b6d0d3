import type { Store } from './store.ts';
import type { AttributeTypes } from './trace-row.ts';

type Attributes = Readonly<Record<string, string>>;

/** A stored span with all its data. Times are nanoseconds since the epoch, in decimal. */
export interface StoredSpan {
  readonly start_ns: string;
  readonly end_ns: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly ParentSpanId: string;
  readonly TraceState: string;
  readonly SpanName: string;
  readonly SpanKind: string;
  readonly ResourceAttributes: Attributes;
  readonly ResourceAttributeTypes: AttributeTypes;
  readonly ResourceSchemaUrl: string;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly ScopeAttributes: Attributes;
  readonly ScopeAttributeTypes: AttributeTypes;
  readonly ScopeSchemaUrl: string;
  readonly SpanAttributes: Attributes;
  readonly SpanAttributeTypes: AttributeTypes;
  readonly StatusCode: string;
  readonly StatusMessage: string;
  readonly event_ns: readonly string[];
  readonly event_names: readonly string[];
  readonly event_attributes: readonly Attributes[];
  readonly EventAttributeTypes: readonly AttributeTypes[];
  readonly link_trace_ids: readonly string[];
  readonly link_span_ids: readonly string[];
  readonly link_states: readonly string[];
  readonly link_attributes: readonly Attributes[];
  readonly LinkAttributeTypes: readonly AttributeTypes[];
  readonly EventDroppedAttributesCounts: readonly number[];
  readonly LinkDroppedAttributesCounts: readonly number[];
  readonly LinkFlags: readonly number[];
  readonly Flags: number;
  readonly DroppedAttributesCount: number;
  readonly DroppedEventsCount: number;
  readonly DroppedLinksCount: number;
}

/** Range of the start times of some traces: nanoseconds since the epoch, both ends included. */
export interface TraceTimes {
  readonly first: string;
  readonly last: string;
}

const WHOLE_SPAN = `toUnixTimestamp64Nano(Timestamp) AS start_ns, toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration AS end_ns,
  TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ResourceAttributes, ResourceAttributeTypes,
  ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeAttributeTypes, ScopeSchemaUrl,
  SpanAttributes, SpanAttributeTypes, StatusCode, StatusMessage,
  arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS event_ns, Events.Name AS event_names,
  Events.Attributes AS event_attributes, EventAttributeTypes, Links.TraceId AS link_trace_ids,
  Links.SpanId AS link_span_ids, Links.TraceState AS link_states, Links.Attributes AS link_attributes,
  LinkAttributeTypes, EventDroppedAttributesCounts, LinkDroppedAttributesCounts, LinkFlags, Flags,
  DroppedAttributesCount, DroppedEventsCount, DroppedLinksCount`;

/**
 * The time range in which the spans of these traces began, from a small table kept for this purpose. The spans are then
 * searched in that range only. Undefined when none of the traces is stored.
 */
export async function findTraceTimes(
  store: Store,
  traceIds: readonly string[],
): Promise<TraceTimes | undefined> {
  const [found] = await store.query<TraceTimes & { n: string }>(
    `SELECT count() AS n, toUnixTimestamp64Nano(min(Start)) AS first, toUnixTimestamp64Nano(max(End)) AS last
    FROM ${store.database}.otel_traces_trace_id_ts WHERE TraceId IN {ids:Array(String)}`,
    { ids: traceIds },
  );
  return found === undefined || found.n === '0' ? undefined : found;
}

/**
 * Every span of these traces once, by start; trace, span, kind, service and start identify a span.
 *
 * @param traceIds 32 lower-case hex digits each
 * @throws {CollectorError} `ERR_QUERY_LIMIT` for more than `maxSpans`
 */
export async function readSpans(
  store: Store,
  traceIds: readonly string[],
  maxSpans: number,
): Promise<StoredSpan[]> {
  return readColumns<StoredSpan>(store, WHOLE_SPAN, traceIds, maxSpans);
}

/** The fields of a span that a summary of a trace needs. */
export type SpanOutline = Pick<
  StoredSpan,
  'start_ns' | 'end_ns' | 'TraceId' | 'SpanId' | 'ParentSpanId' | 'SpanName' | 'StatusCode'
> & { readonly ServiceName: string };

const OUTLINE = `toUnixTimestamp64Nano(Timestamp) AS start_ns, toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration AS end_ns,
  TraceId, SpanId, ParentSpanId, SpanName, StatusCode, ServiceName`;

/** Like `readSpans`, without reading attributes, events and links. */
export async function readOutlines(
  store: Store,
  traceIds: readonly string[],
  maxSpans: number,
): Promise<SpanOutline[]> {
  return readColumns<SpanOutline>(store, OUTLINE, traceIds, maxSpans);
}

async function readColumns<Row>(
  store: Store,
  columns: string,
  traceIds: readonly string[],
  maxSpans: number,
): Promise<Row[]> {
  const times = await findTraceTimes(store, traceIds);
  if (times === undefined) return [];
  return store.query<Row>(
    `SELECT ${columns}
    FROM ${store.database}.otel_traces
    WHERE TraceId IN {ids:Array(String)} AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
      AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    ORDER BY Timestamp, SpanId
    LIMIT 1 BY TraceId, SpanId, SpanKind, ServiceName, Timestamp`,
    { ids: traceIds, first: times.first, last: times.last },
    { maxRows: maxSpans },
  );
}
