import { addToGroup } from '../../lists/index.ts';
import type { Store } from '../../store/index.ts';
import { yieldToEventLoop, TimeSlice } from '../time-slice.ts';
import type { FunctionUse } from '../function-use.ts';
import { endsSql, loadEnds, loadInvocations, loadNewestOfEach } from '../invocations.ts';
import { endsBySandbox, endsOfSandbox, groupBy, lostBetween } from '../lifelines.ts';
import type { EndsBySandbox, Invocation, Lifeline, SandboxEnd } from '../lifelines.ts';
import type { Memo } from '../memo.ts';
import { filterKey, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { Activity } from './activity.ts';
import type { ReadPlan } from './read-plan.ts';
import { loadLives, MAX_SANDBOXES } from './lives.ts';
import type { LifeRow } from './rows.ts';
import { remember } from './sealed-cache.ts';

/** In a busy window, the newest invocations of each function are taken from this many of the newest overall. */
export const EVIDENCE_READ = 20_000;
/** Newest invocations examined one by one: of all functions together, and at least of each. */
const EVIDENCE = 5_000;
const LEAST_EVIDENCE = 25;

/**
 * The contents of a window, from rollups and its newest invocations.
 *
 * @param loaded its sandboxes, if already loaded
 * @param memo reads shared with other scopes of the same moment
 */
export async function loadFunctionUses(
  store: Store,
  scope: Scope,
  plan: ReadPlan,
  activity: Activity,
  loaded: Promise<readonly LifeRow[]> | undefined,
  memo: Memo,
  signal?: AbortSignal,
): Promise<{ functions: Map<string, FunctionUse>; truncated: boolean }> {
  const [lives, ends, newest] = await Promise.all([
    loaded ?? loadLives(store, plan, scope, signal),
    loadEndsOnce(store, scope, signal),
    loadEvidence(store, scope, plan, activity, memo, signal),
  ]);
  const endsOf = endsBySandbox(ends);
  const evidenceOf = groupBy(newest, (invocation) => invocation.function);
  const slice = new TimeSlice();
  const functions = new Map<string, FunctionUse>();
  await yieldToEventLoop();
  const rowsOf = new Map<string, LifeRow[]>();
  await slice.each(lives.slice(0, MAX_SANDBOXES), (row) => addToGroup(rowsOf, row.function, row));
  for (const [name, rows] of rowsOf) {
    await slice.pause();
    const named = rows.filter(({ environment }) => environment !== '');
    const invocations = (evidenceOf.get(name) ?? []).sort((a, b) => a.startMs - b.startMs);
    functions.set(name, {
      count: rows.reduce((sum, row) => sum + row.invocations, 0),
      invocations,
      lives: named.map((row) => lifeOf(row, endsOf)),
      unnamed: rows.reduce((sum, row) => sum + (row.environment === '' ? row.invocations : 0), 0),
      coldInitsMs: rows.flatMap(({ coldStarts }) =>
        coldStarts.flatMap(([, initMs]) => (initMs >= 0 ? [initMs] : [])),
      ),
    });
  }
  return { functions, truncated: lives.length > MAX_SANDBOXES };
}

/** Goodbyes of the scope, read again whenever another one arrives. */
async function loadEndsOnce(
  store: Store,
  scope: Scope,
  signal?: AbortSignal,
): Promise<readonly SandboxEnd[]> {
  const of = scope.function ?? '';
  const [held] = await store.query<{ n: string; at: number }>(
    `SELECT count() AS n, toUnixTimestamp(max(received_at)) AS at FROM ${store.database}.sandbox_ends
    WHERE ${endsSql(store, scope)}`,
    scopeParams(scope),
    {},
    signal,
  );
  if (held?.n === '0') return [];
  return remember(store, JSON.stringify(['ends', scope.fromMs, of]), JSON.stringify(held), async () =>
    loadEnds(store, scope, MAX_SANDBOXES, signal),
  );
}

async function loadEvidence(
  store: Store,
  scope: Scope,
  plan: ReadPlan,
  activity: Activity,
  memo: Memo,
  signal?: AbortSignal,
): Promise<readonly Invocation[]> {
  const each = Math.max(LEAST_EVIDENCE, Math.floor(EVIDENCE / Math.max(1, activity.functions)));
  // For one function the whole scope is searched, for all only the newest part.
  if (scope.function !== undefined) return loadInvocations(store, scope, EVIDENCE, signal);
  const fromMs = newestFrom(plan) ?? Math.max(scope.fromMs, activity.newestFromMs);
  const name = JSON.stringify(['evidence', fromMs, each, filterKey(scope)]);
  return memo.remember(name, () => loadNewestOfEach(store, { ...scope, fromMs }, each, signal));
}

/** Start of the time range with enough of the newest invocations, if the data in memory is sufficient. */
function newestFrom({ recent = [], sealed, raw }: ReadPlan): number | undefined {
  let missing = EVIDENCE_READ;
  let earliest: number | undefined;
  for (const { from, count } of recent.toReversed()) {
    missing -= count;
    if (count > 0) earliest = from;
    if (missing <= 0) break;
  }
  const isKnown = missing <= 0 || (sealed.length === 0 && raw.length === 0);
  return isKnown && earliest !== undefined ? earliest * 1000 : undefined;
}

function lifeOf(row: LifeRow, endsOf: EndsBySandbox): Lifeline {
  let lost = 0;
  const { environment } = row;
  for (const [sandboxId, ticks, lowest, highest, seen] of row.processes) {
    const told = endsOfSandbox(endsOf, { sandboxId, environment }).filter(
      (end) => (end.processStartTicks ?? '') === ticks,
    );
    if (seen !== '0') lost += lostBetween(Number(lowest), Number(highest), Number(seen), told);
  }
  return {
    key: row.key,
    function: row.function,
    environment: row.environment,
    sandboxId: row.sandboxId,
    count: row.invocations,
    mostConcurrent: Math.max(1, row.mostConcurrent),
    firstStartMs: row.firstStartMs,
    lastEndMs: row.lastEndMs,
    version: row.version,
    lost,
    restarts: row.processes.length - 1,
  };
}
