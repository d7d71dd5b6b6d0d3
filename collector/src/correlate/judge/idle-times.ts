import { countAtMost, seededRandom } from '../../statistics/index.ts';
import type { Spells, SurvivedBroken } from './spells.ts';
import type { Regime } from './regimes.ts';
import { BROKEN } from './sandbox.ts';
import type { FinalGoodbye, LastOutcome, Timeline } from './sandbox.ts';
import { AllSurvived } from './survived-times.ts';
import type { SurvivedTimes } from './survived-times.ts';

/** An idle time with unknown end: whether and when the sandbox died in it is not known. */
export interface OpenSpell {
  /** Index of the sandbox. */
  readonly sandbox: number;
  readonly fromMs: number;
  /** How long the sandbox has been observed idle, ms. */
  readonly watchedMs: number;
  /** Number of sandboxes that became idle together with it. */
  readonly batch: number;
  /** Whether it may have died with its last call: one of {@link BROKEN}. */
  readonly broken: number;
}

/** An idle time that ended with a goodbye. */
export interface ToldSpell {
  readonly idleMs: number;
  readonly batch: number;
}

/** Idle times whose end was inspected: those that died did so at some earlier time. */
export interface LookedAt {
  readonly idleMs: number;
  readonly batch: number;
  readonly warm: number;
  readonly gone: number;
}

/** All idle times of a deployment, in the form for the law of idle times. */
export interface IdleTimes {
  /** Idle times ended by a call, or by something else that the sandbox lived to see. */
  readonly survived: SurvivedTimes;
  readonly told: readonly ToldSpell[];
  readonly open: readonly OpenSpell[];
  readonly lookedAt: readonly LookedAt[];
  /** Broken calls whose sandbox was used again; for a stretch of time, its share of them. */
  readonly survivedBroken: SurvivedBroken;
}

/** Sandboxes that become idle within this time of the first form one batch, ms. */
const BATCH_MS = 15_000;
/** Shorter idle times do not count for batches, ms. */
const LEAST_BATCHED_MS = 60_000;
/** Larger batches are rounded to these sizes, so that few survivals need to be computed. */
const BATCH_STEPS = [24, 32, 40, 50, 64, 80, 100, 150, 200, 300, 500, 1_000];

/** An idle time is divided at no more lost calls than this. */
const MOST_CUTS = 1_000;

/** The reason for a goodbye. */
export type ToldCause = 'idle' | 'deploy' | 'time-out' | 'crash';

/** A goodbye this long before the first call of a new version belongs to its deploy, ms. */
const DEPLOY_MS = 60_000;

/** Reasons that are no idleness, as platforms and operators spell them. */
const TIMED_OUT = /^time[-_ ]?(?:d[-_ ]?)?out$/;
const CRASHED =
  /^(?:failure|exit|lost|crash(?:ed)?|oom(?:[-_ ]?killed)?|uncaught.*|unhandled.*|sig(?:kill|abrt|segv|bus|ill|fpe|sys|trap))$/;
const DEPLOYED = /^(?:(?:re)?deploy(?:ment)?|update|roll(?:out|back))$/;

/** The cause behind a goodbye's reason; for a version already superseded, or for nearly all sandboxes in one stop, a deploy. */
export function toldCause(
  { reason, timeMs, isPartOfStop = false }: FinalGoodbye,
  supersededMs: number,
): ToldCause {
  const told = reason.trim().toLowerCase();
  if (TIMED_OUT.test(told)) return 'time-out';
  if (CRASHED.test(told)) return 'crash';
  return DEPLOYED.test(told) || isPartOfStop || timeMs >= supersededMs - DEPLOY_MS ? 'deploy' : 'idle';
}

/** Idle times split at moments, ascending, by when they began: one element more than there are moments. */
export type TimesBetween = (cutsMs: readonly number[]) => readonly IdleTimes[];

/**
 * All idle times of a deployment, for any split.
 *
 * @param regimeOf index of each sandbox's regime
 */
export function timesBetween(
  timeline: Timeline,
  { reused, survived: survivedBroken }: Spells,
  regimes: readonly Regime[],
  regimeOf: Uint16Array,
): TimesBetween {
  const batchAt = batchesOf(timeline, reused.fromMs, reused.toMs);
  const survived = survivedOf(timeline, reused, regimes, regimeOf, batchAt);
  return (cutsMs) => {
    const windows = survived.split(cutsMs).map((own) => ({
      survived: own,
      told: [] as ToldSpell[],
      open: [] as OpenSpell[],
      lookedAt: [] as LookedAt[],
    }));
    const windowAt = (fromMs: number): (typeof windows)[number] => windows[countAtMost(cutsMs, fromMs)]!;
    for (const [sandbox, { lastEndMs, goodbye, lastOutcome }] of timeline.sandboxes.entries()) {
      if (lastEndMs > timeline.untilMs) continue;
      const { supersededMs } = regimes[regimeOf[sandbox]!]!;
      const batch = batchAt(lastEndMs);
      const { told, open } = windowAt(lastEndMs);
      const watchedMs = Math.max(0, Math.min(timeline.untilMs, supersededMs) - lastEndMs);
      if (!goodbye)
        open.push({ sandbox, fromMs: lastEndMs, watchedMs, batch, broken: brokenBy(lastOutcome) });
      else if (toldCause(goodbye, supersededMs) === 'idle')
        told.push({ idleMs: goodbye.timeMs - lastEndMs, batch });
    }
    for (const { timeMs, idleMs, together, warm, gone } of timeline.idleOutcomes) {
      windowAt(timeMs - idleMs).lookedAt.push({ idleMs, batch: rounded(together), warm, gone });
    }
    const sizes = windows.map(({ survived: { count }, told, open }) => count + told.length + open.length);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    return windows.map(({ survived: own, told, open, lookedAt }, index) => {
      const share = sizes[index]! / Math.max(1, all);
      return {
        survived: own,
        told,
        open,
        lookedAt,
        survivedBroken: { told: share * survivedBroken.told, untold: share * survivedBroken.untold },
      };
    });
  };
}

