import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { CollectorError } from '../errors/errors.ts';
import type { Message } from './channel.ts';
import { Channel } from './channel.ts';
import { listenPrivately } from './listen-privately.ts';
import type { SocketPath } from './socket-path.ts';
import { openSocketPath } from './socket-path.ts';

/**
 * Incremented when messages change, so that a command of another version gets an error instead of being misunderstood.
 */
export const CONTROL_VERSION = 1;

/** Serves one connection, whose first message had this name as its type. When it returns, the connection closes. */
export type Serve = (channel: Channel) => Promise<void>;

/**
 * The endpoint for commands on the same machine: a socket in the data directory that only its owner (and root) can
 * open. There is no other authentication.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #socketPath: SocketPath;
  readonly #commands: Readonly<Record<string, Serve>>;
  readonly #channels = new Set<Channel>();
  readonly #served = new Set<Promise<void>>();

  private constructor(socketPath: SocketPath, commands: Readonly<Record<string, Serve>>) {
    this.#socketPath = socketPath;
    this.#commands = commands;
    this.#server = createServer((socket) => {
      const served = this.#serve(new Channel(socket));
      this.#served.add(served);
      void served.finally(() => this.#served.delete(served));
    });
  }

  /**
   * Opens the socket; the caller holds the directory's lock, so an existing one was left behind by a killed collector.
   *
   * @throws {CollectorError} `ERR_DATA_DIR` when it cannot be opened
   */
  static async open(dataDir: string, commands: Readonly<Record<string, Serve>>): Promise<ControlServer> {
    const socketPath = openSocketPath(dataDir);
    const { path } = socketPath;
    try {
      const control = new ControlServer(socketPath, commands);
      await listenPrivately(control.#server, path);
      return control;
    } catch (error) {
      socketPath.release();
      const reason = (error as Error).message;
      throw new CollectorError(
        'ERR_DATA_DIR',
        `the control socket in ${dataDir} cannot be opened: ${reason}`,
        {
          cause: error,
        },
      );
    }
  }

  /** Closes every connection, and resolves when their commands have been cancelled. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const channel of this.#channels) channel.end();
    await Promise.all([closed, ...this.#served]);
    this.#socketPath.release();
  }

  async #serve(channel: Channel): Promise<void> {
    this.#channels.add(channel);
    try {
      await this.#dispatch(channel, await channel.receive());
    } catch (error) {
      channel.send({ type: 'failed', message: (error as Error).message });
    } finally {
      channel.end();
      this.#channels.delete(channel);
    }
  }

  async #dispatch(channel: Channel, request: Message | undefined): Promise<void> {
    if (request === undefined) return;
    const { type, version } = request;
    if (version !== CONTROL_VERSION) {
      throw new Error(`the collector runs another version of sandscope than the command; restart it first`);
    }
    const serve = Object.hasOwn(this.#commands, type) ? this.#commands[type] : undefined;
    if (serve === undefined)
      throw new Error(`the collector does not know the command ${JSON.stringify(type)}`);
    await serve(channel);
  }
}
