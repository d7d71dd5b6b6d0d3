import type { Store } from '../store/index.ts';
import { yieldToEventLoop, TimeSlice } from './time-slice.ts';
import { fateUnknown, judgementsOf } from './fates/index.ts';
import type { Fate, JudgedFunction } from './fates/index.ts';
import type { FunctionUse } from './function-use.ts';
import { splitClones } from './clones.ts';
import { learnHosts } from './hosts.ts';
import type { HostOf, SandboxFacts } from './hosts.ts';
import { loadEnds, loadInvocations } from './invocations.ts';
import { endsBySandbox, groupBy, lifelineKey, lifelines } from './lifelines.ts';
import type { Lifeline } from './lifelines.ts';
import type { Memo } from './memo.ts';
import type { Activity } from './rollup/activity.ts';
import type { ReadPlan, Seal } from './rollup/read-plan.ts';
import { planOf, loadSeals, recentLivesOf, recentTimeOf, withRecent } from './rollup/plan-read.ts';
import { loadFunctionUses } from './rollup/function-uses.ts';
import { loadLives, MAX_SANDBOXES } from './rollup/lives.ts';
import type { LifeRow } from './rollup/rows.ts';
import type { LivesUnit, RecentTime } from './rollup/units.ts';
import { SLOT_SECONDS } from './rollup/sql.ts';
import { asOf, filterSql, isPartOfFunctions } from './scope.ts';
import type { Scope } from './scope.ts';

/** All data that the correlators use for one question. */
export interface Window {
  /** The answered scope: the requested scope, extended to whole buckets where rollups are read. */
  readonly scope: Scope;
  /** The moment that states refer to: the end of the scope, or now if that is earlier. */
  readonly asOfMs: number;
  /** There were too many sandboxes, and only the latest used were taken; or some functions are not judged yet. */
  readonly truncated: boolean;
  /** The read plan for rollups; undefined where every invocation was examined. */
  readonly plan: ReadPlan | undefined;
  readonly facts: ReadonlyMap<string, SandboxFacts>;
  /** By lifeline key. */
  readonly hosts: ReadonlyMap<string, HostOf>;
  readonly functions: ReadonlyMap<string, FunctionWindow>;
}

/** One function of a window, with judged sandboxes. */
export interface FunctionWindow extends FunctionUse {
  /** By lifeline key. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** From all evidence up to {@link Window.asOfMs}; undefined without sufficiently recent evidence. */
  readonly judged: JudgedFunction | undefined;
}

/** Default of {@link Scope.maxInvocations}. */
export const MAX_INVOCATIONS = 1_000;
/** Whether kernels are shared is learned from at least this period before the end of the scope. */
const HOST_LEARNING_MS = 24 * 3_600_000;
const SLOT_MS = SLOT_SECONDS * 1000;
/** A scope that ends this close to now, ms, follows the clock. */
const NOW_MS = 2_000;

/** A window before judgement as of a moment. */
interface UnjudgedWindow extends Omit<Window, 'functions' | 'asOfMs' | 'scope'> {
  readonly functions: ReadonlyMap<string, FunctionUse>;
}

/** Clones share one id; the platform's name of the environment tells them apart. */
function named(life: Lifeline): Lifeline {
  const { sandboxId, environment, clone } = life;
  return sandboxId === environment || clone !== undefined
    ? life
    : { ...life, sandboxId: `${sandboxId}@${environment}` };
}

/** Facts and hosts of clones that only their ordinals tell apart: those of their common name. */
function withClones(
  { facts, hosts }: Pick<Window, 'facts' | 'hosts'>,
  functions: Window['functions'],
): Pick<Window, 'facts' | 'hosts'> {
  const clones = [...functions.values()].flatMap(({ lives }) => lives.filter(({ clone = 1 }) => clone > 1));
  if (clones.length === 0) return { facts, hosts };
  const [allFacts, allHosts] = [new Map(facts), new Map(hosts)];
  for (const life of clones) {
    const common = lifelineKey(life);
    const [fact, host] = [facts.get(common), hosts.get(common)];
    if (fact) allFacts.set(life.key, { ...fact, key: life.key });
    if (host) allHosts.set(life.key, host);
  }
  return { facts: allFacts, hosts: allHosts };
}

