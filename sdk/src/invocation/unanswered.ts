import { afterResponse } from '../fence/after-response.ts';
import type { Ended } from './ended.ts';

/** Ended invocations whose answers the runtime may not have yet. */
export class Unanswered {
  #inThisTurn: Ended[] = [];
  readonly #heldBack = new Set<Ended>();

  /** The runtime takes its answer before the work after the response starts. */
  add(ended: Ended): void {
    this.#inThisTurn.push(ended);
  }

  /** The work after the responses has started. */
  left(): void {
    this.#inThisTurn = [];
  }

  /**
   * Its answer is held back.
   *
   * @param until resolves when the answer is passed on
   */
  holdBack(ended: Ended, until: Promise<void>): void {
    this.#heldBack.add(ended);
    void until.then(() => afterResponse('a delayed answer', () => this.#heldBack.delete(ended)));
  }

  /** Its answer was passed on before that. */
  answered(ended: Ended): void {
    this.#heldBack.delete(ended);
  }

  /** All of them, without duplicates. */
  all(): ReadonlySet<Ended> {
    return new Set([...this.#inThisTurn, ...this.#heldBack]);
  }
}
