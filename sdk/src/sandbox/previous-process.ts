import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { NOTE_BYTES } from './journal.ts';

/** The remains of a process that ended without a shutdown span. */
export interface PreviousProcess {
  /** Ordinal of the last invocation that it began; undefined if there was none or it is not readable. */
  readonly lastOrdinal: number | undefined;
  /** A complete export request that it could not send any more. */
  readonly request: string | undefined;
}

/**
 * Leaves an export request to the next process of the sandbox; false if that is not possible.
 *
 * @param path of the journal
 */
export function leaveRequest(path: string, request: string): boolean {
  try {
    rmSync(requestPath(path), { force: true });
    writeFileSync(requestPath(path), request, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads and removes what the previous process left. Call it before the journal notes anything. Never throws.
 *
 * @param path of the journal
 * @param maxBytes a longer request is dropped
 */
export function readPreviousProcess(path: string, maxBytes: number): PreviousProcess {
  const note = takeOwn(path, NOTE_BYTES);
  const ordinal = Number(/^([1-9]\d{0,14}) *\n$/.exec(note ?? '')?.[1] ?? Number.NaN);
  return {
    lastOrdinal: Number.isSafeInteger(ordinal) ? ordinal : undefined,
    request: takeOwn(requestPath(path), maxBytes),
  };
}

function requestPath(path: string): string {
  return `${path}.export`;
}

/** Reads a file that this user wrote, and removes it; undefined if it is missing, another user's or too long. */
function takeOwn(path: string, maxBytes: number): string | undefined {
  let fd: number | undefined;
  try {
    // Others may write to the temp directory too: do not follow a link, and do not wait for a pipe.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
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
