import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

// The ordinal and a newline, always as long: a later one covers the earlier.
const RECORD_BYTES = 16;

/** What a process left behind that ended without a goodbye. */
export interface Legacy {
  /** Ordinal of the last invocation that it began; undefined when it did not get that far or it was not readable. */
  readonly lastOrdinal: number | undefined;
  /** A whole export request that it could not send any more. */
  readonly request: string | undefined;
}

/**
 * The notes of one process in the sandbox's temp directory, for the next process of the same sandbox: which invocation
 * was begun last (so that one that killed the process is missed), and the last export when nobody took it. One write of
 * 16 bytes an invocation, about 8 µs on ext4; nothing is forced to disk: it has to outlive the process, not the sandbox.
 */
export class Journal {
  readonly #path: string;
  readonly #note = Buffer.alloc(RECORD_BYTES, '\n');
  #fd: number | undefined;

  /** @param path beside the stamp */
  constructor(path: string) {
    this.#path = path;
  }

  /** Notes that the invocation is begun. Silent when the temp directory cannot be written. */
  begun(ordinal: number): void {
    if (this.#fd === -1) return;
    try {
      this.#fd ??= openSync(
        this.#path,
        flags(constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC),
        0o600,
      );
      // A buffer takes half the time of a string: 8 µs where the temp directory is on ext4.
      this.#note.write(String(ordinal).padEnd(RECORD_BYTES - 1), 'latin1');
      writeSync(this.#fd, this.#note, 0, RECORD_BYTES, 0);
    } catch {
      this.#fd = -1;
    }
  }

  /** Leaves an export request to the next process; false when that is not possible. */
  leave(request: string): boolean {
    try {
      rmSync(this.#requestPath, { force: true });
      writeFileSync(this.#requestPath, request, { flag: 'wx', mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }

  /** The process says itself how it ends: its notes are not needed. A request that was left stays. */
  close(): void {
    if (this.#fd !== undefined && this.#fd !== -1) closeSync(this.#fd);
    this.#fd = -1;
    rmSync(this.#path, { force: true });
  }

  /**
   * What the process before this one left, taken away with it. To be called before `begun`. Never throws.
   *
   * @param maxBytes a longer request is dropped
   */
  inherit(maxBytes: number): Legacy {
    const note = takeOwn(this.#path, RECORD_BYTES);
    const ordinal = Number(/^([1-9]\d{0,14}) *\n$/.exec(note ?? '')?.[1] ?? Number.NaN);
    return {
      lastOrdinal: Number.isSafeInteger(ordinal) ? ordinal : undefined,
      request: takeOwn(this.#requestPath, maxBytes),
    };
  }

  get #requestPath(): string {
    return `${this.#path}.export`;
  }
}

/** Text of a file this user wrote, which is then removed; undefined when it is not there, another's or too long. */
function takeOwn(path: string, maxBytes: number): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, flags(constants.O_RDONLY));
    const { size, uid } = fstatSync(fd);
    if (process.getuid && uid !== process.getuid()) return undefined;
    rmSync(path, { force: true });
    if (size === 0 || size > maxBytes) return undefined;
    const buffer = Buffer.alloc(size);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, size, 0));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Others may write to the temp directory, too: no links are followed, and no pipe is waited for. */
function flags(of: number): number {
  return of | constants.O_NOFOLLOW | constants.O_NONBLOCK;
}
