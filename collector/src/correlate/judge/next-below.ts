/** Values in one block of leaves. */
const BLOCK = 64;

/**
 * Finds the next of many values, in their order, that is below a bound. It takes O(log n) steps for any distance; a
 * linear search takes as many steps as the distance. Values are requested by callback, not stored.
 */
export class NextBelow {
  readonly #valueAt: (index: number) => number;
  readonly #length: number;
  /** Minimum of each block, then of each pair of blocks, and so on. */
  readonly #levels: Float64Array[];

  constructor(length: number, valueAt: (index: number) => number) {
    this.#valueAt = valueAt;
    this.#length = length;
    let level = new Float64Array(Math.max(1, Math.ceil(length / BLOCK))).fill(Infinity);
    for (let index = 0; index < length; index += 1) {
      const block = Math.floor(index / BLOCK);
      const value = valueAt(index);
      if (value < level[block]!) level[block] = value;
    }
    this.#levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Float64Array.from({ length: Math.ceil(below.length / 2) }, (_, at) =>
        Math.min(below[2 * at]!, below[2 * at + 1] ?? Infinity),
      );
      this.#levels.push(level);
    }
  }

  /** @returns index of the first value at or after `from` that is below the bound; the number of values if none is */
  from(from: number, bound: number): number {
    const blockEnd = Math.min(this.#length, Math.ceil(from / BLOCK) * BLOCK);
    for (let index = from; index < blockEnd; index += 1) if (this.#valueAt(index) < bound) return index;
    const block = this.#nextBlock(Math.ceil(from / BLOCK), bound);
    const end = Math.min(this.#length, (block + 1) * BLOCK);
    for (let index = block * BLOCK; index < end; index += 1) if (this.#valueAt(index) < bound) return index;
    return this.#length;
  }

  /** First block at or after the given one with a value below the bound. */
  #nextBlock(from: number, bound: number): number {
    const levels = this.#levels;
    let level = 0;
    let at = from;
    // Moves up while the same node has nothing below the bound on its right.
    while (at < levels[level]!.length && !(levels[level]![at]! < bound)) {
      at += 1;
      while (level + 1 < levels.length && at % 2 === 0) {
        at /= 2;
        level += 1;
      }
    }
    if (at >= levels[level]!.length) return levels[0]!.length;
    for (; level > 0; level -= 1) {
      at *= 2;
      if (!(levels[level - 1]![at]! < bound)) at += 1;
    }
    return at;
  }
}
