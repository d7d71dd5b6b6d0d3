/**
 * One row of `otel_traces`: the columns that the OpenTelemetry ClickHouse exporter inserts, plus defaulted columns of
 * our own that keep what the exporter's table loses (value types, scope attributes, flags), so that a span reads back
 * as it was sent.
 *
 * Maps hold every value as text: booleans `true`/`false`, integers in decimal without losing a digit, doubles in the
 * shortest form that reads back equal (`NaN`, `Infinity`, `-Infinity`), bytes in base64, arrays and key-value lists
 * as JSON. The `…Types` maps name the type of every value that is not a string.
 */
export interface TraceRow {
  /** Span start, `seconds.nanoseconds` with nine decimals, UTC. */
  readonly Timestamp: string;
  /** 32 lower-case hex digits. */
  readonly TraceId: string;
  /** 16 lower-case hex digits. */
  readonly SpanId: string;
  /** 16 lower-case hex digits, or empty for a root. */
  readonly ParentSpanId: string;
  /** W3C tracestate, raw. */
  readonly TraceState: string;
  readonly SpanName: string;
  readonly SpanKind: SpanKind;
  /** Resource `service.name`, empty when absent. */
  readonly ServiceName: string;
  readonly ResourceAttributes: Readonly<Record<string, string>>;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly SpanAttributes: Readonly<Record<string, string>>;
  /** End − start in ns, decimal; 0 when the end is before the start. As reported, however long. */
  readonly Duration: string;
  readonly StatusCode: StatusCode;
  readonly StatusMessage: string;
  readonly 'Events.Timestamp': readonly string[];
  readonly 'Events.Name': readonly string[];
  readonly 'Events.Attributes': readonly Readonly<Record<string, string>>[];
  readonly 'Links.TraceId': readonly string[];
  readonly 'Links.SpanId': readonly string[];
  readonly 'Links.TraceState': readonly string[];
  readonly 'Links.Attributes': readonly Readonly<Record<string, string>>[];
  // Our own columns, all with defaults, so that a standard OpenTelemetry Collector can fill the same table.
  readonly ResourceAttributeTypes: AttributeTypes;
  readonly SpanAttributeTypes: AttributeTypes;
  readonly ScopeAttributes: Readonly<Record<string, string>>;
  readonly ScopeAttributeTypes: AttributeTypes;
  /** One entry per event, in order. */
  readonly EventAttributeTypes: readonly AttributeTypes[];
  /** One entry per link, in order. */
  readonly LinkAttributeTypes: readonly AttributeTypes[];
  /** One entry per event, in order. */
  readonly EventDroppedAttributesCounts: readonly number[];
  /** One entry per link, in order. */
  readonly LinkDroppedAttributesCounts: readonly number[];
  /** One entry per link, in order: like `Flags`, of the linked span. */
  readonly LinkFlags: readonly number[];
  /** W3C trace flags and the remote bits, as sent. */
  readonly Flags: number;
  readonly ResourceSchemaUrl: string;
  readonly ScopeSchemaUrl: string;
  readonly DroppedAttributesCount: number;
  readonly DroppedEventsCount: number;
  readonly DroppedLinksCount: number;
  /** 1 for an impossible start or end: such a span is excluded from statistics. */
  readonly ImplausibleTimes: number;
}

export type SpanKind = 'Unspecified' | 'Internal' | 'Server' | 'Client' | 'Producer' | 'Consumer';
export type StatusCode = 'Unset' | 'Ok' | 'Error';

/** Types of the values that are not strings; `array` and `kvlist` are mixed or nested and kept as OTLP/JSON. */
export type AttributeType =
  | 'bool'
  | 'int'
  | 'double'
  | 'bytes'
  | 'empty'
  | 'string[]'
  | 'bool[]'
  | 'int[]'
  | 'double[]'
  | 'array'
  | 'kvlist';
export type AttributeTypes = Readonly<Record<string, AttributeType>>;
