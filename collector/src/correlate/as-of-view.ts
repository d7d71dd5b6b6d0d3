import type { Store } from '../store/index.ts';
import { Memo } from './memo.ts';
import type { HostOf } from './sandbox-facts.ts';
import { loadActivity } from './rollup/activity.ts';
import { EVIDENCE_READ } from './rollup/function-uses.ts';
import type { ReadPlan } from './rollup/read-plan.ts';
import { filterKey } from './scope.ts';
import type { Scope } from './scope.ts';
import type { View } from './views.ts';
import { viewsOf } from './views.ts';
import {
  followsTheClock,
  judged,
  loadHosts,
  lookAtEach,
  MAX_INVOCATIONS,
  planWindow,
  readWindow,
  slotStart,
} from './window.ts';
import type { Window } from './window.ts';

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

/** Names the subject of a question about a range that ends now, for as long as its start is in the same slot. */
function aboutOf(scope: Scope): string {
  return JSON.stringify([slotStart(scope.fromMs), filterKey(scope), scope.maxInvocations]);
}
