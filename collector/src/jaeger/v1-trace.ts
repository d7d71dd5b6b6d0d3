import type { StoredSpan } from '../store/index.ts';
import { groupBy } from '../lists/index.ts';
import { shownService } from './service-name.ts';
import { tagsOf, textTag, type Tag } from './tags.ts';

/** A trace in the format of API version 1, which Jaeger's page and Grafana read. Times are microseconds. */
export interface V1Trace {
  readonly traceID: string;
  readonly spans: readonly V1Span[];
  readonly processes: Readonly<Record<string, V1Process>>;
  readonly warnings: null;
}

interface V1Span {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly Reference[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly Tag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly Tag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface Reference {
  refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

interface V1Process {
  readonly serviceName: string;
  readonly tags: readonly Tag[];
}

/**
 * Traces in the order of the ids; those without spans are omitted.
 *
 * @param warn whether spans with a missing parent carry a warning
 */
export function toV1Traces(
  traceIds: readonly string[],
  spans: readonly StoredSpan[],
  warn: boolean,
): V1Trace[] {
  const byTrace = groupBy(spans, ({ TraceId }) => TraceId);
  return traceIds.flatMap((id) => {
    const own = byTrace.get(id);
    return own ? [toV1Trace(own, warn)] : [];
  });
}

function toV1Trace(spans: readonly StoredSpan[], warn: boolean): V1Trace {
  const ids = new Set(spans.map(({ SpanId }) => SpanId));
  const processes = new Map<string, { id: string; process: V1Process }>();
  const processOf = (span: StoredSpan): string => {
    const key = JSON.stringify([span.ResourceAttributes, span.ResourceAttributeTypes]);
    const known = processes.get(key) ?? { id: `p${processes.size + 1}`, process: toProcess(span) };
    processes.set(key, known);
    return known.id;
  };
  const isOrphan = ({ ParentSpanId }: StoredSpan): boolean => ParentSpanId !== '' && !ids.has(ParentSpanId);
  return {
    traceID: shortId(spans[0]?.TraceId ?? ''),
    spans: spans.map((span) => ({
      traceID: shortId(span.TraceId),
      spanID: span.SpanId,
      operationName: span.SpanName,
      references: referencesOf(span),
      startTime: micros(span.start_ns),
      duration: Math.max(0, micros(String(BigInt(span.end_ns) - BigInt(span.start_ns)))),
      tags: spanTags(span),
      logs: span.event_ns.map((time, at) => ({
        timestamp: micros(time),
        fields: eventFields(span, at),
      })),
      processID: processOf(span),
      warnings: warn && isOrphan(span) ? [`parent span ${span.ParentSpanId} is not in this trace`] : null,
    })),
    processes: Object.fromEntries([...processes.values()].map(({ id, process }) => [id, process])),
    warnings: null,
  };
}

function toProcess({ ResourceAttributes, ResourceAttributeTypes }: StoredSpan): V1Process {
  const { 'service.name': serviceName, ...others } = ResourceAttributes;
  return {
    serviceName: shownService(serviceName ?? ''),
    tags: tagsOf(others, ResourceAttributeTypes),
  };
}

/** The parent first, then the links; a link to the parent only determines the kind of reference. */
function referencesOf(span: StoredSpan): Reference[] {
  const references: Reference[] = [];
  if (span.ParentSpanId !== '') {
    references.push({ refType: 'CHILD_OF', traceID: shortId(span.TraceId), spanID: span.ParentSpanId });
  }
  for (const [at, traceId] of span.link_trace_ids.entries()) {
    const spanID = span.link_span_ids[at] ?? '';
    const isChildOf = span.link_attributes[at]?.['opentracing.ref_type'] === 'child_of';
    const refType = isChildOf ? 'CHILD_OF' : 'FOLLOWS_FROM';
    const [parent] = references;
    if (parent && traceId === span.TraceId && spanID === span.ParentSpanId) parent.refType = refType;
    else references.push({ refType, traceID: shortId(traceId), spanID });
  }
  return references;
}

function spanTags(span: StoredSpan): Tag[] {
  const tags: Tag[] = [];
  const addText = (key: string, value: string): void => void (value !== '' && tags.push(textTag(key, value)));
  addText('otel.scope.name', span.ScopeName);
  addText('otel.scope.version', span.ScopeVersion);
  tags.push(...tagsOf(span.SpanAttributes, span.SpanAttributeTypes));
  const kind = span.SpanKind.replace('SPAN_KIND_', '').toLowerCase();
  if (kind !== 'unspecified') addText('span.kind', kind);
  const status = span.StatusCode.replace('STATUS_CODE_', '').toUpperCase();
  if (status !== 'UNSET') addText('otel.status_code', status);
  if (status === 'ERROR') tags.push({ key: 'error', type: 'bool', value: true });
  addText('otel.status_description', span.StatusMessage);
  addText('w3c.tracestate', span.TraceState);
  return tags;
}

function eventFields(span: StoredSpan, at: number): Tag[] {
  const attributes = span.event_attributes[at] ?? {};
  const name = span.event_names[at] ?? '';
  const named = name === '' || Object.hasOwn(attributes, 'event') ? [] : [textTag('event', name)];
  return [...named, ...tagsOf(attributes, span.EventAttributeTypes[at])];
}

const micros = (nanos: string): number => Number(BigInt(nanos) / 1000n);

/** Ids of 64 bits, which some senders still use, are written without their leading zeros. */
const shortId = (traceId: string): string =>
  traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
