import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import type { CollectorConfig } from './config/index.ts';
import { CollectorError } from './errors.ts';
import type { DirectoryLock } from './inbox/index.ts';
import { lockDirectory } from './inbox/index.ts';
import type { ThreadStatus } from './ingest/index.ts';
import { Ingest } from './ingest/index.ts';
import { CollectorMetrics } from './metrics.ts';
import type { CollectorStatus } from './status.ts';
import type { Connection } from './store/client.ts';
import type { Engine, EngineLog } from './store/engine.ts';
import { startEngine } from './store/engine.ts';
import { Store } from './store/store.ts';

/** Requests under way have this long to finish once the server stops. */
const CLOSE_MILLIS = 3000;
/** An engine that is still starting is not waited for any longer; it ends with this process. */
const BRING_UP_MILLIS = 3000;
const STORE_RETRY_MILLIS = 500;

/**
 * Starts a collector. Resolves when the port is open: from then on spans are kept, also while the engine starts.
 *
 * ```ts
 * const collector = await startServer(config);
 * await collector.ready; // spans can be queried
 * await collector.stop();
 * ```
 *
 * @throws {CollectorError} `ERR_DATA_DIR`, `ERR_PORT_IN_USE`, or `ERR_OPTION` for an address that cannot be bound.
 */
export async function startServer(config: CollectorConfig, log: EngineLog = stderrLog): Promise<Collector> {
  const lock = lockDirectory(config.dataDir);
  let ingest: Ingest | undefined;
  try {
    ingest = await Ingest.start({
      dataDir: config.dataDir,
      forward: config.forward,
      ...(config.inboxMaxBytes !== undefined && { maxBytes: config.inboxMaxBytes }),
      ...(config.inboxMinFreeBytes !== undefined && { minFreeBytes: config.inboxMinFreeBytes }),
      warn: (message) => log.warn(message),
    });
    const collector = new Collector(config, log, lock, ingest);
    await collector.listen();
    return collector;
  } catch (error) {
    await ingest?.stop();
    lock.release();
    throw error;
  }
}

/** A running collector. */
export class Collector {
  readonly #config: CollectorConfig;
  readonly #log: EngineLog;
  readonly #lock: DirectoryLock;
  readonly #ingest: Ingest;
  readonly #metrics = new CollectorMetrics();
  readonly #stopSignal = new AbortController();
  #app: FastifyInstance | undefined;
  #engine: Engine | undefined;
  #engineState: CollectorStatus['engine']['state'];
  #store: Store | undefined;
  #stopped: Promise<void> | undefined;
  #ready = Promise.resolve();

  constructor(config: CollectorConfig, log: EngineLog, lock: DirectoryLock, ingest: Ingest) {
    this.#config = config;
    this.#log = log;
    this.#lock = lock;
    this.#ingest = ingest;
    this.#engineState = config.clickhouse === undefined ? 'starting' : 'external';
  }

