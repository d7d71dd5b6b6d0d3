import type { DurationEvidence } from './duration-evidence.ts';
import { ascending, countAtMost, countBelow } from './sorted.ts';
import { asEdges, edgeFinder, nextDown } from './time-grid.ts';

const SHARES = 1024;
/** From this many times on, a table of the edges costs less than searching for each. */
const MANY = 1_000;

/** One observation whose evidence is neither "alive" nor "ended between". */
export interface GradedObservation {
  /** Initial evidence, 0 to 1; default 1. */
  readonly initial?: number;
  /** Times after which the evidence changes, ascending; above 0. */
  readonly times: ArrayLike<number>;
  /** Evidence after each of these times, 0 to 1. */
  readonly levels: ArrayLike<number>;
  /** How long it has been observed; absent if it is known to have ended (the last level is then 0). */
  readonly until?: number;
  readonly weight?: number;
  readonly batch?: number;
}

interface Observation {
  readonly times: readonly number[];
  readonly changes: readonly number[];
  /** Infinity: known to have ended. */
  readonly until: number;
  readonly weight: number;
  readonly batch: number;
}

/** An observation with indices of edges for times. */
interface Placed {
  readonly edges: readonly number[];
  readonly changes: readonly number[];
  readonly until: number;
  readonly weight: number;
  /** Index of the batch size. */
  readonly batch: number;
}

export interface EvidenceOptions {
  /**
   * Grid of times, for example from {@link geometricEdges}; by default every time becomes an edge and nothing is
   * rounded. On a grid, an observation that was alive between two edges is divided between them in proportion to its
   * position; bounds of an end are rounded outwards to the next edges.
   */
  readonly edges?: ArrayLike<number>;
  /**
   * Besides the grid, this many of the longest times alive and of the shortest certain ends get their own edges: laws
   * with a sharp step depend on them. Default 0.
   */
  readonly exactExtremes?: number;
  /**
   * Levels of graded evidence are rounded to within this ratio, so that similar cases become equal; for example 1.05.
   * Default: exact.
   */
  readonly levelRatio?: number;
}

/**
 * Collects observations of durations and builds {@link DurationEvidence} from them.
 *
 *     const evidence = new EvidenceBuilder({ edges: geometricEdges(1, 86_400, 1.02) });
 *     evidence.alive(42);             // reused after 42 s
 *     evidence.ended(600, 660);       // known to be gone
 *     const built = evidence.build();
 *
 * Assumes that the time of an inspection is independent of the duration.
 */
export class EvidenceBuilder {
  readonly #grid: Float64Array | undefined;
  readonly #exactExtremes: number;
  readonly #levelRatio: number | undefined;
  /** By batch size: lengths with their weights, to be sorted. */
  readonly #alive = new Map<number, { durations: Float64Array[]; single: number[]; weights: number[] }>();
  readonly #others: Observation[] = [];

  constructor(options: EvidenceOptions = {}) {
    const { edges, exactExtremes = 0, levelRatio } = options;
    this.#grid = edges && asEdges(Float64Array.from(edges));
    this.#exactExtremes = exactExtremes;
    this.#levelRatio = levelRatio;
  }

  /** The duration is longer than this. */
  alive(duration: number, weight = 1, batch = 1): void {
    if (!(duration >= 0)) throw new RangeError(`no duration: ${duration}`);
    if (!(weight > 0)) return;
    const own = this.#aliveOf(batch);
    own.single.push(duration);
    own.weights.push(weight);
  }

  /** {@link alive} for many, each of weight 1. Keeps the array without copying it. */
  aliveAll(durations: Float64Array, batch = 1): void {
    this.#aliveOf(batch).durations.push(durations);
  }

  /**
   * The duration is longer than `lower` and at most `upper`; exactly `upper` if they are equal.
   */
  ended(lower: number, upper: number, weight = 1, batch = 1): void {
    if (!(lower >= 0 && upper >= lower)) throw new RangeError(`no interval: ${lower} to ${upper}`);
    if (upper === Infinity) {
      this.alive(lower, weight, batch);
      return;
    }
    const open = lower === upper ? Math.max(0, nextDown(upper)) : lower;
    if (upper === 0)
      throw new RangeError('a duration that ended at 0 cannot be told from one that never began');
    this.#add({ times: [open, upper], changes: [1, -1], until: Infinity, weight, batch });
  }

