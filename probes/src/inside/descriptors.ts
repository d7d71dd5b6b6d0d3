import { readdirSync, statSync } from 'node:fs';
import { noteFailure } from './transient.ts';

// An entry takes 0.3 µs to list: 1/3000 of the time is spent on it.
const PAUSE_PER_ENTRY_MS = 1;

/** Counts the open file descriptors of this process. */
export class Descriptors {
  readonly #folder: string;
  #notBeforeMs = 0;

  /** @param folder with an entry for each, default /proc/self/fd */
  constructor(folder = '/proc/self/fd') {
    this.#folder = folder;
  }

  /**
   * How many there are now, all kinds together. About 5 µs since Linux 6.2, which tells the number; before, they are
   * listed, and the more there are the longer it is until they are listed again. Undefined in between and without /proc.
   * Never throws.
   *
   * @param nowMs monotonic clock, ms
   */
  count(nowMs: number): number | undefined {
    if (nowMs < this.#notBeforeMs) return undefined;
    try {
      const { size } = statSync(this.#folder);
      if (size > 0) return size;
      // The list has one more, for the list itself.
      const count = readdirSync(this.#folder).length - 1;
      this.#notBeforeMs = nowMs + count * PAUSE_PER_ENTRY_MS;
      return count;
    } catch (error) {
      noteFailure(error);
      return undefined;
    }
  }
}
