import { fenced, guarded } from '../fence/report.ts';
import { setImmediate } from '../fence/timer.ts';

/** How long the event loop was busy before it polled for events again: an event may have had to wait for so long. */
export interface LoopDelay {
  readonly maxMs: number;
  readonly meanMs: number;
}

// A program whose loop turns more often is not delayed by it.
const MAX_TURNS = 1000;

/**
 * Measures the delay of the event loop without waking it: an immediate that does not keep the loop alive runs once in
 * each turn that happens anyway, and Node reports how long the loop slept. Costs about 1 µs per turn and nothing while
 * idle; a timer as in `monitorEventLoopDelay` would wake a sleeping process, at 70 µs of CPU time per tick.
 *
 * After each `take`, watches one invocation from its start to its end.
 */
export class LoopWatch {
  readonly #turn = fenced('watching the event loop', (): void => {
    this.#account();
    this.#arm();
  });
  #due = true;
  #immediate: NodeJS.Immediate | undefined;
  #atMs = 0;
  #sleptMs = 0;
  #turns = 0;
  #busyMs = 0;
  #maxMs = 0;

  /** An invocation begins. Never throws. */
  begin(): void {
    if (!this.#due || this.#immediate !== undefined) return;
    this.#due = false;
    guarded('watching the event loop', () => {
      this.#mark();
      this.#arm();
    });
  }

  /** An invocation has ended. Never throws. */
  end(): void {
    if (this.#immediate === undefined) return;
    guarded('watching the event loop', () => {
      clearImmediate(this.#immediate);
      this.#immediate = undefined;
      this.#account();
    });
  }

  /** The delays seen since the last call; undefined if there are none. Watches the next invocation. */
  take(): LoopDelay | undefined {
    const delay = this.#turns === 0 ? undefined : { maxMs: this.#maxMs, meanMs: this.#busyMs / this.#turns };
    this.#turns = 0;
    this.#busyMs = 0;
    this.#maxMs = 0;
    this.#due = true;
    return delay;
  }

  #arm(): void {
    this.#immediate = undefined;
    // Fake timers in tests return other values than Node does.
    if (this.#turns < MAX_TURNS) this.#immediate = setImmediate(this.#turn).unref();
  }

  #mark(): void {
    this.#atMs = performance.now();
    this.#sleptMs = performance.nodeTiming.idleTime;
  }

  #account(): void {
    const [atMs, sleptMs] = [this.#atMs, this.#sleptMs];
    this.#mark();
    const busyMs = this.#atMs - atMs - (this.#sleptMs - sleptMs);
    // The two clocks are read one after the other.
    if (!(busyMs >= 0)) return;
    this.#turns += 1;
    this.#busyMs += busyMs;
    this.#maxMs = Math.max(this.#maxMs, busyMs);
  }
}
