import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';

/** One cold start as reported by its function. Unreported values are absent. */
export interface ColdCall {
  readonly function: string;
  readonly sandboxId: string;
  readonly instance: string;
  readonly version: string;
  readonly platform: string;
  readonly region: string;
  readonly architecture: string;
  readonly cpuModel: string;
  readonly initType: string;
  readonly memoryBytes?: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** A failed call did not do its work, so its duration says nothing about that work. */
  readonly hasFailed: boolean;
  readonly initMs?: number;
  readonly runtimeMs?: number;
  readonly moduleMs?: number;
  /**
   * How much longer the caller waited than the function ran; present with the span of a client that waited for the
   * answer.
   */
  readonly beyondMs?: number;
}

/** Warm successful calls of one configuration of a function. */
export interface WarmCalls {
  readonly function: string;
  readonly version: string;
  readonly memoryBytes?: number;
  readonly cpuModel: string;
  readonly medianMs: number;
  readonly n: number;
}

export interface ColdCostEvidence {
  /** At most this many per function, sampled independently of their properties. */
  readonly colds: readonly ColdCall[];
  readonly warm: readonly WarmCalls[];
  /** How much longer callers of warm calls waited than the function ran, ms; per function. */
  readonly warmBeyondMs: ReadonlyMap<string, readonly number[]>;
}

/** Limits per function: for one function, and if all are in scope. */
const MOST_COLD = { one: 4_000, each: 400 };
/** Most warm calls behind the medians, for all functions. */
const WARM_SAMPLE = 200_000;
const MOST_BEYOND = 300;
/** Most traces in which callers are looked up; evenly over all functions. */
const MOST_TRACES = 3_000;
const CLIENTS = "SpanKind IN ('Client', 'SPAN_KIND_CLIENT')";
/** A caller's span begins before its function's by at most this, ms, including clock differences. */
const CALLER_MS = 3_600_000;

interface ColdRow {
  readonly f: string;
  readonly s: string;
  readonly g: string;
  readonly v: string;
  readonly p: string;
  readonly r: string;
  readonly a: string;
  readonly u: string;
  readonly y: string;
  readonly e: number;
  readonly m: string | null;
  readonly b: number;
  readonly d: number;
  readonly i: number | null;
  readonly t: number | null;
  readonly o: number | null;
  readonly x: string;
  readonly q: string;
}

/** Condition of the invocations of some functions in a scope. */
export function coldCostWhere(scope: Scope, names: readonly string[]): string {
  return `${betweenSql('start')}${filterSql(scope)} AND function IN (${names.map(quote).join(', ') || "''"})`;
}

