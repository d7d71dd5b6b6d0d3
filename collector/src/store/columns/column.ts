import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * The cells of one column while they are collected. There are two byte formats: *packed*, small and specific to
 * Sandscope, in which the rows of one request wait; and ClickHouse's *Native*, for all the rows of an insert.
 */
export interface Column {
  /** Name in the table. */
  readonly type: string;
  /** Approximate memory use. */
  readonly byteLength: number;
  clear(): void;
  /** Writes its cells in the format that `append` of another column of this kind reads. */
  pack(out: ByteWriter): void;
  /** Appends packed cells. Their bytes are read again on writing. */
  append(packed: ByteReader): void;
  /** Appends the cells of another column of this kind. */
  appendFrom(other: Column): void;
  /** Writes the part of a Native column that precedes its data. */
  writePrefix(out: ByteWriter): void;
  /** Writes the data of the Native column; the caller may empty `out` at every step. */
  writeData(out: ByteWriter): Generator<void>;
}
