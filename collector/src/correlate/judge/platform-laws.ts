import { ascending } from '../../statistics/index.ts';
import type { Choice } from './choices.ts';
import { fateModel } from './fate-model.ts';
import type { Belief, FateModel } from './fate-model.ts';
import type { IdleTimes, TimesBetween } from './idle-times.ts';
import { lawChange } from './law-changes.ts';
import type { Law } from './law-changes.ts';
import { coldSettleMsOf, settleMsOf } from './moments.ts';
import { NumberList } from './number-list.ts';
import type { Part } from './parts.ts';
import { PickSigns } from './pick-signs.ts';
import type { OpenBelief, RuleWeights } from './pick-signs.ts';
import { ruleWeights } from './rule-weights.ts';
import type { Timeline } from './sandbox.ts';
import { coldSigns, MOST_COLD_SIGNS } from './signs.ts';
import type { ColdSigns, Signs } from './signs.ts';

/** Extra knowledge for a judge; used to compare one without it with one that has it. */
export interface Known {
  /** Share kept beyond an idle time, ms, in a batch of this size, by the law in force from a moment on, ms. */
  readonly survival?: (idleMs: number, batch: number, lawFromMs: number) => number;
  /** When another law came into force, ms since the epoch, ascending. */
  readonly changesMs?: readonly number[];
  readonly slipRate?: number;
  readonly weights?: RuleWeights;
}

/** Inputs for learning all laws of a deployment. */
export interface Platform {
  readonly timeline: Timeline;
  /** By sandbox. */
  readonly regimeOf: Uint16Array;
  readonly parts: readonly Part[];
  readonly births: Uint32Array;
  readonly choices: readonly Choice[];
  readonly slipRates: readonly Float64Array[];
  readonly lostShare: number;
  readonly unchosen: number;
  readonly known: Known;
}

/** Most changes searched for. */
const MOST_LAWS = 4;

/**
 * One law at a time: if the platform keeps idle sandboxes differently from a moment on, data from before says nothing
 * about the time after.
 */
export function lawsOf(platform: Platform, between: TimesBetween): Law[] {
  const { known } = platform;
  const weightsOf = ruleWeights(platform.choices);
  const changesMs: number[] = (known.changesMs ?? []).filter((atMs) => atMs < platform.timeline.untilMs);
  const lawsBetween = (): Law[] =>
    between(changesMs).map((times, index) => {
      const fromMs = changesMs[index - 1] ?? -Infinity;
      return { fromMs, times, model: modelOf(platform, weightsOf, times, fromMs) };
    });
  let laws = lawsBetween();
  if (known.survival) return laws;
  for (const settled = new Set<number>(); laws.length < MOST_LAWS;) {
    const next = laws.find(({ fromMs }) => !settled.has(fromMs));
    if (!next) break;
    const untilMs = laws.find(({ fromMs }) => fromMs > next.fromMs)?.fromMs ?? Infinity;
    const changeMs = lawChange(next.times, next.model, (cutsMs) => {
      const outer = [next.fromMs, untilMs].filter(Number.isFinite);
      const all = between([...new Set([...outer, ...cutsMs])].sort(ascending));
      const first = Number.isFinite(next.fromMs) ? 1 : 0;
      return all.slice(first, first + cutsMs.length + 1);
    });
    if (changeMs === undefined) {
      settled.add(next.fromMs);
      continue;
    }
    changesMs.push(changeMs);
    changesMs.sort(ascending);
    laws = lawsBetween();
  }
  return laws;
}

/** The fates of sandboxes whose last idle time is in the given set, by the law learned from the set. */
function modelOf(
  platform: Platform,
  weightsOf: ReturnType<typeof ruleWeights>,
  times: IdleTimes,
  lawFromMs: number,
): FateModel {
  const { timeline, regimeOf, parts, births, known } = platform;
  const settleMs = settleMsOf(timeline);
  const openRegime = times.open.map(({ sandbox }) => regimeOf[sandbox]!);
  const colds = coldSigns(
    times.open.map(({ fromMs, watchedMs }, index) => {
      const { coldMs } = parts[openRegime[index]!]!.moments;
      return { fromMs, watchedMs, coldMs };
    }),
    coldSettleMsOf(timeline),
  );
  const openOf = opensByRegime(times, openRegime, parts.length);
  const signs = parts.map(({ picks }) => new PickSigns(picks, settleMs, timeline.sandboxes.length));
  const passedOver = (belief: Belief | undefined, stride: number): Signs => {
    const weights = known.weights ?? weightsOf(belief?.survival ?? unknownSurvival);
    for (const [regime, own] of signs.entries())
      own.believe(weights, openBelief(times, colds, openOf[regime]!, belief));
    const offsets = new Uint32Array(times.open.length + 1);
    const lists = { idleMs: new NumberList(), logRatio: new NumberList() };
    for (const [index, { sandbox, fromMs, watchedMs }] of times.open.entries()) {
      if (index % stride === 0) {
        // If this many consecutive cold starts did not decide, no later choice will.
        const until = lastLook(colds, index, watchedMs);
        signs[openRegime[index]!]!.of(fromMs, until, births[sandbox]!, lists);
      }
      offsets[index + 1] = lists.idleMs.length;
    }
    return { offsets, idleMs: lists.idleMs.done(), logRatio: lists.logRatio.done() };
  };
  const { survival } = known;
  return fateModel({
    times,
    regimeOf: openRegime,
    moments: parts.map(({ moments }) => moments.coldMs.length),
    colds,
    passedOver,
    slipRates: platform.slipRates,
    lostShare: platform.lostShare,
    unchosen: platform.unchosen,
    ...(survival && { known: (idleMs: number, batch: number) => survival(idleMs, batch, lawFromMs) }),
  });
}

/** Initial values before learning. */
const UNKNOWN_HALF_LIFE_MS = 1_800_000;
const unknownSurvival = (idleMs: number): number => 2 ** (-idleMs / UNKNOWN_HALF_LIFE_MS);

function lastLook({ offsets, idleMs }: ColdSigns, index: number, watchedMs: number): number {
  const end = offsets[index + 1]!;
  return end - offsets[index]! < MOST_COLD_SIGNS ? watchedMs : idleMs[end - 1]!;
}

/** Idle time at which the first cold start passed a sandbox over. */
function firstOf({ offsets, idleMs }: ColdSigns, index: number): number | undefined {
  return offsets[index]! < offsets[index + 1]! ? idleMs[offsets[index]!] : undefined;
}

/** Indices of the open spells of each version, in ascending order of start. */
function opensByRegime({ open }: IdleTimes, regimeOf: readonly number[], regimes: number): number[][] {
  const own = Array.from({ length: regimes }, (): number[] => []);
  for (const index of open.keys()) own[regimeOf[index]!]!.push(index);
  for (const indices of own) indices.sort((a, b) => open[a]!.fromMs - open[b]!.fromMs || a - b);
  return own;
}

/** Beliefs about the sandboxes of one version that were never used again. */
function openBelief(
  { open }: IdleTimes,
  colds: ColdSigns,
  own: readonly number[],
  belief: Belief | undefined,
): OpenBelief {
  return {
    fromMs: Float64Array.from(own, (index) => open[index]!.fromMs),
    // Before learning, a cold start means that all idle sandboxes are gone.
    endMs: Float64Array.from(
      own,
      (index) =>
        open[index]!.fromMs + (belief?.endsMs[index] ?? firstOf(colds, index) ?? UNKNOWN_HALF_LIFE_MS),
    ),
    survival: belief?.survival ?? unknownSurvival,
  };
}
