import { countAtMost, expectedDeaths, logLikelihood, survivalChange } from '../../statistics/index.ts';
import type { DurationEvidence } from '../../statistics/index.ts';
import type { FateModel } from './fate-model.ts';
import { freeSurvival } from './idle-law.ts';
import type { IdleTimes, TimesBetween } from './idle-times.ts';
import { mergedEvidence } from './open-evidence.ts';
import type { Signs } from './signs.ts';

/** Number of stretches of time that are compared, each with about as many sandboxes that were not used again. */
const BLOCKS = 16;
/** Number of stretches of idle time. */
const STRETCHES = 5;
/** Minimum number of ends on each side of a change. */
const LEAST_DEATHS = 40;
/** A moment that separates before and after by less than this is not examined further. */
const WORTH_A_TEST = 16;
/**
 * Twice the gain in log-likelihood per stretch of idle time from which the law counts as changed. It is far more than
 * chance gives, because sixteen moments are tried and sandboxes that are idle together die together.
 */
const LEAST_GAIN = 40;

/** Results of idle times that began since a moment; −Infinity for the first. */
export interface Law {
  readonly fromMs: number;
  readonly times: IdleTimes;
  readonly model: FateModel;
}

/** The law for sandboxes that became idle at a moment. */
export function lawAt(laws: readonly Law[], atMs: number): Law {
  return laws.findLast(({ fromMs }) => fromMs <= atMs) ?? laws[0]!;
}

/**
 * When the platform changed the law by which it keeps idle sandboxes, ms since the epoch. A score test against the
 * common survival finds the moment that separates the idle times best; a likelihood-ratio test then decides at that
 * moment.
 *
 * @param model of all idle times together
 * @param between the idle times behind the model
 * @returns undefined without evidence of a change
 */
export function lawChange(all: IdleTimes, model: FateModel, between: TimesBetween): number | undefined {
  const starts = Float64Array.from(all.open, ({ fromMs }) => fromMs).sort();
  if (starts.length < 2 * LEAST_DEATHS) return undefined;
  const indexOf = new Map(all.open.map(({ sandbox }, index) => [sandbox, index]));
  const evidenceBetween = (cutsMs: readonly number[]): DurationEvidence[] =>
    between(cutsMs).map((times) => evidenceIn(times, indexOf, model));
  const coarse = cutsOf(starts, 0, starts.length);
  const blocks = evidenceBetween(coarse);
  const found = bestCut(coarse, blocks, model.grounds.free);
  if (!found || found.score < WORTH_A_TEST) return undefined;
  let { cutMs } = found;
  const sides = (): readonly [DurationEvidence, DurationEvidence] => {
    const [before, after] = evidenceBetween([cutMs]);
    return [before!, after!];
  };
  // A law learned from a mixture still shows which of the two a moment fits better.
  cutMs = likeliestCut(coarse, blocks, sides()) ?? cutMs;
  const at = countAtMost(coarse, cutMs) - 1;
  const fine = cutsOf(
    starts,
    countAtMost(starts, coarse[at - 1] ?? -Infinity),
    countAtMost(starts, coarse[at + 1] ?? Infinity),
  );
  cutMs = likeliestCut(fine, evidenceBetween(fine), sides()) ?? cutMs;
  const change = survivalChange(...sides(), model.grounds.free, { mostStretches: STRETCHES });
  return change && change.statistic >= LEAST_GAIN ? cutMs : undefined;
}

/** The cut for which the laws on both sides of a known cut best explain the data before and after. */
function likeliestCut(
  cutsMs: readonly number[],
  blocks: readonly DurationEvidence[],
  [before, after]: readonly [DurationEvidence, DurationEvidence],
): number | undefined {
  const laws = [freeSurvival(before).survival, freeSurvival(after).survival] as const;
  let gain = 0;
  let best: { cutMs: number; gain: number } | undefined;
  for (const [block, cutMs] of cutsMs.entries()) {
    gain += logLikelihood(blocks[block]!, [laws[0]]) - logLikelihood(blocks[block]!, [laws[1]]);
    if (!best || gain > best.gain) best = { cutMs, gain };
  }
  return best?.cutMs;
}

