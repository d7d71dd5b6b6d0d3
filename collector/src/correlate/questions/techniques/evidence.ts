import { firstCallsIn, WARM_CALLS, warmCallsIn } from '../../rollup/starts.ts';
import type { Store } from '../../../store/index.ts';
import { ENVIRONMENT, HAS_FAILED, IS_COLD } from '../../invocation-sql.ts';
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

/** How often a function was called, and the median durations of its successful calls. */
export interface FunctionUse {
  readonly invocations: number;
  readonly sandboxes: number;
  /** For warm calls, ms; absent without any. */
  readonly warmMs?: number | undefined;
  /** For cold calls. */
  readonly coldMs?: number | undefined;
}

/** By function. */
export interface TechniqueEvidence {
  readonly warmMs: ReadonlyMap<string, number>;
  readonly coldMs: ReadonlyMap<string, number>;
  readonly starts: ReadonlyMap<string, readonly Start[]>;
}

/** Per function. */
const MOST_STARTS = { one: 5_000, each: 500 };

interface MedianRow {
  readonly f: string;
  /** Ms. */
  readonly d: number;
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

/** @param isWhole the scope consists of whole buckets, so that rollups can be read */
export async function loadTechniques(
  store: Store,
  scope: Scope,
  isWhole: boolean,
): Promise<TechniqueEvidence> {
  const each = scope.function === undefined ? MOST_STARTS.each : MOST_STARTS.one;
  const calls = await firstCallsIn(store, scope);
  const [warm, cold, starts] = await Promise.all([
    loadWarmMedians(store, scope, isWhole),
    store.query<MedianRow>(
      `SELECT function AS f, quantileExact(0.5)(duration_ns / 1e6) AS d
      FROM (SELECT function, duration_ns FROM ${calls.sql} WHERE ${IS_COLD} = true AND NOT ${HAS_FAILED} LIMIT 1 BY trace_id, span_id)
      GROUP BY f`,
      calls.params,
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
  return { warmMs: mediansOf(warm), coldMs: mediansOf(cold), starts: byFunction };
}

async function loadWarmMedians(store: Store, scope: Scope, isWhole: boolean): Promise<MedianRow[]> {
  if (!isWhole) {
    return store.query<MedianRow>(
      `SELECT function AS f, quantileExact(0.5)(duration_ns / 1e6) AS d
      FROM ${store.database}.invocations
      WHERE ${betweenSql('start')}${filterSql(scope)} AND ${IS_COLD} = false AND NOT ${HAS_FAILED}
      GROUP BY f`,
      scopeParams(scope),
    );
  }
  const calls = await warmCallsIn(store, scope);
  return store.query<MedianRow>(
    `SELECT function AS f, ${WARM_CALLS.medianMs} AS d FROM ${calls.sql} GROUP BY f`,
    calls.params,
  );
}

function mediansOf(rows: readonly MedianRow[]): Map<string, number> {
  return new Map(rows.map(({ f, d }) => [f, d]));
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
