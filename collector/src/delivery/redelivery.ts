import { rmSync } from 'node:fs';
import type { DeadLetter, DeadLetters } from '../inbox/index.ts';
import { markedAtOf, readLetters } from '../inbox/index.ts';

/** The outcome of a dead letter. A target that cannot accept anything now throws instead. */
export type Redelivered = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly reason: string };

/** It is unreadable, and must not be sent in its stored form. */
const UNREADABLE: Redelivered = { kind: 'refused', reason: 'the body cannot be read' };

/**
 * Resends those dead letters of a target that were marked for it. A request that is refused again becomes a dead letter
 * again. A file is deleted once all of it is handled; after a crash in between, it is sent from its beginning.
 */
export class Redelivery {
  readonly #deadLetters: DeadLetters;
  readonly #target: string;
  #path: string | undefined;
  #left: DeadLetter[] = [];

  constructor(deadLetters: DeadLetters, target: string) {
    this.#deadLetters = deadLetters;
    this.#target = target;
  }

  /**
   * Sends one dead letter, with the time it was marked, ms since the epoch; false when none is marked.
   *
   * @throws any error of `send`; the next call then sends the same dead letter
   */
  async step(send: (letter: DeadLetter, markedAtMillis: number) => Promise<Redelivered>): Promise<boolean> {
    if (this.#path === undefined) {
      this.#path = this.#deadLetters.nextRetry(this.#target);
      if (this.#path === undefined) return false;
      this.#left = readLetters(this.#path).reverse();
    }
    const letter = this.#left.at(-1);
    if (letter !== undefined) {
      const outcome = letter.isRaw ? UNREADABLE : await send(letter, markedAtOf(this.#path));
      if (outcome.kind === 'refused') this.#parkAgain(letter, outcome.reason);
      this.#left.pop();
    }
    if (this.#left.length === 0) {
      rmSync(this.#path, { force: true });
      this.#path = undefined;
    }
    return true;
  }

  #parkAgain(letter: DeadLetter, reason: string): void {
    const { seq, encoding, contentType, spans, isRaw } = letter;
    this.#deadLetters.park(this.#target, [
      {
        seq,
        reason,
        receivedAtMillis: Date.parse(letter.receivedAt),
        encoding,
        contentType,
        ...(spans !== undefined && { spans }),
        body: Buffer.from(letter.body, 'base64'),
        ...(isRaw && { isRaw }),
      },
    ]);
  }
}