/** Moments that split the cuts between two positions into stretches of equal number. */
function cutsOf(starts: Float64Array, from: number, to: number): number[] {
  const cuts = Array.from(
    { length: BLOCKS - 1 },
    (_, block) => starts[from + Math.floor(((block + 1) * (to - from)) / BLOCKS)]!,
  );
  return [...new Set(cuts)].filter((cut) => cut > starts[0]!);
}

/**
 * Evidence about a subset of the idle times of a model.
 *
 * @param indexOf place of each sandbox's spell in the model
 */
function evidenceIn(
  times: IdleTimes,
  indexOf: ReadonlyMap<number, number>,
  { edges, grounds }: FateModel,
): DurationEvidence {
  const { signs, unchosen, silent, weights } = grounds;
  const own = times.open.map(({ sandbox }) => indexOf.get(sandbox)!);
  return mergedEvidence(
    times,
    signsOf(own, signs),
    edges,
    unchosen,
    silent,
    Float64Array.from(own, (index) => weights[index]!),
  );
}

function signsOf(own: readonly number[], { offsets, idleMs, logRatio }: Signs): Signs {
  const ends = new Uint32Array(own.length + 1);
  for (const [at, index] of own.entries()) ends[at + 1] = ends[at]! + offsets[index + 1]! - offsets[index]!;
  const copy = (values: Float64Array): Float64Array => {
    const copied = new Float64Array(ends[own.length]!);
    for (const [at, index] of own.entries())
      copied.set(values.subarray(offsets[index], offsets[index + 1]), ends[at]);
    return copied;
  };
  return { offsets: ends, idleMs: copy(idleMs), logRatio: copy(logRatio) };
}

/**
 * The cut at which ends before and after differ most from the expectation under one common survival: Σ (seen −
 * expected)² divided by its variance, over stretches of idle time.
 */
function bestCut(
  cutsMs: readonly number[],
  blocks: readonly DurationEvidence[],
  survival: Float64Array,
): { readonly cutMs: number; readonly score: number } | undefined {
  const bins = survival.length - 1;
  const hazards = Float64Array.from({ length: bins }, (_, bin) =>
    survival[bin]! > 0 ? 1 - survival[bin + 1]! / survival[bin]! : 0,
  );
  const told = blocks.map((block) => {
    const { deaths, atRisk } = expectedDeaths(block, survival);
    return { deaths, expected: hazards.map((hazard, bin) => hazard * atRisk[bin]!) };
  });
  const total = hazards.map((_, bin) => told.reduce((sum, { expected }) => sum + expected[bin]!, 0));
  const all = total.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  const stretchOf = total.map((count) => {
    passed += count;
    return Math.min(STRETCHES - 1, Math.floor((STRETCHES * (passed - count / 2)) / Math.max(1e-9, all)));
  });
  const inStretches = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(STRETCHES);
    for (const [bin, stretch] of stretchOf.entries()) sums[stretch] = sums[stretch]! + values[bin]!;
    return sums;
  };
  const seen = told.map(({ deaths }) => inStretches(deaths));
  const expected = told.map((own) => inStretches(own.expected));
  const totals = inStretches(total);
  const excess = new Float64Array(STRETCHES);
  const before = new Float64Array(STRETCHES);
  let best: { cutMs: number; score: number } | undefined;
  for (const [block, cutMs] of cutsMs.entries()) {
    let score = 0;
    let ends = 0;
    for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
      excess[stretch] = excess[stretch]! + seen[block]![stretch]! - expected[block]![stretch]!;
      before[stretch] = before[stretch]! + expected[block]![stretch]!;
      const variance = (before[stretch]! * (totals[stretch]! - before[stretch]!)) / totals[stretch]!;
      if (variance > 0) score += excess[stretch]! ** 2 / variance;
      ends += before[stretch]!;
    }
    if (Math.min(ends, all - ends) >= LEAST_DEATHS && !(best && best.score >= score)) best = { cutMs, score };
  }
  return best;
}
