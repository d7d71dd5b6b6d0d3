export interface TurnsOptions {
  /** Maximum number at the same time. */
  readonly maxRunning: number;
  /** Maximum number waiting; more are refused. */
  readonly maxWaiting: number;
  /** Longest wait, ms. */
  readonly maxWaitMillis: number;
}

/** Why no turn was available. */
export type NoTurn = 'too many wait' | 'waited too long' | 'left';

interface Waiting {
  readonly enter: () => void;
}

/** Limits how many operations run at the same time; the others wait in order. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with a function that ends the turn, to be called once, or with the reason why there is none. */
  async take(signal: AbortSignal): Promise<(() => void) | NoTurn> {
    const { maxRunning, maxWaiting, maxWaitMillis } = this.#options;
    if (this.#running < maxRunning) return this.#enter();
    if (this.#waiting.size >= maxWaiting) return 'too many wait';
    if (signal.aborted) return 'left';
    return new Promise((resolve) => {
      const settle = (outcome: (() => void) | NoTurn): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(waiting);
        resolve(outcome);
      };
      const leave = (): void => settle('left');
      const timer = setTimeout(() => settle('waited too long'), maxWaitMillis);
      const waiting = { enter: () => settle(this.#enter()) };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #enter(): () => void {
    this.#running++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running--;
      const [next] = this.#waiting;
      next?.enter();
    };
  }
}
