import { release } from './release.ts';

const DEFAULT_MAX_BYTES = 48 * 1024 ** 2;

/**
 * Rows of requests that were encoded when they came in, until the store has them, so that they need not be read and
 * encoded again. Bounded: what does not fit is simply encoded again later, as after a restart.
 */
export class RowCache {
  readonly #rows = new Map<number, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = DEFAULT_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps the rows of a request if there is room: the oldest are needed first, so the newest go without. */
  keep(seq: number, rows: Buffer): void {
    if (this.#bytes + rows.length > this.#maxBytes) return;
    this.#rows.set(seq, rows);
    this.#bytes += rows.length;
  }

  get(seq: number): Buffer | undefined {
    return this.#rows.get(seq);
  }

  /** Gives back the rows of everything up to and with this request; nobody may hold them any more. */
  dropTo(seq: number): void {
    for (const [kept, rows] of this.#rows) {
      if (kept > seq) return; // they were added in order
      this.#rows.delete(kept);
      this.#bytes -= rows.length;
      release(rows);
    }
  }
}