function brokenBy(outcome: LastOutcome | undefined): number {
  return outcome === undefined ? BROKEN.NO : outcome.isTold ? BROKEN.TOLD : BROKEN.UNTOLD;
}

/** The idle times of all sandboxes that did not end by idleness. */
function survivedOf(
  timeline: Timeline,
  reused: Spells['reused'],
  regimes: readonly Regime[],
  regimeOf: Uint16Array,
  batchAt: (atMs: number) => number,
): AllSurvived {
  let most = reused.toMs.length + timeline.sandboxes.length;
  for (let spell = 0; spell < reused.call.length; spell += 1)
    most += Math.min(MOST_CUTS, timeline.lostBefore[reused.call[spell]!]!);
  const times = {
    fromMs: new Float64Array(most),
    idleMs: new Float64Array(most),
    batch: new Uint16Array(most),
  };
  let count = 0;
  const push = (fromMs: number, idleMs: number, batch: number): void => {
    times.fromMs[count] = fromMs;
    times.idleMs[count] = idleMs;
    times.batch[count] = batch;
    count += 1;
  };
  const random = seededRandom(1);
  for (let spell = 0; spell < reused.toMs.length; spell += 1) {
    const fromMs = reused.fromMs[spell]!;
    const idleMs = reused.toMs[spell]! - fromMs;
    const batch = idleMs < LEAST_BATCHED_MS ? 1 : batchAt(fromMs);
    const lost = timeline.lostBefore[reused.call[spell]!]!;
    if (lost === 0) push(fromMs, idleMs, batch);
    else for (const part of cut(idleMs, lost, random)) push(fromMs, part, batch);
  }
  for (const [sandbox, { lastEndMs, goodbye }] of timeline.sandboxes.entries()) {
    if (!goodbye || lastEndMs > timeline.untilMs) continue;
    const { supersededMs } = regimes[regimeOf[sandbox]!]!;
    if (toldCause(goodbye, supersededMs) === 'idle') continue;
    // It lived until something else ended it.
    const watchedMs = Math.max(0, Math.min(timeline.untilMs, supersededMs) - lastEndMs);
    push(lastEndMs, Math.min(goodbye.timeMs - lastEndMs, watchedMs), batchAt(lastEndMs));
  }
  return new AllSurvived(
    times.fromMs.subarray(0, count),
    times.idleMs.subarray(0, count),
    times.batch.subarray(0, count),
  );
}

/** An idle time with lost calls consists of several: the calls may lie anywhere in it. */
function cut(idleMs: number, lost: number, random: { uniform(): number }): number[] {
  const at = Array.from({ length: Math.min(lost, MOST_CUTS) }, () => idleMs * random.uniform());
  const ends = [...at.sort((a, b) => a - b), idleMs];
  return ends.map((end, index) => end - (ends[index - 1] ?? 0));
}

/** How many became idle together with one that became idle at a moment, excluding those soon used again. */
function batchesOf(timeline: Timeline, fromMs: Float64Array, toMs: Float64Array): (at: number) => number {
  const starts: number[] = [];
  for (let spell = 0; spell < fromMs.length; spell += 1) {
    if (toMs[spell]! - fromMs[spell]! >= LEAST_BATCHED_MS) starts.push(fromMs[spell]!);
  }
  for (const { lastEndMs } of timeline.sandboxes) starts.push(lastEndMs);
  const sorted = Float64Array.from(starts).sort();
  const firsts: number[] = [];
  const sizes: number[] = [];
  for (const at of sorted) {
    if (firsts.length > 0 && at <= firsts.at(-1)! + BATCH_MS) sizes[sizes.length - 1]! += 1;
    else {
      firsts.push(at);
      sizes.push(1);
    }
  }
  return (at) => {
    let low = 0;
    for (let high = firsts.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (firsts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return rounded(sizes[low - 1] ?? 1);
  };
}

function rounded(size: number): number {
  if (size <= 20) return size;
  return BATCH_STEPS.reduce((best, step) => (Math.abs(step - size) < Math.abs(best - size) ? step : best));
}
