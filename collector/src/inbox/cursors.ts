import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The consumer that fills the store; the others are forwarders. */
export const STORE_CONSUMER = 'store';

/** The progress of a consumer: everything up to `doneTo` is done, everything up to `plannedTo` may have been sent. */
export interface Cursor {
  readonly doneTo: number;
  readonly plannedTo: number;
  /** Time of the plan, ms since the epoch; 0 if an older version made the plan. */
  readonly plannedAtMillis: number;
}

/** The requests that a consumer still has to process. */
export interface Pending {
  readonly requests: number;
  readonly bytes: number;
}

/** The cursors of all consumers, in memory and in the file, with running totals of their pending requests. */
export class Cursors {
  readonly #cursors = new Map<string, Cursor>();
  readonly #pending = new Map<string, Pending>();
  readonly #save: StatementSync;
  readonly #count: StatementSync;

  /**
   * A new consumer begins at the oldest request that still exists.
   *
   * @param keepsOthers whether consumers that are not named keep their cursor, and with it every request they still
   *   need; otherwise they lose it
   */
  constructor(database: DatabaseSync, consumers: readonly string[], keepsOthers = false) {
    this.#save = database.prepare(
      `INSERT INTO cursors (consumer, done_to, planned_to, planned_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET done_to = excluded.done_to, planned_to = excluded.planned_to,
       planned_at = excluded.planned_at`,
    );
    this.#count = database.prepare(
      'SELECT count(*) AS requests, coalesce(sum(bytes), 0) AS bytes FROM requests WHERE seq > ? AND seq <= ?',
    );
    const known = database.prepare('SELECT consumer, done_to, planned_to, planned_at FROM cursors').all();
    const forget = database.prepare('DELETE FROM cursors WHERE consumer = ?');
    for (const row of known) {
      const consumer = String(row['consumer']);
      const cursor = {
        doneTo: Number(row['done_to']),
        plannedTo: Number(row['planned_to']),
        plannedAtMillis: Number(row['planned_at']),
      };
      if (keepsOthers || consumers.includes(consumer)) this.#cursors.set(consumer, cursor);
      else forget.run(consumer);
    }
    const first = firstSeq(database);
    for (const consumer of new Set([...consumers, ...this.#cursors.keys()])) {
      if (!this.#cursors.has(consumer)) {
        const begin = { doneTo: first - 1, plannedTo: first - 1, plannedAtMillis: 0 };
        this.save(consumer, begin);
        this.#cursors.set(consumer, begin);
      }
      this.#pending.set(consumer, this.#countBetween(this.get(consumer).doneTo, Number.MAX_SAFE_INTEGER));
    }
  }

  get(consumer: string): Cursor {
    const cursor = this.#cursors.get(consumer);
    if (cursor === undefined) throw new Error(`no cursor for ${consumer}`);
    return cursor;
  }

  pending(consumer: string): Pending {
    return this.#pending.get(consumer) ?? { requests: 0, bytes: 0 };
  }

  /** The newest seq that every consumer is done with. */
  lowestDone(): number {
    return Math.min(...[...this.#cursors.values()].map((cursor) => cursor.doneTo));
  }

  /** All consumers except the store. */
  forwarders(): string[] {
    return [...this.#cursors.keys()].filter((consumer) => consumer !== STORE_CONSUMER);
  }

  /** Counts an appended request. */
  added(bytes: number): void {
    for (const [consumer, pending] of this.#pending) {
      this.#pending.set(consumer, { requests: pending.requests + 1, bytes: pending.bytes + bytes });
    }
  }

  /** Writes a cursor, within the open transaction. */
  save(consumer: string, next: Cursor): void {
    const cursor = this.#forward(consumer, next);
    this.#save.run(consumer, cursor.doneTo, cursor.plannedTo, cursor.plannedAtMillis);
  }

  /** Adopts the written cursors, after the commit. */
  apply(consumer: string, next: Cursor): void {
    const before = this.get(consumer);
    const cursor = this.#forward(consumer, next);
    this.#cursors.set(consumer, cursor);
    if (cursor.doneTo === before.doneTo) return;
    const done = this.#countBetween(before.doneTo, cursor.doneTo);
    const { requests, bytes } = this.pending(consumer);
    this.#pending.set(consumer, { requests: requests - done.requests, bytes: bytes - done.bytes });
  }

  /** `doneTo` never decreases. */
  #forward(consumer: string, next: Cursor): Cursor {
    const doneTo = Math.max(next.doneTo, this.#cursors.get(consumer)?.doneTo ?? 0);
    return { ...next, doneTo, plannedTo: Math.max(doneTo, next.plannedTo) };
  }

  #countBetween(after: number, to: number): Pending {
    const row = this.#count.get(after, to);
    return { requests: Number(row?.['requests']), bytes: Number(row?.['bytes']) };
  }
}

function firstSeq(database: DatabaseSync): number {
  const oldest = database.prepare('SELECT min(seq) AS seq FROM requests').get()?.['seq'];
  if (typeof oldest === 'number') return oldest;
  const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'requests'").get()?.['seq'];
  return Number(last ?? 0) + 1;
}