/**
 * Judges a window while it is being read.
 *
 * @param scope its end is the time until which nothing else has arrived, so that judgement as of then is possible
 */
export async function judged(
  store: Store,
  read: Promise<UnjudgedWindow>,
  scope: Scope,
  signal?: AbortSignal,
): Promise<Window> {
  const asOfMs = asOf(scope);
  const [{ functions, ...rest }, known] = await Promise.all([
    read,
    judgementsOf(store).of(scope.function, { fromMs: scope.fromMs, untilMs: asOfMs }, signal),
  ]);
  await yieldToEventLoop();
  const slice = new TimeSlice();
  const judgedFunctions = new Map<string, FunctionWindow>();
  for (const [name, use] of functions) {
    const own = known.functions.get(name);
    const lives: Lifeline[] = [];
    const fates = new Map<string, Fate>();
    await slice.each(use.lives, (whole) => {
      for (const life of splitClones(whole, own?.sandboxesOf(whole) ?? [])) {
        fates.set(life.key, own?.fateOf(life, asOfMs) ?? fateUnknown(life, asOfMs));
        lives.push(own?.isClone(life) === true ? named(life) : life);
      }
    });
    judgedFunctions.set(name, { ...use, lives, fates, judged: own });
  }
  const truncated = rest.truncated || known.missing > 0;
  return {
    ...rest,
    ...withClones(rest, judgedFunctions),
    truncated,
    scope,
    asOfMs,
    functions: judgedFunctions,
  };
}

/** What to read for a window from rollups. */
interface PlannedWindow {
  readonly asked: Scope;
  /** The scope, extended to whole buckets. */
  readonly scope: Scope;
  readonly plan: ReadPlan;
  /** Of the period that hosts are learned from. */
  readonly learnPlan: ReadPlan;
}

/**
 * Plans a window with so many invocations that rollups are read.
 *
 * @param memo reads shared with other scopes of the same moment
 */
export async function planWindow(
  store: Store,
  asked: Scope,
  memo: Memo,
  signal?: AbortSignal,
): Promise<PlannedWindow> {
  const { plan: learnPlan, time, seals } = await planAll(store, asked, memo, signal);
  const whole = await memo.remember(`plan ${asked.fromMs}`, () =>
    planOf(store, asked.fromMs, asked.toMs, signal, seals),
  );
  // Memory keeps data per function, not per version or deployment.
  const isPart = isPartOfFunctions(asked);
  let plan = isPart ? whole : withRecent(whole, time);
  // Both may begin in the same sealed bucket, although they were asked from different moments.
  if (whole.fromMs === learnPlan.fromMs && !isPart) plan = learnPlan;
  return { asked, scope: { ...asked, fromMs: plan.fromMs, toMs: plan.toMs }, plan, learnPlan };
}

/** @param memo reads shared with other scopes of the same moment */
export async function readWindow(
  store: Store,
  { asked, scope, plan, learnPlan }: PlannedWindow,
  activity: Activity,
  memo: Memo,
  signal?: AbortSignal,
): Promise<UnjudgedWindow> {
  const learnFromMs = learntFrom(asked);
  const everything = memo.remember(`lives ${learnFromMs}`, () => loadEveryLife(store, learnPlan, signal));
  const isEverything = plan === learnPlan && filterSql(asked) === '';
  const [known, { functions, truncated }] = await Promise.all([
    memo.remember(`hosts ${learnFromMs}`, async () => learn(await everything)),
    loadFunctionUses(store, scope, plan, activity, isEverything ? everything : undefined, memo, signal),
  ]);
  const { facts, hosts } = known;
  return { truncated: truncated || known.truncated, plan, facts, hosts, functions };
}

