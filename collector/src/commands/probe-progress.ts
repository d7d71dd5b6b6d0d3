import type { RunProgress } from '@sandscope/probes/outside';
import { roughDuration } from '../experiments/parameters.ts';
import type { Terminal } from '../import/progress.ts';

const TERMINAL_MS = 250;
const PLAIN_MS = 30_000;
const CLEAR_LINE = '\r\u001B[K';

/**
 * Progress of an experiment: on a terminal one line that counts down the remaining time, elsewhere one line per half
 * minute and per tenth of the plan.
 */
export class ProbeProgress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #state: RunProgress | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  #toldTenth = 0;
  #stateMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  update(state: RunProgress): void {
    this.#state = state;
    this.#stateMs = this.#now();
    // Waits are long, so the countdown also advances between two events.
    this.#timer ??= setInterval(
      () => this.#tell(),
      this.#terminal.isTTY === true ? TERMINAL_MS : PLAIN_MS,
    ).unref();
    const tenth = Math.floor((10 * state.unitsDone) / Math.max(1, state.units));
    if (this.#terminal.isTTY === true || tenth > this.#toldTenth) this.#tell();
    this.#toldTenth = tenth;
  }

  /** Ends the line so that another can be written. */
  clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isShown) this.#terminal.write(CLEAR_LINE);
    this.#isShown = false;
  }

  #tell(): void {
    const state = this.#state;
    const now = this.#now();
    if (!state || (this.#terminal.isTTY === true && now - this.#toldMs < TERMINAL_MS)) return;
    this.#toldMs = now;
    const { unitsDone, units, calls, failed } = state;
    const leftMs = Math.max(0, state.leftMs - (now - this.#stateMs));
    const left = unitsDone === units ? '' : `, about ${roughDuration(leftMs)} left`;
    const text = `${unitsDone} of ${units} done, ${calls} calls${failed > 0 ? `, ${failed} failed` : ''}${left}`;
    this.#isShown = this.#terminal.isTTY === true;
    this.#terminal.write(this.#isShown ? `${CLEAR_LINE}${text}` : `sandscope: ${text}\n`);
  }
}
