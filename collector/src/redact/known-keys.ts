const SLOTS = 1024;
const SLOT_BYTES = 64;

/** A message in which keys are looked up: its memory as bytes, and as a view that reads four bytes at once. */
export interface KeySource {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function keySource(bytes: Uint8Array<ArrayBuffer>): KeySource {
  return {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}

/**
 * Keys of at most 64 bytes that are known not to be secret. Programs send the same few keys repeatedly, mostly in the
 * same order, so the key that followed this one last time is tried first. Adding a key may evict another; a hit is
 * always identical to the byte.
 */
export class KnownKeys {
  readonly #bytes = Buffer.alloc(SLOTS * SLOT_BYTES);
  /** The same, in words of four bytes. */
  readonly #words = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, (SLOTS * SLOT_BYTES) / 4);
  /** Per slot, the last four bytes of its key. */
  readonly #lastWords = new Int32Array(SLOTS);
  /** 0 for an empty slot. */
  readonly #lengths = new Uint8Array(SLOTS);
  /** Per slot, the slot of the key that followed. */
  readonly #following = new Uint16Array(SLOTS);
  #last = 0;

  has(source: KeySource, from: number, to: number): boolean {
    const length = to - from;
    if (length === 0 || length > SLOT_BYTES) return false;
    const expected = this.#following[this.#last] as number;
    if (this.#lengths[expected] === length && this.#isSame(source, from, expected, length)) {
      this.#last = expected;
      return true;
    }
    const slot = slotOf(source.bytes, from, to);
    if (this.#lengths[slot] !== length || !this.#isSame(source, from, slot, length)) return false;
    this.#follow(slot);
    return true;
  }

  /**
   * The end of the key that begins here, if it is the expected one and the next byte is `terminator`; else -1. A hit
   * saves searching for the end.
   */
  endOfExpected(source: KeySource, from: number, terminator: number): number {
    const expected = this.#following[this.#last] as number;
    const length = this.#lengths[expected] as number;
    const to = from + length;
    if (length === 0 || source.bytes[to] !== terminator) return -1;
    if (!this.#isSame(source, from, expected, length)) return -1;
    this.#last = expected;
    return to;
  }

  add(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length === 0 || length > SLOT_BYTES) return;
    const slot = slotOf(bytes, from, to);
    this.#lengths[slot] = length;
    this.#bytes.set(bytes.subarray(from, to), slot * SLOT_BYTES);
    if (length >= 4) this.#lastWords[slot] = bytes.readInt32LE(to - 4);
    this.#follow(slot);
  }

  #follow(slot: number): void {
    this.#following[this.#last] = slot;
    this.#last = slot;
  }

  #isSame({ bytes, view }: KeySource, from: number, slot: number, length: number): boolean {
    if (length < 4) {
      const offset = slot * SLOT_BYTES;
      for (let at = 0; at < length; at++) if (this.#bytes[offset + at] !== bytes[from + at]) return false;
      return true;
    }
    const lastWord = from + length - 4;
    if (this.#lastWords[slot] !== view.getInt32(lastWord, true)) return false;
    const words = this.#words;
    let word = slot * (SLOT_BYTES / 4);
    for (let at = from; at < lastWord; at += 4) {
      if (words[word] !== view.getInt32(at, true)) return false;
      word++;
    }
    return true;
  }
}

function slotOf(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  const middle = bytes[from + (length >> 1)] as number;
  const late = bytes[from + ((length * 3) >> 2)] as number;
  return (length * 31 + middle * 7 + late * 67 + (bytes[to - 1] as number) * 257) & (SLOTS - 1);
}
