import type { Packed } from '../inbox/index.ts';
import { pack, unpack } from '../inbox/index.ts';
import { release } from './release.ts';

export interface RowCacheBounds {
  /** Of rows as they are. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Of rows that are kept packed because there was no room for more as they are. Default 16 MiB. */
  readonly maxPackedBytes?: number;
}

interface Kept {
  rows: Buffer | undefined;
  readonly packed: Packed | undefined;
}

const DEFAULT_MAX_BYTES = 8 * 1024 ** 2;
/** What keeping one takes besides its bytes, about. */
const ENTRY_BYTES = 512;
const DEFAULT_MAX_PACKED_BYTES = 16 * 1024 ** 2;

/**
 * Rows of requests that were encoded when they came in, until the store has them, so that they need not be read and
 * encoded again. Those that wait longer, because the store is behind, are packed to a fifteenth or so: that and
 * unpacking costs a third of encoding them again. Bounded: what does not fit is encoded again later, as after a restart.
 */
export class RowCache {
  readonly #kept = new Map<number, Kept>();
  readonly #maxBytes: number;
  readonly #maxPackedBytes: number;
  #bytes = 0;
  #packedBytes = 0;

  constructor({
    maxBytes = DEFAULT_MAX_BYTES,
    maxPackedBytes = DEFAULT_MAX_PACKED_BYTES,
  }: RowCacheBounds = {}) {
    this.#maxBytes = maxBytes;
    this.#maxPackedBytes = maxPackedBytes;
  }

  /** Keeps the rows of a request if there is room: the oldest are needed first, so the newest go without. */
  keep(seq: number, rows: Buffer): void {
    if (this.#bytes + rows.length <= this.#maxBytes) {
      this.#kept.set(seq, { rows, packed: undefined });
      this.#bytes += rows.length;
    } else if (this.#packedBytes < this.#maxPackedBytes) {
      const packed = pack(rows);
      if (packed.bytes === rows || this.#packedBytes + weightOf(packed) > this.#maxPackedBytes) return;
      this.#kept.set(seq, { rows: undefined, packed });
      this.#packedBytes += weightOf(packed);
      release(rows);
    }
  }

  /** The rows; they stay the cache's. */
  get(seq: number): Buffer | undefined {
    const kept = this.#kept.get(seq);
    if (kept?.packed === undefined) return kept?.rows;
    if (kept.rows === undefined) {
      const { buffer, byteOffset, byteLength } = unpack(kept.packed);
      kept.rows = Buffer.from(buffer, byteOffset, byteLength);
      this.#bytes += byteLength;
    }
    return kept.rows;
  }

  /** Gives back the rows of everything up to and with this request; nobody may hold them any more. */
  dropTo(seq: number): void {
    for (const [keptSeq, { rows, packed }] of this.#kept) {
      if (keptSeq > seq) return; // they were added in order
      this.#kept.delete(keptSeq);
      if (packed !== undefined) this.#packedBytes -= weightOf(packed);
      if (rows === undefined) continue;
      this.#bytes -= rows.length;
      release(rows);
    }
  }
}

/** Bytes of a request's rows in memory, with the objects that hold them. */
function weightOf({ bytes }: Packed): number {
  return bytes.byteLength + ENTRY_BYTES;
}
