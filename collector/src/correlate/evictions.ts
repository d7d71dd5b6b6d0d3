import type { Invocation, Lifeline } from './lifelines.ts';
import { judgePickOrder } from './pick-order.ts';
import type { PickOrder } from './pick-order.ts';
import { ascending, countAtMost } from './statistics.ts';
import { estimateSurvival } from './survival.ts';

/**
 * `confirmed`: the sandbox said goodbye. `evicted`, `suspected`: arrivals passed it over so that it is gone with a
 * probability of 0.95 or 0.8. `active`: an invocation ended within the last five seconds. `idle`: the rest, however
 * long it has been quiet.
 */
export type SandboxState = 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';

export interface Fate {
  readonly state: SandboxState;
  /** Probability that the sandbox is gone; 1 when it said so. */
  readonly evictedProbability: number;
  /** When it went: after its last use, before the first sign that decides. Absent while it is not held evicted. */
  readonly evicted?: { readonly afterMs: number; readonly beforeMs: number };
  /** `deploy` when a newer version took over, `idle` otherwise; with `evicted` only. */
  readonly cause?: 'idle' | 'deploy';
  /** What the platform sent, on a confirmed one. */
  readonly reason?: string;
}

export interface FunctionFates {
  /** By lifeline key. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly pickOrder: PickOrder;
}

export const SUSPECTED_PROBABILITY = 0.8;
export const EVICTED_PROBABILITY = 0.95;
const ACTIVE_MS = 5_000;
/** After its answer a process is not free at once: network, clock, the platform's own bookkeeping. */
export const GUARD_MS = 100;
/** A cold invocation was decided on before its process started; this is assumed where the start is not known. */
export const UNKNOWN_INIT_MS = 3_000;
const LONGEST_EXPORT_MS = 2_000;
/** Repeated choices of a sibling have one common reason and are not independent: together no stronger than this. */
export const WEAKEST_SIBLING_LIKELIHOOD = 1 / 16;
export const SIBLING_PASS = 0.5;
/** Belief before any data that an arrival is served cold although a sandbox idles, and its weight in arrivals. */
const PRIOR_COLD_SHARE = 0.02;
const PRIOR_WEIGHT = 20;
export const ARRIVALS_CONSIDERED = 2_000;

/**
 * Decides for each sandbox of one function whether it is gone, from ordinary traffic alone.
 *
 * P(gone) = (1−S) / ((1−S) + S·Π(1−q)): S is the survival over its present idle time by the function's own history,
 * q the chance that an arrival would have taken this sandbox if it were alive. An arrival served by a cold start is
 * strong evidence, one served by a sibling weak. Silence alone never evicts.
 *
 * @param lives all sandboxes of the function in the window
 * @param asOfMs the moment the answer is for
 */
export function judgeFates(lives: readonly Lifeline[], asOfMs: number): FunctionFates {
  const arrivals = lives.flatMap((life) => life.invocations).sort((a, b) => a.startMs - b.startMs);
  const settleMs = settleOf(longestExport(arrivals));
  const pickOrder = judgePickOrder(lives, settleMs);
  const ended = lives.flatMap(({ end, lastEndMs }) => (end ? [Math.max(0, end.timeMs - lastEndMs)] : []));
  const reused = lives.flatMap((life) => life.gaps.map(({ fromMs, toMs }) => toMs - fromMs));
  const arrivalsOf: Arrivals = {
    arrivals,
    starts: arrivals.map(({ startMs }) => startMs),
    settleMs,
    survival: estimateSurvival(reused, ended),
    coldPass: 1 - coldShareWhileIdle(lives, settleMs),
    siblingPass: siblingPass(lives, pickOrder),
  };
  const context: FateContext = {
    asOfMs,
    survival: arrivalsOf.survival,
    passedOver: (life) => passedOver(life, arrivalsOf),
    newestVersion: arrivals.at(-1)?.version ?? '',
  };
  const fates = new Map(lives.map((life) => [life.key, fateOf(life, context)]));
  return { fates, pickOrder };
}

/** After its last use a sandbox is not free for so long, ms. */
export function settleOf(longestExportMs: number): number {
  return GUARD_MS + Math.min(LONGEST_EXPORT_MS, longestExportMs);
}

/** What the arrivals after its last use say of a sandbox. */
export interface PassedOver {
  /** Π(1−q): how likely they would have been if it were alive. */
  readonly likelihood: number;
  /** When the case was made, or the last sign came. */
  readonly decisiveMs: number | undefined;
}

/** What is known of a function when the fate of one of its sandboxes is decided. */
export interface FateContext {
  readonly asOfMs: number;
  readonly survival: (idleMs: number) => number;
  readonly passedOver: (life: Lifeline) => PassedOver;
  readonly newestVersion: string;
}

interface Arrivals {
  readonly arrivals: readonly Invocation[];
  readonly starts: readonly number[];
  readonly settleMs: number;
  readonly survival: (idleMs: number) => number;
  /** Chance that an arrival takes an idle sandbox rather than start a new one. */
  readonly coldPass: number;
  /** Chance that an arrival served by a sibling would have taken this one. */
  readonly siblingPass: (life: Lifeline, arrival: Invocation) => number;
}

/** Decides for one sandbox. */
export function fateOf(life: Lifeline, context: FateContext): Fate {
  const { end, lastEndMs } = life;
  const cause = life.version === context.newestVersion ? 'idle' : 'deploy';
  if (end) {
    const beforeMs = Math.max(end.timeMs, lastEndMs);
    const reason = end.reason === '' ? {} : { reason: end.reason };
    return {
      state: 'confirmed',
      evictedProbability: 1,
      evicted: { afterMs: lastEndMs, beforeMs },
      cause,
      ...reason,
    };
  }
  const judged = context.passedOver(life);
  const survival = context.survival(Math.max(0, context.asOfMs - lastEndMs));
  const evictedProbability = gone(survival, judged.likelihood);
  if (judged.decisiveMs !== undefined && evictedProbability >= EVICTED_PROBABILITY) {
    const evicted = { afterMs: lastEndMs, beforeMs: judged.decisiveMs };
    return { state: 'evicted', evictedProbability, evicted, cause };
  }
  if (judged.likelihood < 1 && evictedProbability >= SUSPECTED_PROBABILITY) {
    return { state: 'suspected', evictedProbability };
  }
  return { state: context.asOfMs - lastEndMs <= ACTIVE_MS ? 'active' : 'idle', evictedProbability };
}

/** Π(1−q) over the arrivals since the last use, and the first of them that made the case. */
function passedOver(life: Lifeline, context: Arrivals): PassedOver {
  const { arrivals, starts, settleMs } = context;
  let cold = 1;
  let sibling = 1;
  let lastSignMs: number | undefined;
  const first = countAtMost(starts, life.lastEndMs + settleMs);
  for (const arrival of arrivals.slice(first, first + ARRIVALS_CONSIDERED)) {
    if (arrival.version !== life.version) continue;
    if (arrival.cold === true) {
      const decidedMs = arrival.startMs - (arrival.initDurationMs ?? UNKNOWN_INIT_MS) - GUARD_MS;
      if (decidedMs <= life.lastEndMs + settleMs) continue;
      cold *= 1 - context.coldPass;
    } else {
      const q = context.siblingPass(life, arrival);
      if (q <= 0) continue;
      sibling = Math.max(WEAKEST_SIBLING_LIKELIHOOD, sibling * (1 - q));
    }
    lastSignMs = arrival.startMs;
    const survival = context.survival(arrival.startMs - life.lastEndMs);
    if (gone(survival, cold * sibling) >= EVICTED_PROBABILITY) break;
  }
  return { likelihood: cold * sibling, decisiveMs: lastSignMs };
}

/** P(gone) from the survival over the idle time and the likelihood of what passed it over. */
export function gone(survival: number, likelihood: number): number {
  const dead = 1 - survival;
  const alive = survival * likelihood;
  return dead + alive === 0 ? 0 : dead / (dead + alive);
}

function longestExport(invocations: readonly Invocation[]): number {
  return invocations.reduce((longest, { exportMs }) => Math.max(longest, exportMs ?? 0), 0);
}

/** Share of arrivals served cold although a sandbox, known to be alive by its later use, was idle. */
export function coldShareWhileIdle(lives: readonly Lifeline[], settleMs: number): number {
  const gaps = lives.flatMap((life) => life.gaps);
  const opens = gaps.map(({ fromMs }) => fromMs + settleMs).sort(ascending);
  const closes = gaps.map(({ fromMs, toMs }) => Math.max(toMs, fromMs + settleMs)).sort(ascending);
  let cold = 0;
  for (const arrival of lives.flatMap((life) => life.invocations)) {
    if (arrival.cold !== true || arrival.initDurationMs === undefined) continue;
    const decidedMs = arrival.startMs - arrival.initDurationMs - GUARD_MS;
    if (countAtMost(opens, decidedMs) > countAtMost(closes, arrival.startMs)) cold += 1;
  }
  return Math.max(0.01, (cold + PRIOR_COLD_SHARE * PRIOR_WEIGHT) / (gaps.length + cold + PRIOR_WEIGHT));
}

function siblingPass(lives: readonly Lifeline[], { order }: PickOrder): Arrivals['siblingPass'] {
  const previousEnd = new Map<Invocation, number>();
  for (const { gaps } of lives) for (const gap of gaps) previousEnd.set(gap.next, gap.fromMs);
  const births = lives.map((life) => life.firstStartMs).sort(ascending);
  const lastUses = lives.map((life) => life.lastEndMs).sort(ascending);
  return (life, arrival) => {
    const siblingEndMs = previousEnd.get(arrival);
    if (siblingEndMs === undefined) return 0;
    if (order === 'most-recent') return life.lastEndMs > siblingEndMs ? SIBLING_PASS : 0;
    if (order === 'least-recent') return life.lastEndMs < siblingEndMs ? SIBLING_PASS : 0;
    const alive = countAtMost(births, arrival.startMs) - countAtMost(lastUses, arrival.startMs);
    const random = Math.min(SIBLING_PASS, 1 / (Math.max(1, alive) + 1));
    return order === 'random' ? random : random / 2;
  };
}
