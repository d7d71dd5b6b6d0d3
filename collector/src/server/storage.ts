import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CollectorConfig } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { BackOff } from '../retry/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import type { Connection } from '../store/client.ts';
import type { Engine, EngineLog } from '../store/engine.ts';
import { startEngine } from '../store/engine.ts';
import { sharedViewStatements, viewStatements } from '../store/sql/index.ts';
import { Store } from '../store/store.ts';

/** Longest wait between two attempts to start the engine or to reach the tables. */
const RETRY_MILLIS = 15_000;

type StorageConfig = Pick<CollectorConfig, 'clickhouse' | 'dataDir' | 'engineMemoryBytes' | 'sql'>;

/** The engine and the tables of a collector: the embedded engine, or a ClickHouse of the operator's. */
export class Storage {
  readonly #config: StorageConfig;
  readonly #log: EngineLog;
  readonly #stopSignal = new AbortController();
  #engine: Engine | undefined;
  #engineState: CollectorStatus['engine']['state'];
  #store: Store | undefined;
  /** Why the engine or the tables are not ready. */
  #obstacle: string | undefined;
  /** True once the views for users' SQL exist. */
  #hasViews = false;
  /** Settles when the views on an operator's server exist, or cannot be created. */
  #making: Promise<void> | undefined;

  constructor(config: StorageConfig, log: EngineLog) {
    this.#config = config;
    this.#log = log;
    this.#engineState = config.clickhouse === undefined ? 'starting' : 'external';
  }

  /** Undefined until the tables exist. */
  get store(): Store | undefined {
    return this.#store;
  }

  get engineState(): CollectorStatus['engine']['state'] {
    return this.#engineState;
  }

  /** The engine for users' SQL; undefined until its views exist. */
  get sqlEngine(): Engine | undefined {
    return this.#hasViews ? this.#engine : undefined;
  }

  /**
   * Starts the engine and opens the tables. Failures are retried until the collector stops: a disk may get free space, a
   * file may be repaired, a ClickHouse may come up. Received spans are kept meanwhile; ending the process would not keep
   * them.
   *
   * @returns Undefined if the collector stopped first.
   * @throws {CollectorError} `ERR_OPTION` for a database name that cannot be used.
   */
  async open(): Promise<{ readonly connection: Connection; readonly store: Store } | undefined> {
    const { clickhouse, sql } = this.#config;
    const connection = clickhouse ?? (await this.#untilDone('the engine', () => this.#startEngine()));
    if (connection === undefined) return undefined;
    const store = await this.#untilDone(`the tables on ${connection.url}`, () => Store.open(connection));
    if (store === undefined) return undefined;
    this.#store = store;
    if (sql === true && clickhouse === undefined) await this.#makeViews(store);
    // Nothing here reads the views of an operator's server, so nothing waits for all servers of a cluster to answer.
    else if (sql === true) this.#making = this.#makeViews(store);
    return { connection, store };
  }

  /** Why spans cannot be queried; undefined when they can, as far as engine and tables are concerned. */
  fault(): string | undefined {
    const reason = this.#obstacle === undefined ? '' : `: ${this.#obstacle}`;
    if (this.#engineState === 'starting' || this.#engineState === 'restarting')
      return `the engine is ${this.#engineState}${reason}`;
    return this.#store === undefined ? `the tables do not exist yet${reason}` : undefined;
  }

  /** Whether the engine answers a query now. */
  async answers(): Promise<boolean> {
    try {
      return (await this.#store?.ping()) ?? false;
    } catch {
      return false;
    }
  }

  status(): CollectorStatus['engine'] {
    const residentBytes = this.#engine?.residentBytes;
    return {
      state: this.#engineState,
      restarts: this.#engine?.restarts ?? 0,
      ...(residentBytes !== undefined && { residentBytes }),
    };
  }

  /** Ends the attempts to open it. */
  giveUp(): void {
    this.#stopSignal.abort();
  }

  async close(): Promise<void> {
    await this.#making;
    await this.#store?.close();
    await this.#engine?.stop();
  }

  /** Prepares the views for users' SQL. Everything else works without them. */
  async #makeViews(store: Store): Promise<void> {
    try {
      const { database, onCluster } = store;
      const isOwn = this.#config.clickhouse === undefined;
      await store.define(isOwn ? viewStatements(database) : sharedViewStatements(database, onCluster));
      this.#hasViews = true;
    } catch (error) {
      this.#log.warn(`the views for --sql cannot be created: ${(error as Error).message}`);
    }
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
    const { url, user, password, database, exclusive, incomingDir, memoryBytes } = engine;
    return { url, user, password, database, exclusive, incomingDir, memoryBytes };
  }

  async #untilDone<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#stopSignal;
    const backOff = new BackOff({ firstMillis: 500, lastMillis: RETRY_MILLIS });
    while (!signal.aborted) {
      try {
        const done = await work();
        this.#obstacle = undefined;
        return done;
      } catch (error) {
        if (error instanceof CollectorError && error.code === 'ERR_OPTION') throw error;
        const { message } = error as Error;
        if (this.#obstacle !== message) this.#log.warn(`${what}, retrying: ${message}`);
        this.#obstacle = message;
        await delay(backOff.next(), undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }
}
