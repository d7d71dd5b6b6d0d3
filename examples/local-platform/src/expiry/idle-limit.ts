import type { Fields } from '../config/fields.ts';
import type { Expired, ExpiryLaw, Mortal } from './law.ts';

/** The simplest kind of law: when a sandbox becomes idle, its maximum idle time is decided. */
export class IdleLimit implements ExpiryLaw {
  readonly #limitOf: (sandbox: Mortal) => number;
  readonly #limits = new Map<Mortal, { readonly limitMillis: number; readonly atMillis: number }>();

  /** @param limitOf returns the maximum idle time for this time, ms */
  constructor(limitOf: (sandbox: Mortal) => number) {
    this.#limitOf = limitOf;
  }

  born(): void {}

  idle(sandbox: Mortal): void {
    const limitMillis = this.#limitOf(sandbox);
    this.#limits.set(sandbox, { limitMillis, atMillis: sandbox.idleSinceMillis! + limitMillis });
  }

  busy(sandbox: Mortal): void {
    this.#limits.delete(sandbox);
  }

  gone(sandbox: Mortal): void {
    this.#limits.delete(sandbox);
  }

  nextMillis(): number {
    return Math.min(Infinity, ...Array.from(this.#limits.values(), ({ atMillis }) => atMillis));
  }

  due(nowMillis: number): Expired[] {
    const over = [...this.#limits].filter(([, { atMillis }]) => atMillis <= nowMillis);
    return over.map(([sandbox, { limitMillis }]) => {
      this.#limits.delete(sandbox);
      return { sandbox, reason: 'idle', details: { limitMillis } };
    });
  }
}

export type Drawn = 'per-sandbox' | 'per-idle-time';

/** Whether the limit is drawn once per sandbox, the default, or each time the sandbox becomes idle. */
export function readDrawn(fields: Fields): Drawn {
  return fields.choice<Drawn>('drawn', ['per-sandbox', 'per-idle-time']);
}

/** The keys of a draw. */
export function drawKeys(drawn: Drawn, { ordinal, idleTimes }: Mortal): readonly number[] {
  return drawn === 'per-sandbox' ? [ordinal] : [ordinal, idleTimes];
}