  /** Resolves when spans can be queried; rejects when the engine or the schema cannot be had at all. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** `http://127.0.0.1:4318`. */
  get url(): string {
    const { address, port } = (this.#app as FastifyInstance).server.address() as AddressInfo;
    return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** Opens the port and lets the engine start. */
  async listen(): Promise<void> {
    const { host, port, maxBodyBytes } = this.#config;
    this.#metrics.observe(async () => {
      const thread = await this.#ingest.status();
      return { status: this.#toStatus(thread), thread, threadRestarts: this.#ingest.restarts };
    });
    this.#app = await buildApp({
      accept: (...request) => this.#ingest.accept(...request),
      store: () => this.#store,
      status: () => this.status(),
      notReady: () => this.notReady(),
      metrics: this.#metrics,
      ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    });
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      await this.#app.close();
      throw asListenError(error, host, port);
    }
    if (!isLoopback(host)) {
      this.#log.warn(
        `bound to ${host}: whoever reaches this port can send and read spans, there is no access control`,
      );
    }
    this.#ready = this.#bringUp();
    this.#ready.catch(() => undefined); // whoever waits for it hears of it
  }

  async status(): Promise<CollectorStatus> {
    return this.#toStatus(await this.#ingest.status());
  }

  /** Why spans cannot be both received and queried; empty when they can. */
  async notReady(): Promise<string[]> {
    const thread = await this.#ingest.status();
    const reasons = this.#engineFaults();
    if (reasons.length === 0 && !(await this.#storeAnswers())) reasons.push('the engine does not answer');
    if (!thread.writable) reasons.push(`the inbox takes nothing: ${thread.failure ?? 'it is full'}`);
    return reasons;
  }

  /** Stops taking requests, commits what was taken, stops the engine. Idempotent; within 10 s. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopSignal.abort();
    const app = this.#app;
    const timer = setTimeout(() => app?.server.closeAllConnections(), CLOSE_MILLIS);
    await app?.close();
    clearTimeout(timer);
    await this.#ingest.stop();
    const settled = this.#ready.catch(() => undefined);
    await Promise.race([settled, delay(BRING_UP_MILLIS, undefined, { ref: false })]);
    await this.#store?.close();
    await this.#engine?.stop();
    this.#lock.release();
  }

  async #bringUp(): Promise<void> {
    const connection = this.#config.clickhouse ?? (await this.#startEngine());
    if (connection === undefined) return;
    this.#store = await this.#openStore(connection);
    if (this.#store !== undefined) this.#ingest.connectStore(connection);
  }

  async #startEngine(): Promise<Connection | undefined> {
    const { dataDir, engineMemoryBytes } = this.#config;
    const engine = await startEngine({
      dataDir: join(dataDir, 'engine'),
      ...(engineMemoryBytes !== undefined && { memoryBytes: engineMemoryBytes }),
      onState: (state) => {
        this.#engineState = state;
      },
      log: this.#log,
    });
    this.#engine = engine;
    if (this.#stopSignal.signal.aborted) {
      await engine.stop();
      return undefined;
    }
    const { url, user, password, database } = engine;
    return { url, user, password, database };
  }

  /** A ClickHouse of the operator's may come up later than the collector, and an engine may crash right away. */
  async #openStore(connection: Connection): Promise<Store | undefined> {
    const { signal } = this.#stopSignal;
    let warned = false;
    while (!signal.aborted) {
      try {
        return await Store.open(connection);
      } catch (error) {
        if (!(error instanceof CollectorError) || error.code !== 'ERR_ENGINE_UNAVAILABLE') throw error;
        if (!warned) this.#log.warn(`waiting for ${connection.url}: ${error.message}`);
        warned = true;
        await delay(STORE_RETRY_MILLIS, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  #engineFaults(): string[] {
    if (this.#engineState === 'starting' || this.#engineState === 'restarting') {
      return [`the engine is ${this.#engineState}`];
    }
    return this.#store === undefined ? ['the tables are not there yet'] : [];
  }

  async #storeAnswers(): Promise<boolean> {
    try {
      return (await this.#store?.ping()) ?? false;
    } catch {
      return false;
    }
  }

  #toStatus(thread: ThreadStatus): CollectorStatus {
    const { pendingRequests, pendingBytes, oldestAgeMs, forwarders } = thread;
    const { insertedSpans, retries, lastError } = thread.store;
    const { acceptedRequests, acceptedSpans, refusedRequests } = this.#metrics;
    return {
      ready: thread.writable && this.#engineFaults().length === 0,
      engine: { state: this.#engineState, restarts: this.#engine?.restarts ?? 0 },
      inbox: {
        pendingRequests,
        pendingBytes,
        ...(oldestAgeMs !== undefined && { oldestAgeMs }),
        acceptedRequests,
        acceptedSpans,
        refusedRequests,
      },
      store: { insertedSpans, retries, ...(lastError !== undefined && { lastError }) },
      forwarders,
    };
  }
}

/** One plain line a message on standard error; `info` is left out. */
export const stderrLog: EngineLog = {
  info: () => undefined,
  warn: (message) => void process.stderr.write(`sandscope: ${message}\n`),
  error: (message) => void process.stderr.write(`sandscope: ${message}\n`),
};

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function asListenError(error: unknown, host: string, port: number): CollectorError {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'EADDRINUSE') {
    return new CollectorError('ERR_PORT_IN_USE', `port ${port} on ${host} is taken by another program`, {
      cause: error,
    });
  }
  return new CollectorError('ERR_OPTION', `port ${port} on ${host} cannot be opened: ${message}`, {
    cause: error,
  });
}
