import { LEAST_LIKELIHOOD } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';

/** The expected observations for a given survival. */
export interface ExpectedDeaths {
  /** Expected ends in (edge b, edge b + 1]; the last counts those beyond all edges. */
  readonly deaths: Float64Array;
  /** Expected number that is observed and has not ended at edge b. */
  readonly atRisk: Float64Array;
}

/**
 * The E step for a survival over the edges: the expected number of observations that end in each bin, and the number at
 * risk there. O(steps + edges).
 *
 * @param survival at each edge, from 1, falling
 */
export function expectedDeaths(evidence: DurationEvidence, survival: Float64Array): ExpectedDeaths {
  const { edges, offsets, stepEdges, stepChanges, until, weights, n } = evidence;
  const size = edges.length;
  const factors = new Float64Array(size + 1);
  const leaving = new Float64Array(size + 1);
  for (let observation = 0; observation < weights.length; observation += 1) {
    const from = offsets[observation]!;
    const end = offsets[observation + 1]!;
    // It was alive until its observation ended, and adds no ends before.
    if (end === from + 1 && stepEdges[from] === until[observation] && stepChanges[from] === 1) {
      const last = stepEdges[from]!;
      if (survival[last]! > LEAST_LIKELIHOOD) {
        leaving[last] = leaving[last]! + weights[observation]!;
        continue;
      }
    }
    let z = 0;
    let level = 0;
    for (let step = from; step < end; step += 1) {
      z += stepChanges[step]! * survival[stepEdges[step]!]!;
      level += stepChanges[step]!;
    }
    const weight = weights[observation]!;
    if (!(z > LEAST_LIKELIHOOD)) z = LEAST_LIKELIHOOD;
    const share = weight / z;
    for (let step = from; step < end; step += 1) {
      const edge = stepEdges[step]!;
      factors[edge] = factors[edge]! + share * stepChanges[step]!;
    }
    const last = until[observation]!;
    if (last < size && level > 0) {
      factors[last] = factors[last]! - share * level;
      leaving[last] = leaving[last]! + share * level * survival[last]!;
    }
  }
  const deaths = new Float64Array(size);
  const atRisk = new Float64Array(size);
  let factor = 0;
  let left = n;
  for (let bin = 0; bin < size; bin += 1) {
    factor += factors[bin]!;
    const mass = survival[bin]! - (bin + 1 < size ? survival[bin + 1]! : 0);
    left -= leaving[bin]!;
    atRisk[bin] = left > 0 ? left : 0;
    // A factor that is pure rounding error counts as 0.
    deaths[bin] = factor > 1e-12 * n ? mass * factor : 0;
    left -= deaths[bin]!;
  }
  return { deaths, atRisk };
}
