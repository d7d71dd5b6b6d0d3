import type { Store } from '../store/index.ts';
import { yieldToEventLoop, TimeSlice } from './time-slice.ts';
import { fateUnknown, judgementsOf } from './fates/index.ts';
import type { Fate, JudgedFunction } from './fates/index.ts';
import type { FunctionUse } from './function-use.ts';
import { learnHosts } from './hosts.ts';
import type { HostOf, SandboxFacts } from './hosts.ts';
import { loadEnds, loadInvocations } from './invocations.ts';
import { endsBySandbox, groupBy, lifelines } from './lifelines.ts';
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

/** Everything the correlators look at for one question. */
export interface Window {
  /** What is answered for: the scope asked for, moved outward to whole buckets where rollups are read. */
  readonly scope: Scope;
  /** The moment states are given for: the end of the scope, or now where that is earlier. */
  readonly asOfMs: number;
  /** There were more sandboxes than are looked at, and the latest used were taken; or some functions are not judged yet. */
  readonly truncated: boolean;
  /** How the scope is read from rollups; undefined where every invocation was looked at. */
  readonly plan: ReadPlan | undefined;
  readonly facts: ReadonlyMap<string, SandboxFacts>;
  /** By lifeline key. */
  readonly hosts: ReadonlyMap<string, HostOf>;
  readonly functions: ReadonlyMap<string, FunctionWindow>;
}

/** One function of a window, its sandboxes judged. */
export interface FunctionWindow extends FunctionUse {
  /** By lifeline key. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** By all evidence up to {@link Window.asOfMs}; undefined where there is none that is not too old. */
  readonly judged: JudgedFunction | undefined;
}

/** Default of {@link Scope.maxInvocations}. */
const MAX_INVOCATIONS = 10_000;
/** Whether kernels are shared is learnt from at least this much before the end of the scope. */
const HOST_LEARNING_MS = 24 * 3_600_000;
const SLOT_MS = SLOT_SECONDS * 1000;
/** A scope that ends this close to now, ms, is one that follows the clock. */
const NOW_MS = 2_000;

/** Answers something from a judged window. */
export type Answerer<Answer> = (window: Window, signal?: AbortSignal) => Promise<Answer>;

/**
 * Loads and judges a window. Its cost has a bound by sandboxes, not by invocations.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`.
 */
export function loadWindow(store: Store, asked: Scope, signal?: AbortSignal): Promise<Window> {
  return answerFrom(store, asked, 'window', (window) => Promise.resolve(window), signal);
}

/**
 * Answers a question from a judged window. Of a busy scope that ends now it is answered as of the last view, which
 * `scope.toMs` of the window tells; all others as of this moment.
 *
 * @param what names the answer: the same name and scope mean the same answer
 * @throws {CollectorError} as {@link loadWindow}, and what `answer` throws
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
  const make = async (view: View): Promise<Answer> => answer(await windowOf(store, asked, view));
  if (about !== undefined && views.knows(about)) return views.ask(what, about, make);
  const activity = await loadActivity(store, asked, EVIDENCE_READ, signal);
  if (activity.atMost <= most) {
    const each = await lookAtEach(store, asked, signal);
    const answered = await answer(await judged(store, each, asked.toMs, signal), signal);
    if (about !== undefined && views.expects(about, activity.atMost, most)) views.prepare(what, about, make);
    return answered;
  }
  if (about !== undefined) return views.ask(what, about, make);
  const read = await readWindow(store, asked, () => Promise.resolve(activity), new Memo(), signal);
  return answer(await judged(store, read, read.scope.toMs, signal), signal);
}

/** The window of a view. */
async function windowOf(store: Store, asked: Scope, view: View): Promise<Window> {
  const about = aboutOf(asked);
  return view.answers.remember(`window\n${about}`, async () => {
    const scope = { ...asked, fromMs: slotStart(asked.fromMs) };
    const read = await view.data.remember(`window\n${about}`, async () => {
      const now = { ...scope, toMs: view.atMs };
      return readWindow(store, now, () => loadActivity(store, now, EVIDENCE_READ), view.data);
    });
    await yieldToEventLoop();
    return judged(store, read, view.atMs);
  });
}

/**
 * Answers a question that is read from the store without a window. Of a busy scope that ends now it is answered as of the
 * last view, from the start of the slot its start is in; all others as of this moment.
 *
 * @param what names the answer: the same name and scope mean the same answer
 * @param read is told the scope to read
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

/** By a view where the scope ends now and is busy, else now. */
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

/** What a question reads from, as of one moment. */
export interface Reading {
  /** What is asked about, as of that moment. */
  readonly scope: Scope;
  /** The judged sandboxes of it. */
  readonly window: () => Promise<Window>;
  /** Hosts by lifeline key, without judging anything. */
  readonly hosts: () => Promise<ReadonlyMap<string, HostOf>>;
}

/** Reads as of this moment, but for the window of a busy scope, which is as of the last view. */
export function readNow(store: Store, scope: Scope): Reading {
  return {
    scope,
    window: () => loadWindow(store, scope),
    hosts: () => loadHosts(store, scope, new Memo()),
  };
}

