/** An outgoing operation of the program, recorded raw: its span is made after the response. */
export interface IoOperation {
  readonly kind: 'http' | 'connect' | 'dns' | 'fs';
  /** On the monotonic clock, ms. */
  readonly startMs: number;
  endMs: number;
  /** Method of a request, or kind of a lookup. */
  readonly name: string;
  /** Host that was requested or looked up. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  /** Address of the other end of the connection. */
  readonly peer?: string | undefined;
  readonly scheme?: string | undefined;
  readonly status?: number | undefined;
  /** Whether the connection had carried a request before. */
  readonly reused?: boolean | undefined;
  /** From the request to the head of the response, ms. */
  readonly firstByteMs?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
  /** Code or class of the error it ended with. */
  readonly errorType?: string | undefined;
}

/** The slowest operations of one invocation. */
export class SlowestOperations {
  readonly #most: number;
  readonly #open = new Set<IoOperation>();
  #all: IoOperation[] = [];

  /** @param most how many are kept; 0 keeps none */
  constructor(most: number) {
    this.#most = most;
  }

  /** Adds one that is not over yet; `add` follows. */
  begin(operation: IoOperation): void {
    if (this.#most > 0 && this.#open.size < MOST_OPEN) this.#open.add(operation);
  }

  /** Adds one that is over, if it is among the slowest. */
  add(operation: IoOperation): void {
    this.#open.delete(operation);
    if (this.#all.length < this.#most) {
      this.#all.push(operation);
      return;
    }
    const least = this.#all.reduce((a, b) => (lengthMs(a) <= lengthMs(b) ? a : b), operation);
    if (least !== operation) this.#all[this.#all.indexOf(least)] = operation;
  }

  /** Forgets all of them. */
  clear(): void {
    if (this.#all.length > 0) this.#all = [];
    this.#open.clear();
  }

  /** The operations that began at that moment or later, in the order in which they began. */
  since(startMs: number): readonly IoOperation[] {
    for (const one of [...this.#open]) this.add(one);
    if (this.#all.length === 0) return NONE;
    return this.#all.filter((one) => one.startMs >= startMs).sort((a, b) => a.startMs - b.startMs);
  }
}

// Responses that nobody reads must not accumulate.
const MOST_OPEN = 1000;
const NONE: readonly IoOperation[] = [];

function lengthMs({ startMs, endMs }: IoOperation): number {
  return endMs - startMs;
}
