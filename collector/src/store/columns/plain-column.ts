import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './column.ts';

const FIRST_BYTES = 256;
const KEPT_BYTES = 1024 ** 2;

/** Packed cells in place. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Cells whose bytes are simply concatenated: numbers, times, and texts that rarely repeat. */
export class PlainColumn implements Column {
  readonly type: string;
  /** Cells that were added one by one, before any appended ones. */
  readonly cells = new ByteWriter(FIRST_BYTES);
  /** Appended cells: not copied here, because writing copies them anyway. */
  readonly #appended: Piece[] = [];
  #appendedBytes = 0;

  constructor(type: string) {
    this.type = type;
  }

  get byteLength(): number {
    return this.cells.length + this.#appendedBytes;
  }

  clear(): void {
    if (this.byteLength === 0) return;
    this.#appended.length = 0;
    this.#appendedBytes = 0;
    this.cells.length = 0;
    if (this.cells.bytes.length > KEPT_BYTES) this.cells.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  pack(out: ByteWriter): void {
    out.varint(this.byteLength);
    out.raw(this.cells.bytes, 0, this.cells.length);
    for (const { bytes, start, end } of this.#appended) out.raw(bytes, start, end);
  }

  append(packed: ByteReader): void {
    const byteLength = packed.varint();
    const start = packed.take(byteLength);
    if (byteLength === 0) return;
    this.#appended.push({ bytes: packed.bytes, start, end: start + byteLength });
    this.#appendedBytes += byteLength;
  }

  appendFrom({ cells }: PlainColumn): void {
    this.cells.raw(cells.bytes, 0, cells.length);
  }

  writePrefix(): void {
    // Nothing.
  }

  *writeData(out: ByteWriter): Generator<void> {
    out.raw(this.cells.bytes, 0, this.cells.length);
    for (const { bytes, start, end } of this.#appended) {
      yield;
      out.raw(bytes, start, end);
    }
  }
}
