import { afterResponse } from '../fence/after-response.ts';
import type { Ended } from './ended.ts';

/** Invocations that ended, and whose answers the runtime may not have yet. */
export class Unanswered {
  #inThisTurn: Ended[] = [];
  readonly #heldBack = new Set<Ended>();

  /** The runtime takes its answer before what comes after the response. */
  add(ended: Ended): void {
    this.#inThisTurn.push(ended);
  }

  /** What comes after the responses has begun. */
  left(): void {
    this.#inThisTurn = [];
  }

  /**
   * Its answer is held back.
   *
   * @param until resolves when it is handed on
   */
  holdBack(ended: Ended, until: Promise<void>): void {
    this.#heldBack.add(ended);
    void until.then(() => afterResponse('an answer that was held back', () => this.#heldBack.delete(ended)));
  }

  /** Its answer was handed on before that. */
  answered(ended: Ended): void {
    this.#heldBack.delete(ended);
  }

  /** All of them, each once. */
  all(): ReadonlySet<Ended> {
    return new Set([...this.#inThisTurn, ...this.#heldBack]);
  }
}
