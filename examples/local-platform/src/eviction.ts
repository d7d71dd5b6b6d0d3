/** Ends what has been idle for longer than a fixed limit, the simplest keep-alive law. */
export class IdleReaper<T> {
  readonly #limitMillis: number;
  readonly #evict: (one: T, idleMillis: number) => void;
  readonly #idle = new Map<T, { sinceMillis: number; timer: NodeJS.Timeout | undefined }>();
  #paused = false;

  constructor(limitMillis: number, evict: (one: T, idleMillis: number) => void) {
    this.#limitMillis = limitMillis;
    this.#evict = evict;
  }

  /** Starts the idle clock of a sandbox. */
  idle(one: T): void {
    this.#idle.set(one, { sinceMillis: performance.now(), timer: undefined });
    this.#arm(one);
  }

  /** Stops the idle clock: the sandbox is in use again, or gone. */
  busy(one: T): void {
    clearTimeout(this.#idle.get(one)?.timer);
    this.#idle.delete(one);
  }

  /** While paused nothing is evicted; idle clocks run on, and what is over the limit goes when the pause ends. */
  set paused(paused: boolean) {
    this.#paused = paused;
    for (const [one, entry] of this.#idle) {
      clearTimeout(entry.timer);
      entry.timer = undefined;
      if (!paused) this.#arm(one);
    }
  }

  get paused(): boolean {
    return this.#paused;
  }

  #arm(one: T): void {
    const entry = this.#idle.get(one);
    if (this.#paused || entry === undefined) return;
    const leftMillis = entry.sinceMillis + this.#limitMillis - performance.now();
    entry.timer = setTimeout(
      () => {
        this.#idle.delete(one);
        this.#evict(one, performance.now() - entry.sinceMillis);
      },
      Math.max(0, leftMillis),
    );
  }
}
