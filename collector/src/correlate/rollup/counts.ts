import type { Store } from '../../store/index.ts';
import { groupBy } from '../lifelines.ts';
import { filterParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { Cover } from './cover.ts';
import { partsOf } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { durationRows, minuteRows } from './sql.ts';

export type Quantiles = readonly [p50: number | null, p95: number | null, p99: number | null];

export interface DurationRow {
  readonly function: string;
  readonly last_seen: string;
  readonly durations: Quantiles;
  readonly cold_durations: Quantiles;
  readonly warm_durations: Quantiles;
}

/** Largest relative error of a quantile read from rollups. */
export const QUANTILE_ERROR = 0.005;

/** Quantiles of the durations of each function, ms, and its newest start. */
export async function loadDurations(
  store: Store,
  cover: Cover,
  scope: Scope,
  signal?: AbortSignal,
): Promise<Map<string, DurationRow>> {
  const { version, region } = scope;
  const isPart = version !== undefined || region !== undefined;
  // Durations are kept for a function, not for its versions and regions: those are read again.
  const parts = isPart
    ? partsOf(store.database, { ...cover, sealed: [], dirty: [], raw: [cover] }, scope)
    : partsOf(store.database, cover, scope);
  const columns = 'function, last_start_ns, durations, cold_durations, warm_durations';
  const raw = parts.raw ? ` UNION ALL SELECT ${columns} FROM (${durationRows(parts.raw)})` : '';
  const stored = isPart
    ? `${columns} FROM ${store.database}.function_rollup WHERE false`
    : `${columns} FROM ${store.database}.function_rollup FINAL WHERE ${parts.sealed}`;
  const merged = (column: string): string =>
    `quantilesDDMerge(${QUANTILE_ERROR}, 0.5, 0.95, 0.99)(r.${column}) AS ${column}`;
  const rows = await store.query<DurationRow>(
    `SELECT r.function AS function, max(r.last_start_ns) AS last_seen, ${merged('durations')}, ${merged('cold_durations')},
      ${merged('warm_durations')}
    FROM (SELECT ${stored}${raw}) AS r
    GROUP BY function`,
    { ...filterParams(scope), ...parts.params },
    {},
    signal,
  );
  return new Map(rows.map((row) => [row.function, row]));
}

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
  cover: Cover,
  scope: Scope,
  signal?: AbortSignal,
): Promise<CountRow[]> {
  const parts = partsOf(store.database, cover, scope);
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
  const [sealed, recent] = await Promise.all([
    readSealed(store, {
      name: 'counts',
      cover,
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
  return [...groupBy([...sealed, ...recent], (row) => row.function)]
    .map(([name, own]) => sumOf(name, own))
    .sort((a, b) => (a.function < b.function ? -1 : 1));
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

/** Rows of a SELECT from minutes of the scope: minutes since the epoch as `at`, `function`, counts. */
export function minutesOf(store: Store, cover: Cover, scope: Scope): string {
  const parts = partsOf(store.database, cover, scope);
  const columns = 'function, invocations, cold, warm, errors';
  const raw = parts.raw
    ? ` UNION ALL SELECT minute AS at, function, invocations, n_cold AS cold, n_warm AS warm, errors FROM (${minuteRows(parts.raw)})`
    : '';
  return `SELECT toInt64(intDiv(toUnixTimestamp(minute), 60)) AS at, ${columns}
      FROM ${store.database}.minute_rollup FINAL WHERE ${parts.minutes}${raw}`;
}
