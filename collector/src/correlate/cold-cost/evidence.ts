import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { HAS_TIMES, IS_CLIENT } from '../span-sql.ts';

/** The times of one cold start as reported by its function, and what they depend on. Unreported values are absent. */
export interface ColdTimes {
  readonly function: string;
  readonly version: string;
  readonly cpuModel: string;
  readonly initType: string;
  readonly memoryBytes?: number;
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

/** One cold start, with its place. */
export interface ColdCall extends ColdTimes {
  readonly sandboxId: string;
  readonly instance: string;
  readonly platform: string;
  readonly region: string;
  readonly architecture: string;
  readonly startMs: number;
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

export interface ColdCostEvidence<Cold extends ColdTimes = ColdCall> {
  /** At most 400 per function, 4,000 if it is the only one; sampled independently of their properties. */
  readonly colds: readonly Cold[];
  readonly warm: readonly WarmCalls[];
  /** How much longer callers of warm calls waited than the function ran, ms; per function. */
  readonly warmBeyondMs: ReadonlyMap<string, readonly number[]>;
}

/** Limits per function: for one function, and if all are in scope. */
export const MOST_COLD = { one: 4_000, each: 400 };
/** Maximum number of warm calls for the medians, over all functions. */
const WARM_SAMPLE = 200_000;
/** Maximum number of configurations of one function. */
export const MOST_KINDS = 200;
const MOST_BEYOND = 300;
/** Maximum number of traces in which callers are looked up, divided evenly over all functions. */
const MOST_TRACES = 3_000;
/** A caller's span begins before its function's by at most this, ms, including clock differences. */
const CALLER_MS = 3_600_000;

export interface TimesRow {
  readonly f: string;
  readonly v: string;
  readonly u: string;
  readonly y: string;
  readonly e: number;
  readonly m: string | null;
  readonly b: string;
  readonly d: number;
  readonly i: number | null;
}

const TIMES = `function AS f, version AS v, cpu_model AS u, init_type AS y, ${HAS_FAILED} AS e, memory_limit_bytes AS m,
  toUnixTimestamp64Nano(start) AS b, duration_ns / 1e6 AS d, init_duration_ms AS i`;

interface ColdRow extends TimesRow {
  readonly s: string;
  readonly g: string;
  readonly p: string;
  readonly r: string;
  readonly a: string;
  readonly t: number | null;
  readonly o: number | null;
  readonly x: string;
  readonly q: string;
}

// Half of what the query costs: random ids do not compress.
const PLACE = `sandbox_id AS s, instance AS g, platform AS p, region AS r, host_arch AS a, init_runtime_ms AS t,
  init_module_ms AS o, trace_id AS x, parent_span_id AS q`;

/** Condition of the invocations of some functions in a scope. */
export function coldCostWhere(scope: Scope, names: readonly string[]): string {
  return `${betweenSql('start')}${filterSql(scope)} AND function IN (${names.map(quote).join(', ') || "''"})`;
}

/**
 * What the cost of each cold start follows from.
 *
 * @param names functions in the answer
 */
export async function loadColdCostEvidence(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<ColdCostEvidence> {
  const [rows, usual] = await Promise.all([
    loadCold<ColdRow>(store, scope, names, `${TIMES}, ${PLACE}`, {
      identity: ['trace_id', 'span_id'],
      order: ['d', 's', 'x', 'q'],
    }),
    loadUsual(store, scope, names, invocations),
  ]);
  const callers = await loadCallers(store, scope, [...rows, ...usual.callers]);
  return {
    colds: rows.map((row) => coldCall(row, callers.get(`${row.x}${row.q}`))),
    ...usualCalls(usual, callers),
  };
}

interface Each {
  /** Columns of the table in which two spans of one call agree. */
  readonly identity: readonly string[];
  /** Selected columns that order those with one start. */
  readonly order: readonly string[];
  readonly condition?: string;
}

/** Cold starts, each once; a sample by their starts where a function has many. */
export function loadCold<Row>(
  store: Store,
  scope: Scope,
  names: readonly string[],
  columns: string,
  { identity, order, condition = '' }: Each,
): Promise<Row[]> {
  const each = scope.function === undefined ? MOST_COLD.each : MOST_COLD.one;
  return store.query<Row>(
    `SELECT * FROM (
      SELECT ${columns}
      FROM ${store.database}.invocations
      WHERE ${coldCostWhere(scope, names)} AND ${IS_COLD} = true${condition}
      LIMIT 1 BY function, ${identity.join(', ')}
    )
    ORDER BY f, intHash64(b), b, ${order.join(', ')}
    LIMIT {each:UInt32} BY f`,
    { ...scopeParams(scope), each },
  );
}

/** A caller that was answered before the function finished, for example after sending an event, did not wait for it. */
function beyondOf(callerMs: number | undefined, durationMs: number): number | undefined {
  return callerMs === undefined || callerMs < durationMs ? undefined : callerMs - durationMs;
}

export function coldTimes(row: TimesRow, callerMs: number | undefined): ColdTimes {
  const beyondMs = beyondOf(callerMs, row.d);
  return {
    function: row.f,
    version: row.v,
    cpuModel: row.u,
    initType: row.y,
    ...(row.m !== null && { memoryBytes: Number(row.m) }),
    durationMs: row.d,
    hasFailed: Boolean(row.e),
    // No phase takes negative time: such a value was not measured.
    ...(row.i !== null && row.i >= 0 && { initMs: row.i }),
    ...(beyondMs !== undefined && { beyondMs }),
  };
}

function coldCall(row: ColdRow, callerMs: number | undefined): ColdCall {
  return {
    ...coldTimes(row, callerMs),
    sandboxId: row.s,
    instance: row.g,
    platform: row.p,
    region: row.r,
    architecture: row.a,
    startMs: Number(row.b) / 1e6,
    ...(row.t !== null && row.t >= 0 && { runtimeMs: row.t }),
    ...(row.o !== null && row.o >= 0 && { moduleMs: row.o }),
  };
}

interface UsualRows {
  readonly warm: readonly WarmCalls[];
  readonly callers: readonly CallerRow[];
}

async function loadUsual(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<UsualRows> {
  const where = coldCostWhere(scope, names);
  const params = scopeParams(scope);
  const [warm, callers] = await Promise.all([
    loadWarm(store, where, params, invocations),
    loadWarmCallers(store, where, params, invocations),
  ]);
  return { warm, callers };
}

export function usualCalls(
  { warm, callers }: UsualRows,
  callerMsOf: ReadonlyMap<string, number>,
): Pick<ColdCostEvidence, 'warm' | 'warmBeyondMs'> {
  const warmBeyondMs = new Map<string, number[]>();
  for (const { f, x, q, d } of callers) {
    const beyondMs = beyondOf(callerMsOf.get(`${x}${q}`), d);
    if (beyondMs !== undefined) warmBeyondMs.set(f, [...(warmBeyondMs.get(f) ?? []), beyondMs]);
  }
  return { warm, warmBeyondMs };
}

/** Samples one in this many by start: the same ones at every question. */
export const oneOf = (invocations: number): string =>
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
    LIMIT ${MOST_KINDS} BY f`,
    params,
  );
  return rows.map(warmCalls);
}

export function warmCalls({ f, v, m, u, d, n }: WarmRow): WarmCalls {
  return {
    function: f,
    version: v,
    ...(m !== null && { memoryBytes: Number(m) }),
    cpuModel: u,
    medianMs: d,
    n: Number(n),
  };
}

export interface CallerRow {
  readonly f: string;
  readonly x: string;
  readonly q: string;
  readonly d: number;
}

export const CALLER = 'function AS f, trace_id AS x, parent_span_id AS q, duration_ns / 1e6 AS d';

export function loadWarmCallers(
  store: Store,
  where: string,
  params: Record<string, string>,
  invocations: number,
): Promise<CallerRow[]> {
  return store.query<CallerRow>(
    `SELECT ${CALLER}
    FROM ${store.database}.invocations
    WHERE ${where} AND ${IS_COLD} = false AND parent_span_id != ''${oneOf(invocations)}
    ORDER BY f, cityHash64(trace_id, span_id)
    LIMIT ${MOST_BEYOND} BY f`,
    params,
  );
}

/** Durations of the client spans that are parents, ms, by trace and span id. */
export async function loadCallers(
  store: Store,
  scope: Scope,
  parents: readonly { readonly x: string; readonly q: string }[],
): Promise<ReadonlyMap<string, number>> {
  const told = parents.filter(({ q }) => q !== '');
  const stride = Math.ceil(told.length / MOST_TRACES);
  const asked = told.filter((_, index) => index % stride === 0);
  if (asked.length === 0) return new Map();
  const rows = await store.query<{ x: string; q: string; d: number }>(
    `SELECT TraceId AS x, SpanId AS q, max(Duration) / 1e6 AS d
    FROM ${store.database}.otel_traces
    WHERE ${betweenSql('Timestamp')} AND ${IS_CLIENT} AND ${HAS_TIMES} AND TraceId IN (${[...new Set(asked.map(({ x }) => quote(x)))].join(', ')})
    GROUP BY x, q`,
    scopeParams({ fromMs: scope.fromMs - CALLER_MS, toMs: scope.toMs + 60_000 }),
  );
  return new Map(rows.map(({ x, q, d }) => [`${x}${q}`, d]));
}
