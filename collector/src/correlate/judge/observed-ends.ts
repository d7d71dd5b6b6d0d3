import { countAtMost } from '../../statistics/index.ts';
import type { DurationEvidence, SmoothedSurvival } from '../../statistics/index.ts';
import type { IdleTimes } from './idle-times.ts';
import { priorSurvival } from './idle-law.ts';

/** Ends by idleness with evidence other than silence. */
export interface ObservedEnds {
  readonly count: number;
  /** Whether the conclusion that an idle time has ended by an edge rests more on the prior than on these. */
  readonly isPriorAt: (edge: number) => boolean;
}

/**
 * Silence after the last sign is no evidence: a law, or the prior, would explain any silence as an end. So each open
 * spell counts with the probability that it had ended by its last sign. A sign that is also frequent for living
 * sandboxes, such as a random choice of another sandbox, is weak evidence, however many sandboxes get it.
 *
 * @param single evidence about each open spell
 * @param weights of open spells
 */
export function observedEnds(
  { told, lookedAt }: IdleTimes,
  single: DurationEvidence,
  { survival, atRisk }: SmoothedSurvival,
  weights: ArrayLike<number>,
): ObservedEnds {
  const { edges, offsets } = single;
  const last = edges.length - 1;
  const ends = new Float64Array(edges.length);
  let count = 0;
  const add = (idleMs: number, weight: number): void => {
    const bin = Math.max(0, countAtMost(edges, idleMs) - 1);
    ends[bin] = ends[bin]! + weight;
    count += weight;
  };
  for (const { idleMs } of told) add(idleMs, 1);
  for (const { idleMs, gone } of lookedAt) add(idleMs, gone);
  for (let spell = 0; spell + 1 < offsets.length; spell += 1) {
    const { gone, edge } = goneByLastSign(single, spell, survival);
    if (gone > 0) add(edges[Math.max(0, edge - 1)]!, weights[spell]! * gone);
  }
  const prior = priorSurvival(edges);
  /** Cumulative hazard by each edge: of these ends less that of the prior. */
  const surplus = new Float64Array(edges.length);
  for (let bin = 0; bin < last; bin += 1) {
    const exposed = (atRisk[bin] ?? 0) + prior[bin]!;
    surplus[bin + 1] = surplus[bin]! + (ends[bin]! - (prior[bin]! - prior[bin + 1]!)) / exposed;
  }
  return { count, isPriorAt: (edge) => surplus[Math.min(edge, last)]! <= 0 };
}

/**
 * The probability that an open spell had ended by its last sign, from what was known then, and the edge at which that
 * was.
 *
 * @param survival at each edge
 */
export function goneByLastSign(
  { offsets, stepEdges, stepChanges }: DurationEvidence,
  spell: number,
  survival: Float64Array,
): { gone: number; edge: number } {
  const from = offsets[spell]!;
  let last = offsets[spell + 1]! - 1;
  // The last step may be the end of the observation, which is no sign.
  while (last > from && stepChanges[last]! >= 0) last -= 1;
  if (last === from) return { gone: 0, edge: 0 };
  let level = 0;
  let ended = 0;
  for (let step = from; step < last; step += 1) {
    level += stepChanges[step]!;
    ended += level * (survival[stepEdges[step]!]! - survival[stepEdges[step + 1]!]!);
  }
  const edge = stepEdges[last]!;
  // Before the first sign, the only possible ends are those without a goodbye.
  const alive = ((level + stepChanges[last]!) / stepChanges[from]!) * survival[edge]!;
  return { gone: ended > 0 ? ended / (ended + alive) : 0, edge };
}
