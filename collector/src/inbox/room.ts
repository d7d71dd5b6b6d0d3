import { CollectorError } from '../errors/errors.ts';
import { FreeSpace } from './free-space.ts';
import { messageOf } from './inbox-file.ts';
import { unavailable } from './unavailable.ts';

export interface RoomOptions {
  /** The folder whose file system is watched. */
  readonly directory: string;
  /** Maximum size of all requests kept. */
  readonly maxBytes: number;
  /** Free bytes the file system must keep. */
  readonly minFreeBytes: number;
  /** Bytes already on disk. */
  readonly storedBytes: number;
}

/** Cost of a row beside its body. */
export const ROW_BYTES = 256;

/** The space left in the inbox, given its own limit and the free space of its file system. */
export class Room {
  readonly maxBytes: number;
  readonly #minFreeBytes: number;
  readonly #freeSpace: FreeSpace;
  #storedBytes: number;
  #waitingBytes = 0;

  constructor(options: RoomOptions) {
    this.maxBytes = options.maxBytes;
    this.#minFreeBytes = options.minFreeBytes;
    this.#storedBytes = options.storedBytes;
    this.#freeSpace = new FreeSpace(options.directory);
  }

  /** Bytes on disk. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Accepted but not yet committed. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Free bytes of the file system; undefined when unknown. */
  get freeBytes(): number | undefined {
    try {
      return this.#freeSpace.bytes();
    } catch {
      return undefined;
    }
  }

  take(sizeBytes: number): void {
    this.#waitingBytes += sizeBytes;
  }

  /** Ends the wait of an accepted request; from now on it counts as on disk, if it got there. */
  settle(sizeBytes: number, isStored: boolean): void {
    this.#waitingBytes -= sizeBytes;
    if (!isStored) return;
    this.#storedBytes += sizeBytes;
    this.#freeSpace.spend(sizeBytes);
  }

  deleted(sizeBytes: number): void {
    this.#storedBytes -= sizeBytes;
  }

  /**
   * @param makeRoom called at a limit; may delete dispensable requests.
   * @throws {CollectorError} 413 `ERR_OTLP_TOO_LARGE` for a request too large even for an empty inbox; 503:
   *   `ERR_INBOX_FULL` at a limit, `ERR_INBOX_UNAVAILABLE` when the file system fails.
   */
  check(sizeBytes: number, makeRoom: () => void): void {
    if (sizeBytes > this.maxBytes) throw tooLarge(sizeBytes, this.maxBytes);
    if (this.#isFull(sizeBytes)) makeRoom();
    if (this.#isFull(sizeBytes)) throw full(`the inbox holds its limit of ${this.maxBytes} bytes`);
    let freeBytes: number;
    try {
      freeBytes = this.#freeSpace.bytes();
    } catch (error) {
      throw unavailable(`the inbox's file system does not answer: ${messageOf(error)}`, 5, error);
    }
    if (freeBytes - this.#waitingBytes - sizeBytes >= this.#minFreeBytes) return;
    makeRoom();
    throw full(`less than ${this.#minFreeBytes} bytes are free on the inbox's file system`);
  }

  /** True when free space is less than a few commits above the limit. @throws the error of statfs(2) */
  isTight(commitBytes: number): boolean {
    return this.#freeSpace.bytes() < 2 * this.#minFreeBytes + 4 * commitBytes;
  }

  #isFull(sizeBytes: number): boolean {
    return this.#storedBytes + this.#waitingBytes + sizeBytes > this.maxBytes;
  }
}

function tooLarge(sizeBytes: number, maxBytes: number): CollectorError {
  const message = `the request takes ${sizeBytes} bytes, but the whole inbox holds only ${maxBytes}`;
  return new CollectorError('ERR_OTLP_TOO_LARGE', message, { statusCode: 413 });
}

function full(message: string): CollectorError {
  return new CollectorError('ERR_INBOX_FULL', message, { statusCode: 503, retryAfterSeconds: 5 });
}
