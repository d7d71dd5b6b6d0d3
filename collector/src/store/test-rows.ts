import { createHash } from 'node:crypto';
import * as semconv from '@sandscope/probes/semconv';
import type { AttributeType, TraceRow } from './trace-row.ts';

type Value = string | number | bigint | boolean | undefined;

/** A span with the given values; all other fields have defaults. Times are ms since the epoch. */
export interface SpanFixture {
  readonly name?: string;
  readonly kind?: TraceRow['SpanKind'];
  readonly startMs: number;
  readonly durationMs?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly resource?: Readonly<Record<string, Value>>;
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly status?: TraceRow['StatusCode'];
}

/** An invocation with the given values. */
export interface InvocationFixture {
  readonly function: string;
  readonly sandbox: string;
  readonly startMs: number;
  /** Default 10. */
  readonly durationMs?: number;
  readonly ordinal: number;
  /** Default: true for ordinal 1. */
  readonly cold?: boolean;
  readonly bootId?: string;
  readonly hostId?: string;
  readonly ticks?: number;
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly status?: TraceRow['StatusCode'];
}

/** The row of any span. Ids are derived from the content, so the same values give the same span. */
export function spanRow(span: SpanFixture): TraceRow {
  const digest = createHash('sha256')
    .update(JSON.stringify(span, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
    .digest('hex');
  const resource = split(span.resource ?? {});
  const attributes = split(span.attributes ?? {});
  return {
    Timestamp: nanoTime(span.startMs),
    TraceId: span.traceId ?? digest.slice(0, 32),
    SpanId: span.spanId ?? digest.slice(32, 48),
    ParentSpanId: '',
    TraceState: '',
    SpanName: span.name ?? 'work',
    SpanKind: span.kind ?? 'Internal',
    ServiceName: resource.values[semconv.ATTR_SERVICE_NAME] ?? '',
    ResourceAttributes: resource.values,
    ScopeName: semconv.SCOPE_NAME,
    ScopeVersion: '0.1.0',
    SpanAttributes: attributes.values,
    Duration: String(Math.round((span.durationMs ?? 10) * 1e6)),
    StatusCode: span.status ?? 'Unset',
    StatusMessage: '',
    'Events.Timestamp': [],
    'Events.Name': [],
    'Events.Attributes': [],
    'Links.TraceId': [],
    'Links.SpanId': [],
    'Links.TraceState': [],
    'Links.Attributes': [],
    ResourceAttributeTypes: resource.types,
    SpanAttributeTypes: attributes.types,
    ScopeAttributes: {},
    ScopeAttributeTypes: {},
    EventAttributeTypes: [],
    LinkAttributeTypes: [],
    EventDroppedAttributesCounts: [],
    LinkDroppedAttributesCounts: [],
    LinkFlags: [],
    Flags: 0,
    ResourceSchemaUrl: semconv.SCHEMA_URL,
    ScopeSchemaUrl: '',
    DroppedAttributesCount: 0,
    DroppedEventsCount: 0,
    DroppedLinksCount: 0,
    ImplausibleTimes: 0,
  };
}

/** The row of one invocation's span. */
export function invocationRow(invocation: InvocationFixture): TraceRow {
  return spanRow({
    name: invocation.function,
    kind: 'Server',
    startMs: invocation.startMs,
    durationMs: invocation.durationMs ?? 10,
    ...(invocation.status && { status: invocation.status }),
    resource: {
      [semconv.ATTR_SERVICE_NAME]: invocation.function,
      [semconv.ATTR_FAAS_NAME]: invocation.function,
      [semconv.ATTR_FAAS_INSTANCE]: `log/${invocation.sandbox}`,
    },
    attributes: {
      [semconv.ATTR_SANDBOX_ID]: invocation.sandbox,
      [semconv.ATTR_SANDBOX_ORDINAL]: invocation.ordinal,
      [semconv.ATTR_FAAS_COLDSTART]: invocation.cold ?? invocation.ordinal === 1,
      [semconv.ATTR_KERNEL_BOOT_ID]: invocation.bootId,
      [semconv.ATTR_HOST_DECLARED_ID]: invocation.hostId,
      [semconv.ATTR_PROCESS_START_TICKS]: invocation.ticks ?? 1000,
      ...invocation.attributes,
    },
  });
}

/** The row of a sandbox's goodbye. */
export function shutdownRow(end: {
  readonly function: string;
  readonly sandbox: string;
  readonly atMs: number;
  readonly lastOrdinal: number;
  readonly ticks?: number;
}): TraceRow {
  return spanRow({
    name: semconv.SPAN_SHUTDOWN,
    startMs: end.atMs,
    durationMs: 1,
    resource: { [semconv.ATTR_SERVICE_NAME]: end.function, [semconv.ATTR_FAAS_NAME]: end.function },
    attributes: {
      [semconv.ATTR_SANDBOX_ID]: end.sandbox,
      [semconv.ATTR_SHUTDOWN_REASON]: 'sigterm',
      [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: end.lastOrdinal,
      [semconv.ATTR_PROCESS_START_TICKS]: end.ticks ?? 1000,
    },
  });
}

function nanoTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${seconds}.${String(Math.round((ms - seconds * 1000) * 1e6)).padStart(9, '0')}`;
}

function split(given: Readonly<Record<string, Value>>): {
  values: Record<string, string>;
  types: Record<string, AttributeType>;
} {
  const values: Record<string, string> = {};
  const types: Record<string, AttributeType> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    values[key] = String(value);
    if (typeof value === 'boolean') types[key] = 'bool';
    else if (typeof value === 'bigint') types[key] = 'int';
    else if (typeof value === 'number') types[key] = Number.isInteger(value) ? 'int' : 'double';
  }
  return { values, types };
}
