import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * The cells of one column while they are gathered. It comes in two forms of bytes: *packed*, small and our own, in which
 * the rows of one request wait; and ClickHouse's *Native*, of all the rows of an insert.
 */
export interface Column {
  /** As the table names it. */
  readonly type: string;
  /** What it takes in memory, about. */
  readonly byteLength: number;
  clear(): void;
  /** Writes its cells so that `append` of another column of this kind reads them. */
  pack(out: ByteWriter): void;
  /** Adds the cells that were packed, after those that are there. Their bytes are read again when they are written. */
  append(packed: ByteReader): void;
  /** Adds the cells of another column of this kind. */
  appendFrom(other: Column): void;
  /** What stands before the data of a Native column. */
  writePrefix(out: ByteWriter): void;
  /** The data of the Native column; `out` may be emptied at every step. */
  writeData(out: ByteWriter): Generator<void>;
}
