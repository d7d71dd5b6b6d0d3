import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { CellCounts } from './cell-counts.ts';
import type { Column } from './column.ts';

/** Lists: add the items to `items`, then call `end` with their number. */
export class ListColumn<Items extends Column> implements Column {
  readonly type: string;
  readonly items: Items;
  readonly #counts = new CellCounts();

  constructor(items: Items) {
    this.items = items;
    this.type = `Array(${items.type})`;
  }

  get byteLength(): number {
    return this.items.byteLength + this.#counts.byteLength;
  }

  /** Ends a list of this many items. */
  end(count: number): void {
    this.#counts.add(count);
  }

  clear(): void {
    this.items.clear();
    this.#counts.clear();
  }

  pack(out: ByteWriter): void {
    this.#counts.pack(out);
    this.items.pack(out);
  }

  append(packed: ByteReader): void {
    this.#counts.append(packed);
    this.items.append(packed);
  }

  appendFrom(other: ListColumn<Items>): void {
    this.#counts.appendFrom(other.#counts);
    this.items.appendFrom(other.items);
  }

  writePrefix(out: ByteWriter): void {
    this.items.writePrefix(out);
  }

  *writeData(out: ByteWriter): Generator<void> {
    this.#counts.writeOffsets(out);
    yield* this.items.writeData(out);
  }
}
