import type { Packed } from '../inbox/index.ts';
import { pack, unpack } from '../inbox/index.ts';
import { release } from './release.ts';

export interface RowCacheBounds {
  /** Limit of plain rows. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Limit of rows that are packed because the plain ones have no room. Default 16 MiB. */
  readonly maxPackedBytes?: number;
}

interface Kept {
  rows: Buffer | undefined;
  readonly packed: Packed | undefined;
}

const DEFAULT_MAX_BYTES = 8 * 1024 ** 2;
/** Approximate cost of an entry besides its bytes. */
const ENTRY_BYTES = 512;
const DEFAULT_MAX_PACKED_BYTES = 16 * 1024 ** 2;

/**
 * Keeps rows of requests that were encoded on arrival until the store has them, so that they need not be read and
 * encoded again. When the store is behind, waiting rows are packed to about a fifteenth; packing and unpacking costs a
 * third of encoding them again. The cache is bounded: rows that do not fit are encoded again later, as after a restart.
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

  /** Keeps the rows of a request if there is room. The oldest are needed first, so the newest are dropped. */
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

  /** The rows; they still belong to the cache. */
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

  /** Releases the rows of every request up to and including this one; they must not be used any more. */
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

/** Bytes of a request's rows in memory, including the objects that hold them. */
function weightOf({ bytes }: Packed): number {
  return bytes.byteLength + ENTRY_BYTES;
}
