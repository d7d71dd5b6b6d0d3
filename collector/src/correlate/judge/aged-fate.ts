import { deathPosterior } from '../../statistics/index.ts';
import type { DeathPosterior } from '../../statistics/index.ts';
import type { FateModel } from './fate-model.ts';
import type { Recycling } from './recycling.ts';
import type { Sandbox } from './sandbox.ts';

/** The fate of a sandbox that reached the age at which sandboxes of its deployment are recycled. */
export interface AgedFate {
  readonly fate: DeathPosterior;
  /** Probability that age is the cause, given that it is gone. */
  readonly byAge: number;
  /** When it reached that age, ms since the epoch. */
  readonly oldMs: number;
}

/**
 * The fate of a sandbox under both hazards: idleness and age.
 *
 * @returns undefined if the deployment shows no age limit, its birth was not seen, or it was not watched long enough
 */
export function agedFate(
  { isBorn, firstStartMs, lastEndMs }: Sandbox,
  { edges, law, evidence }: FateModel,
  spell: number,
  recycling: Recycling | undefined,
): AgedFate | undefined {
  if (!recycling || !isBorn) return undefined;
  const { offsets, stepEdges, stepChanges, until, batches } = evidence;
  const oldMs = firstStartMs + recycling.fromAgeMs;
  const end = Math.min(edges.length - 1, until[spell]!);
  if (lastEndMs + edges[end]! <= oldMs) return undefined;
  const kept = law.survival.length === 1 ? law.survival[0]! : law.survival[batches[spell]!]!;
  const hazard = Float64Array.from(edges, (edge) => recycling.rate * Math.max(0, lastEndMs + edge - oldMs));
  const aged = kept.map((value, edge) => value * Math.exp(hazard[0]! - hazard[edge]!));
  let level = 0;
  let step = offsets[spell]!;
  let ended = 0;
  let byAge = 0;
  for (let bin = 0; bin < end; bin += 1) {
    for (; step < offsets[spell + 1]! && stepEdges[step]! <= bin; step += 1) level += stepChanges[step]!;
    const mass = Math.max(0, level) * (aged[bin]! - aged[bin + 1]!);
    const old = hazard[bin + 1]! - hazard[bin]!;
    const idle = kept[bin + 1]! > 0 ? Math.log(kept[bin]! / kept[bin + 1]!) : Infinity;
    ended += mass;
    if (old > 0) byAge += mass * (old / (old + idle));
  }
  return {
    fate: deathPosterior(evidence, spell, [aged]),
    byAge: ended > 0 ? byAge / ended : 0,
    oldMs,
  };
}
