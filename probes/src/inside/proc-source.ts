import { ProbeError } from '../errors.ts';
import type { ProbeErrorCode } from '../errors.ts';
import { ProcFile } from './proc-file.ts';

/** Bytes that were captured, such as a `Buffer`. */
export interface Captured {
  toString(encoding: 'latin1', start: number, end: number): string;
}

/** A kernel file and its parser. */
export class ProcSource<T> {
  readonly #file: ProcFile;
  readonly #parse: (text: string) => T;
  #failure: ProbeErrorCode | undefined;

  /**
   * @param file file below /proc or /sys: its path, or a file that others also use
   * @param parse pure; may throw `ProbeError`
   * @param whole as for `ProcFile`, if a path is given
   */
  constructor(file: string | ProcFile, parse: (text: string) => T, whole = false) {
    this.#file = typeof file === 'string' ? new ProcFile(file, whole) : file;
    this.#parse = parse;
  }

  get path(): string {
    return this.#file.path;
  }

  /** Why the last reading gave nothing; undefined if it gave a value or there was none. */
  get failure(): ProbeErrorCode | undefined {
    return this.#failure;
  }

  /**
   * The current content, parsed; undefined if it is not available, with the reason in `failure`. A file that cannot be
   * opened or read is not tried again. Never throws.
   */
  read(): T | undefined {
    return this.#file.gone ? undefined : this.#parsed(() => this.#file.text());
  }

  /** Parses what `ProcFile.capture` put into `target`; undefined as for `read`, and if `bytes` < 0. Never throws. */
  parseCaptured(target: Captured, offset: number, bytes: number): T | undefined {
    return bytes < 0 ? undefined : this.#parsed(() => target.toString('latin1', offset, offset + bytes));
  }

  /** The same for a text of the file. */
  parse(text: string): T | undefined {
    return this.#parsed(() => text);
  }

  /** Closes the descriptor; every later reading is undefined. */
  close(): void {
    this.#file.close();
  }

  #parsed(text: () => string): T | undefined {
    try {
      const value = this.#parse(text());
      this.#failure = undefined;
      return value;
    } catch (error) {
      if (error instanceof ProbeError) {
        this.#failure = error.code;
      } else {
        this.#failure = 'ERR_PROC_ABSENT';
        this.close();
      }
      return undefined;
    }
  }
}
