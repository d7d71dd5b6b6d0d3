import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';

/** A note's length: the ordinal and a newline, always as long, so that a later one covers the earlier. */
export const NOTE_BYTES = 16;

/**
 * The notes of one process in the sandbox's temp directory, for the next process of the same sandbox (`inherit`):
 * which invocation was begun last, so that one that killed the process is missed. One write of 16 bytes an invocation,
 * about 8 µs on ext4; nothing is forced to disk: it has to outlive the process, not the sandbox.
 */
export class Journal {
  readonly path: string;
  readonly #note = Buffer.alloc(NOTE_BYTES, '\n');
  #fd: number | undefined;

  /** @param path beside the stamp */
  constructor(path: string) {
    this.path = path;
  }

  /** Notes that the invocation is begun. Silent when the temp directory cannot be written. */
  begun(ordinal: number): void {
    if (this.#fd === -1) return;
    try {
      // Others may write to the temp directory, too: no link is followed, and no pipe is waited for.
      const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
      this.#fd ??= openSync(this.path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600);
      // A buffer takes half the time of a string: 8 µs where the temp directory is on ext4.
      this.#note.write(String(ordinal).padEnd(NOTE_BYTES - 1), 'latin1');
      writeSync(this.#fd, this.#note, 0, NOTE_BYTES, 0);
    } catch {
      this.#fd = -1;
    }
  }

  /** The process says itself how it ends: its notes are not needed. A request that was left stays. */
  close(): void {
    if (this.#fd !== undefined && this.#fd !== -1) closeSync(this.#fd);
    this.#fd = -1;
    rmSync(this.path, { force: true });
  }
}
