import { once } from 'node:events';
import { connect } from 'node:net';
import { CollectorError } from '../errors/errors.ts';
import { Channel } from './channel.ts';
import { CONTROL_VERSION } from './control-server.ts';
import { CONTROL_SOCKET, openSocketPath } from './socket-path.ts';

/** No socket, no directory, or a socket without a listener. */
const NOBODY = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED']);

/**
 * Sends a command to the collector that runs on a data directory.
 *
 * @param command the type of the first message
 * @returns undefined when no collector is listening there
 * @throws {CollectorError} `ERR_DATA_DIR` when this user may not open its socket
 */
export async function askCollector(dataDir: string, command: string): Promise<Channel | undefined> {
  let release = (): void => undefined;
  try {
    const socketPath = openSocketPath(dataDir);
    ({ release } = socketPath);
    const socket = connect(socketPath.path);
    await once(socket, 'connect');
    const channel = new Channel(socket);
    channel.send({ type: command, version: CONTROL_VERSION });
    return channel;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && NOBODY.has(code)) return undefined;
    if (error instanceof CollectorError) throw error;
    throw new CollectorError('ERR_DATA_DIR', `${CONTROL_SOCKET} in ${dataDir} cannot be used: ${message}`, {
      cause: error,
    });
  } finally {
    release();
  }
}
