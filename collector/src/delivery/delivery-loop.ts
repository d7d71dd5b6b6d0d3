import { BackOff } from '../retry/index.ts';
import { Hold } from './hold.ts';
import { Bell, pause } from './wait.ts';

/** A target that cannot accept anything now, with the wait it asked for. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  /** 0 when it asked for none. */
  readonly waitMillis: number;

  constructor(reason: string, waitMillis = 0) {
    super(reason);
    this.waitMillis = waitMillis;
  }
}

export interface DeliveryLoopOptions {
  /**
   * Delivers some of the pending requests; false when there were none. After any error the loop retries later, without
   * limit: the step itself decides which requests are refused for good.
   */
  readonly step: (signal: AbortSignal) => Promise<boolean>;
  /** Start of every warning, as in `the store does not take spans`. */
  readonly target: string;
  readonly warn: (message: string) => void;
  /** Subscribes the loop to new requests while it runs; returns the function that unsubscribes. */
  readonly subscribe?: (ring: () => void) => () => void;
  /** Longest wait between two attempts unless the target asked for more, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

export interface DeliveryStatus {
  /** Failed attempts since the start. */
  readonly retries: number;
  /** Error of the last attempt, until one succeeds. */
  readonly lastError?: string;
}

/** Interval at which the loop checks for dead letters marked for resending. */
const RETRY_LOOK_MILLIS = 2000;

/**
 * The loop behind every component that carries requests out of the inbox. It runs step after step while there is
 * something to do, sleeps until the next ring when there is not, and backs off after a failure. Waits use the monotonic
 * clock, so setting the wall clock neither stops nor speeds them up.
 */
export class DeliveryLoop {
  readonly #options: DeliveryLoopOptions;
  readonly #stop = new AbortController();
  readonly #bell = new Bell();
  readonly #backOff: BackOff;
  #running: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #retries = 0;
  #lastError: string | undefined;
  #isAway = false;
  #lastRefusal: string | undefined;
  #hold: Hold | undefined;

  constructor(options: DeliveryLoopOptions) {
    this.#options = options;
    const { maxBackOffMillis: lastMillis } = options;
    this.#backOff = new BackOff(lastMillis === undefined ? {} : { lastMillis });
  }

  start(): void {
    this.#unsubscribe ??= this.#options.subscribe?.(() => this.ring());
    this.#lookTimer ??= setInterval(() => this.ring(), RETRY_LOOK_MILLIS).unref();
    this.#running ??= this.#run();
  }

  /** Signals that there is something to deliver. */
  ring(): void {
    this.#bell.ring();
  }

  /**
   * Resolves between two steps, once `isReady` returns true; the next step begins after `release`. One hold at a time.
   *
   * @throws the reason of the signal, if it aborts first
   */
  async hold(isReady: () => boolean, signal: AbortSignal): Promise<void> {
    const hold = new Hold(isReady);
    this.#hold = hold;
    this.#bell.ring();
    try {
      await hold.reached(signal);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Ends a hold, if there is one. */
  release(): void {
    this.#hold?.release();
    this.#hold = undefined;
  }

  /** Resolves when the running step has ended; the step is informed by its signal. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    clearInterval(this.#lookTimer);
    this.#stop.abort();
    this.release();
    this.#bell.ring();
    await this.#running;
  }

  status(): DeliveryStatus {
    return { retries: this.#retries, ...(this.#lastError !== undefined && { lastError: this.#lastError }) };
  }

  /** The target accepted something: the next failure counts as the first. */
  succeeded(): void {
    this.#lastError = undefined;
    this.#lastRefusal = undefined;
    this.#isAway = false;
    this.#backOff.reset();
  }

  /** The target answers but refused something for good. Repeats of the same reason are not logged. */
  refused(what: string, reason: string): void {
    if (this.#lastRefusal !== reason)
      this.#options.warn(`${this.#options.target} permanently rejected ${what}: ${reason}`);
    this.#lastRefusal = reason;
    this.#lastError = reason;
    this.#isAway = false;
    this.#backOff.reset();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#hold?.pass();
        if (!(await this.#options.step(signal))) await this.#bell.wait();
      } catch (error) {
        await this.#waitAfter(error);
      }
    }
  }

  async #waitAfter(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { target, warn } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    this.#retries++;
    if (!this.#isAway) warn(`${target} does not accept spans, retrying: ${reason}`);
    this.#isAway = true;
    this.#lastError = reason;
    const asked = error instanceof TryLater ? error.waitMillis : 0;
    await pause(this.#backOff.next(asked), this.#stop.signal);
  }
}
