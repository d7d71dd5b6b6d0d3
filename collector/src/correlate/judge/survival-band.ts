import { IDLE_LAWS, lawSurvival, seededRandom, timeAtLevel } from '../../statistics/index.ts';
import type {
  DurationEvidence,
  IdleLawName,
  LawDraws,
  LawFit,
  SmoothedSurvival,
} from '../../statistics/index.ts';

/** Uncertainty of a survival, over idle time. */
export interface SurvivalBand {
  /** Share kept beyond each edge: the 2.5 % quantile. */
  readonly low: Float64Array;
  /** The 97.5 % quantile. */
  readonly high: Float64Array;
  /** Idle time by which one in twenty is gone, ms: median and 95 % interval. Infinity if fewer die at all. */
  readonly knee: { readonly valueMs: number; readonly lowMs: number; readonly highMs: number };
  /** The survivals to average; `free` is the non-parametric one. */
  readonly laws: readonly { readonly law: IdleLawName | 'free'; readonly weight: number }[];
}

/** One in this many is gone at the knee. */
export const KNEE_GONE = 0.05;
/** Number of draws that represent the non-parametric estimate. */
const FREE_DRAWS = 60;
/** Successive draws of a law are much alike: every such one is enough. */
const STRIDE = 6;
const TAIL = 0.025;
/** Minimum weight of the non-parametric estimate: a sharp law that fits by chance makes bands too narrow. */
const LEAST_FREE = 0.2;

/**
 * The band of a survival averaged over laws, their parameters and the non-parametric estimate. The hazards of the
 * latter are drawn from their posterior given the ends in each bin (gamma, with a prior of half an end in total).
 */
export function survivalBand(
  { edges }: DurationEvidence,
  fits: readonly LawFit[],
  drawn: readonly (LawDraws | undefined)[],
  weights: readonly number[],
  free: SmoothedSurvival,
): SurvivalBand {
  const tables: WeightedTable[] = [];
  for (const [index, fit] of fits.entries()) {
    const draws = drawn[index];
    if (!draws) continue;
    const law = IDLE_LAWS[fit.law];
    const taken = draws.parameters.flatMap((parameters, turn) =>
      turn % STRIDE === 0 ? [{ parameters, leak: draws.leaks[turn]! }] : [],
    );
    for (const { parameters, leak } of taken) {
      const [table] = lawSurvival(law, parameters, leak, edges, [1]) as [Float64Array];
      tables.push({ table, weight: weights[index]! / taken.length });
    }
  }
  const freeWeight = weights.at(-1) ?? 1;
  const floor = Math.max(freeWeight, LEAST_FREE);
  for (const table of freeDraws(free)) tables.push({ table, weight: floor / FREE_DRAWS });
  const { low, high } = quantiles(edges.length, tables);
  const knees = tables
    .map(({ table, weight }) => ({ value: timeAtLevel(edges, table, 1 - KNEE_GONE), weight }))
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return {
    low,
    high,
    knee: {
      valueMs: weightedQuantile(knees, 0.5),
      lowMs: weightedQuantile(knees, TAIL),
      highMs: weightedQuantile(knees, 1 - TAIL),
    },
    laws: [
      ...fits.flatMap(({ law }, index) => (weights[index]! > 0 ? [{ law, weight: weights[index]! }] : [])),
      ...(freeWeight > 0 ? [{ law: 'free' as const, weight: freeWeight }] : []),
    ],
  };
}

interface WeightedTable {
  readonly table: Float64Array;
  readonly weight: number;
}

/** Both ends of the interval at each edge. */
function quantiles(
  edges: number,
  tables: readonly WeightedTable[],
): { readonly low: Float64Array; readonly high: Float64Array } {
  const low = new Float64Array(edges);
  const high = new Float64Array(edges);
  const total = tables.reduce((sum, { weight }) => sum + weight, 0);
  // Neighbouring edges have almost the same order: insertion is then faster than sorting anew.
  const order = Uint32Array.from(tables.keys());
  const values = new Float64Array(tables.length);
  const at = (q: number): number => {
    let sum = 0;
    for (let place = 0; place < order.length; place += 1) {
      sum += tables[order[place]!]!.weight;
      if (sum >= q * total) return values[order[place]!]!;
    }
    return values[order.at(-1) ?? 0] ?? NaN;
  };
  for (let edge = 0; edge < edges; edge += 1) {
    for (let index = 0; index < values.length; index += 1) values[index] = tables[index]!.table[edge]!;
    for (let index = 1; index < order.length; index += 1) {
      const own = order[index]!;
      const value = values[own]!;
      let place = index;
      for (; place > 0 && values[order[place - 1]!]! > value; place -= 1) order[place] = order[place - 1]!;
      order[place] = own;
    }
    low[edge] = at(TAIL);
    high[edge] = at(1 - TAIL);
  }
  return { low, high };
}

function* freeDraws({ survival, deaths, atRisk }: SmoothedSurvival): Generator<Float64Array> {
  const random = seededRandom(2);
  const bins = survival.length - 1;
  const hazards = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin += 1) {
    const hazard = survival[bin]! > 0 ? -Math.log(Math.max(1e-300, survival[bin + 1]! / survival[bin]!)) : 0;
    hazards[bin] = atRisk[bin]! > 0 || hazard > 0 ? hazard : 0;
  }
  const stretches = stretchesOf(deaths, bins);
  for (let turn = 0; turn < FREE_DRAWS; turn += 1) {
    const table = new Float64Array(survival.length);
    table[0] = survival[0]!;
    let sum = 0;
    for (const { from, to, ends } of stretches) {
      const factor = gamma(ends + 0.5, random) / (ends + 0.5);
      for (let bin = from; bin < to; bin += 1) {
        sum += factor * hazards[bin]!;
        table[bin + 1] = survival[0]! * Math.exp(-sum);
      }
    }
    yield table;
  }
}

/**
 * Stretches of bins with at least one end in each, except the last. Hazards of neighbouring bins were smoothed together:
 * a stretch has one factor.
 */
function stretchesOf(
  deaths: Float64Array,
  bins: number,
): { readonly from: number; readonly to: number; readonly ends: number }[] {
  const stretches: { from: number; to: number; ends: number }[] = [];
  for (let from = 0; from < bins;) {
    let ends = 0;
    let to = from;
    for (; to < bins && ends < 1; to += 1) ends += deaths[to]!;
    stretches.push({ from, to, ends });
    from = to;
  }
  return stretches;
}

/**
 * Marsaglia and Tsang, ACM Transactions on Mathematical Software 26 (2000); for shapes below 1, uses a power of a
 * uniform.
 */
function gamma(shape: number, random: ReturnType<typeof seededRandom>): number {
  if (shape < 1) return gamma(shape + 1, random) * Math.max(1e-300, random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

function weightedQuantile(
  ascending: readonly { readonly value: number; readonly weight: number }[],
  q: number,
): number {
  const total = ascending.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  for (const { value, weight } of ascending) {
    sum += weight;
    if (sum >= q * total) return value;
  }
  return ascending.at(-1)?.value ?? NaN;
}
