import { BackOff } from './back-off.ts';
import { Hold } from './hold.ts';
import { Bell, pause } from './wait.ts';

/** A target that cannot take anything now, with the wait it asked for. */
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
   * Delivers some of what is there; false when there was nothing. Whatever it throws is a reason to try again later,
   * for ever: it is the step that knows what is refused for good.
   */
  readonly step: (signal: AbortSignal) => Promise<boolean>;
  /** Begins every warning, as in `the store does not take spans`. */
  readonly target: string;
  readonly warn: (message: string) => void;
  /** Lets the loop hear of what comes in while it runs; gives what ends that. */
  readonly subscribe?: (ring: () => void) => () => void;
  /** Longest wait between two tries that the target did not ask for, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

export interface DeliveryStatus {
  /** Tries that failed, since the start. */
  readonly retries: number;
  /** Of the last try, until one succeeds. */
  readonly lastError?: string;
}

/** How soon dead letters that were marked to be sent again are seen. */
const RETRY_LOOK_MILLIS = 2000;

/**
 * The run loop of everything that carries requests out of the inbox: step after step while there is something to do,
 * asleep until the next ring when there is not, waiting with backoff after a failure. Waits are timed by the monotonic
 * clock, so a step of the wall clock neither stops nor hurries it.
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

  /** There is something to deliver. */
  ring(): void {
    this.#bell.ring();
  }

  /**
   * Resolves between two steps, once `isReady` says so; the next step begins after `release`. One hold at a time.
   *
   * @throws the reason of the signal, when that comes first
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

  /** Ends a hold; nothing when there is none. */
  release(): void {
    this.#hold?.release();
    this.#hold = undefined;
  }

  /** Resolves when the step under way has ended; the step hears of it by its signal. */
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

  /** The target took something: the next failure is a first one. */
  succeeded(): void {
    this.#lastError = undefined;
    this.#lastRefusal = undefined;
    this.#isAway = false;
    this.#backOff.reset();
  }

  /** The target answers, but refused something for good. The same reason in a row is said once. */
  refused(what: string, reason: string): void {
    if (this.#lastRefusal !== reason)
      this.#options.warn(`${this.#options.target} refused ${what} for good: ${reason}`);
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
    if (!this.#isAway) warn(`${target} does not take spans, trying on: ${reason}`);
    this.#isAway = true;
    this.#lastError = reason;
    const asked = error instanceof TryLater ? error.waitMillis : 0;
    await pause(this.#backOff.next(asked), this.#stop.signal);
  }
}