  /** Evidence that makes some durations unlikely, rather than only impossible. */
  graded(observation: GradedObservation): void {
    const { initial = 1, times, levels, until, weight = 1, batch = 1 } = observation;
    const round = (level: number): number => {
      if (this.#levelRatio === undefined || level <= 0 || level >= 1) return level;
      const step = Math.log(this.#levelRatio);
      return Math.exp(Math.round(Math.log(level) / step) * step);
    };
    const kept: number[] = [];
    const changes: number[] = [];
    let before = round(initial);
    if (before > 0) {
      kept.push(0);
      changes.push(before);
    }
    for (let index = 0; index < times.length; index += 1) {
      const time = times[index]!;
      const level = round(levels[index]!);
      if (!(time > 0) || time < (kept.at(-1) ?? 0))
        throw new RangeError('times of evidence must rise from above 0');
      if (level !== before && (until === undefined || time < until)) {
        kept.push(time);
        changes.push(level - before);
        before = level;
      }
    }
    if (until === undefined && before > 0) throw new RangeError('evidence of an end must come down to 0');
    if (kept.length === 0) throw new RangeError('evidence that rules everything out');
    this.#add({
      times: kept,
      changes,
      until: until !== undefined && before > 0 ? until : Infinity,
      weight,
      batch,
    });
  }

  /** Builds the evidence; the builder can be used afterwards. */
  build(): DurationEvidence {
    const edges = this.#edges();
    const batchSizes = Uint32Array.from(
      new Set([...this.#alive.keys(), ...this.#others.map(({ batch }) => batch)]),
    ).sort();
    const placed: Placed[] = this.#others.map((observation) => ({
      ...place(observation, edges),
      weight: observation.weight,
      batch: batchSizes.indexOf(observation.batch),
    }));
    for (const [size, own] of this.#alive) {
      const batch = batchSizes.indexOf(size);
      for (const [edge, weight] of this.#aliveByEdge(own, edges).entries()) {
        if (weight > 0) placed.push({ edges: [edge], changes: [1], until: edge, weight, batch });
      }
    }
    // Sums must not depend on the order of arrival.
    placed.sort(order);
    const all: { readonly own: Placed; weight: number }[] = [];
    for (const own of placed) {
      const last = all.at(-1);
      if (last && order(last.own, own) === 0) last.weight += own.weight;
      else all.push({ own, weight: own.weight });
    }
    const steps = all.reduce((sum, { own }) => sum + own.edges.length, 0);
    const offsets = new Uint32Array(all.length + 1);
    const stepEdges = new Uint32Array(steps);
    const stepChanges = new Float64Array(steps);
    let step = 0;
    for (const [index, { own }] of all.entries()) {
      stepEdges.set(own.edges, step);
      stepChanges.set(own.changes, step);
      step += own.edges.length;
      offsets[index + 1] = step;
    }
    const weights = Float64Array.from(all, ({ weight }) => weight);
    return {
      edges,
      offsets,
      stepEdges,
      stepChanges,
      until: Uint32Array.from(all, ({ own }) => own.until),
      weights,
      batches: Uint32Array.from(all, ({ own }) => own.batch),
      batchSizes,
      n: weights.reduce((sum, weight) => sum + weight, 0),
    };
  }

  #aliveOf(batch: number): { durations: Float64Array[]; single: number[]; weights: number[] } {
    if (!(Number.isInteger(batch) && batch >= 1)) throw new RangeError(`no batch size: ${batch}`);
    let own = this.#alive.get(batch);
    if (!own) this.#alive.set(batch, (own = { durations: [], single: [], weights: [] }));
    return own;
  }

  #add(observation: Observation): void {
    if (!(observation.weight > 0)) return;
    if (!(Number.isInteger(observation.batch) && observation.batch >= 1)) {
      throw new RangeError(`no batch size: ${observation.batch}`);
    }
    this.#others.push(observation);
  }

  #edges(): Float64Array {
    if (this.#grid) {
      return this.#exactExtremes > 0
        ? asEdges(Float64Array.from([...this.#grid, ...this.#extremes()]))
        : this.#grid;
    }
    const parts: ArrayLike<number>[] = [];
    for (const { durations, single } of this.#alive.values()) parts.push(single, ...durations);
    for (const { times, until } of this.#others) {
      parts.push(until === Infinity ? times : [...times, until]);
    }
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let length = 0;
    for (const part of parts) {
      all.set(part, length);
      length += part.length;
    }
    return asEdges(all);
  }

  /** The longest times alive and the shortest times by which an end was certain. */
  #extremes(): number[] {
    const count = this.#exactExtremes;
    let longest: number[] = [];
    const offer = (duration: number): void => {
      if (!(duration >= 0)) return;
      longest.splice(countAtMost(longest, duration), 0, duration);
      if (longest.length > count) longest = longest.slice(1);
    };
    for (const { durations, single } of this.#alive.values()) {
      for (const many of [...durations, single]) {
        for (let index = 0; index < many.length; index += 1) {
          if (longest.length < count || many[index]! > longest[0]!) offer(many[index]!);
        }
      }
    }
    const shortest: number[] = [];
    for (const { times, changes } of this.#others) {
      const decisive = changes.findIndex((change) => change < -0.5);
      if (decisive >= 0) shortest.push(times[decisive]!);
    }
    shortest.sort(ascending).splice(count);
    return [...longest, ...shortest];
  }

  /** Weight by edge for items that were alive, divided on a grid between the edges on both sides. */
  #aliveByEdge(
    own: { durations: Float64Array[]; single: number[]; weights: number[] },
    edges: Float64Array,
  ): Float64Array {
    const counts = new Float64Array(edges.length);
    const last = edges.length - 1;
    const many = own.durations.reduce((sum, { length }) => sum + length, own.single.length);
    const find =
      many > MANY ? edgeFinder(edges) : (duration: number) => Math.max(0, countAtMost(edges, duration) - 1);
    const add = (duration: number, weight: number): void => {
      const edge = find(duration);
      const from = edges[edge]!;
      if (edge === last || duration === from) {
        counts[edge] = counts[edge]! + weight;
        return;
      }
      // In steps of a power of two: sums of whole weights are then exact in any order.
      const share = Math.round(((duration - from) / (edges[edge + 1]! - from)) * SHARES) / SHARES;
      counts[edge] = counts[edge]! + weight * (1 - share);
      counts[edge + 1] = counts[edge + 1]! + weight * share;
    };
    for (const durations of own.durations) {
      for (const duration of durations) if (duration >= 0) add(duration, 1);
    }
    for (const [index, duration] of own.single.entries()) add(duration, own.weights[index]!);
    return counts;
  }
}

