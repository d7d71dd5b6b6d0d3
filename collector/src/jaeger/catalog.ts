import type { Store } from '../store/index.ts';
import { shownService, storedServices } from './service-name.ts';

/** More names than this indicate a mistake of the sender. */
const MAX_NAMES = 20_000;

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
  /** `server`, `client`, `internal`, `producer`, `consumer`; empty if the span has none. */
  readonly spanKind: string;
}

/**
 * Span names of a service, sorted.
 *
 * @param spanKind only this kind; empty: any
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
