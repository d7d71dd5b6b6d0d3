import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Requests a consumer was refused for good, kept beside the inbox with the reason, up to a bound for each consumer. */
export class DeadLetters {
  readonly #maxBytes: number;
  readonly #insert: StatementSync;
  readonly #size: StatementSync;
  readonly #oldest: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#insert = database.prepare(
      `INSERT OR IGNORE INTO dead_letter
         (consumer, seq, received_at, parked_at, encoding, content_type, reason, bytes, body)
       SELECT ?, seq, received_at, ?, encoding, content_type, ?, bytes, body
       FROM requests JOIN bodies USING (seq) WHERE seq = ?`,
    );
    this.#size = database.prepare(
      'SELECT count(*) AS requests, coalesce(sum(bytes), 0) AS bytes FROM dead_letter WHERE consumer = ?',
    );
    this.#oldest = database.prepare(
      'SELECT seq, bytes FROM dead_letter WHERE consumer = ? ORDER BY seq LIMIT 1',
    );
    this.#delete = database.prepare('DELETE FROM dead_letter WHERE consumer = ? AND seq = ?');
  }

  /** True when this many bytes more are within the bound. */
  hasRoom(consumer: string, byteLength: number): boolean {
    return this.#sizeOf(consumer).bytes + byteLength <= this.#maxBytes;
  }

  count(consumer: string): number {
    return this.#sizeOf(consumer).requests;
  }

  /** Copies a request of the inbox. Parking it again changes nothing. */
  park(consumer: string, seq: number, reason: string): void {
    this.#insert.run(consumer, Date.now(), reason.slice(0, 2000), seq);
  }

  /** Deletes the oldest letters of a consumer until it is within its bound; gives their number. */
  dropOldest(consumer: string): number {
    let dropped = 0;
    for (let { bytes } = this.#sizeOf(consumer); bytes > this.#maxBytes; dropped++) {
      const row = this.#oldest.get(consumer);
      if (row === undefined) break;
      this.#delete.run(consumer, Number(row['seq']));
      bytes -= Number(row['bytes']);
    }
    return dropped;
  }

  #sizeOf(consumer: string): { requests: number; bytes: number } {
    const row = this.#size.get(consumer);
    return { requests: Number(row?.['requests']), bytes: Number(row?.['bytes']) };
  }
}
