import type { Store } from '../../store/index.ts';
import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import { groupBy } from '../lifelines.ts';
import { betweenSql, filterParams, filterSql, scopeParams, toNanos } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { planOf } from './plan-read.ts';
import type { ReadPlan } from './read-plan.ts';
import { partsOf } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { minuteRows } from './sql.ts';

export interface CountRow {
  readonly function: string;
  readonly invocations: string;
  readonly n_cold: string;
  readonly n_warm: string;
  readonly errors: string;
}

/** Counts of each function. */
export async function loadCounts(
  store: Store,
  plan: ReadPlan,
  scope: Scope,
  signal?: AbortSignal,
): Promise<CountRow[]> {
  const parts = partsOf(store.database, plan, scope);
  const params = filterParams(scope);
  const read = async (rows: string): Promise<CountRow[]> =>
    store.query<CountRow>(
      `SELECT function, sum(invocations) AS invocations, sum(n.cold) AS n_cold, sum(n.warm) AS n_warm, sum(n.errors) AS errors
      FROM (${rows}) AS n
      GROUP BY function`,
      { ...params, ...parts.params },
      {},
      signal,
    );
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'counts',
      plan,
      parts: { ...parts, all: parts.allMinutes, sealed: parts.minutes },
      params,
      load: (condition) => read(`SELECT * FROM ${store.database}.minute_rollup FINAL WHERE ${condition}`),
    }),
    parts.raw
      ? read(
          `SELECT * EXCEPT (n_cold, n_warm), n_cold AS cold, n_warm AS warm FROM (${minuteRows(parts.raw)})`,
        )
      : [],
  ]);
  const recent = recentMinutes(plan, scope).map(countRow);
  return [...groupBy([...sealed, ...raw, ...recent], (row) => row.function)]
    .map(([name, own]) => sumOf(name, own))
    .sort((a, b) => (a.function < b.function ? -1 : 1));
}

/** Counts of one function and minute. */
export interface MinuteCounts {
  readonly function: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly invocations: number;
  readonly cold: number;
  readonly warm: number;
  readonly errors: number;
}

/** Counts of the recent units of a plan; no unit extends over more than a minute. */
export function recentMinutes({ recent = [] }: ReadPlan, { function: name }: Scope): MinuteCounts[] {
  return recent.flatMap(({ from, functions }) =>
    functions
      .filter((part) => name === undefined || part.function === name)
      .map(({ function: own, durations, errors }) => {
        let [cold, warm, unknown] = [0, 0, 0];
        for (const bin of durations.bins) {
          cold += bin[1];
          warm += bin[2];
          unknown += bin[3];
        }
        const minute = Math.floor(from / 60);
        return { function: own, minute, invocations: cold + warm + unknown, cold, warm, errors };
      }),
  );
}

function countRow({ function: name, invocations, cold, warm, errors }: MinuteCounts): CountRow {
  return {
    function: name,
    invocations: String(invocations),
    n_cold: String(cold),
    n_warm: String(warm),
    errors: String(errors),
  };
}

function sumOf(name: string, rows: readonly CountRow[]): CountRow {
  const sum = (pick: (row: CountRow) => string): string =>
    String(rows.reduce((total, row) => total + Number(pick(row)), 0));
  return {
    function: name,
    invocations: sum((row) => row.invocations),
    n_cold: sum((row) => row.n_cold),
    n_warm: sum((row) => row.n_warm),
    errors: sum((row) => row.errors),
  };
}

/**
 * Rows of a SELECT over minutes of the scope except the recent ones: minutes since the epoch as `at`, `function`,
 * counts.
 */
export function minutesOf(store: Store, plan: ReadPlan, scope: Scope): string {
  const parts = partsOf(store.database, plan, scope);
  const columns = 'function, invocations, cold, warm, errors';
  const raw = parts.raw
    ? ` UNION ALL SELECT minute AS at, function, invocations, n_cold AS cold, n_warm AS warm, errors FROM (${minuteRows(parts.raw)})`
    : '';
  return `SELECT toInt64(intDiv(toUnixTimestamp(minute), 60)) AS at, ${columns}
      FROM ${store.database}.minute_rollup FINAL WHERE ${parts.minutes}${raw}`;
}

const MINUTE_MS = 60_000;

/** Numbers of invocations; one that was cold and failed counts in both. */
export interface InvocationCounts {
  readonly invocations: number;
  readonly cold: number;
  readonly failed: number;
}

/**
 * Invocations of a scope, each counted once, from rollups where they are sealed. The ends of the scope are counted
 * exactly, unlike in a plan, which moves them outward.
 */
export async function countInvocations(store: Store, scope: Scope): Promise<InvocationCounts> {
  const first = Math.ceil(scope.fromMs / MINUTE_MS);
  const last = Math.max(first, Math.floor(scope.toMs / MINUTE_MS));
  const plan = await planOf(store, first * MINUTE_MS, last * MINUTE_MS);
  const { database } = store;
  const [found] = await store.query<{ n: string; c: string; e: string }>(
    `SELECT sum(n) AS n, sum(c) AS c, sum(e) AS e
    FROM (
      SELECT sum(invocations) AS n, sum(cold) AS c, sum(errors) AS e FROM (${minutesOf(store, plan, scope)}) WHERE at >= {first:Int64} AND at < {last:Int64}
      UNION ALL
      SELECT count() AS n, countIf(${IS_COLD} = true) AS c, countIf(${HAS_FAILED}) AS e FROM ${database}.invocations FINAL
      WHERE ${betweenSql('start')}${filterSql(scope)}
        AND (start < fromUnixTimestamp64Nano({whole:Int64}) OR start >= fromUnixTimestamp64Nano({rest:Int64}))
    )`,
    {
      ...scopeParams(scope),
      ...partsOf(database, plan, scope).params,
      first,
      last,
      whole: toNanos(first * MINUTE_MS),
      rest: toNanos(last * MINUTE_MS),
    },
  );
  const { n = 0, c = 0, e = 0 } = found ?? {};
  return { invocations: Number(n), cold: Number(c), failed: Number(e) };
}
