import type { Expired, ExpiryLaw, LawDefinition, Mortal } from './law.ts';

class MaximumAge implements ExpiryLaw {
  readonly #limitMillis: number;
  /** In the order of birth, so that the first is the next to go. */
  readonly #alive = new Set<Mortal>();

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis;
  }

  born(sandbox: Mortal): void {
    this.#alive.add(sandbox);
  }

  idle(): void {}

  busy(): void {}

  gone(sandbox: Mortal): void {
    this.#alive.delete(sandbox);
  }

  nextMillis(): number {
    const [oldest] = this.#alive;
    return oldest === undefined ? Infinity : oldest.bornMillis + this.#limitMillis;
  }

  due(nowMillis: number): Expired[] {
    const expired: Expired[] = [];
    for (const sandbox of this.#alive) {
      if (sandbox.bornMillis + this.#limitMillis > nowMillis) break;
      this.#alive.delete(sandbox);
      expired.push({ sandbox, reason: 'age', details: { limitMillis: this.#limitMillis } });
    }
    return expired;
  }
}

/** Ends sandboxes that are older than a limit, used or not; one that is at work ends once it has answered. */
export const maximumAge: LawDefinition = {
  law: 'maximum-age',
  fields: ['limitMillis'],
  read: (fields) => {
    const limitMillis = fields.millis('limitMillis');
    return { parameters: { limitMillis }, start: ({ scaled }) => new MaximumAge(scaled(limitMillis)) };
  },
};
