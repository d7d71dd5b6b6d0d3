import { open, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CollectorError } from '../errors/errors.ts';

let serial = 0;

/**
 * Passes rows to an embedded engine as a file in its folder: the engine reads them from the page cache, and our event
 * loop does not copy them through a socket.
 *
 * @param chunks each is written before the next is asked for
 * @param use gets the path; the file is deleted when it has ended
 * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when the file cannot be written, or was deleted because the engine
 *   restarted in between; else any error of `use`.
 */
export async function withRowFile<T>(
  folder: string,
  chunks: Iterable<Uint8Array>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(folder, `rows-${process.pid}-${++serial}`);
  try {
    await write(path, chunks).catch((error: unknown) => {
      throw unavailable('cannot be written', error);
    });
    return await use(path).catch((error: unknown) => {
      throw existsSync(path) ? error : unavailable('was deleted', error);
    });
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function write(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const chunk of chunks) {
      const { bytesWritten } = await file.write(chunk);
      if (bytesWritten !== chunk.byteLength)
        throw new Error(`${bytesWritten} of ${chunk.byteLength} bytes could be written`);
    }
  } finally {
    await file.close();
  }
}

function unavailable(what: string, cause: unknown): CollectorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CollectorError('ERR_ENGINE_UNAVAILABLE', `the file of rows for the engine ${what}: ${reason}`, {
    cause,
    statusCode: 503,
    retryAfterSeconds: 1,
  });
}
