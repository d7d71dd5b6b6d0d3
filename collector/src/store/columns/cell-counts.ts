import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { NumberList } from './number-list.ts';

/** The number of items in each cell of a list or map. */
export class CellCounts {
  readonly #counts = new NumberList();
  #total = 0;

  get byteLength(): number {
    return this.#counts.length * 8;
  }

  add(count: number): void {
    this.#counts.add(count);
    this.#total += count;
  }

  clear(): void {
    this.#counts.clear();
    this.#total = 0;
  }

  pack(out: ByteWriter): void {
    const { numbers, length } = this.#counts;
    out.varint(length);
    out.varint(this.#total);
    if (this.#total === 0) return;
    for (let index = 0; index < length; index++) out.varint(numbers[index] as number);
  }

  append(packed: ByteReader): void {
    const length = packed.varint();
    const total = packed.varint();
    this.#counts.reserve(length);
    if (total === 0) this.#counts.addZeros(length);
    else for (let index = 0; index < length; index++) this.#counts.add(packed.varint());
    this.#total += total;
  }

  appendFrom(other: CellCounts): void {
    const { numbers, length } = other.#counts;
    for (let index = 0; index < length; index++) this.add(numbers[index] as number);
  }

  /** The end of each cell, UInt64. */
  writeOffsets(out: ByteWriter): void {
    const { numbers, length } = this.#counts;
    // Two 32-bit halves each; counts are never so large that the upper half is not 0.
    const halves = new Uint32Array(length * 2);
    let end = 0;
    for (let index = 0; index < length && this.#total > 0; index++) {
      end += numbers[index] as number;
      halves[index * 2] = end;
    }
    out.raw(new Uint8Array(halves.buffer));
  }
}
