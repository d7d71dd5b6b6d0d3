import { deathPosterior, edgeFinder, goneProbabilities, tableOf } from '../../statistics/index.ts';
import type { DeathPosterior, DurationEvidence } from '../../statistics/index.ts';
import { AtOnce } from './at-once.ts';
import { idleGrid } from './idle-grid.ts';
import { estimateIdleLaw, freeSurvival, priorSurvival } from './idle-law.ts';
import type { IdleLawEstimate } from './idle-law.ts';
import type { IdleTimes } from './idle-times.ts';
import { evidenceOf, mergedEvidence, strideOf } from './open-evidence.ts';
import type { OpenEvidence } from './open-evidence.ts';
import { othersGone } from './others-gone.ts';
import { goneByLastSign, observedEnds } from './observed-ends.ts';
import { mergeSigns } from './signs.ts';
import type { ColdSigns, Signs } from './signs.ts';

export interface FateModelInput {
  readonly times: IdleTimes;
  /** Regime of each open spell: cold starts of one regime count only for that regime. */
  readonly regimeOf: ArrayLike<number>;
  /** Moments of each regime. */
  readonly moments: readonly number[];
  /** Cold starts during each open spell. */
  readonly colds: ColdSigns;
  /**
   * Choices of others as evidence against each sampled open spell (every n-th), given the current beliefs about all.
   */
  readonly passedOver: (belief: Belief | undefined, stride: number) => Signs;
  /** How often the platform starts cold although a sandbox is idle, at each moment of each regime. */
  readonly slipRates: readonly Float64Array[];
  /** Share of living sandboxes that are never chosen. */
  readonly unchosen: number;
  /** Share of calls that were not seen. */
  readonly lostShare: number;
  /** Survival to assume instead of the learned one; for a judge that knows the law. */
  readonly known?: (idleMs: number, batch: number) => number;
}

/** Intermediate beliefs about the open spells. */
export interface Belief {
  readonly survival: (idleMs: number) => number;
  /** Apparent idle time at the end of each, ms; Infinity where it seems to continue. */
  readonly endsMs: Float64Array;
}

/** The fates of the open spells. */
export interface FateModel {
  readonly edges: Float64Array;
  readonly law: IdleLawEstimate;
  /** Without a parametric law: share kept beyond an idle time, for any batch size. */
  readonly survival: (idleMs: number) => number;
  /** The fate of each open spell. */
  readonly fates: readonly DeathPosterior[];
  /** Probability that it died with its last call. */
  readonly goneAtOnce: Float64Array;
  /** Whether an open spell had ended by its last sign, not only by the silence since. */
  readonly isPassedOver: (spell: number) => boolean;
  /** Whether an open spell has ended by its law only because of the prior: too few ends were seen. */
  readonly isPrior: (spell: number) => boolean;
  /** Evidence about each open spell, on the grid edges. */
  readonly evidence: DurationEvidence;
  /** Evidence against each open spell, and its other inputs. */
  readonly grounds: Grounds;
}

/** Inputs of the evidence about open spells, besides how long they were watched. */
export interface Grounds {
  readonly signs: Signs;
  /** Share of ends by idleness without a goodbye. */
  readonly silent: number;
  readonly unchosen: number;
  /** Weight of each open spell; those that did not end by idleness count less. */
  readonly weights: Float64Array;
  /** Share kept beyond each edge, without a parametric law. */
  readonly free: Float64Array;
}

/** Most turns of learning about sandboxes from each other. */
const TURNS = 4;
/** A turn that moves the survival by less than this is the last. */
const SETTLED = 1e-3;
/** A sandbox counts as passed over if it was gone by its last sign with this probability. */
const PASSED_OVER = 0.5;
/** With fewer observed ends than this, an end may follow from the prior. */
const LEAST_LEARNT = 3;

/** Estimates survival over idle time and the fates of all sandboxes jointly. */
export function fateModel(input: FateModelInput): FateModel {
  const { times, known } = input;
  const stride = strideOf(times);
  let passedOver = input.passedOver(undefined, stride);
  const weights = new Float64Array(times.open.length).fill(1);
  const { edges, passes } = idleGrid(times, input.colds, (coarse) => {
    const signs = signsOf(passedOver, input, undefined);
    return freeSurvival(mergedEvidence(times, signs, coarse, input.unchosen, 1, weights)).survival;
  });
  const prior = priorSurvival(edges);
  const atOnce = new AtOnce(times);
  let silent = silentShare(times, undefined);
  let tables: readonly Float64Array[] = [prior];
  let others: Float64Array | undefined;
  let signs: Signs;
  const rebuild = (): OpenEvidence => {
    signs = signsOf(passedOver, input, others);
    return evidenceOf(times, signs, edges, input.unchosen, silent, weights);
  };
  const learn = (evidence: OpenEvidence, ofAll = false): void => {
    others = othersGone(evidence, tables, input, others);
    passedOver = input.passedOver(beliefOf(evidence, tables, edges), ofAll ? 1 : stride);
    atOnce.weigh(evidence, tables, weights);
    silent = silentShare(times, goneProbabilities(evidence.single, tables));
  };
  let evidence = rebuild();
  if (known) {
    tables = tablesOf(known, evidence);
    for (let turn = 0; turn < TURNS; turn += 1) {
      learn(evidence, turn === TURNS - 1);
      evidence = rebuild();
      tables = tablesOf(known, evidence);
    }
    return finish(
      edges,
      evidence,
      { survival: tables, keepAlive: { family: 'not-identified', expectedDeaths: 0 } },
      atOnce,
      { signs: signs!, silent, unchosen: input.unchosen, weights, free: tables[0]! },
      () => false,
    );
  }
  let free = freeSurvival(evidence.all, passes);
  for (let turn = 0; turn < TURNS; turn += 1) {
    tables = [free.survival];
    learn(evidence);
    evidence = rebuild();
    const before = free.survival;
    free = freeSurvival(evidence.all, passes, before);
    if (free.survival.every((value, edge) => Math.abs(value - before[edge]!) < SETTLED)) break;
  }
  const observed = observedEnds(times, evidence.single, free, weights);
  const law = estimateIdleLaw(evidence.all, free, {
    seenDeaths: observed.count,
    lostShare: input.lostShare,
    share: 1 / stride,
    passes,
  });
  tables = law.survival;
  learn(evidence, true);
  evidence = rebuild();
  return finish(
    edges,
    evidence,
    law,
    atOnce,
    { signs: signs!, silent, unchosen: input.unchosen, weights, free: free.survival },
    (spell) => observed.count < LEAST_LEARNT && observed.isPriorAt(evidence.single.until[spell]!),
  );
}