/**
 * Answers a question that reads what it needs itself, as {@link readAsOfView}. It must not ask views on its own, which would
 * wait for the view that waits for it.
 *
 * @param what names the answer: the same name and scope mean the same answer
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

/** Names what a question about a range that ends now is about, for as long as its start stays in the same slot. */
function aboutOf(scope: Scope): string {
  return JSON.stringify([slotStart(scope.fromMs), filterKey(scope), scope.maxInvocations]);
}

/** A window before it is judged as of a moment. */
interface UnjudgedWindow extends Omit<Window, 'functions' | 'asOfMs'> {
  readonly functions: ReadonlyMap<string, FunctionUse>;
}

/** Clones have one id: theirs is told with the platform's name of the environment. */
function named(life: Lifeline): Lifeline {
  const { sandboxId, environment } = life;
  return sandboxId === environment ? life : { ...life, sandboxId: `${sandboxId}@${environment}` };
}

/** @param toMs until when nothing else has come, so that it can be judged as of then */
async function judged(
  store: Store,
  { functions, scope: loaded, ...rest }: UnjudgedWindow,
  toMs: number,
  signal?: AbortSignal,
): Promise<Window> {
  const scope = { ...loaded, toMs };
  const asOfMs = asOf(scope);
  const known =
    functions.size === 0 ? undefined : await judgementsOf(store).of(scope.function, asOfMs, signal);
  const slice = new TimeSlice();
  const judgedFunctions = new Map<string, FunctionWindow>();
  for (const [name, use] of functions) {
    await slice.pause();
    const own = known?.functions.get(name);
    const fates = new Map(
      use.lives.map((life) => [life.key, own?.fateOf(life, asOfMs) ?? fateUnknown(life, asOfMs)] as const),
    );
    const lives = use.lives.map((life) => (own?.isClone(life) === true ? named(life) : life));
    judgedFunctions.set(name, { ...use, lives, fates, judged: own });
  }
  const truncated = rest.truncated || (known?.missing ?? 0) > 0;
  return { ...rest, truncated, scope, asOfMs, functions: judgedFunctions };
}

/**
 * A scope with so many invocations that rollups are read.
 *
 * @param memo what other scopes of the same moment read too
 */
async function readWindow(
  store: Store,
  asked: Scope,
  activityOf: () => Promise<Activity>,
  memo: Memo,
  signal?: AbortSignal,
): Promise<UnjudgedWindow> {
  const learnFromMs = learntFrom(asked);
  const [{ plan: learnPlan, time, seals }, activity] = await Promise.all([
    planAll(store, asked, memo, signal),
    activityOf(),
  ]);
  const whole = await memo.remember(`plan ${asked.fromMs}`, () =>
    planOf(store, asked.fromMs, asked.toMs, signal, seals),
  );
  // What is kept in memory is kept for a function, not for its versions and deployments.
  const isPart = isPartOfFunctions(asked);
  let plan = isPart ? whole : withRecent(whole, time);
  if (asked.fromMs === learnFromMs && !isPart) plan = learnPlan;
  const scope = { ...asked, fromMs: plan.fromMs, toMs: plan.toMs };
  const everything = memo.remember(`lives ${learnFromMs}`, () => loadEveryLife(store, learnPlan, signal));
  const isEverything = plan === learnPlan && filterSql(asked) === '';
  const [known, { functions, truncated }] = await Promise.all([
    memo.remember(`hosts ${learnFromMs}`, async () => learn(await everything)),
    loadFunctionUses(store, scope, plan, activity, isEverything ? everything : undefined, memo, signal),
  ]);
  const { facts, hosts } = known;
  return { scope, truncated: truncated || known.truncated, plan, facts, hosts, functions };
}

/** A scope with so few invocations that each is looked at. */
async function lookAtEach(store: Store, scope: Scope, signal?: AbortSignal): Promise<UnjudgedWindow> {
  const everyone = async (): Promise<Learnt> => {
    const whole = await planOf(store, learntFrom(scope), scope.toMs, signal);
    const time = followsTheClock(scope) ? await recentLivesOf(store, whole) : undefined;
    return learn(await loadEveryLife(store, withRecent(whole, time), signal));
  };
  const [known, functions] = await Promise.all([everyone(), loadAll(store, scope, signal)]);
  return { scope, plan: undefined, ...known, functions };
}

/** How the time is read that hosts are learnt from, and what of it is kept in memory. */
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

/** One's sandboxes prove for another's: hosts are learnt from all functions. */
function loadEveryLife(
  store: Store,
  plan: ReadPlan<LivesUnit>,
  signal?: AbortSignal,
): Promise<readonly LifeRow[]> {
  return loadLives(store, plan, { fromMs: plan.fromMs, toMs: plan.toMs }, signal);
}

type Learnt = Pick<Window, 'facts' | 'hosts' | 'truncated'>;

async function learn(lives: readonly LifeRow[]): Promise<Learnt> {
  await yieldToEventLoop();
  const facts = new Map(lives.map((life) => [life.key, life.facts]));
  await yieldToEventLoop();
  return { facts, hosts: learnHosts([...facts.values()]), truncated: lives.length >= MAX_SANDBOXES };
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
