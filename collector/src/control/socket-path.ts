import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { CollectorError } from '../errors/errors.ts';

/** Within the data directory. */
export const CONTROL_SOCKET = 'control.sock';

/** Length limit of `sun_path` without its final zero, the lower one of Linux (108) and macOS (104). */
const MAX_PATH_BYTES = 103;

/** A socket path short enough for unix(7). */
export interface SocketPath {
  readonly path: string;
  /** Call it after the socket was closed. */
  readonly release: () => void;
}

/**
 * A socket in a data directory, by default the control socket. If its path is too long, Linux offers a short alias
 * through an open directory; the socket is still in the data directory.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when the path is too long and there is no alias; the error of open(2) when
 *   the directory does not exist.
 */
export function openSocketPath(dataDir: string, name: string = CONTROL_SOCKET): SocketPath {
  const path = join(dataDir, name);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return { path, release: () => undefined };
  if (!existsSync('/proc/self/fd')) {
    throw new CollectorError(
      'ERR_DATA_DIR',
      `the path of the socket ${path} is longer than ${MAX_PATH_BYTES} bytes, the limit for sockets`,
    );
  }
  const directory = openSync(dataDir, 'r');
  return {
    path: `/proc/self/fd/${directory}/${name}`,
    release: () => closeSync(directory),
  };
}
