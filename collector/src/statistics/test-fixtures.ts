import { readFileSync } from 'node:fs';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';

interface KaplanMeierCase {
  readonly time: number[];
  readonly status: number[];
  readonly weights: number[];
  readonly entry: number[] | null;
  readonly times: number[];
  readonly atRisk: number[];
  readonly survival: number[];
  readonly greenwood: number[];
  readonly logLogLow: (number | null)[];
  readonly logLogHigh: (number | null)[];
  readonly plainLow: (number | null)[];
  readonly plainHigh: (number | null)[];
  readonly quantiles: (number | null)[];
  readonly quantilesLow: (number | null)[];
  readonly quantilesHigh: (number | null)[];
}

interface TurnbullCase {
  readonly left: number[];
  /** −1: no observed end. */
  readonly right: number[];
  readonly weights: number[];
  readonly lower: number[];
  readonly upper: number[];
  readonly mass: number[];
  readonly logLikelihood: number;
}

/** Results of R and its packages, from `make-fixtures.R`. */
export interface RFixtures {
  readonly kaplanMeier: Readonly<Record<'remission' | 'weighted' | 'truncated', KaplanMeierCase>>;
  readonly turnbull: Readonly<Record<'radiotherapy' | 'chemotherapy' | 'mixed', TurnbullCase>>;
  readonly clusterProportion: { hits: number[]; trials: number[]; value: number; variance: number };
  readonly chao: { counts: number[]; chao1: number; se: number }[];
  readonly benjaminiHochberg: { p: number[]; adjusted: number[] };
}

/** Results of scipy and others, from `make-fixtures.py`. */
export interface PythonFixtures {
  readonly distributions: Readonly<
    Record<'normalQuantile' | 'normalCdf', [number, number][]> &
      Record<'tQuantile' | 'chiSquaredUpperTail', [number, number, number][]> &
      Record<'binomialCdf', [number, number, number, number][]>
  >;
  readonly wilson: [hits: number, n: number, level: number, low: number, high: number][];
  readonly quantileRanks: [n: number, q: number, low: number | null, high: number | null][];
  readonly isotonic: { y: number[]; weights: number[]; increasing: number[]; decreasing: number[] }[];
  readonly permutation: {
    values: number[];
    labels: number[];
    strata: number[];
    statistic: number;
    greater: number;
    twoSided: number;
  };
  readonly bootstrap: {
    sample: number[];
    percentile: [number, number];
    BCa: [number, number];
    standardError: number;
  };
  readonly calibration: {
    probabilities: number[];
    outcomes: number[];
    brier: number;
    said: number[];
    came: number[];
  };
  readonly pettitt: { values: number[]; at: number; u: number; p: number };
  readonly clocks: Readonly<
    Record<'sent' | 'began' | 'ended' | 'received', number[]> &
      Record<'origin' | 'offset' | 'drift' | 'margin' | 'low' | 'high' | 'driftLow' | 'driftHigh', number>
  >;
  readonly picks: {
    ranks: number[];
    candidates: number[];
    weights: [number, number, number];
    logLikelihood: number;
    z: number;
  };
  readonly parametric: {
    lower: number[];
    upper: (number | null)[];
    weibull: { scale: number; shape: number; logLikelihood: number };
    exponential: { halfLife: number; logLikelihood: number };
  };
  readonly laws: {
    source: string;
    rows: [time: number, batch: number, alive: number, gone: number][];
    graded: [time: number, level: number, weight: number][];
    fits: Record<string, { logPosterior: number; parameters: number[] }>;
  }[];
}

function read(name: string): unknown {
  const path = new URL(`../../../test/fixtures/statistics/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}

export const ofR = read('r.json') as RFixtures;
export const ofPython = read('python.json') as PythonFixtures;

/** Largest elementwise difference of two lists. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let index = 0; index < a.length; index += 1) most = Math.max(most, Math.abs(a[index]! - b[index]!));
  return most;
}

/** Share of this many seeded runs for which the check holds. */
export function shareOf(runs: number, seed: number, holds: (random: Random) => boolean): number {
  const random = seededRandom(seed);
  let count = 0;
  for (let run = 0; run < runs; run += 1) if (holds(random)) count += 1;
  return count / runs;
}

export const exponential = (random: Random, mean: number): number => -mean * Math.log1p(-random.uniform());
