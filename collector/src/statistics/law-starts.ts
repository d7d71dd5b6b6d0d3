import type { DurationEvidence } from './duration-evidence.ts';
import type { IdleLawName } from './idle-laws.ts';
import { countAtMost } from './sorted.ts';

/** Starting points of the search for a law's parameters. */
export interface ScanRange {
  /** Edges that the evidence uses, above 0. */
  readonly times: Float64Array;
  /** The time by which a share q has ended, as estimated from the data; the last edge where the data do not reach. */
  readonly timeOf: (q: number) => number;
  /** Non-parametric estimate of the survival at a time. */
  readonly survivalAt: (time: number) => number;
}

/** @param survival non-parametric estimate at the edges */
export function scanRange(evidence: DurationEvidence, survival: Float64Array): ScanRange {
  const { edges, stepEdges } = evidence;
  const times = Float64Array.from(new Set(stepEdges), (edge) => edges[edge]!)
    .filter((time) => time > 0)
    .sort();
  const last = times[times.length - 1] ?? 1;
  const first = times[0] ?? 1;
  return {
    times,
    timeOf: (q) => {
      const edge = survival.findIndex((value) => value <= 1 - q);
      return Math.min(last, Math.max(first, edge < 0 ? last : edges[edge]!));
    },
    survivalAt: (time) => survival[Math.max(0, countAtMost(edges, time) - 1)]!,
  };
}

/** This many times from low to high in equal ratios, both included. */
function spread(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  return Array.from({ length: count }, (_, index) => low * (high / low) ** (index / (count - 1)));
}

/** The positions between used edges, where a jump always has the same likelihood; thinned to about `most`. */
function between({ times, timeOf }: ScanRange, most: number): number[] {
  const low = timeOf(0.005) / 1.5;
  const places: number[] = [];
  for (let index = 0; index < times.length; index += 1) {
    const next = times[index + 1] ?? times[index]! * 1.02;
    if (next >= low) places.push(Math.sqrt(times[index]! * next));
  }
  const stride = Math.max(1, Math.ceil(places.length / most));
  return places.filter((_, index) => index % stride === 0);
}

/** Parameters of laws that were fitted to the same data before. */
export type FittedLaws = ReadonlyMap<IdleLawName, readonly number[]>;

function pairs<T, U, R>(a: readonly T[], b: readonly U[], make: (x: T, y: U) => R): R[] {
  return a.flatMap((x) => b.map((y) => make(x, y)));
}

/**
 * Parameters to try before a law is fitted. Likelihoods of laws with steps are flat between the data and have many
 * local maxima, so a search from one start misses the best: two steps in 4 of 4 simulated runs.
 */
export const LAW_STARTS: Readonly<
  Record<IdleLawName, (range: ScanRange, fitted: FittedLaws) => readonly (readonly number[])[]>
> = {
  'one-step': (range) => between(range, 30).map((threshold) => [threshold]),
  'soft-step': ({ timeOf }) =>
    pairs(spread(timeOf(0.1) / 1.1, timeOf(0.9) * 1.1, 8), [0.004, 0.03, 0.1, 0.4], (threshold, width) => [
      threshold,
      width * threshold,
    ]),
  'two-step': ({ timeOf, survivalAt }) =>
    pairs(
      spread(timeOf(0.03) / 1.05, timeOf(0.9) * 1.02, 13),
      spread(timeOf(0.1), timeOf(0.98) * 1.02, 13),
      (first, second) => [
        first,
        second,
        Math.min(0.97, Math.max(0.03, survivalAt(Math.sqrt(first * second)))),
      ],
    ),
  'soft-two-step': ({ timeOf, survivalAt }, fitted) => {
    const steps = pairs(
      spread(timeOf(0.03) / 1.05, timeOf(0.9) * 1.02, 6),
      spread(timeOf(0.1), timeOf(0.98) * 1.02, 6),
      (first, second) => ({ first, second }),
    );
    const scanned = pairs(steps, [0.01, 0.1], ({ first, second }, width) => [
      first,
      width * first,
      second,
      0.02 * second,
      Math.min(0.97, Math.max(0.03, survivalAt(Math.sqrt(first * second)))),
    ]);
    const sharp = fitted.get('two-step');
    if (!sharp) return scanned;
    // Sharper ones are plateaus, where no slope leads on.
    const widths = [0.003, 0.03, 0.2];
    const [first = NaN, second = NaN, kept = NaN] = sharp;
    return [...scanned, ...pairs(widths, widths, (a, b) => [first, a * first, second, b * second, kept])];
  },
  halving: ({ times, timeOf }) =>
    pairs(
      spread(timeOf(0.02) / 1.3, timeOf(0.6) * 1.1, 75),
      [(times[times.length - 1] ?? 1) * 1.02, timeOf(0.98)],
      (period, end) => [period, end],
    ),
  'halving-to-none': ({ timeOf }) =>
    spread(timeOf(0.02) / 1.3, timeOf(0.6) * 1.1, 75).map((period) => [period]),
  exponential: ({ timeOf }) => spread(timeOf(0.01), timeOf(0.9) * 20, 3).map((halfLife) => [halfLife]),
  'shifted-exponential': ({ timeOf }) =>
    pairs(spread(timeOf(0.01) / 2, timeOf(0.7), 10), [0.001, 0.01, 0.1, 0.5, 3], (delay, ratio) => [
      delay,
      ratio * delay,
    ]),
  weibull: ({ timeOf }) =>
    pairs(spread(timeOf(0.3), timeOf(0.9) * 1.5, 4), [0.6, 1.2, 4, 12], (scale, shape) => [scale, shape]),
};
