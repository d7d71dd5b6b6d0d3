import type { DurationEvidence } from './duration-evidence.ts';
import { ascending, countAtMost, countBelow } from './sorted.ts';
import { asEdges, edgeFinder, nextDown } from './time-grid.ts';

const SHARES = 1024;
/** Observations with at least this many steps have one key. */
const MOST_STEPS = 64;

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
  /** Orders by batch size, end of observation and number of steps. */
  readonly key: number;
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
    const placed: Placed[] = [];
    for (const observation of this.#others)
      placed.push(place(observation, edges, batchSizes.indexOf(observation.batch)));
    for (const [size, own] of this.#alive) {
      const batch = batchSizes.indexOf(size);
      const add = (edge: number, weight: number): void => {
        if (weight > 0) placed.push(placedAlive(edge, weight, batch, edges.length));
      };
      this.#aliveByEdge(own, edges, add);
    }
    // Sums must not depend on the order of arrival.
    placed.sort(order);
    const all: Placed[] = [];
    const weightOf: number[] = [];
    let steps = 0;
    for (const own of placed) {
      if (all.length > 0 && order(all.at(-1)!, own) === 0) weightOf[all.length - 1]! += own.weight;
      else {
        all.push(own);
        weightOf.push(own.weight);
        steps += own.edges.length;
      }
    }
    const offsets = new Uint32Array(all.length + 1);
    const stepEdges = new Uint32Array(steps);
    const stepChanges = new Float64Array(steps);
    const until = new Uint32Array(all.length);
    const batches = new Uint32Array(all.length);
    let step = 0;
    for (let index = 0; index < all.length; index += 1) {
      const own = all[index]!;
      for (let at = 0; at < own.edges.length; at += 1, step += 1) {
        stepEdges[step] = own.edges[at]!;
        stepChanges[step] = own.changes[at]!;
      }
      offsets[index + 1] = step;
      until[index] = own.until;
      batches[index] = own.batch;
    }
    const weights = Float64Array.from(weightOf);
    return {
      edges,
      offsets,
      stepEdges,
      stepChanges,
      until,
      weights,
      batches,
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

  /** Offers the weights of items that were alive, divided on a grid between the edges on both sides. */
  #aliveByEdge(
    own: { durations: Float64Array[]; single: number[]; weights: number[] },
    edges: Float64Array,
    to: (edge: number, weight: number) => void,
  ): void {
    const last = edges.length - 1;
    const share = (duration: number, edge: number): number => {
      const from = edges[edge]!;
      // In steps of a power of two: sums of whole weights are then exact in any order.
      return edge === last || duration === from
        ? 0
        : Math.round(((duration - from) / (edges[edge + 1]! - from)) * SHARES) / SHARES;
    };
    const divide = (duration: number, edge: number, weight: number): void => {
      const later = share(duration, edge);
      to(edge, weight * (1 - later));
      if (later > 0) to(edge + 1, weight * later);
    };
    for (let index = 0; index < own.single.length; index += 1) {
      const duration = own.single[index]!;
      divide(duration, Math.max(0, countAtMost(edges, duration) - 1), own.weights[index]!);
    }
    if (own.durations.length === 0) return;
    const find = edgeFinder(edges);
    const counts = new Float64Array(edges.length + 1);
    for (const durations of own.durations) {
      for (const duration of durations) {
        if (!(duration >= 0)) continue;
        const edge = find(duration);
        const later = share(duration, edge);
        counts[edge] = counts[edge]! + 1 - later;
        counts[edge + 1] = counts[edge + 1]! + later;
      }
    }
    for (let edge = 0; edge <= last; edge += 1) to(edge, counts[edge]!);
  }
}

function keyOf(batch: number, until: number, steps: number, edges: number): number {
  return (batch * (edges + 1) + until) * MOST_STEPS + Math.min(steps, MOST_STEPS - 1);
}

function placedAlive(edge: number, weight: number, batch: number, edges: number): Placed {
  return { key: keyOf(batch, edge, 1, edges), edges: [edge], changes: [1], until: edge, weight, batch };
}

/** Bounds of an observation as indices of edges: the start of the possible range is rounded down, its end up. */
function place({ times, changes, until, weight }: Observation, edges: Float64Array, batch: number): Placed {
  const last = edges.length - 1;
  const untilEdge = until === Infinity ? edges.length : countAtMost(edges, until) - 1;
  const places: number[] = [];
  const sums: number[] = [];
  for (let index = 0; index < times.length; index += 1) {
    const change = changes[index]!;
    const edge = change > 0 ? countAtMost(edges, times[index]!) - 1 : countBelow(edges, times[index]!);
    // An end beyond the grid is not known to be before any of its edges.
    if (edge > last) continue;
    const own = Math.min(edge, untilEdge);
    // Rounding may change the order of neighbours.
    let at = places.length;
    while (at > 0 && places[at - 1]! > own) at -= 1;
    if (at > 0 && places[at - 1] === own) sums[at - 1]! += change;
    else if (at === places.length) {
      places.push(own);
      sums.push(change);
    } else {
      places.splice(at, 0, own);
      sums.splice(at, 0, change);
    }
  }
  let kept = 0;
  for (let index = 0; index < places.length; index += 1) {
    if (sums[index] === 0) continue;
    places[kept] = places[index]!;
    sums[kept] = sums[index]!;
    kept += 1;
  }
  places.length = kept;
  sums.length = kept;
  const key = keyOf(batch, untilEdge, kept, edges.length);
  return { key, edges: places, changes: sums, until: untilEdge, weight, batch };
}

/** Any order in which equal observations are neighbours. */
function order(a: Placed, b: Placed): number {
  let before = a.key - b.key || a.edges.length - b.edges.length;
  for (let step = 0; step < a.edges.length && before === 0; step += 1)
    before = a.edges[step]! - b.edges[step]! || a.changes[step]! - b.changes[step]!;
  return before;
}
