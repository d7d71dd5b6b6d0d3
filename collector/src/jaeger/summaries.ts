import type { SpanOutline } from '../store/index.ts';
import { groupBy } from '../lists/index.ts';
import { shownService } from './service-name.ts';

interface Counts {
  spanCount: number;
  errorSpanCount: number;
}

/** A trace in a list of search results. */
export interface TraceSummary extends Readonly<Counts> {
  readonly traceId: string;
  /** The same id: Jaeger's page expects it under this name. */
  readonly traceID: string;
  /** Service of the earliest span without a parent; empty if that span is not stored. */
  readonly rootServiceName: string;
  readonly rootOperationName: string;
  readonly minStartTimeUnixNano: string;
  readonly maxEndTimeUnixNano: string;
  /** Spans whose parent is not stored. */
  readonly orphanSpanCount: number;
  /** By name. */
  readonly services: readonly ({ readonly name: string } & Readonly<Counts>)[];
}

/** Summaries in the order of the ids; traces without spans are omitted. */
export function summarise(traceIds: readonly string[], spans: readonly SpanOutline[]): TraceSummary[] {
  const byTrace = groupBy(spans, ({ TraceId }) => TraceId);
  return traceIds.flatMap((traceId) => {
    const own = byTrace.get(traceId);
    return own ? [summary(traceId, own)] : [];
  });
}

function summary(traceId: string, spans: readonly SpanOutline[]): TraceSummary {
  const ids = new Set(spans.map(({ SpanId }) => SpanId));
  // Spans are ordered by start, so the first root is the earliest.
  const root = spans.find(({ ParentSpanId }) => ParentSpanId === '');
  const services = groupBy(spans, ({ ServiceName }) => ServiceName);
  return {
    traceId,
    traceID: traceId,
    rootServiceName: root ? shownService(root.ServiceName) : '',
    rootOperationName: root?.SpanName ?? '',
    minStartTimeUnixNano: extreme(spans, 'start_ns', (a, b) => a < b),
    maxEndTimeUnixNano: extreme(spans, 'end_ns', (a, b) => a > b),
    ...count(spans),
    orphanSpanCount: spans.filter(({ ParentSpanId }) => ParentSpanId !== '' && !ids.has(ParentSpanId)).length,
    services: [...services]
      .map(([name, own]) => Object.assign({ name: shownService(name) }, count(own)))
      .sort(byName),
  };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function count(spans: readonly SpanOutline[]): Counts {
  const errors = spans.filter(({ StatusCode }) => /error$/i.test(StatusCode));
  return { spanCount: spans.length, errorSpanCount: errors.length };
}

function extreme(
  spans: readonly SpanOutline[],
  field: 'start_ns' | 'end_ns',
  isBetter: (a: bigint, b: bigint) => boolean,
): string {
  const times = spans.map((span) => BigInt(span[field]));
  return String(times.reduce((best, time) => (isBetter(time, best) ? time : best)));
}
