import { normalQuantile } from './distributions.ts';
import type { SmoothedSurvival } from './smoothed-survival.ts';

/** The time at which a survival falls to a level, linear between edges; Infinity if it stays above. */
export function timeAtLevel(edges: Float64Array, survival: Float64Array, level: number): number {
  const after = survival.findIndex((value) => value <= level);
  if (after < 0) return Infinity;
  if (after === 0) return edges[0]!;
  const fall = survival[after - 1]! - survival[after]!;
  const share = fall > 0 ? (survival[after - 1]! - level) / fall : 1;
  return edges[after - 1]! + share * (edges[after]! - edges[after - 1]!);
}

/**
 * Equally likely times, ascending, at which the true survival may fall to a level, from a non-parametric estimate. It
 * uses Greenwood's variance on the scale of log(−log S), with expected ends instead of counted ones. If ends are only
 * known to be between two times, the result is overconfident.
 *
 * @param level between 0 and 1
 * @param count number of times
 * @see Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2nd ed. (2002), section 1.4
 */
export function timesAtLevel(
  edges: Float64Array,
  { survival, deaths, atRisk }: Pick<SmoothedSurvival, 'survival' | 'deaths' | 'atRisk'>,
  level: number,
  count: number,
): number[] {
  /** ln(−ln S) and its standard deviation at each edge. */
  const heights = new Float64Array(survival.length);
  const deviation = new Float64Array(survival.length);
  let variance = 0;
  for (let edge = 0; edge < survival.length; edge += 1) {
    if (edge > 0) {
      const left = atRisk[edge - 1]! - deaths[edge - 1]!;
      if (left > 0) variance += deaths[edge - 1]! / (atRisk[edge - 1]! * left);
    }
    heights[edge] = Math.log(-Math.log(survival[edge]!));
    deviation[edge] = Math.sqrt(variance) / Math.abs(Math.log(survival[edge]!));
  }
  const wanted = Math.log(-Math.log(level));
  const times = Array.from({ length: count }, (_, turn) => {
    const z = normalQuantile((turn + 0.5) / count);
    const moved = (edge: number): number =>
      survival[edge]! >= 1 ? 1 : Math.exp(-Math.exp(heights[edge]! + z * deviation[edge]!));
    let after = 0;
    while (
      after < survival.length &&
      (survival[after]! >= 1 || heights[after]! + z * deviation[after]! < wanted)
    )
      after += 1;
    if (after === survival.length) return Infinity;
    if (after === 0) return edges[0]!;
    const around = Float64Array.of(moved(after - 1), moved(after));
    return timeAtLevel(edges.subarray(after - 1, after + 1), around, level);
  });
  return times.sort((a, b) => a - b);
}
