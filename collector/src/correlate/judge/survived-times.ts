import { countAtMost, edgeFinder } from '../../statistics/index.ts';

/** Number of survived idle times of one length on a grid. */
export interface BinnedTimes {
  readonly batch: number;
  readonly idleMs: number;
  readonly weight: number;
}

/** Idle times that a sandbox survived, those of one stretch of time. */
export interface SurvivedTimes {
  readonly count: number;
  /** Number of idle times per edge, divided between the edges on both sides; by batch size, then by edge. */
  binned(edges: Float64Array): readonly BinnedTimes[];
  /** The longest, ascending; at most this many, and only those above a bound. */
  longest(most: number, aboveMs: number): number[];
}

/** A time between two edges is divided in steps of a power of two: sums are then exact in any order. */
const SHARES = 1024;

/** All idle times of a deployment that were survived. Each is placed on a grid once, however the times are split. */
export class AllSurvived {
  readonly #fromMs: Float64Array;
  readonly #idleMs: Float64Array;
  /** Index of the batch size. */
  readonly #batches: Uint16Array;
  readonly #batchSizes: readonly number[];
  #places:
    { readonly on: Float64Array; readonly edges: Uint16Array; readonly shares: Uint16Array } | undefined;

  constructor(fromMs: Float64Array, idleMs: Float64Array, batches: Uint16Array) {
    this.#fromMs = fromMs;
    this.#idleMs = idleMs;
    const isSize: boolean[] = [];
    for (let index = 0; index < batches.length; index += 1) isSize[batches[index]!] = true;
    this.#batchSizes = [...isSize.keys()].filter((size) => isSize[size]);
    const indexOf = new Uint16Array(isSize.length);
    for (const [index, size] of this.#batchSizes.entries()) indexOf[size] = index;
    this.#batches = new Uint16Array(batches.length);
    for (let index = 0; index < batches.length; index += 1) this.#batches[index] = indexOf[batches[index]!]!;
  }

  /** Splits them at moments, ascending, by when they began: one part more than there are moments. */
  split(cutsMs: readonly number[]): SurvivedTimes[] {
    const partOf = cutsMs.length === 0 ? undefined : this.#partsBetween(cutsMs);
    const counts = Array.from({ length: cutsMs.length + 1 }, () => 0);
    if (!partOf) counts[0] = this.#fromMs.length;
    else for (let index = 0; index < partOf.length; index += 1) counts[partOf[index]!]! += 1;
    let last: { readonly on: Float64Array; readonly parts: BinnedTimes[][] } | undefined;
    return counts.map((count, part) => ({
      count,
      binned: (edges) => {
        if (last?.on !== edges) last = { on: edges, parts: this.#binned(edges, partOf, counts.length) };
        return last.parts[part]!;
      },
      longest: (most, aboveMs) => this.#longest(most, aboveMs, partOf, part),
    }));
  }

  #partsBetween(cutsMs: readonly number[]): Uint8Array {
    const fromMs = this.#fromMs;
    const partOf = new Uint8Array(fromMs.length);
    for (let index = 0; index < partOf.length; index += 1)
      partOf[index] = countAtMost(cutsMs, fromMs[index]!);
    return partOf;
  }

  #binned(edges: Float64Array, partOf: Uint8Array | undefined, parts: number): BinnedTimes[][] {
    const { edges: places, shares } = this.#placesOn(edges);
    const batches = this.#batches;
    const sizes = this.#batchSizes.length;
    const width = edges.length + 1;
    // One place beyond the edges takes what counts on none.
    const sums = new Float64Array(parts * sizes * width);
    for (let index = 0; index < places.length; index += 1) {
      const row = (partOf ? partOf[index]! : 0) * sizes + batches[index]!;
      const at = row * width + places[index]!;
      const share = shares[index]!;
      sums[at] = sums[at]! + SHARES - share;
      if (share > 0) sums[at + 1] = sums[at + 1]! + share;
    }
    return Array.from({ length: parts }, (_, part) => {
      const own: BinnedTimes[] = [];
      for (const [size, batch] of this.#batchSizes.entries()) {
        const from = (part * sizes + size) * width;
        for (let edge = 0; edge < edges.length; edge += 1) {
          const sum = sums[from + edge]!;
          if (sum > 0) own.push({ batch, idleMs: edges[edge]!, weight: sum / SHARES });
        }
      }
      return own;
    });
  }

  #placesOn(on: Float64Array): { readonly edges: Uint16Array; readonly shares: Uint16Array } {
    if (this.#places?.on === on) return this.#places;
    const idleTimes = this.#idleMs;
    const last = on.length - 1;
    const find = edgeFinder(on);
    const edges = new Uint16Array(idleTimes.length);
    const shares = new Uint16Array(idleTimes.length);
    for (let index = 0; index < edges.length; index += 1) {
      const idleMs = idleTimes[index]!;
      // Clocks that disagree: it counts on no edge.
      if (!(idleMs >= 0)) {
        edges[index] = on.length;
        continue;
      }
      const edge = find(idleMs);
      const from = on[edge]!;
      edges[index] = edge;
      if (edge < last && idleMs !== from)
        shares[index] = Math.round(((idleMs - from) / (on[edge + 1]! - from)) * SHARES);
    }
    this.#places = { on, edges, shares };
    return this.#places;
  }

  #longest(most: number, aboveMs: number, partOf: Uint8Array | undefined, part: number): number[] {
    const longest: number[] = [];
    for (let index = 0; index < this.#idleMs.length; index += 1) {
      const idleMs = this.#idleMs[index]!;
      if (!(idleMs > (longest.length < most ? aboveMs : longest[0]!))) continue;
      if (partOf && partOf[index] !== part) continue;
      longest.splice(countAtMost(longest, idleMs), 0, idleMs);
      if (longest.length > most) longest.shift();
    }
    return longest;
  }
}
