import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import type { Store } from '../../store/index.ts';
import { scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { TimeSlice } from '../time-slice.ts';
import {
  CALLER,
  coldCostWhere,
  coldTimes,
  loadCallers,
  loadCold,
  loadWarmCallers,
  MOST_COLD,
  MOST_KINDS,
  oneOf,
  usualCalls,
  warmCalls,
} from './evidence.ts';
import type { CallerRow, ColdCostEvidence, ColdTimes, TimesRow, WarmCalls } from './evidence.ts';

/**
 * What the cost of each cold start follows from, of the times alone: less than half of what it costs to read it with
 * ids. Calls that do not differ in their times count once.
 *
 * @param names functions in the answer
 * @param invocations how many there are in the scope
 */
export async function loadColdTimes(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<ColdCostEvidence<ColdTimes>> {
  const [{ colds, warm }, called, warmCallers] = await Promise.all([
    loadTimes(store, scope, names, invocations),
    loadCold<CallerRow & { b: string }>(store, scope, names, `${CALLER}, toUnixTimestamp64Nano(start) AS b`, {
      identity: ['trace_id', 'span_id'],
      order: ['d', 'x', 'q'],
      condition: " AND parent_span_id != ''",
    }),
    loadWarmCallers(store, coldCostWhere(scope, names), scopeParams(scope), invocations),
  ]);
  const callers = await loadCallers(store, scope, [...called, ...warmCallers]);
  const keyOf = ({ f, b, d }: { f: string; b: string; d: number }): string => `${f}\n${b}\n${d}`;
  const callerMsOf = new Map<string, number | undefined>();
  const slice = new TimeSlice();
  await slice.each(called, (row) => callerMsOf.set(keyOf(row), callers.get(`${row.x}${row.q}`)));
  const times: ColdTimes[] = [];
  await slice.each(colds, (row) => times.push(coldTimes(row, callerMsOf.get(keyOf(row)))));
  return {
    colds: times,
    ...usualCalls({ warm, callers: warmCallers }, callers),
  };
}

/** The times of one function in the engine's format. */
interface FunctionTimes {
  readonly f: string;
  readonly colds: readonly (readonly [
    hash: string,
    ...(readonly [b: string, d: number, v: string, u: string, y: string, e: number]),
    ...(readonly [m: string | null, i: number | null]),
  ])[];
  readonly warm: readonly (readonly [
    n: string,
    ...(readonly [v: string, m: string | null, u: string, d: number]),
  ])[];
}

const NS = 'toUnixTimestamp64Nano(start)';
const COLD = `(intHash64(${NS}), ${NS}, duration_ns / 1e6, version, cpu_model, init_type, ${HAS_FAILED}, memory_limit_bytes, init_duration_ms)`;

/** Cold starts and the medians of warm calls together, because they are read from the same columns. */
async function loadTimes(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<{ readonly colds: readonly TimesRow[]; readonly warm: readonly WarmCalls[] }> {
  const most = scope.function === undefined ? MOST_COLD.each : MOST_COLD.one;
  // A call may have been received twice.
  const taken = 2 * most;
  const isWarm = `${IS_COLD} = false AND NOT ${HAS_FAILED}${oneOf(invocations)}`;
  const rows = await store.query<FunctionTimes>(
    `SELECT f, arraySlice(arraySort(groupArrayArray(colds)), 1, ${taken}) AS colds,
      arraySlice(arraySort(kind -> (-toInt64(kind.1), kind.2, kind.3, kind.4), groupArrayIf((n, v, m, u, d), n > 0)), 1, ${MOST_KINDS}) AS warm
    FROM (
      SELECT function AS f, version AS v, memory_limit_bytes AS m, cpu_model AS u,
        quantileExactIf(0.5)(duration_ns / 1e6, ${isWarm}) AS d, countIf(${isWarm}) AS n,
        groupArraySortedIf(${taken})(${COLD}, ${IS_COLD} = true) AS colds
      FROM ${store.database}.invocations
      PREWHERE ${coldCostWhere(scope, names)} AND (${IS_COLD} = true OR (true${oneOf(invocations)}))
      GROUP BY f, v, m, u
    )
    GROUP BY f
    ORDER BY f`,
    scopeParams(scope),
  );
  return {
    colds: rows.flatMap(({ f, colds }) =>
      once(colds)
        .slice(0, most)
        .map(([, b, d, v, u, y, e, m, i]) => ({ f, b, d, v, u, y, e, m, i })),
    ),
    warm: rows.flatMap(({ f, warm }) => warm.map(([n, v, m, u, d]) => warmCalls({ f, v, m, u, d, n }))),
  };
}

/** Sorted by start: those that are equal in start and duration are neighbours. */
function once(sorted: FunctionTimes['colds']): FunctionTimes['colds'] {
  return sorted.filter(([, b, d], index) => {
    const before = sorted[index - 1];
    return before === undefined || before[1] !== b || before[2] !== d;
  });
}
