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
import { Memo } from './memo.ts';
import { loadActivity } from './rollup/activity.ts';
import type { Activity } from './rollup/activity.ts';
import type { ReadPlan, Seal } from './rollup/read-plan.ts';
import { planOf, loadSeals, recentLivesOf, recentTimeOf, withRecent } from './rollup/plan-read.ts';
import { EVIDENCE_READ, loadFunctionUses } from './rollup/function-uses.ts';
import { loadLives, MAX_SANDBOXES } from './rollup/lives.ts';
import type { LifeRow } from './rollup/rows.ts';
import type { LivesUnit, RecentTime } from './rollup/units.ts';
import { SLOT_SECONDS } from './rollup/sql.ts';
import { asOf, filterKey, filterSql, isPartOfFunctions } from './scope.ts';
import type { Scope } from './scope.ts';
import type { View } from './views.ts';
import { viewsOf } from './views.ts';

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
const MAX_INVOCATIONS = 1_000;
/** Whether kernels are shared is learned from at least this period before the end of the scope. */
const HOST_LEARNING_MS = 24 * 3_600_000;
const SLOT_MS = SLOT_SECONDS * 1000;
/** A scope that ends this close to now, ms, follows the clock. */
const NOW_MS = 2_000;

/** A window that is being loaded: what does not depend on its sandboxes can be read beside them. */
export interface Opening {
  /** The scope that will be answered. */
  readonly scope: Scope;
  /** As in {@link Window.plan}. */
  readonly plan: ReadPlan | undefined;
  /** Reads shared with later windows, as long as nothing arrives in the store. */
  readonly memo: Memo;
  /** The judged window. */
  readonly window: Promise<Window>;
}

/** Computes an answer from a window. */
export type Answerer<Answer> = (opening: Opening, signal?: AbortSignal) => Promise<Answer>;

/**
 * Loads and judges a window. The number of sandboxes bounds its cost, not the number of invocations.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`.
 */
export function loadWindow(store: Store, asked: Scope, signal?: AbortSignal): Promise<Window> {
  return answerFrom(store, asked, 'window', ({ window }) => window, signal);
}

/**
 * Answers a question from a judged window. For a busy scope that ends now, the answer refers to the last view, whose
 * time is the window's `scope.toMs`; all other answers refer to this moment.
 *
 * @param what names the answer: the same name and scope must mean the same answer
 * @throws {CollectorError} as {@link loadWindow}, and any error of `answer`
 */
export async function answerFrom<Answer>(
  store: Store,
  asked: Scope,
  what: string,
  answer: Answerer<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  const views = viewsOf(store);
  const about = followsTheClock(asked) ? aboutOf(asked) : undefined;
  const most = asked.maxInvocations ?? MAX_INVOCATIONS;
  const make = async (view: View): Promise<Answer> => answer(await openView(store, asked, view));
  if (about !== undefined && views.knows(about)) return views.ask(what, about, make);
  const activity = await loadActivity(store, asked, EVIDENCE_READ, signal);
  if (activity.atMost <= most) {
    const window = judged(store, lookAtEach(store, asked, signal), asked, signal);
    const answered = await answer({ scope: asked, plan: undefined, memo: new Memo(), window }, signal);
    if (about !== undefined && views.expects(about, activity.atMost, most)) views.prepare(what, about, make);
    return answered;
  }
  if (about !== undefined) return views.ask(what, about, make);
  const memo = new Memo();
  const planned = await planWindow(store, asked, memo, signal);
  const { plan, scope } = planned;
  const read = readWindow(store, planned, activity, memo, signal);
  return answer({ scope, plan, memo, window: judged(store, read, scope, signal) }, signal);
}

/** Begins to load the window of a view. */
async function openView(store: Store, asked: Scope, view: View): Promise<Opening> {
  const { data, atMs } = view;
  const about = aboutOf(asked);
  const { planned, activity } = await data.remember(`plan of window\n${about}`, async () => {
    const now = { ...asked, fromMs: slotStart(asked.fromMs), toMs: atMs };
    const [plannedNow, activityNow] = await Promise.all([
      planWindow(store, now, data),
      loadActivity(store, now, EVIDENCE_READ),
    ]);
    return { planned: plannedNow, activity: activityNow };
  });
  const scope = { ...planned.scope, toMs: atMs };
  const window = view.answers.remember(`judged window\n${about}`, () => {
    const read = data.remember(`window\n${about}`, () => readWindow(store, planned, activity, data));
    return judged(store, read, scope);
  });
  return { scope, plan: planned.plan, memo: data, window };
}

