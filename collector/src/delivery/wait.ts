import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after the time, or at once when the signal is aborted. Never rejects. */
export async function pause(millis: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await delay(millis, undefined, { signal }).catch(() => undefined);
}

/** A bell to wait for. A ring while nobody waits is remembered. */
export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at once when one was missed. One waiter at a time. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}
