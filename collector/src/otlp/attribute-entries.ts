import { isUtf8 } from 'node:buffer';
import { finishHash, HASH_FACTOR, HASH_SEED, hashOf } from '../store/columns/byte-hash.ts';
import { ByteWriter } from '../store/columns/byte-writer.ts';

/** Attributes of one owner: entries `from` to `to`. */
export interface Bag {
  readonly from: number;
  readonly to: number;
}

/** Positions of the numbers in an entry. The meaning of A and B depends on the kind. */
export const KEY_START = 0;
export const KEY_END = 1;
export const KIND = 2;
export const A = 3;
export const B = 4;
/** Hash of the key, from `hashOf`. */
export const HASH = 5;
export const STRIDE = 6;

const FIRST_ENTRIES = 256;
const KEPT_ENTRIES = 16_384;

/**
 * Attributes as numbers, `STRIDE` of them per attribute, in consecutive bags. A key that occurs twice in one bag keeps
 * its position and takes the last value; keys are compared as bytes of the request.
 */
export class AttributeEntries {
  /** The bytes that keys and values point into: the request, followed by repaired keys if one was not UTF-8. */
  source: Buffer = Buffer.alloc(0);
  numbers = new Int32Array(STRIDE * FIRST_ENTRIES);
  #repaired: ByteWriter | undefined;
  #count = 0;
  #bagFrom = 0;
  // An open hash table over the entries of the bag being read; a slot of another bag counts as empty.
  readonly #slots: Int32Array;
  readonly #slotBags: Int32Array;
  #bag = 0;

  /** @param maxKeys per bag */
  constructor(maxKeys: number) {
    const slots = 2 ** Math.ceil(Math.log2(maxKeys * 2));
    this.#slots = new Int32Array(slots);
    this.#slotBags = new Int32Array(slots);
  }

  /** Starts another request. */
  open(source: Buffer): void {
    this.source = source;
    this.#repaired = undefined;
    this.clear();
  }

  /** Forgets all bags. */
  clear(): void {
    this.#count = 0;
    if (this.numbers.length > KEPT_ENTRIES * STRIDE) this.numbers = new Int32Array(STRIDE * FIRST_ENTRIES);
  }

  /** From here on, `put` adds to a new bag. */
  begin(): void {
    this.#bagFrom = this.#count;
    this.#bag = (this.#bag + 1) | 0;
    if (this.#bag === 0) this.#slotBags.fill(-1);
  }

  /** Completes the open bag and returns it. */
  end(): Bag {
    return { from: this.#bagFrom, to: this.#count };
  }

  /** Number of keys in the open bag. */
  get bagSize(): number {
    return this.#count - this.#bagFrom;
  }

  /** Stores a value under the key at this position of the request. */
  put(givenStart: number, givenEnd: number, kind: number, a: number, b: number): void {
    let start = givenStart;
    let end = givenEnd;
    let { source } = this;
    let hash = HASH_SEED;
    let seen = 0;
    for (let index = start; index < end; index++) {
      const byte = source[index] as number;
      seen |= byte;
      hash = Math.imul(hash ^ byte, HASH_FACTOR);
    }
    hash = finishHash(hash);
    if (seen > 0x7f && !isUtf8(source.subarray(start, end))) {
      start = this.#repair(start, end);
      ({ source } = this);
      end = (this.#repaired as ByteWriter).length;
      hash = hashOf(source, start, end);
    }
    const entry = this.#find(start, end, hash);
    const { numbers } = this;
    numbers[entry + KEY_START] = start;
    numbers[entry + KEY_END] = end;
    numbers[entry + KIND] = kind;
    numbers[entry + A] = a;
    numbers[entry + B] = b;
    numbers[entry + HASH] = hash;
  }

  /** The position of this key's entry; a new one if the bag has none. */
  #find(start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (this.#slotBags[slot] === this.#bag) {
      const entry = slots[slot] as number;
      if (this.numbers[entry + HASH] === hash && this.#isKey(entry, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    const entry = this.#count * STRIDE;
    this.#count++;
    if (entry + STRIDE > this.numbers.length) {
      const grown = new Int32Array(this.numbers.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.#slotBags[slot] = this.#bag;
    slots[slot] = entry;
    return entry;
  }

  #isKey(entry: number, start: number, end: number): boolean {
    const { source } = this;
    let at = this.numbers[entry + KEY_START] as number;
    if ((this.numbers[entry + KEY_END] as number) - at !== end - start) return false;
    for (let index = start; index < end; index++) if (source[index] !== source[at++]) return false;
    return true;
  }

  /** Appends a repaired copy of a key that is not UTF-8 behind the source; returns its start. */
  #repair(start: number, end: number): number {
    const text = Buffer.from(this.source.toString('utf8', start, end));
    if (this.#repaired === undefined) {
      this.#repaired = new ByteWriter(this.source.length * 2);
      this.#repaired.raw(this.source);
    }
    const place = this.#repaired.length;
    this.#repaired.raw(text);
    this.source = this.#repaired.bytes;
    return place;
  }
}
