import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { BACKUP_COMMAND, BackupService, removeSnapshot } from '../backup/index.ts';
import type { CollectorConfig } from '../config/index.ts';
import { ADDRESS_COMMAND, ControlServer, serveAddress } from '../control/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { Deleter, DELETION_COMMAND, serveDeletion } from '../deletion/index.ts';
import type { DirectoryLock } from '../inbox/index.ts';
import { lockDirectory } from '../inbox/index.ts';
import type { ThreadStatus } from '../ingest/index.ts';
import { Ingest } from '../ingest/index.ts';
import { CollectorMetrics } from './metrics.ts';
import type { BodyBudget } from '../otlp/index.ts';
import { bodyBudgetFor } from '../otlp/index.ts';
import { makePrivate } from '../process/index.ts';
import { Querier } from '../querier/index.ts';
import { DEFAULT_KEY_PATTERNS } from '../redact/index.ts';
import { Gate, readTls, withoutPaths } from '../security/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { stderrLog } from '../log/stderr-log.ts';
import type { EngineLog } from '../store/engine.ts';
import type { Store } from '../store/store.ts';
import { Storage } from './storage.ts';
import { Upkeep } from './upkeep.ts';

/** Time that requests in progress have to finish once the server stops. */
const CLOSE_MILLIS = 2000;
/** Longest wait, on stop, for an engine that is still starting; it ends with this process. */
const BRING_UP_MILLIS = 3000;
/** Longest wait, on stop, for a running backup; the next start removes its leftovers. */
const CONTROL_MILLIS = 1000;
/** The store counts as stalled once it has accepted none of the pending requests for this long. */
const STALLED_MILLIS = 30_000;
/** Longest wait, on stop, for a running upkeep statement; it ends with the engine. */
const UPKEEP_MILLIS = 1000;

/**
 * Starts a collector. Resolves when the port is open: from then on spans are kept, even while the engine is starting.
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
  let gate: Gate | undefined;
  let ingest: Ingest | undefined;
  let querier: Querier | undefined;
  // In parallel with everything else, because there may be very many files.
  makePrivate(config.dataDir).catch((error: unknown) => {
    log.warn(`the permissions of the data directory cannot be restricted: ${(error as Error).message}`);
  });
  try {
    await removeSnapshot(config.dataDir).catch((error: unknown) => {
      log.warn(`files kept for a backup cannot be removed: ${(error as Error).message}`);
    });
    gate = new Gate(config, (message) => log.warn(message));
    ingest = await Ingest.start({
      dataDir: config.dataDir,
      forward: config.forward,
      ...(config.isTemporary && { keepsOthers: true }),
      ...(config.forwardHeaders && { forwardHeaders: config.forwardHeaders }),
      ...(config.ack && { ack: config.ack }),
      ...(config.limits && { limits: config.limits }),
      redact: config.redact ?? DEFAULT_KEY_PATTERNS,
      ...(config.inboxMaxBytes !== undefined && { maxBytes: config.inboxMaxBytes }),
      ...(config.inboxMinFreeBytes !== undefined && { minFreeBytes: config.inboxMinFreeBytes }),
      warn: (message) => log.warn(message),
    });
    querier = Querier.start({
      dataDir: config.dataDir,
      log,
      ...(config.prices && { prices: config.prices }),
    });
    const collector = new Collector(config, log, { lock, ingest, gate, querier });
    await collector.listen();
    await collector.openControl();
    return collector;
  } catch (error) {
    await Promise.all([ingest?.stop(), querier?.stop()]);
    lock.release();
    gate?.close();
    throw error;
  }
}

/** A running collector. */
export class Collector {
  readonly #config: CollectorConfig;
  readonly #log: EngineLog;
  readonly #lock: DirectoryLock;
  readonly #ingest: Ingest;
  readonly #gate: Gate;
  readonly #deleter: Deleter;
  readonly #querier: Querier;
  readonly #bodyBudget: BodyBudget;
  readonly #metrics = new CollectorMetrics();
  readonly #storage: Storage;
  #app: FastifyInstance | undefined;
  #upkeep: Upkeep | undefined;
  #control: ControlServer | undefined;
  #stopped: Promise<void> | undefined;
  #ready = Promise.resolve();

