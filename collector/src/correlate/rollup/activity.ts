import type { Store } from '../../store/index.ts';
import type { Scope } from '../scope.ts';
import { SLOT_SECONDS } from './sql.ts';

const SLOT_MS = SLOT_SECONDS * 1000;

/** The size of a scope, without reading it. */
export interface Activity {
  /** Invocations in the slots that the scope touches, with repeats counted twice: never too few. */
  readonly atMost: number;
  readonly functions: number;
  /** Start of the newest invocations of the scope: as many as requested, or a few more. */
  readonly newestFromMs: number;
}

/**
 * How busy a scope is.
 *
 * @param newestRows number of newest invocations for `newestFromMs`
 */
export async function loadActivity(
  store: Store,
  scope: Scope,
  newestRows: number,
  signal?: AbortSignal,
): Promise<Activity> {
  const rows = await store.query<{ slot: number; n: string; functions: string; isTotal: number }>(
    `SELECT slot, sum(rows) AS n, uniqExact(function) AS functions, grouping(slot) AS isTotal
    FROM ${store.database}.activity
    WHERE slot >= {first:Int32} AND slot <= {last:Int32}
      ${scope.function === undefined ? '' : 'AND function = {function:String}'}
    GROUP BY GROUPING SETS ((slot), ())
    ORDER BY isTotal, slot DESC`,
    {
      first: Math.floor(scope.fromMs / SLOT_MS),
      last: Math.floor((scope.toMs - 1) / SLOT_MS),
      ...(scope.function !== undefined && { function: scope.function }),
    },
    {},
    signal,
  );
  const total = rows.pop();
  return {
    atMost: Number(total?.n ?? 0),
    functions: Number(total?.functions ?? 0),
    newestFromMs: newestFrom(rows, scope, newestRows),
  };
}

/** The time range in which the stored invocations began, in whole slots; undefined if there are none. */
export async function loadStoredTime(
  store: Store,
): Promise<{ readonly fromMs: number; readonly toMs: number } | undefined> {
  const [found] = await store.query<{ n: string; first: number; last: number }>(
    `SELECT count() AS n, min(slot) AS first, max(slot) AS last FROM ${store.database}.activity`,
  );
  if (found === undefined || found.n === '0') return undefined;
  return { fromMs: found.first * SLOT_MS, toMs: (found.last + 1) * SLOT_MS };
}

/** Start of the time range with this many of the newest rows; within a slot they are assumed to be evenly spread. */
function newestFrom(
  slots: readonly { readonly slot: number; readonly n: string }[],
  { fromMs, toMs }: Scope,
  wanted: number,
): number {
  let missing = wanted;
  for (const { slot, n } of slots) {
    const inSlot = Number(n);
    if (inSlot >= missing) {
      const beginMs = Math.max(fromMs, slot * SLOT_MS);
      const endMs = Math.min(toMs, (slot + 1) * SLOT_MS);
      const share = Math.min(1, (UNEVEN * missing) / inSlot);
      return Math.max(beginMs, Math.floor(endMs - (endMs - beginMs) * share));
    }
    missing -= inSlot;
  }
  return fromMs;
}

/** Traffic is never perfectly even. */
const UNEVEN = 2;
