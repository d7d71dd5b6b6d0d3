import type { Store } from '../../store/index.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { JudgedFunction } from './judged-function.ts';
import { judgementsOf } from './judgements.ts';

/** Most functions examined. */
const MOST = 50;

/** Functions of a scope without recorded invocations, judged from outcomes of idle sandboxes alone. */
export async function judgedByCounts(
  store: Store,
  { scope, asOfMs, functions }: { scope: Scope; asOfMs: number; functions: { has(name: string): boolean } },
): Promise<Map<string, JudgedFunction>> {
  // Counts have no version.
  const counted = await store.query<{ f: string }>(
    `SELECT DISTINCT function AS f FROM ${store.database}.idle_outcomes
    WHERE ${betweenSql('start')}${filterSql({ ...scope, version: undefined })} ORDER BY f`,
    scopeParams(scope),
  );
  const judged = new Map<string, JudgedFunction>();
  for (const { f } of counted.filter((row) => !functions.has(row.f)).slice(0, MOST)) {
    const own = (await judgementsOf(store).of(f, { fromMs: scope.fromMs, untilMs: asOfMs })).functions.get(f);
    if (own?.isOfCountsAlone === true) judged.set(f, own);
  }
  return judged;
}
