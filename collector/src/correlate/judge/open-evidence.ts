import { countAtMost, countBelow, EvidenceBuilder } from '../../statistics/index.ts';
import type { DurationEvidence } from '../../statistics/index.ts';
import type { IdleTimes } from './idle-times.ts';
import { NumberList } from './number-list.ts';
import { DECIDED_LOG } from './signs.ts';
import type { Signs } from './signs.ts';

/** Evidence of each open spell separately, in their order, and of all spells with equal ones merged. */
export interface OpenEvidence {
  readonly single: DurationEvidence;
  /** A sample if there are many spells: every n-th, n from {@link strideOf}. */
  readonly all: DurationEvidence;
}

/**
 * This many open spells suffice for a law; of more only every second, third, … counts, and the same share of the
 * others.
 */
const ENOUGH = 2_000;

/** Sampling stride over open spells where only the law is wanted. */
export function strideOf({ open }: IdleTimes): number {
  return Math.max(1, Math.ceil(open.length / ENOUGH));
}

/** Levels of evidence within this ratio count as equal. */
const LEVEL_RATIO = 1.05;

/**
 * @param signs against each open spell
 * @param unchosen share of living sandboxes that are never chosen: a lower bound for the effect of signs
 * @param silent share of ends without a goodbye: such an end is less likely by this factor
 * @param weights of open spells; those that did not end by idleness count less
 */
export function evidenceOf(
  times: IdleTimes,
  signs: Signs,
  edges: Float64Array,
  unchosen: number,
  silent: number,
  weights: ArrayLike<number>,
): OpenEvidence {
  const steps = stepsOf(times, signs, edges, { unchosen, silent });
  const all = merged(times, steps, edges, silent, weights);
  return { single: unmerged(times.open, steps, all, silent), all };
}

/** The merged evidence of {@link evidenceOf} alone. */
export function mergedEvidence(
  ...[times, signs, edges, unchosen, silent, weights]: Parameters<typeof evidenceOf>
): DurationEvidence {
  return merged(times, stepsOf(times, signs, edges, { unchosen, silent }), edges, silent, weights);
}

function merged(
  times: IdleTimes,
  steps: Steps,
  edges: Float64Array,
  silent: number,
  weights: ArrayLike<number>,
): DurationEvidence {
  const { survived, told, open, lookedAt } = times;
  const stride = strideOf(times);
  const builder = new EvidenceBuilder({ edges, levelRatio: LEVEL_RATIO });
  for (const { batch, idleMs, weight } of survived.binned(edges))
    builder.alive(idleMs, weight / stride, batch);
  for (const { idleMs, batch } of told) {
    builder.ended(idleMs, Math.max(idleMs, edges[1]!), 1 / stride, batch);
  }
  for (const { idleMs, batch, warm, gone } of lookedAt) {
    if (warm > 0) builder.alive(idleMs, warm / stride, batch);
    if (gone > 0) builder.ended(0, Math.max(idleMs, edges[1]!), gone / stride, batch);
  }
  for (const [index, { watchedMs, batch }] of open.entries()) {
    if (index % stride === 0 && weights[index]! > 0 && watchedMs > 0) {
      const [from, to] = [steps.offsets[index]!, steps.offsets[index + 1]!];
      builder.graded({
        initial: silent,
        times: steps.times.subarray(from, to),
        levels: steps.levels.subarray(from, to),
        until: watchedMs,
        batch,
        weight: weights[index]!,
      });
    }
  }
  return builder.build();
}

/** Evidence of each open spell: levels after times, in the layout of {@link Signs}. */
interface Steps {
  readonly offsets: Uint32Array;
  readonly times: Float64Array;
  readonly levels: Float64Array;
}

function stepsOf(
  { open }: IdleTimes,
  signs: Signs,
  edges: Float64Array,
  { unchosen, silent }: { readonly unchosen: number; readonly silent: number },
): Steps {
  const offsets = new Uint32Array(open.length + 1);
  const times = new NumberList();
  const levels = new NumberList();
  let start = 0;
  const set = (time: number, level: number): void => {
    if (times.length > start && times.last() === time) levels.setLast(level);
    else {
      times.push(time);
      levels.push(level);
    }
  };
  for (const [index, { watchedMs }] of open.entries()) {
    // A time rounded to beyond the end of the observation is set to its end.
    const end = watchedMs * (1 - 1e-12);
    let log = 0;
    start = times.length;
    for (let at = signs.offsets[index]!; at < signs.offsets[index + 1]!; at += 1) {
      const edge = edges[Math.min(edges.length - 1, Math.max(1, countBelow(edges, signs.idleMs[at]!)))]!;
      log += signs.logRatio[at]!;
      set(Math.min(edge, end), silent * (unchosen + (1 - unchosen) * Math.exp(log)));
      if (log < DECIDED_LOG) break;
    }
    // The silence of a living sandbox is no evidence.
    if (silent < 1 && end > 0) set(end, unchosen + (1 - unchosen) * Math.exp(log));
    offsets[index + 1] = times.length;
  }
  return { offsets, times: times.done(), levels: levels.done() };
}

/** The same evidence, one observation per open spell. */
function unmerged(
  open: IdleTimes['open'],
  steps: Steps,
  all: DurationEvidence,
  silent: number,
): DurationEvidence {
  const { edges } = all;
  const offsets = new Uint32Array(open.length + 1);
  const stepEdges = new NumberList();
  const stepChanges = new NumberList();
  const until = new Uint32Array(open.length);
  const batches = new Uint32Array(open.length);
  for (const [index, { watchedMs, batch }] of open.entries()) {
    const last = countAtMost(edges, watchedMs) - 1;
    stepEdges.push(0);
    stepChanges.push(silent);
    let before = silent;
    for (let at = steps.offsets[index]!; at < steps.offsets[index + 1]!; at += 1) {
      const edge = Math.min(last, Math.max(1, countBelow(edges, steps.times[at]!)));
      if (edge <= 0) continue;
      const change = steps.levels[at]! - before;
      before = steps.levels[at]!;
      if (stepEdges.last() === edge) stepChanges.setLast(stepChanges.last() + change);
      else {
        stepEdges.push(edge);
        stepChanges.push(change);
      }
    }
    until[index] = last;
    batches[index] = nearest(all.batchSizes, batch);
    offsets[index + 1] = stepEdges.length;
  }
  return {
    edges,
    offsets,
    stepEdges: Uint32Array.from(stepEdges.done()),
    stepChanges: stepChanges.done().slice(),
    until,
    weights: new Float64Array(open.length).fill(1),
    batches,
    batchSizes: all.batchSizes,
    n: open.length,
  };
}

/** Index of the nearest size. */
function nearest(sizes: Uint32Array, size: number): number {
  let best = 0;
  for (let index = 1; index < sizes.length; index += 1) {
    if (Math.abs(sizes[index]! - size) < Math.abs(sizes[best]! - size)) best = index;
  }
  return best;
}
