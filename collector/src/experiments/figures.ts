import type { Estimate, LatencySummary, LineFit, Sample } from '@sandscope/probes/outside';
import { clientMs } from '@sandscope/probes/outside';
import {
  ascending,
  bootstrapClusters,
  meanInterval,
  quantile,
  quantileInterval,
  wilson,
} from '../statistics/index.ts';

/** Latencies in the form of every summary; undefined values are ignored. */
export function latencies(values: readonly (number | undefined)[]): LatencySummary {
  const known = values.filter((value) => value !== undefined).sort(ascending);
  const { standardDeviation, ...mean } = meanInterval(known);
  const at = (q: number): Estimate => quantileInterval(known, q);
  const [min] = known;
  const max = known.at(-1);
  return {
    n: known.length,
    mean,
    ...(standardDeviation !== undefined && { standardDeviation }),
    ...(min !== undefined && { min }),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    ...(max !== undefined && { max }),
  };
}

/** Client times (without the connection) of samples. */
export function clientLatencies(samples: readonly Sample[]): LatencySummary {
  return latencies(samples.map((sample) => clientMs(sample)));
}

/** Share of cold starts among known starts; n is 0 if none is known. */
export function coldShare(samples: readonly Sample[]): Estimate {
  const known = samples.filter(({ start }) => start !== 'unknown');
  return share(known.filter(({ start }) => start === 'cold').length, known.length);
}

/** Wilson's interval. */
export function share(hits: number, n: number): Estimate {
  const { value, low, high } = wilson(hits, n);
  return { ...(value !== undefined && { value }), low, high, n };
}

/** Number of distinct sandboxes that answered; undefined if unknown. */
export function sandboxCount(samples: readonly Sample[]): number | undefined {
  const ids = new Set(samples.map(({ sandboxId }) => sandboxId).filter((id) => id !== undefined));
  return ids.size === 0 ? undefined : ids.size;
}

/** Groups samples by a key, in the order of first appearance. */
export function groupBy<K extends string | number, T>(
  items: Iterable<T>,
  keyOf: (item: T) => K | undefined,
): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Client time of cold over warm starts: the median over all pairs, with its bootstrap interval. */
export function coldWarmRatio(samples: readonly Sample[], seed: number): Estimate {
  const of = (start: string): number[] =>
    samples
      .filter((sample) => sample.start === start)
      .map((sample) => clientMs(sample))
      .filter((value) => value !== undefined);
  return ratioOfPairs(of('cold'), of('warm'), seed);
}

/** More pairs than this are thinned: a median over a million of them is precise enough. */
const MAX_A_SIDE = 400;

/** Median of first/second over all pairs (the Hodges-Lehmann estimate on logarithms), with its bootstrap interval. */
export function ratioOfPairs(first: readonly number[], second: readonly number[], seed: number): Estimate {
  const n = Math.min(first.length, second.length);
  if (n === 0) return { n };
  const a = thinned(first);
  const b = thinned(second);
  const strata = Uint8Array.from([...a.map(() => 0), ...b.map(() => 1)]);
  const statistic = (counts: Uint32Array): number | undefined => {
    const drawnA = a.flatMap((value, index) => Array<number>(counts[index]!).fill(value));
    const drawnB = b.flatMap((value, index) => Array<number>(counts[a.length + index]!).fill(value));
    return medianRatio(drawnA, drawnB);
  };
  const replicates = a.length * b.length > 10_000 ? 99 : 499;
  const { value, low, high } = bootstrapClusters(a.length + b.length, statistic, {
    strata,
    seed,
    replicates,
  });
  return {
    ...(value !== undefined && { value }),
    ...(n > 1 && low !== undefined && { low, high: high! }),
    n,
  };
}

function medianRatio(first: readonly number[], second: readonly number[]): number | undefined {
  if (first.length === 0 || second.length === 0) return undefined;
  const ratios: number[] = [];
  for (const one of first) for (const other of second) ratios.push(one / other);
  return quantile(Float64Array.from(ratios).sort(), 0.5);
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= MAX_A_SIDE) return values;
  const sorted = [...values].sort(ascending);
  return Array.from(
    { length: MAX_A_SIDE },
    (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / MAX_A_SIDE)]!,
  );
}

/** A line over the payload in words; a slope only if the data show that it is above 0. */
export function lineText({ intercept, slope }: LineFit): string {
  return slope.low !== undefined && slope.low > 0
    ? `${short(intercept.value)} ms and ${short(slope.value)} ms per MB`
    : `${short(intercept.value)} ms (more with the payload: not shown by these data)`;
}

/** Formats a number for a sentence: three significant digits. */
export function short(value: number | undefined): string {
  return value === undefined ? 'unknown' : String(Number(value.toPrecision(3)));
}
