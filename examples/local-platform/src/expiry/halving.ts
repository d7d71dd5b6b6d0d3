import type { Expired, ExpiryLaw, LawContext, LawDefinition, Mortal } from './law.ts';

/** Sandboxes that became idle at about the same time, counted from when the first of them did. */
interface Batch {
  /** From 1, in the order of time. */
  readonly number: number;
  readonly sinceMillis: number;
  /** Members that were not used since. */
  readonly idle: Set<Mortal>;
  /** Number of periods that are over. */
  periods: number;
}

class Halving implements ExpiryLaw {
  readonly #periodMillis: number;
  readonly #batchMillis: number;
  readonly #draw: LawContext['draw'];
  readonly #batches = new Map<number, Batch>();
  readonly #batchOf = new Map<Mortal, Batch>();
  /** The one that sandboxes may still join. */
  #last: Batch | undefined;
  #number = 0;

  constructor(periodMillis: number, batchMillis: number, draw: LawContext['draw']) {
    this.#periodMillis = periodMillis;
    this.#batchMillis = batchMillis;
    this.#draw = draw;
  }

  born(): void {}

  idle(sandbox: Mortal): void {
    const sinceMillis = sandbox.idleSinceMillis!;
    if (this.#last === undefined || sinceMillis > this.#last.sinceMillis + this.#batchMillis) {
      this.#number += 1;
      this.#last = { number: this.#number, sinceMillis, idle: new Set(), periods: 0 };
    }
    this.#batches.set(this.#last.number, this.#last);
    this.#batchOf.set(sandbox, this.#last);
    this.#last.idle.add(sandbox);
  }

  busy(sandbox: Mortal): void {
    const batch = this.#batchOf.get(sandbox);
    if (!batch) return;
    this.#batchOf.delete(sandbox);
    batch.idle.delete(sandbox);
    if (batch.idle.size > 0) return;
    this.#batches.delete(batch.number);
    // All of them are in use: when they become idle again, that is another batch, with a time of its own.
    if (this.#last === batch) this.#last = undefined;
  }

  gone(sandbox: Mortal): void {
    this.busy(sandbox);
  }

  #nextOf({ sinceMillis, periods }: Batch): number {
    return sinceMillis + (periods + 1) * this.#periodMillis;
  }

  nextMillis(): number {
    // The last sandbox in a batch survives every period.
    const halved = [...this.#batches.values()].filter(({ idle }) => idle.size > 1);
    return Math.min(Infinity, ...halved.map((batch) => this.#nextOf(batch)));
  }

  due(nowMillis: number): Expired[] {
    return [...this.#batches.values()].flatMap((batch) => {
      const expired: Expired[] = [];
      while (batch.idle.size > 0 && this.#nextOf(batch) <= nowMillis) expired.push(...this.#halve(batch));
      return expired;
    });
  }

  /** Drops half of the idle ones, rounded down, so that of n unused sandboxes ⌈n/2^k⌉ are left after k periods. */
  #halve(batch: Batch): Expired[] {
    batch.periods += 1;
    const { number, periods } = batch;
    const size = batch.idle.size;
    const order = new Map(Array.from(batch.idle, (one) => [one, this.#draw(number, periods, one.ordinal)]));
    const dropped = [...order].sort(([, a], [, b]) => a - b).slice(0, Math.floor(size / 2));
    return dropped.map(([sandbox]) => {
      this.busy(sandbox);
      return { sandbox, reason: 'idle', details: { batch: number, batchSize: size, period: periods } };
    });
  }
}

/**
 * As seen on AWS in 2020 (Copik et al., SeBS, Middleware 2021): sandboxes that became idle within `batchMillis` of the
 * first of them form a batch, until all are in use again; after every period, a random half of its members that are
 * still idle is ended. The last one of a batch is kept, unless a second law ends it.
 */
export const halving: LawDefinition = {
  law: 'halving',
  fields: ['periodMillis', 'batchMillis'],
  read: (fields) => {
    const periodMillis = fields.millis('periodMillis');
    const batchMillis = fields.number('batchMillis', periodMillis / 20, 0, periodMillis);
    return {
      parameters: { periodMillis, batchMillis },
      start: ({ scaled, draw }) =>
        new Halving(scaled(periodMillis), scaled(batchMillis), (...keys) => draw('halving', ...keys)),
    };
  },
};
