import { buildConnector, Client } from 'undici';

/** A connection with at most one request at a time, so that its set-up belongs to one call. */
export interface Connection {
  readonly client: Client;
  /** `performance.now()` when the socket was ready, TLS included; undefined until then. */
  readonly connectedAt: () => number | undefined;
}

/**
 * Connections to one origin. undici's own pools do not report which request a connection was opened for, and may queue
 * a request behind another one; both would make the time of connections part of latencies.
 */
export class Connections {
  readonly #origin: string;
  readonly #timeoutMs: number;
  readonly #tls: buildConnector.BuildOptions;
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();

  constructor(origin: string, timeoutMs: number, tls: buildConnector.BuildOptions = {}) {
    this.#origin = origin;
    this.#timeoutMs = timeoutMs;
    this.#tls = tls;
  }

  /** A kept connection if one is free and wanted, otherwise a new one. */
  take(keepAlive: boolean): { readonly connection: Connection; readonly isNew: boolean } {
    const kept = keepAlive ? this.#takeKept() : undefined;
    if (kept) return { connection: kept, isNew: false };
    const connection = this.#open();
    this.#all.add(connection);
    return { connection, isNew: true };
  }

  #takeKept(): Connection | undefined {
    // The most recently used one: the server may be about to close the others.
    while (this.#free.length > 0) {
      const connection = this.#free.pop()!;
      if (!connection.client.destroyed && !connection.client.closed) return connection;
      this.#all.delete(connection);
    }
    return undefined;
  }

  /** Ends a connection, or keeps it for the next call. */
  release(connection: Connection, keep: boolean): void {
    if (keep && !connection.client.destroyed) {
      this.#free.push(connection);
      return;
    }
    this.#all.delete(connection);
    void connection.client.destroy();
  }

  async close(): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    this.#free.length = 0;
    await Promise.all(all.map(({ client }) => client.destroy()));
  }

  #open(): Connection {
    const connect = buildConnector({ ...this.#tls, timeout: this.#timeoutMs });
    let connectedAt: number | undefined;
    const timed: buildConnector.connector = (options, callback) => {
      connect(options, (...[error, socket]: buildConnector.CallbackArgs) => {
        if (error) return callback(error, null);
        connectedAt ??= performance.now();
        socket.setNoDelay(true);
        callback(null, socket);
      });
    };
    const client = new Client(this.#origin, { connect: timed, pipelining: 1, keepAliveTimeout: 3_600_000 });
    return { client, connectedAt: () => connectedAt };
  }
}
