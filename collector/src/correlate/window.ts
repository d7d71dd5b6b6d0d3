import type { Store } from '../store/index.ts';
import { breathe, Breather } from './breather.ts';
import { judgeFates } from './evictions.ts';
import type { Fate } from './evictions.ts';
import { learnHosts } from './hosts.ts';
import type { HostOf, SandboxFacts } from './hosts.ts';
import { loadEnds, loadInvocations } from './invocations.ts';
import { groupBy, lifelines } from './lifelines.ts';
import type { Invocation, Lifeline } from './lifelines.ts';
import type { PickOrder } from './pick-order.ts';
import { loadActivity } from './rollup/activity.ts';
import type { Activity } from './rollup/activity.ts';
import type { Cover } from './rollup/cover.ts';
import { coverOf } from './rollup/cover.ts';
import { loadDigest } from './rollup/digest.ts';
import { loadLives, MAX_SANDBOXES } from './rollup/lives.ts';
import { asOf, filterSql } from './scope.ts';
import type { Scope } from './scope.ts';

/** Everything the correlators look at for one question. */
export interface Window {
  /** What is answered for: the scope asked for, moved outward to whole buckets where rollups are read. */
  readonly scope: Scope;
  /** The moment states are given for: the end of the scope, or now where that is earlier. */
  readonly asOfMs: number;
  /** There were more sandboxes than are looked at; the latest used were taken. */
  readonly truncated: boolean;
  /** How the scope is read from rollups; undefined where every invocation was looked at. */
  readonly cover: Cover | undefined;
  readonly facts: ReadonlyMap<string, SandboxFacts>;
  /** By lifeline key. */
  readonly hosts: ReadonlyMap<string, HostOf>;
  readonly functions: ReadonlyMap<string, FunctionWindow>;
}

/** One function of a window, its sandboxes judged. */
export interface FunctionWindow {
  /** Received in the scope. */
  readonly count: number;
  /** All of them ascending by start; the newest where the window is read from rollups. */
  readonly invocations: readonly Invocation[];
  readonly lives: readonly Lifeline[];
  /** Lifelines of `invocations`: `lives` where those are all. */
  readonly evidence: readonly Lifeline[];
  /** By lifeline key. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly pickOrder: PickOrder;
}

/** Default of {@link Scope.maxInvocations}. */
const MAX_INVOCATIONS = 10_000;
/** Of a busy window the newest of each function are taken from so many of the newest. */
const EVIDENCE_READ = 50_000;
/** Whether kernels are shared is learnt from at least this much before the end of the scope. */
const HOST_LEARNING_MS = 24 * 3_600_000;

/** How a window is going to be read. */
export interface Plan {
  readonly activity: Activity;
  /** Of the time that hosts are learnt from. */
  readonly learnCover: Cover;
  /** Of the scope; undefined where every invocation is looked at. */
  readonly cover: Cover | undefined;
  /** The scope asked for, moved outward to whole buckets where rollups are read. */
  readonly scope: Scope;
}

/** Looks at how busy a scope is and what of it is sealed. @throws {CollectorError} as {@link loadWindow}. */
export async function planWindow(store: Store, asked: Scope, signal?: AbortSignal): Promise<Plan> {
  const learnFromMs = Math.min(asked.fromMs, asked.toMs - HOST_LEARNING_MS);
  const [activity, learnCover] = await Promise.all([
    loadActivity(store, asked, EVIDENCE_READ, signal),
    coverOf(store, learnFromMs, asked.toMs, signal),
  ]);
  if (activity.atMost <= (asked.maxInvocations ?? MAX_INVOCATIONS)) {
    return { activity, learnCover, cover: undefined, scope: asked };
  }
  const cover =
    asked.fromMs === learnFromMs ? learnCover : await coverOf(store, asked.fromMs, asked.toMs, signal);
  return { activity, learnCover, cover, scope: { ...asked, fromMs: cover.fromMs, toMs: cover.toMs } };
}

/**
 * Loads and judges a window. Its cost has a bound by sandboxes, not by invocations.
 *
 * @param plan how, where that is known already
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`.
 */
export async function loadWindow(
  store: Store,
  asked: Scope,
  signal?: AbortSignal,
  plan?: Plan,
): Promise<Window> {
  const { activity, learnCover, cover, scope } = plan ?? (await planWindow(store, asked, signal));
  // One's sandboxes prove for another's: hosts are learnt from all functions.
  const everything = loadLives(
    store,
    learnCover,
    { fromMs: learnCover.fromMs, toMs: learnCover.toMs },
    signal,
  );
  const isEverything = cover === learnCover && filterSql(asked) === '';
  const [allLives, { functions, truncated }] = await Promise.all([
    everything,
    cover
      ? loadDigest(store, scope, cover, activity, isEverything ? everything : undefined, signal)
      : loadAll(store, scope, signal),
  ]);
  await breathe();
  const facts = new Map(allLives.map((life) => [life.key, life.facts]));
  return {
    scope,
    asOfMs: asOf(scope),
    truncated: truncated || allLives.length >= MAX_SANDBOXES,
    cover,
    facts,
    hosts: learnHosts([...facts.values()]),
    functions,
  };
}

async function loadAll(
  store: Store,
  scope: Scope,
  signal?: AbortSignal,
): Promise<{ functions: Map<string, FunctionWindow>; truncated: boolean }> {
  const [newestFirst, ends] = await Promise.all([
    loadInvocations(store, scope, scope.maxInvocations ?? MAX_INVOCATIONS, signal),
    loadEnds(store, scope, MAX_SANDBOXES, signal),
  ]);
  const endsOf = groupBy(ends, (end) => end.function);
  const breather = new Breather();
  const functions = new Map<string, FunctionWindow>();
  for (const [name, own] of groupBy(newestFirst.reverse(), (invocation) => invocation.function)) {
    await breather.pause();
    const lives = lifelines(own, endsOf.get(name) ?? []);
    const judged = judgeFates(lives, asOf(scope));
    functions.set(name, { count: own.length, invocations: own, lives, evidence: lives, ...judged });
  }
  return { functions, truncated: false };
}