  constructor(
    config: CollectorConfig,
    log: EngineLog,
    { lock, ingest, gate, querier }: { lock: DirectoryLock; ingest: Ingest; gate: Gate; querier: Querier },
  ) {
    this.#config = config;
    this.#log = log;
    this.#storage = new Storage(config, log);
    this.#lock = lock;
    this.#ingest = ingest;
    this.#gate = gate;
    this.#deleter = new Deleter({ ingest, store: () => this.#storage.store });
    this.#querier = querier;
    this.#bodyBudget = bodyBudgetFor(config.maxBodyBytes, config.requestTimeoutMillis);
  }

  /**
   * Resolves when spans can be queried. Failures are retried forever, and spans are kept meanwhile. Rejects with
   * `ERR_OPTION` for a database name that cannot be used.
   */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** `http://127.0.0.1:4318`; `https:` with TLS. */
  get url(): string {
    const { address, port } = (this.#app as FastifyInstance).server.address() as AddressInfo;
    const scheme = this.#config.tls === undefined ? 'http' : 'https';
    return `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`;
  }

  /** Opens the port and starts the engine in the background. */
  async listen(): Promise<void> {
    const { host, port, maxBodyBytes, corsOrigins, maxConnections, requestTimeoutMillis, tls } = this.#config;
    this.#metrics.observe(async () => {
      const thread = await this.#ingest.status();
      return { status: this.#toStatus(thread), thread, threadRestarts: this.#ingest.restarts };
    });
    const allowedHosts = this.#gate.allowedHosts(host);
    this.#app = await buildApp({
      accept: (...request) => this.#ingest.accept(...request),
      querier: this.#querier,
      status: () => this.status(),
      notReady: () => this.notReady(),
      metrics: this.#metrics,
      ...(this.#config.sql === true &&
        this.#config.clickhouse === undefined && { sqlEngine: () => this.#storage.sqlEngine }),
      deleter: this.#deleter,
      access: this.#gate.access,
      ...(allowedHosts && { allowedHosts }),
      ...('child' in this.#log && { logger: this.#log as FastifyBaseLogger }),
      warn: (message) => this.#log.warn(message),
      ...(maxBodyBytes !== undefined && { maxBodyBytes }),
      bodyBudget: this.#bodyBudget,
      ...(corsOrigins && { corsOrigins }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(requestTimeoutMillis !== undefined && { requestTimeoutMillis }),
      ...(tls && { tls: readTls(tls) }),
    });
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      await this.#app.close();
      throw asListenError(error, host, port);
    }
    this.#gate.follow(this.#app.server);
    for (const warning of this.#gate.warnings(host)) this.#log.warn(warning);
    this.#ready = this.#bringUp();
    this.#ready.catch(() => undefined); // the callers that await it get the error
  }

  /** Opens the control socket for commands on this machine. Spans are received even if that fails. */
  async openControl(): Promise<void> {
    const { dataDir } = this.#config;
    const warn = (message: string): void => this.#log.warn(message);
    const backups = new BackupService({ dataDir, ingest: this.#ingest, store: () => this.#tables(), warn });
    try {
      this.#control = await ControlServer.open(dataDir, {
        [BACKUP_COMMAND]: (channel) => backups.serve(channel),
        [ADDRESS_COMMAND]: serveAddress(() => this.url),
        [DELETION_COMMAND]: serveDeletion(this.#deleter),
      });
    } catch (error) {
      warn(`no backup can be made while this collector runs: ${(error as Error).message}`);
    }
  }

  async status(): Promise<CollectorStatus> {
    return this.#toStatus(await this.#ingest.status());
  }

  /** Why spans cannot be both received and queried; empty when they can. */
  async notReady(): Promise<string[]> {
    const thread = await this.#ingest.status();
    const reasons = this.#faults();
    if (reasons.length === 0 && !(await this.#storage.answers())) reasons.push('the engine does not answer');
    const { stalledMs = 0, lastError = 'an insert hangs' } = thread.store;
    if (stalledMs > STALLED_MILLIS) reasons.push(`nothing was stored for ${stalledMs} ms: ${lastError}`);
    if (!thread.writable) reasons.push(`the inbox accepts no requests: ${thread.failure ?? 'it is full'}`);
    if (this.#bodyBudget.isShort) reasons.push('the bodies being received need more memory than is allowed');
    return reasons;
  }

  /** Reloads tokens and certificates now; they are also reloaded when their files change. */
  reload(): void {
    this.#gate.reload();
  }

  /** Stops accepting requests, commits those accepted, stops the engine. Idempotent; within 10 s. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#storage.giveUp();
    this.#gate.close();
    await Promise.race([this.#control?.close(), delay(CONTROL_MILLIS, undefined, { ref: false })]);
    const app = this.#app;
    const timer = setTimeout(() => app?.server.closeAllConnections(), CLOSE_MILLIS);
    await app?.close();
    clearTimeout(timer);
    await this.#querier.stop();
    const broughtUp = this.#ready.catch(() => undefined);
    const timeLimit = delay(BRING_UP_MILLIS, undefined, { ref: false });
    await Promise.all([this.#ingest.stop(), Promise.race([broughtUp, timeLimit])]);
    await Promise.race([this.#upkeep?.stop(), delay(UPKEEP_MILLIS, undefined, { ref: false })]);
    await this.#storage.close();
    this.#lock.release();
  }

  async #bringUp(): Promise<void> {
    const opened = await this.#storage.open();
    if (opened === undefined) return;
    const { connection, store } = opened;
    this.#ingest.connectStore(connection);
    this.#querier.connectStore(connection);
    if (this.#config.isTemporary !== true) {
      const { retention } = this.#config;
      const warn = (message: string): void => this.#log.warn(message);
      this.#upkeep = await Upkeep.start({ store, ingest: this.#ingest, retention, warn });
    }
    await this.#querier.connected;
  }

  /**
   * The tables, once nothing creates or alters them any more; undefined when they belong to the operator's ClickHouse.
   */
  #tables(): Store | undefined {
    if (this.#config.clickhouse !== undefined) return undefined;
    const { store, engineState } = this.#storage;
    if (store !== undefined && this.#upkeep !== undefined && engineState === 'ready') return store;
    const message = `the engine is ${engineState === 'ready' ? 'starting' : engineState}; try again later`;
    throw new CollectorError('ERR_BACKUP', message);
  }

  #faults(): string[] {
    const fault = this.#storage.fault();
    if (fault !== undefined) return [fault];
    return this.#querier.isReady
      ? []
      : [`the process that answers questions is ${this.#querier.status().state}`];
  }

  #toStatus(thread: ThreadStatus): CollectorStatus {
    const { pendingRequests, pendingBytes, oldestAgeMs, forwarders } = thread;
    const { acceptedRequests, acceptedSpans, refusedRequests } = this.#metrics;
    return {
      ready: thread.writable && this.#faults().length === 0,
      engine: this.#storage.status(),
      inbox: {
        pendingRequests,
        pendingBytes,
        ...(oldestAgeMs !== undefined && { oldestAgeMs }),
        ...thread.space,
        acceptedRequests,
        acceptedSpans,
        refusedRequests,
      },
      querier: this.#querier.status(),
      store: withPublicError(thread.store),
      forwarders: forwarders.map((forwarder) => withPublicError(forwarder)),
    };
  }
}

function withPublicError<T extends { readonly lastError?: string }>(status: T): T {
  const { lastError } = status;
  return lastError === undefined ? status : { ...status, lastError: withoutPaths(lastError) };
}

function asListenError(error: unknown, host: string, port: number): CollectorError {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'EADDRINUSE') {
    return new CollectorError('ERR_PORT_IN_USE', `port ${port} on ${host} is used by another program`, {
      cause: error,
    });
  }
  return new CollectorError('ERR_OPTION', `port ${port} on ${host} cannot be opened: ${message}`, {
    cause: error,
  });
}
