import type { Store } from '../../store/index.ts';
import { breathe, Breather } from '../breather.ts';
import type { FunctionFates } from '../evictions.ts';
import { loadEnds, loadInvocations, loadNewestOfEach } from '../invocations.ts';
import { endsWith, groupBy, lifelineKey, lifelines, lostBetween } from '../lifelines.ts';
import type { Invocation, Lifeline, SandboxEnd } from '../lifelines.ts';
import type { Memo } from '../memo.ts';
import { betweenSql, filterParams, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { FunctionWindow } from '../window.ts';
import type { Activity } from './activity.ts';
import type { Cover } from './cover.ts';
import { judgeDigest } from './fates.ts';
import { loadLives, MAX_SANDBOXES } from './lives.ts';
import type { LifeRow } from './lives.ts';
import { partsOf, recentParts } from './read.ts';
import type { Bins } from './recent.ts';
import { readSealed, remember } from './sealed-cache.ts';
import { gapRows } from './sql.ts';

/** Of a busy window the newest of each function are taken from so many of the newest. */
export const EVIDENCE_READ = 20_000;
/** Newest invocations looked at one by one, of all functions together, and at least of each. */
const EVIDENCE = 5_000;
const LEAST_EVIDENCE = 25;

/** A function of a window before it is judged as of a moment. */
export interface DigestedFunction extends Omit<FunctionWindow, keyof FunctionFates> {
  readonly judge: (asOfMs: number) => FunctionFates;
}

/**
 * Prepares the judgement of a window from rollups and its newest invocations.
 *
 * @param loaded its sandboxes, where they are at hand
 * @param memo what other scopes of the same moment read too
 */
export async function loadDigest(
  store: Store,
  scope: Scope,
  cover: Cover,
  activity: Activity,
  loaded: Promise<readonly LifeRow[]> | undefined,
  memo: Memo,
  signal?: AbortSignal,
): Promise<{ functions: Map<string, DigestedFunction>; truncated: boolean }> {
  const [lives, ends, newest, gaps] = await Promise.all([
    loaded ?? loadLives(store, cover, scope, signal),
    loadEndsOnce(store, scope, signal),
    loadEvidence(store, scope, cover, activity, memo, signal),
    loadGaps(store, cover, scope, signal),
  ]);
  const endsOf = groupBy(ends, lifelineKey);
  const evidenceOf = groupBy(newest, (invocation) => invocation.function);
  const breather = new Breather();
  const functions = new Map<string, DigestedFunction>();
  await breathe();
  const shown = lives.slice(0, MAX_SANDBOXES);
  for (const [name, rows] of groupBy(shown, (row) => row.function)) {
    await breather.pause();
    const invocations = (evidenceOf.get(name) ?? []).sort((a, b) => a.startMs - b.startMs);
    const evidence = lifelines(invocations, []);
    const known = new Map(evidence.map((life) => [life.key, life]));
    const digested = rows.map((row) => {
      const life = lifeOf(row, endsOf.get(row.key) ?? [], known.get(row.key));
      return { life, coldStarts: row.coldStarts, seamGapsMs: row.seamGapsMs };
    });
    functions.set(name, {
      count: rows.reduce((sum, row) => sum + row.invocations, 0),
      invocations,
      lives: digested.map(({ life }) => life),
      evidence,
      judge: judgeDigest({
        lives: digested,
        evidence,
        gapBins: gaps.get(name) ?? [],
        longestExportMs: rows.reduce((longest, { exportMaxMs }) => Math.max(longest, exportMaxMs), 0),
      }),
    });
  }
  return { functions, truncated: lives.length > MAX_SANDBOXES };
}

/** Goodbyes of the scope, read again when one more came. */
async function loadEndsOnce(
  store: Store,
  scope: Scope,
  signal?: AbortSignal,
): Promise<readonly SandboxEnd[]> {
  const of = scope.function ?? '';
  const [held] = await store.query<{ n: string; at: number }>(
    `SELECT count() AS n, toUnixTimestamp(max(received_at)) AS at FROM ${store.database}.sandbox_ends
    WHERE ${betweenSql('time')}${filterSql(scope, ['function'])}`,
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
  cover: Cover,
  activity: Activity,
  memo: Memo,
  signal?: AbortSignal,
): Promise<readonly Invocation[]> {
  const each = Math.max(LEAST_EVIDENCE, Math.floor(EVIDENCE / Math.max(1, activity.functions)));
  // For one function the whole scope is looked through, for all only the newest part.
  if (scope.function !== undefined) return loadInvocations(store, scope, EVIDENCE, signal);
  const fromMs = newestFrom(cover) ?? Math.max(scope.fromMs, activity.newestFromMs);
  const name = JSON.stringify(['evidence', fromMs, each, scope.version, scope.region]);
  return memo.remember(name, () => loadNewestOfEach(store, { ...scope, fromMs }, each, signal));
}

/** Start of the stretch that holds enough of the newest invocations, where what is kept in memory tells. */
function newestFrom({ recent = [], sealed, raw }: Cover): number | undefined {
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

async function loadGaps(
  store: Store,
  cover: Cover,
  scope: Scope,
  signal?: AbortSignal,
): Promise<Map<string, Bins>> {
  // Bins are kept for a function, not for its versions; theirs are taken for these.
  const parts = partsOf(store.database, cover, scope, ['function']);
  const params = filterParams({ ...scope, version: undefined, region: undefined });
  const read = async (rows: string): Promise<{ function: string; bins: Bins }[]> => {
    const found = await store.query<{ f: string; g: [number[], string[]] }>(
      `SELECT function AS f, sumMap(gaps.1, gaps.2) AS g FROM ${rows} GROUP BY function`,
      { ...params, ...parts.params },
      {},
      signal,
    );
    return found.map(({ f, g: [bins, counts] }) => ({
      function: f,
      bins: bins.map((bin, at) => [bin, Number(counts[at])] as const),
    }));
  };
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'gaps',
      cover,
      parts,
      params,
      load: (condition) => read(`${store.database}.function_rollup FINAL WHERE ${condition}`),
    }),
    parts.raw ? read(`(${gapRows(parts.raw)})`) : [],
  ]);
  const all = new Map<string, Bins>();
  const recent = recentParts(cover, scope).map((part) => ({ function: part.function, bins: part.gaps }));
  for (const { function: name, bins } of [...sealed, ...raw, ...recent]) {
    all.set(name, [...(all.get(name) ?? []), ...bins]);
  }
  return all;
}

function lifeOf(row: LifeRow, ends: readonly SandboxEnd[], newest: Lifeline | undefined): Lifeline {
  let lost = 0;
  for (const [ticks, lowest, highest, seen] of row.processes) {
    const told = ends.filter((end) => (end.processStartTicks ?? '') === ticks);
    if (seen !== '0') lost += lostBetween(Number(lowest), Number(highest), Number(seen), told);
  }
  const lastTicks =
    row.processes.length === 1 ? row.processes[0]?.[0] : newest?.invocations.at(-1)?.processStartTicks;
  return {
    key: row.key,
    function: row.function,
    sandboxId: row.sandboxId,
    count: row.invocations,
    invocations: newest?.invocations ?? [],
    mostConcurrent: Math.max(1, row.mostConcurrent),
    firstStartMs: row.firstStartMs,
    lastEndMs: row.lastEndMs,
    version: row.version,
    gaps: newest?.gaps ?? [],
    lost,
    restarts: row.processes.length - 1,
    end: ends.find((end) => endsWith(end, lastTicks === '' ? undefined : lastTicks, row.lastEndMs)),
  };
}
