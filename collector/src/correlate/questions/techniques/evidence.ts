import { firstCallsIn } from '../../rollup/starts.ts';
import type { Store } from '../../../store/index.ts';
import { ENVIRONMENT, HAS_FAILED } from '../../invocation-sql.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** The first call of a process, with its reported kind of start. */
export interface Start {
  /** Identifies its sandbox within the function. */
  readonly environment: string;
  /** Of the function; empty if unknown. */
  readonly version: string;
  /** `on_demand`, `provisioned`, `proactive`, `restored`, `reinit`, `managed`; empty if unknown. */
  readonly initType: string;
  readonly cold?: boolean;
  readonly atMs: number;
  readonly initMs?: number;
  /** From the start of the process to the load of the function, if the process was started for it. */
  readonly runtimeMs?: number;
  readonly moduleMs?: number;
  readonly poolDwellMs?: number;
  /** From the event to the call of the handler; only if a caller waited. */
  readonly waitMs?: number;
}

export interface FunctionUse extends CallTimes {
  readonly invocations: number;
  readonly sandboxes: number;
}

/** Median durations of the successful calls of a function. */
export interface CallTimes {
  readonly function: string;
  /** For warm calls, ms; absent without any. */
  readonly warmMs?: number;
  /** For cold calls. */
  readonly coldMs?: number;
}

export interface TechniqueEvidence {
  /** The most called functions, and one more if there are more. */
  readonly functions: readonly CallTimes[];
  readonly starts: ReadonlyMap<string, readonly Start[]>;
}

/** Per function. */
const MOST_STARTS = { one: 5_000, each: 500 };
const MOST_FUNCTIONS = 200;

interface TimesRow {
  readonly f: string;
  readonly w: number | null;
  readonly c: number | null;
}

interface StartRow {
  readonly f: string;
  readonly s: string;
  readonly v: string;
  readonly y: string;
  readonly c: boolean | null;
  readonly b: number;
  readonly i: number | null;
  readonly r: number | null;
  readonly o: number | null;
  readonly p: number | null;
  readonly w: number | null;
}

export async function loadTechniques(store: Store, scope: Scope): Promise<TechniqueEvidence> {
  const params = scopeParams(scope);
  const where = `${betweenSql('start')}${filterSql(scope)}`;
  const each = scope.function === undefined ? MOST_STARTS.each : MOST_STARTS.one;
  const median = (condition: string): string =>
    `if(countIf(${condition}) = 0, NULL, quantileTDigestIf(0.5)(duration_ns / 1e6, ${condition}))`;
  const calls = await firstCallsIn(store, scope);
  const [uses, starts] = await Promise.all([
    store.query<TimesRow>(
      `SELECT function AS f, ${median(`cold = false AND NOT ${HAS_FAILED}`)} AS w, ${median(`cold = true AND NOT ${HAS_FAILED}`)} AS c
      FROM ${store.database}.invocations
      WHERE ${where}
      GROUP BY f ORDER BY count() DESC, f LIMIT ${MOST_FUNCTIONS + 1}`,
      params,
    ),
    store.query<StartRow>(
      `SELECT function AS f, environment AS s, version AS v, init_type AS y, cold AS c, ${millisSql('toUnixTimestamp64Nano(start)')} AS b,
        init_duration_ms AS i, init_runtime_ms AS r, init_module_ms AS o, init_pool_dwell_ms AS p,
        if(invocation_mode = 'sync', trigger_delay_ms, NULL) AS w
      FROM (
        SELECT function, ${ENVIRONMENT} AS environment, version, init_type, cold, start, init_duration_ms, init_runtime_ms, init_module_ms, init_pool_dwell_ms,
          invocation_mode, trigger_delay_ms, trace_id, span_id
        FROM ${calls.sql}
        WHERE (ordinal = 1 OR cold = true) AND environment != ''
        LIMIT 1 BY trace_id, span_id
      )
      ORDER BY f, cityHash64(s, trace_id)
      LIMIT {each:UInt32} BY f`,
      { ...calls.params, each },
    ),
  ]);
  const byFunction = new Map<string, Start[]>();
  for (const row of starts) byFunction.set(row.f, [...(byFunction.get(row.f) ?? []), startOf(row)]);
  return { functions: uses.map(timesOf), starts: byFunction };
}

function timesOf({ f, w, c }: TimesRow): CallTimes {
  return {
    function: f,
    ...(w !== null && { warmMs: w }),
    ...(c !== null && { coldMs: c }),
  };
}

function startOf({ s, v, y, c, b, i, r, o, p, w }: StartRow): Start {
  return {
    environment: s,
    version: v,
    initType: y,
    ...(c !== null && { cold: c }),
    atMs: b,
    ...(i !== null && { initMs: i }),
    ...(r !== null && { runtimeMs: r }),
    ...(o !== null && { moduleMs: o }),
    ...(p !== null && { poolDwellMs: p }),
    ...(w !== null && { waitMs: w }),
  };
}
