import type { Store } from '../../store/index.ts';
import type { Scope } from '../scope.ts';
import { SLOT_SECONDS } from './sql.ts';

const SLOT_MS = SLOT_SECONDS * 1000;

/** How much a scope holds, without reading it. */
export interface Activity {
  /** Invocations in the slots the scope touches, those sent twice counted twice: never too few. */
  readonly atMost: number;
  readonly functions: number;
  /** The newest invocations of the scope, as many as were asked for or a few more, start here. */
  readonly newestFromMs: number;
  /** Changes when anything arrives for the slots the scope touches. */
  readonly version: string;
}

/**
 * How busy a scope is.
 *
 * @param newestRows how many of the newest invocations `newestFromMs` is asked for
 */
export async function loadActivity(
  store: Store,
  scope: Scope,
  newestRows: number,
  signal?: AbortSignal,
): Promise<Activity> {
  const [row] = await store.query<{ total: string; functions: string; newest: string; changed: string }>(
    `WITH slots AS (
      SELECT slot, function, sum(rows) AS n, max(changed_at) AS changed_at FROM ${store.database}.activity
      WHERE slot >= {first:Int32} AND slot <= {last:Int32}
        ${scope.function === undefined ? '' : 'AND function = {function:String}'}
      GROUP BY slot, function
    )
    SELECT sum(m) AS total, (SELECT uniqExact(function) FROM slots) AS functions,
      toUnixTimestamp((SELECT max(changed_at) FROM slots)) AS changed, maxIf(slot, newer >= {newest:UInt64}) AS newest
    FROM (
      SELECT slot, m, sum(m) OVER (ORDER BY slot DESC) AS newer
      FROM (SELECT slot, sum(n) AS m FROM slots GROUP BY slot)
    )`,
    {
      newest: newestRows,
      first: Math.floor(scope.fromMs / SLOT_MS),
      last: Math.floor((scope.toMs - 1) / SLOT_MS),
      ...(scope.function !== undefined && { function: scope.function }),
    },
    {},
    signal,
  );
  return {
    atMost: Number(row?.total ?? 0),
    functions: Number(row?.functions ?? 0),
    newestFromMs: Math.max(scope.fromMs, Number(row?.newest ?? 0) * SLOT_MS),
    version: `${row?.total ?? 0} ${row?.changed ?? 0}`,
  };
}