/** A scope with so few invocations that each is examined. */
export async function lookAtEach(store: Store, scope: Scope, signal?: AbortSignal): Promise<UnjudgedWindow> {
  const everyone = async (): Promise<Learnt> => {
    const whole = await planOf(store, learntFrom(scope), scope.toMs, signal);
    const time = followsTheClock(scope) ? await recentLivesOf(store, whole) : undefined;
    return learn(await loadEveryLife(store, withRecent(whole, time), signal));
  };
  const [known, functions] = await Promise.all([everyone(), loadAll(store, scope, signal)]);
  return { plan: undefined, ...known, functions };
}

/** The read plan for the period that hosts are learned from, with the data kept in memory. */
async function planAll(
  store: Store,
  asked: Scope,
  memo: Memo,
  signal?: AbortSignal,
): Promise<{ plan: ReadPlan; time: RecentTime | undefined; seals: readonly Seal[] }> {
  const fromMs = learntFrom(asked);
  return memo.remember(`everything ${fromMs}`, async () => {
    const seals = await loadSeals(store, fromMs, asked.toMs, signal);
    const whole = await memo.remember(`plan ${fromMs}`, () =>
      planOf(store, fromMs, asked.toMs, signal, seals),
    );
    const time = followsTheClock(asked) ? await recentTimeOf(store, whole) : undefined;
    return { plan: withRecent(whole, time), time, seals };
  });
}

function learntFrom({ fromMs, toMs }: Scope): number {
  return Math.floor(Math.min(fromMs, toMs - HOST_LEARNING_MS) / SLOT_MS) * SLOT_MS;
}

/** One function's sandboxes are evidence for another's: hosts are learned from all functions. */
function loadEveryLife(
  store: Store,
  plan: ReadPlan<LivesUnit>,
  signal?: AbortSignal,
): Promise<readonly LifeRow[]> {
  return loadLives(store, plan, { fromMs: plan.fromMs, toMs: plan.toMs }, signal);
}

type Learnt = Pick<Window, 'facts' | 'hosts' | 'truncated'>;

async function learn(lives: readonly LifeRow[]): Promise<Learnt> {
  const slice = new TimeSlice();
  const facts = new Map<string, SandboxFacts>();
  await slice.each(lives, (life) => facts.set(life.key, life.facts));
  const hosts = await learnHosts(facts.values(), slice);
  return { facts, hosts, truncated: lives.length >= MAX_SANDBOXES };
}

async function loadAll(store: Store, scope: Scope, signal?: AbortSignal): Promise<Map<string, FunctionUse>> {
  const [newestFirst, ends] = await Promise.all([
    loadInvocations(store, scope, scope.maxInvocations ?? MAX_INVOCATIONS, signal),
    loadEnds(store, scope, MAX_SANDBOXES, signal),
  ]);
  const endsOf = endsBySandbox(ends);
  const slice = new TimeSlice();
  const functions = new Map<string, FunctionUse>();
  for (const [name, own] of groupBy(newestFirst.reverse(), (invocation) => invocation.function)) {
    await slice.pause();
    const lives = lifelines(own, endsOf);
    const coldInitsMs = own.flatMap(({ cold, initDurationMs }) =>
      cold === true && initDurationMs !== undefined ? [initDurationMs] : [],
    );
    const unnamed = own.filter(({ environment }) => environment === '').length;
    functions.set(name, { count: own.length, invocations: own, unnamed, lives, coldInitsMs });
  }
  return functions;
}

/** Hosts by lifeline key, without any judgement. */
export async function loadHosts(
  store: Store,
  scope: Scope,
  memo: Memo,
): Promise<ReadonlyMap<string, HostOf>> {
  const fromMs = learntFrom(scope);
  const { plan } = await planAll(store, scope, memo);
  const everything = memo.remember(`lives ${fromMs}`, () => loadEveryLife(store, plan));
  const { hosts } = await memo.remember(`hosts ${fromMs}`, async () => learn(await everything));
  return hosts;
}

/** Start of the slot that contains a moment. */
export function slotStart(fromMs: number): number {
  return Math.floor(fromMs / SLOT_MS) * SLOT_MS;
}

/** Whether a scope ends now. */
export function followsTheClock({ toMs }: Scope): boolean {
  return Math.abs(Date.now() - toMs) < NOW_MS;
}