/** Bounds of an observation as indices of edges: the start of the possible range is rounded down, its end up. */
function place(
  observation: Observation,
  edges: Float64Array,
): { edges: number[]; changes: number[]; until: number } {
  const { until } = observation;
  const last = edges.length - 1;
  const untilEdge = until === Infinity ? edges.length : countAtMost(edges, until) - 1;
  const places: number[] = [];
  const changes: number[] = [];
  for (const [index, time] of observation.times.entries()) {
    const change = observation.changes[index]!;
    const edge = change > 0 ? countAtMost(edges, time) - 1 : countBelow(edges, time);
    // An end beyond the grid is not known to be before any of its edges.
    if (edge > last) continue;
    const own = Math.min(edge, untilEdge);
    // Rounding may change the order of neighbours.
    let at = places.length;
    while (at > 0 && places[at - 1]! > own) at -= 1;
    if (places[at - 1] === own) changes[at - 1]! += change;
    else {
      places.splice(at, 0, own);
      changes.splice(at, 0, change);
    }
  }
  const isKept = (_: number, index: number): boolean => changes[index] !== 0;
  return {
    edges: places.filter(isKept),
    changes: changes.filter((change) => change !== 0),
    until: untilEdge,
  };
}

/** Any order in which equal observations are neighbours. */
function order(a: Placed, b: Placed): number {
  let before = a.batch - b.batch || a.until - b.until || a.edges.length - b.edges.length;
  for (let step = 0; step < a.edges.length && before === 0; step += 1)
    before = a.edges[step]! - b.edges[step]! || a.changes[step]! - b.changes[step]!;
  return before;
}
