import type { Store } from '../store/index.ts';
import { shownService, storedServices } from './service-name.ts';

/** More names than this is a mistake of whoever sends them. */
const MAX_NAMES = 20_000;

/** Every span of the range is joined with its parent; a day of ten million takes several seconds. */
const DEPENDENCIES_SECONDS = 30;

/** Names of services that sent a span, sorted. */
export async function listServices(store: Store): Promise<string[]> {
  const rows = await store.query<{ name: string }>(
    `SELECT DISTINCT ServiceName AS name FROM ${store.database}.otel_traces
    ORDER BY name`,
    {},
    { maxRows: MAX_NAMES },
  );
  return [...new Set(rows.map(({ name }) => shownService(name)))].sort((a, b) => (a < b ? -1 : 1));
}

/** A span name of a service. */
export interface Operation {
  readonly name: string;
  /** `server`, `client`, `internal`, `producer`, `consumer`; empty when the span did not say. */
  readonly spanKind: string;
}

/**
 * Span names of a service, sorted.
 *
 * @param spanKind only of this kind; empty: of any
 */
export async function listOperations(store: Store, service: string, spanKind: string): Promise<Operation[]> {
  return store.query<Operation>(
    `SELECT name, spanKind FROM (
      SELECT DISTINCT SpanName AS name, lower(replaceOne(SpanKind, 'SPAN_KIND_', '')) AS kind,
        if(kind = 'unspecified', '', kind) AS spanKind
      FROM ${store.database}.otel_traces
      WHERE ServiceName IN {services:Array(String)}
    )
    WHERE {spanKind:String} IN ('', spanKind)
    ORDER BY name, spanKind`,
    { services: storedServices(service), spanKind },
    { maxRows: MAX_NAMES },
  );
}

/** Calls from spans of one service to spans of another, or of itself. */
export interface Dependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}

/**
 * Who calls whom: spans that began in a range of time, counted by their own service and that of their parent.
 *
 * @param range nanoseconds since the epoch, both ends included
 */
export async function listDependencies(
  store: Store,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<Dependency[]> {
  const inRange = `Timestamp >= fromUnixTimestamp64Nano({from:Int64}) AND Timestamp <= fromUnixTimestamp64Nano({to:Int64})`;
  const rows = await store.query<{ parent: string; child: string; calls: string }>(
    // Only spans with a parent are held in memory, each as a hash of its parent and a number for its service.
    `SELECT parents.ServiceName AS parent, children.ServiceName AS child, count() AS calls
    FROM (
      SELECT sipHash64(TraceId, SpanId) AS span, ServiceName
      FROM ${store.database}.otel_traces FINAL
      WHERE ${inRange}
    ) AS parents
    INNER JOIN (
      SELECT sipHash64(TraceId, ParentSpanId) AS span, ServiceName
      FROM ${store.database}.otel_traces FINAL
      WHERE ParentSpanId != '' AND ${inRange}
    ) AS children USING span
    GROUP BY parent, child
    ORDER BY parent, child`,
    { from: String(range.from), to: String(range.to) },
    { maxRows: MAX_NAMES, maxSeconds: DEPENDENCIES_SECONDS },
  );
  return rows.map(({ parent, child, calls }) => ({
    parent: shownService(parent),
    child: shownService(child),
    callCount: Number(calls),
  }));
}
