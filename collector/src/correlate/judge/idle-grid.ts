import { ascending, asEdges, geometricEdges } from '../../statistics/index.ts';
import type { IdleTimes } from './idle-times.ts';
import type { ColdSigns } from './signs.ts';

/** Edges on which idle times are counted. */
export interface IdleGrid {
  readonly edges: Float64Array;
  /** Number of averaging passes over neighbours; the smoothing equals one pass on edges of ratio 1.04. */
  readonly passes: number;
}

const FIRST_EDGE_MS = 1_000;
/** Ratio of edges for a first pass, and where few deaths occur. */
const COARSE = 1.12;
/** Ratios where sandboxes die. */
const FINEST = 1.02;
const WIDEST = 1.04;
/** Approximate number of edges. */
const EDGES = 140;
/** The quantiles between which sandboxes die; and a margin beyond, as a ratio. */
const BEGINS = 0.985;
const ENDS = 0.01;
const MARGIN = 1.35;
/** The longest survived and the shortest decisive idle times get edges of their own: sharp laws depend on them. */
const EXACT = 32;
/** Inspections of idle sandboxes repeat a few idle times: these are edges too. */
const LOOKS = 256;

/**
 * Edges that are dense where sandboxes die and sparse elsewhere: the cost of a law is the number of its edges.
 *
 * @param estimate a non-parametric survival on given edges
 */
export function idleGrid(
  times: IdleTimes,
  colds: ColdSigns,
  estimate: (edges: Float64Array) => Float64Array,
): IdleGrid {
  const { longest, shortest, last } = extremes(times, colds);
  const looks = [...new Set(times.lookedAt.map(({ idleMs }) => idleMs))].sort(ascending).slice(-LOOKS);
  const coarse = geometricEdges(FIRST_EDGE_MS, 1.05 * last, COARSE);
  const survival = estimate(coarse);
  const beginning = survival.findIndex((value) => value < BEGINS);
  const ending = survival.findIndex((value) => value < ENDS);
  const from = Math.max(
    FIRST_EDGE_MS,
    coarse[Math.max(1, beginning < 0 ? coarse.length - 1 : beginning - 1)]! / MARGIN,
  );
  const to = Math.max(from * MARGIN, ending < 0 ? coarse.at(-1)! : coarse[ending]! * MARGIN);
  const ratio = Math.min(WIDEST, Math.max(FINEST, (to / from) ** (1 / EDGES)));
  const fine = geometricEdges(from, to, ratio);
  const around = coarse.filter((edge) => edge > 0 && (edge < from || edge > fine.at(-1)!));
  const edges = asEdges(
    Float64Array.from([...around, ...fine.subarray(1), ...longest, ...shortest, ...looks]),
  );
  return { edges, passes: Math.max(1, Math.round((Math.log(1.04) / Math.log(ratio)) ** 2)) };
}

/** The longest survived idle times, the shortest at which a cold start came, and the longest of all. */
function extremes(
  { survived, told, open, lookedAt }: IdleTimes,
  colds: ColdSigns,
): { longest: number[]; shortest: number[]; last: number } {
  const longest = survived.longest(EXACT, FIRST_EDGE_MS);
  let last = FIRST_EDGE_MS;
  for (const { idleMs } of lookedAt) last = Math.max(last, idleMs);
  for (const { idleMs } of told) last = Math.max(last, idleMs);
  for (const { watchedMs } of open) last = Math.max(last, watchedMs);
  const { offsets, idleMs } = colds;
  const shortest = Array.from(open.keys(), (index) =>
    offsets[index]! < offsets[index + 1]! ? idleMs[offsets[index]!]! : 0,
  )
    .filter((first) => first > FIRST_EDGE_MS)
    .sort(ascending)
    .slice(0, EXACT);
  return { longest, shortest, last: Math.max(last, longest.at(-1) ?? 0) };
}
