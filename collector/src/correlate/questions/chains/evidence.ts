import type { Store } from '../../../store/index.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** An invocation in a trace. Times are ms since the trace's first start. */
export interface Link {
  readonly function: string;
  /** Where the function is deployed; empty where unknown. */
  readonly place: Pick<DeploymentRow, 'account_id' | 'region' | 'platform'>;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly environment: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly isCold: boolean;
  /** The time its caller waited before it, as far as reported. */
  readonly initMs: number;
}

/** The invocations of one trace, ordered by start. */
export type Trace = readonly Link[];

/** Most traces examined, the newest. */
const MAX_TRACES = 20_000;
/** A trace with more invocations is a batch job rather than a chain, and is ignored. */
const MAX_LINKS = 200;

type Told = readonly [
  ...texts: [string, string, string, string, string, string, string],
  startMs: number,
  durationMs: number,
  cold: boolean | null,
  init: number | null,
];

interface Row {
  readonly trace: string;
  readonly links: readonly Told[];
}

/** Traces with invocations of several functions. */
export async function loadTraces(
  store: Store,
  scope: Scope,
): Promise<{ readonly traces: readonly Trace[]; readonly truncated: boolean }> {
  // One invocation has to fit all filters.
  const isOf = `countIf(true${filterSql(scope)}) > 0`;
  const rows = await store.query<Row>(
    `SELECT trace_id AS trace, arraySort(l -> (l.8, l.2), groupArray((toString(function), span_id, parent_span_id, ${ENVIRONMENT},
        toString(account_id), toString(region), toString(platform), (toUnixTimestamp64Nano(start) - {from:Int64}) / 1e6, duration_ns / 1e6, ${IS_COLD}, init_duration_ms))) AS links
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')} AND trace_id != ''
    GROUP BY trace_id
    HAVING count() BETWEEN 2 AND ${MAX_LINKS} AND uniqExact(function) > 1 AND ${isOf}
    ORDER BY max(start) DESC, trace_id LIMIT ${MAX_TRACES}`,
    scopeParams(scope),
  );
  const callers = await loadCallers(store, scope, rows);
  return { traces: rows.map(({ links }) => traceOf(links, callers)), truncated: rows.length >= MAX_TRACES };
}

/**
 * Parents of the spans between two invocations, such as a client's request: by span id, the id of its parent. For very
 * many traces they are not looked up, and callers follow from which invocation encloses which.
 */
async function loadCallers(
  store: Store,
  scope: Scope,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, string>();
  for (const { trace, links } of rows) {
    const own = new Set(links.map(([, spanId]) => spanId));
    for (const [, , parent] of links) if (parent !== '' && !own.has(parent)) wanted.set(parent, trace);
  }
  if (wanted.size === 0 || wanted.size > MAX_LOOKED_UP) return new Map();
  const found = await store.query<{ span: string; parent: string }>(
    `SELECT SpanId AS span, ParentSpanId AS parent FROM ${store.database}.otel_traces
    WHERE Timestamp >= fromUnixTimestamp64Nano({from:Int64} - 3600000000000) AND Timestamp < fromUnixTimestamp64Nano({to:Int64})
      AND TraceId IN {traces:Array(String)} AND SpanId IN {spans:Array(String)} AND ParentSpanId != ''
    LIMIT 1 BY SpanId`,
    { ...scopeParams(scope), traces: [...new Set(wanted.values())], spans: [...wanted.keys()] },
  );
  return new Map(found.map(({ span, parent }) => [span, parent]));
}

/** Most spans between invocations that are looked up. */
const MAX_LOOKED_UP = 5_000;

function traceOf(links: readonly Told[], callers: ReadonlyMap<string, string>): Trace {
  const beganMs = links[0]?.[7] ?? 0;
  return links.map((told) => {
    const [name, spanId, parentSpanId, environment, account_id, region, platform, ...times] = told;
    const [startMs, durationMs, cold, init] = times;
    return {
      function: name,
      place: { account_id, region, platform },
      spanId,
      parentSpanId: callers.get(parentSpanId) ?? parentSpanId,
      environment,
      startMs: startMs - beganMs,
      endMs: startMs - beganMs + durationMs,
      isCold: cold === true,
      initMs: cold === true ? Math.max(0, init ?? 0) : 0,
    };
  });
}
