import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './column.ts';

const FIRST_BYTES = 256;
const KEPT_BYTES = 1024 ** 2;

/** Cells whose bytes follow one another as they are: numbers, times, and texts that rarely come twice. */
export class PlainColumn implements Column {
  readonly type: string;
  readonly cells = new ByteWriter(FIRST_BYTES);

  constructor(type: string) {
    this.type = type;
  }

  get byteLength(): number {
    return this.cells.length;
  }

  clear(): void {
    this.cells.length = 0;
    if (this.cells.bytes.length > KEPT_BYTES) this.cells.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  pack(out: ByteWriter): void {
    out.varint(this.cells.length);
    out.raw(this.cells.bytes, 0, this.cells.length);
  }

  append(packed: ByteReader): void {
    const byteLength = packed.varint();
    const start = packed.take(byteLength);
    this.cells.raw(packed.bytes, start, start + byteLength);
  }

  appendFrom({ cells }: PlainColumn): void {
    this.cells.raw(cells.bytes, 0, cells.length);
  }

  writePrefix(): void {
    // Nothing.
  }

  writeData(out: ByteWriter): void {
    out.raw(this.cells.bytes, 0, this.cells.length);
  }
}