/** The window of a view. */
async function windowOf(store: Store, asked: Scope, view: View): Promise<Window> {
  const { window } = await openView(store, asked, view);
  return window;
}

/**
 * Answers a question that reads the store without a window. For a busy scope that ends now, the answer refers to the
 * last view and starts at the slot that contains the scope's start; all other answers refer to this moment.
 *
 * @param what names the answer: the same name and scope must mean the same answer
 * @param read gets the scope to read
 */
export async function readAsOfView<Answer>(
  store: Store,
  asked: Scope,
  what: string,
  read: (scope: Scope) => Promise<Answer>,
): Promise<Answer> {
  return asOfView(store, asked, what, {
    now: () => read(asked),
    ofView: ({ atMs }) => read({ ...asked, fromMs: slotStart(asked.fromMs), toMs: atMs }),
  });
}

interface Ways<Answer> {
  readonly now: () => Promise<Answer>;
  readonly ofView: (view: View) => Promise<Answer>;
}

/** Uses a view if the scope ends now and is busy, else reads now. */
async function asOfView<Answer>(
  store: Store,
  asked: Scope,
  what: string,
  { now, ofView }: Ways<Answer>,
): Promise<Answer> {
  const views = viewsOf(store);
  const about = aboutOf(asked);
  if (!followsTheClock(asked)) return now();
  if (views.knows(about)) return views.ask(what, about, ofView);
  const most = asked.maxInvocations ?? MAX_INVOCATIONS;
  const { atMost } = await loadActivity(store, asked, EVIDENCE_READ);
  if (atMost > most) return views.ask(what, about, ofView);
  const answer = await now();
  if (views.expects(about, atMost, most)) views.prepare(what, about, ofView);
  return answer;
}

/** The data source of a question, as of one moment. */
export interface Reading {
  /** The scope, as of that moment. */
  readonly scope: Scope;
  /** Its judged sandboxes. */
  readonly window: () => Promise<Window>;
  /** Hosts by lifeline key, without any judgement. */
  readonly hosts: () => Promise<ReadonlyMap<string, HostOf>>;
}

/** Reads as of this moment, except for the window of a busy scope, which is as of the last view. */
export function readNow(store: Store, scope: Scope): Reading {
  return {
    scope,
    window: () => loadWindow(store, scope),
    hosts: () => loadHosts(store, scope, new Memo()),
  };
}

/**
 * Answers a question that reads its data itself, like {@link readAsOfView}. The question must not request views itself:
 * they would wait for the view that waits for it.
 *
 * @param what names the answer: the same name and scope must mean the same answer
 */
export async function askAsOfView<Answer>(
  store: Store,
  asked: Scope,
  what: string,
  ask: (reading: Reading) => Promise<Answer>,
): Promise<Answer> {
  const ofView = (view: View): Reading => {
    const scope = { ...asked, fromMs: slotStart(asked.fromMs), toMs: view.atMs };
    return {
      scope,
      window: () => windowOf(store, asked, view),
      hosts: () => loadHosts(store, scope, view.data),
    };
  };
  return asOfView(store, asked, what, {
    now: () => ask(readNow(store, asked)),
    ofView: (view) => ask(ofView(view)),
  });
}

async function loadHosts(store: Store, scope: Scope, memo: Memo): Promise<ReadonlyMap<string, HostOf>> {
  const fromMs = learntFrom(scope);
  const { plan } = await planAll(store, scope, memo);
  const everything = memo.remember(`lives ${fromMs}`, () => loadEveryLife(store, plan));
  const { hosts } = await memo.remember(`hosts ${fromMs}`, async () => learn(await everything));
  return hosts;
}

function slotStart(fromMs: number): number {
  return Math.floor(fromMs / SLOT_MS) * SLOT_MS;
}

function followsTheClock({ toMs }: Scope): boolean {
  return Math.abs(Date.now() - toMs) < NOW_MS;
}

/** Names the subject of a question about a range that ends now, for as long as its start is in the same slot. */
function aboutOf(scope: Scope): string {
  return JSON.stringify([slotStart(scope.fromMs), filterKey(scope), scope.maxInvocations]);
}

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
async function judged(
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
async function planWindow(
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
async function readWindow(
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
async function lookAtEach(store: Store, scope: Scope, signal?: AbortSignal): Promise<UnjudgedWindow> {
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