/** Share of ends by idleness without a goodbye. Before any are seen, it is assumed to be one half. */
function silentShare({ told, open }: IdleTimes, gone: Float64Array | undefined): number {
  if (told.length === 0) return 1;
  // At first, half of those that are not used again.
  const silent = gone ? gone.reduce((sum, probability) => sum + probability, 0) : open.length / 2;
  return (silent + 0.5) / (silent + told.length + 1);
}

function finish(
  edges: Float64Array,
  { single }: OpenEvidence,
  law: IdleLawEstimate,
  atOnce: AtOnce,
  grounds: Grounds,
  isPrior: FateModel['isPrior'],
): FateModel {
  const goneAtOnce = grounds.weights.map((weight) => 1 - weight);
  const tables = law.survival.map((table) => spreadLoss(edges, table));
  const fates = Array.from(goneAtOnce.keys(), (index) => {
    const { gone } = deathPosterior(single, index, law.survival);
    return atOnce.combine({ ...deathPosterior(single, index, tables), gone }, goneAtOnce[index]!);
  });
  return {
    edges,
    law,
    fates,
    goneAtOnce,
    survival: survivalAt(edges, grounds.free),
    isPassedOver: (spell) => {
      const table = law.survival[tableOf(single, law.survival.length, spell)]!;
      return goneByLastSign(single, spell, table).gone >= PASSED_OVER;
    },
    isPrior,
    evidence: single,
    grounds,
  };
}

/** An early loss happens within such a time, ms, and within such a share of the median survival time. */
const EARLY_MS = 60_000;
const EARLY_SHARE = 0.1;

/**
 * A constant share that is lost early has no time of its own in the laws, which assign it to the first bin. To place a
 * death, the share is spread. Inspections at equal idle times cannot distinguish a share lost at once from one lost
 * over the time between them.
 */
function spreadLoss(edges: Float64Array, table: Float64Array): Float64Array {
  const lost = 1 - table[1]!;
  const half = table.findIndex((value) => value < 0.5);
  const earlyMs = half < 0 ? EARLY_MS : Math.min(EARLY_MS, EARLY_SHARE * edges[half]!);
  return table.map((value, edge) => (edge === 0 ? 1 : value + lost * Math.exp(-edges[edge]! / earlyMs)));
}

function tablesOf(known: NonNullable<FateModelInput['known']>, { all }: OpenEvidence): Float64Array[] {
  return Array.from(all.batchSizes, (batch) => Float64Array.from(all.edges, (edge) => known(edge, batch)));
}

/**
 * Signs in order of time. A cold start counts in proportion to the probability that the other idle sandboxes are gone.
 */
function signsOf(
  picks: Signs,
  { colds, regimeOf, slipRates }: FateModelInput,
  othersGone: Float64Array | undefined,
): Signs {
  const { offsets, idleMs, moment } = colds;
  const logRatio = new Float64Array(idleMs.length);
  for (let index = 0; index + 1 < offsets.length; index += 1) {
    const own = slipRates[regimeOf[index]!]!;
    for (let at = offsets[index]!; at < offsets[index + 1]!; at += 1) {
      const slipRate = own[moment[at]!]!;
      logRatio[at] = Math.log(slipRate / (slipRate + (1 - slipRate) * (othersGone?.[at] ?? 1)));
    }
  }
  return mergeSigns({ offsets, idleMs, logRatio }, picks);
}

function beliefOf({ single }: OpenEvidence, tables: readonly Float64Array[], edges: Float64Array): Belief {
  const gone = goneProbabilities(single, tables);
  const endsMs = Float64Array.from(gone, (probability, index) =>
    probability < 0.5 ? Infinity : (deathPosterior(single, index, tables).median ?? Infinity),
  );
  return { survival: survivalAt(edges, tables[0]!), endsMs };
}

/** A survival from its table over edges, linear between them. */
export function survivalAt(edges: Float64Array, table: Float64Array): (idleMs: number) => number {
  const find = edgeFinder(edges);
  const last = edges.length - 1;
  return (idleMs) => {
    if (!(idleMs < edges[last]!)) return table[last]!;
    const low = find(idleMs);
    const share = (idleMs - edges[low]!) / (edges[low + 1]! - edges[low]!);
    return table[low]! + share * (table[low + 1]! - table[low]!);
  };
}