/** @param names functions in the answer */
export async function loadColdCostEvidence(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<ColdCostEvidence> {
  const where = coldCostWhere(scope, names);
  const params = scopeParams(scope);
  const each = scope.function === undefined ? MOST_COLD.each : MOST_COLD.one;
  const [rows, warm, warmCallers] = await Promise.all([
    store.query<ColdRow>(
      `SELECT function AS f, sandbox_id AS s, instance AS g, version AS v, platform AS p, region AS r, host_arch AS a,
        cpu_model AS u, init_type AS y, ${HAS_FAILED} AS e, memory_limit_bytes AS m, ${millisSql('toUnixTimestamp64Nano(start)')} AS b,
        duration_ns / 1e6 AS d, init_duration_ms AS i, init_runtime_ms AS t, init_module_ms AS o, trace_id AS x, parent_span_id AS q
      FROM (
        SELECT function, sandbox_id, instance, version, platform, region, host_arch, cpu_model, init_type, memory_limit_bytes,
          start, duration_ns, init_duration_ms, init_runtime_ms, init_module_ms, status, trace_id, parent_span_id, span_id
        FROM ${store.database}.invocations WHERE ${where} AND ${IS_COLD} = true
        LIMIT 1 BY function, trace_id, span_id
      )
      ORDER BY f, cityHash64(trace_id, span_id)
      LIMIT {each:UInt32} BY f`,
      { ...params, each },
    ),
    loadWarm(store, where, params, invocations),
    loadWarmCallers(store, where, params, invocations),
  ]);
  const callers = await loadCallers(store, scope, [
    ...rows.map(({ x, q }) => [x, q] as const),
    ...warmCallers.map(({ x, q }) => [x, q] as const),
  ]);
  const warmBeyondMs = new Map<string, number[]>();
  for (const { f, x, q, d } of warmCallers) {
    const callerMs = callers.get(`${x}${q}`);
    const beyondMs = beyondOf(callerMs, d);
    if (beyondMs !== undefined) warmBeyondMs.set(f, [...(warmBeyondMs.get(f) ?? []), beyondMs]);
  }
  return {
    colds: rows.map((row) => coldCall(row, callers.get(`${row.x}${row.q}`))),
    warm,
    warmBeyondMs,
  };
}

/** A caller that was answered before the function finished, for example after sending an event, did not wait for it. */
function beyondOf(callerMs: number | undefined, durationMs: number): number | undefined {
  return callerMs === undefined || callerMs < durationMs ? undefined : callerMs - durationMs;
}

function coldCall(row: ColdRow, callerMs: number | undefined): ColdCall {
  const beyondMs = beyondOf(callerMs, row.d);
  return {
    function: row.f,
    sandboxId: row.s,
    instance: row.g,
    version: row.v,
    platform: row.p,
    region: row.r,
    architecture: row.a,
    cpuModel: row.u,
    initType: row.y,
    ...(row.m !== null && { memoryBytes: Number(row.m) }),
    startMs: row.b,
    durationMs: row.d,
    hasFailed: Boolean(row.e),
    // No phase takes negative time: such a value was not measured.
    ...(row.i !== null && row.i >= 0 && { initMs: row.i }),
    ...(row.t !== null && row.t >= 0 && { runtimeMs: row.t }),
    ...(row.o !== null && row.o >= 0 && { moduleMs: row.o }),
    ...(beyondMs !== undefined && { beyondMs }),
  };
}

/** Samples one in this many by start: the same ones at every question. */
const oneOf = (invocations: number): string =>
  invocations <= WARM_SAMPLE
    ? ''
    : ` AND intHash64(toUnixTimestamp64Nano(start)) % ${Math.ceil(invocations / WARM_SAMPLE)} = 0`;

interface WarmRow {
  readonly f: string;
  readonly v: string;
  readonly m: string | null;
  readonly u: string;
  readonly d: number;
  readonly n: string;
}

async function loadWarm(
  store: Store,
  where: string,
  params: Record<string, string>,
  invocations: number,
): Promise<WarmCalls[]> {
  const rows = await store.query<WarmRow>(
    `SELECT function AS f, version AS v, memory_limit_bytes AS m, cpu_model AS u, quantileExact(0.5)(duration_ns / 1e6) AS d, count() AS n
    FROM ${store.database}.invocations
    WHERE ${where} AND ${IS_COLD} = false AND NOT ${HAS_FAILED}${oneOf(invocations)}
    GROUP BY f, v, m, u
    ORDER BY f, n DESC, v, m, u
    LIMIT 200 BY f`,
    params,
  );
  return rows.map(warmCalls);
}

function warmCalls({ f, v, m, u, d, n }: WarmRow): WarmCalls {
  return {
    function: f,
    version: v,
    ...(m !== null && { memoryBytes: Number(m) }),
    cpuModel: u,
    medianMs: d,
    n: Number(n),
  };
}

interface CallerRow {
  readonly f: string;
  readonly x: string;
  readonly q: string;
  readonly d: number;
}

function loadWarmCallers(
  store: Store,
  where: string,
  params: Record<string, string>,
  invocations: number,
): Promise<CallerRow[]> {
  return store.query<CallerRow>(
    `SELECT function AS f, trace_id AS x, parent_span_id AS q, duration_ns / 1e6 AS d
    FROM ${store.database}.invocations
    WHERE ${where} AND ${IS_COLD} = false AND parent_span_id != ''${oneOf(invocations)}
    ORDER BY f, cityHash64(trace_id, span_id)
    LIMIT ${MOST_BEYOND} BY f`,
    params,
  );
}

/** Durations of the client spans that are parents, ms, by trace and span id. */
async function loadCallers(
  store: Store,
  scope: Scope,
  parents: readonly (readonly [trace: string, span: string])[],
): Promise<ReadonlyMap<string, number>> {
  const told = parents.filter(([, span]) => span !== '');
  const stride = Math.ceil(told.length / MOST_TRACES);
  const asked = told.filter((_, index) => index % stride === 0);
  if (asked.length === 0) return new Map();
  const rows = await store.query<{ x: string; q: string; d: number }>(
    `SELECT TraceId AS x, SpanId AS q, max(Duration) / 1e6 AS d
    FROM ${store.database}.otel_traces
    WHERE ${betweenSql('Timestamp')} AND ${CLIENTS} AND TraceId IN (${[...new Set(asked.map(([trace]) => quote(trace)))].join(', ')})
    GROUP BY x, q`,
    scopeParams({ fromMs: scope.fromMs - CALLER_MS, toMs: scope.toMs + 60_000 }),
  );
  return new Map(rows.map(({ x, q, d }) => [`${x}${q}`, d]));
}
