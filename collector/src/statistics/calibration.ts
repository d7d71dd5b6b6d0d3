import { wilson } from './proportion.ts';
import type { Proportion } from './proportion.ts';

/** Forecast probabilities and their outcomes; arrays of one length. */
export interface Forecasts {
  /** 0 to 1. */
  readonly probabilities: ArrayLike<number>;
  /** Whether it happened. */
  readonly outcomes: ArrayLike<number | boolean>;
}

/** Mean squared error of probabilities: 0 is perfect, a constant forecast of ½ has ¼. Undefined for no forecasts. */
export function brierScore({ probabilities, outcomes }: Forecasts): number | undefined {
  const n = probabilities.length;
  let sum = 0;
  for (let index = 0; index < n; index += 1) sum += (probabilities[index]! - (outcomes[index] ? 1 : 0)) ** 2;
  return n === 0 ? undefined : sum / n;
}

/** Forecasts of similar probability. */
export interface ReliabilityRow {
  /** Bounds of the probabilities in this row: the lower included, the upper excluded except for 1. */
  readonly from: number;
  readonly to: number;
  /** Mean forecast. */
  readonly said: number;
  /** Observed share, with its Wilson interval: too narrow if forecasts of one moment share their fate. */
  readonly came: Proportion;
}

/** Forecasts compared with outcomes, and Murphy's decomposition of the Brier score. */
export interface Reliability {
  /** Rows that have forecasts, ascending. */
  readonly rows: readonly ReliabilityRow[];
  /** Reliability: weighted squared distance between forecasts and outcomes; 0 is calibrated. */
  readonly reliability: number;
  /** Resolution: distance between the rows' outcomes and the mean; larger is sharper. */
  readonly resolution: number;
  /** Uncertainty: variance of the outcomes. */
  readonly uncertainty: number;
  readonly n: number;
}

/**
 * Reliability table. The Brier score is reliability − resolution + uncertainty, except for the variation within rows.
 *
 * @param bins of equal width; default 10
 * @returns undefined for no forecasts
 * @see Brier, Monthly Weather Review 78 (1950); Murphy, J. Applied Meteorology 12 (1973)
 */
export function reliability(forecasts: Forecasts, bins = 10): Reliability | undefined {
  const { probabilities, outcomes } = forecasts;
  const n = probabilities.length;
  if (n === 0) return undefined;
  const said = new Float64Array(bins);
  const came = new Float64Array(bins);
  const counts = new Float64Array(bins);
  let all = 0;
  for (let index = 0; index < n; index += 1) {
    const probability = probabilities[index]!;
    // A product of doubles may fall just short of the bin's own bound.
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(probability * bins + 1e-12)));
    said[bin] = said[bin]! + probability;
    counts[bin] = counts[bin]! + 1;
    if (outcomes[index]) {
      came[bin] = came[bin]! + 1;
      all += 1;
    }
  }
  const mean = all / n;
  const rows: ReliabilityRow[] = [];
  let reliable = 0;
  let resolution = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const count = counts[bin]!;
    if (count === 0) continue;
    const row = {
      from: bin / bins,
      to: (bin + 1) / bins,
      said: said[bin]! / count,
      came: wilson(came[bin]!, count),
    };
    rows.push(row);
    reliable += (count * (row.said - came[bin]! / count) ** 2) / n;
    resolution += (count * (came[bin]! / count - mean) ** 2) / n;
  }
  return { rows, reliability: reliable, resolution, uncertainty: mean * (1 - mean), n };
}
