import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { CellCounts } from './cell-counts.ts';
import type { Column } from './column.ts';
import { NameColumn } from './name-column.ts';

/** Maps: add to `keys` and `values` in turn, then call `end` with the number of entries. */
export class MapColumn<Values extends Column> implements Column {
  readonly type: string;
  readonly keys = new NameColumn();
  readonly values: Values;
  readonly #counts = new CellCounts();

  constructor(values: Values) {
    this.values = values;
    this.type = `Map(${this.keys.type}, ${values.type})`;
  }

  get byteLength(): number {
    return this.keys.byteLength + this.values.byteLength + this.#counts.byteLength;
  }

  /** Ends a map of this many entries. */
  end(count: number): void {
    this.#counts.add(count);
  }

  clear(): void {
    this.keys.clear();
    this.values.clear();
    this.#counts.clear();
  }

  pack(out: ByteWriter): void {
    this.#counts.pack(out);
    this.keys.pack(out);
    this.values.pack(out);
  }

  append(packed: ByteReader): void {
    this.#counts.append(packed);
    this.keys.append(packed);
    this.values.append(packed);
  }

  appendFrom(other: MapColumn<Values>): void {
    this.#counts.appendFrom(other.#counts);
    this.keys.appendFrom(other.keys);
    this.values.appendFrom(other.values);
  }

  writePrefix(out: ByteWriter): void {
    this.keys.writePrefix(out);
    this.values.writePrefix(out);
  }

  *writeData(out: ByteWriter): Generator<void> {
    this.#counts.writeOffsets(out);
    yield* this.keys.writeData(out);
    yield* this.values.writeData(out);
  }
}
