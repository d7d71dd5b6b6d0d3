import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BackOff } from '../retry/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { endOrphan, forkChild, recordChild } from '../process/index.ts';
import type { HealthOptions } from './engine-health.ts';
import { maxPrivateBytes, residentMemoryBytes, watchEngine } from './engine-health.ts';
import { engineMessage } from './engine-message.ts';
import { incomingDirOf } from './binary-insert.ts';
import { ENGINE_DATABASE } from './engine-access.ts';
import type { EngineConfig, EngineMessage } from './engine-process.ts';

export type EngineState = 'starting' | 'ready' | 'restarting';

export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EngineOptions {
  /** Data folder; created if absent. One engine at a time. */
  readonly dataDir: string;
  /** Upper limit of the engine's allocations, default 1 GiB. */
  readonly memoryBytes?: number;
  /** How long to wait for a dying predecessor to release the directory, default 10 000. */
  readonly lockWaitMillis?: number;
  /** How soon a hang is detected; the defaults are those of {@link HealthOptions}. */
  readonly health?: Pick<HealthOptions, 'intervalMillis' | 'hangMillis' | 'failingMillis'>;
  readonly onState?: (state: EngineState) => void;
  readonly log: EngineLog;
}

/** The embedded ClickHouse: a child process that speaks the ClickHouse HTTP interface on loopback. */
export interface Engine {
  /** `http://127.0.0.1:<port>`, the same across restarts. */
  readonly url: string;
  readonly user: string;
  /** Random, created at the start, the same across restarts. */
  readonly password: string;
  readonly database: string;
  /** Folder through which rows are passed as a file. */
  readonly incomingDir: string;
  readonly exclusive: true;
  /** Upper limit of its allocations. */
  readonly memoryBytes: number;
  /** Process id of the child; undefined while it is being restarted. */
  readonly pid: number | undefined;
  /** Crashes and hangs it recovered from since the start. */
  readonly restarts: number;
  /** Memory of the child, bytes; undefined during a restart and where the kernel does not report it. */
  readonly residentBytes: number | undefined;
  /** Ends the child and waits for its end. Running statements are killed. */
  stop(): Promise<void>;
}

const DEFAULT_MEMORY_BYTES = 1024 ** 3;
/** By default the engine's allocator keeps freed memory ten times as long: 100 MB more after each large merge. */
const ALLOCATOR = { JE_MALLOC_CONF: 'dirty_decay_ms:500' } as const;
/** The kernel releases a lock only once the memory of its dead owner is unmapped. */
const LOCK_WAIT_MILLIS = 10_000;
const START_TIMEOUT_MILLIS = 60_000;
const STOP_TIMEOUT_MILLIS = 2_500;
const BACKOFF_LAST_MILLIS = 5_000;
/** A child that ran this long was not in a crash loop. */
const HEALTHY_MILLIS = 10_000;
/** Within the engine's directory. */
const RECORD_FILE = 'engine-process.json';
const LOCKED = 'Cannot lock file';
const PROCESS_FILE = fileURLToPath(
  new URL(`./engine-process.${import.meta.url.split('.').at(-1)}`, import.meta.url),
);

/**
 * Starts the embedded engine and resolves when it answers. From then on, a crash, a hang or a child that outgrows its
 * memory leads to a restart with backoff, on the same port with the same key. The child ends by itself, at once, when
 * this process ends in any way.
 *
 * @throws {CollectorError} `ERR_ENGINE_START` when it does not start, or another process holds the directory.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements Engine {
  readonly user = 'sandscope';
  readonly password = randomBytes(24).toString('hex');
  readonly database = ENGINE_DATABASE;
  readonly exclusive = true;
  readonly #options: EngineOptions;
  #port = 0;
  #child: ChildProcess | undefined;
  #restarts = 0;
  #stopping = false;
  readonly #stopped = new AbortController();
  readonly #backOff = new BackOff({ lastMillis: BACKOFF_LAST_MILLIS });
  readonly memoryBytes: number;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.memoryBytes = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  }

  get incomingDir(): string {
    return incomingDirOf(this.#options.dataDir);
  }

  get #recordFile(): string {
    return join(this.#options.dataDir, RECORD_FILE);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get residentBytes(): number | undefined {
    return this.pid === undefined ? undefined : residentMemoryBytes(this.pid);
  }

  async start(): Promise<void> {
    this.#options.onState?.('starting');
    // The engine hangs, because otherwise it would have ended with its server. As long as it lives, it holds the
    // directory.
    if (endOrphan(this.#recordFile)) this.#options.log.warn('an engine whose server had died was ended');
    const deadline = performance.now() + (this.#options.lockWaitMillis ?? LOCK_WAIT_MILLIS);
    for (;;) {
      const failure = await this.#launch();
      if (failure === undefined) return;
      if (!failure.includes(LOCKED) || performance.now() > deadline) {
        const message = failure.includes(LOCKED)
          ? `the data directory ${this.#options.dataDir} is in use by another process`
          : `the embedded engine did not start on ${this.#options.dataDir}: ${failure}`;
        throw new CollectorError('ERR_ENGINE_START', message);
      }
      await delay(200);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped.abort();
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    const ended = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLIS);
    child.send({ type: 'stop' }, (error) => {
      if (error) child.kill('SIGKILL');
    });
    await ended;
    clearTimeout(timer);
  }

  /** Starts one child and waits until it is ready. Returns the reason for a failure, or undefined. */
  async #launch(): Promise<string | undefined> {
    const child = forkChild(PROCESS_FILE, {
      env: { ...ALLOCATOR, ...process.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    const complaints = this.#collectStderr(child);
    const config: EngineConfig = {
      dataDir: this.#options.dataDir,
      memoryBytes: this.memoryBytes,
      port: this.#port,
      user: this.user,
      password: this.password,
    };
    child.send(config, () => undefined);
    const outcome = await readiness(child);
    if (outcome.type === 'failed') {
      if (!hasEnded(child)) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      this.#child = undefined;
      return `${outcome.reason} ${complaints()}`.trim();
    }
    this.#port = outcome.port;
    recordChild(this.#recordFile, child.pid as number);
    const readySince = performance.now();
    const ended = new AbortController();
    child.once('exit', (code, signal) => {
      ended.abort();
      this.#child = undefined;
      if (performance.now() - readySince > HEALTHY_MILLIS) this.#backOff.reset();
      if (!this.#stopping) void this.#restart(signal ?? `code ${code}`);
    });
    void this.#watch(child, AbortSignal.any([ended.signal, this.#stopped.signal]));
    this.#options.onState?.('ready');
    return undefined;
  }

  /** SIGKILL also ends a child that hangs, is stopped or swaps; its end is then handled like any other. */
  async #watch(child: ChildProcess, stop: AbortSignal): Promise<void> {
    const { health } = this.#options;
    const pid = child.pid as number;
    const limit = maxPrivateBytes(this.memoryBytes);
    const fault = await watchEngine({ ...health, url: this.url, pid, maxPrivateBytes: limit }, stop);
    if (fault === undefined) return;
    this.#options.log.warn(`killing the engine: ${fault}`);
    child.kill('SIGKILL');
  }

  async #restart(how: string): Promise<void> {
    this.#options.onState?.('restarting');
    this.#options.log.warn(`the engine ended (${how}); restarting it`);
    this.#restarts += 1;
    while (!this.#stopping) {
      await delay(this.#backOff.next(), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      if (this.#stopping) return;
      const failure = await this.#launch();
      if (failure === undefined) return;
      this.#options.log.error(`the engine did not restart: ${failure}`);
    }
  }

  /** The engine reports the cause of a failed start on stderr only. Keeps the end of it. */
  #collectStderr(child: ChildProcess): () => string {
    let last = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      last = (last + text).slice(-2000);
      const message = engineMessage(text);
      if (message !== '') this.#options.log.warn(`engine: ${message}`);
    });
    return () => last.trim();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Waits for the child's first message, its end, or the time limit. */
function readiness(child: ChildProcess): Promise<EngineMessage> {
  return new Promise((resolve) => {
    const settle = (message: EngineMessage): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on('error', () => undefined);
      resolve(message);
    };
    const timer = setTimeout(
      () => settle({ type: 'failed', reason: 'no answer in time' }),
      START_TIMEOUT_MILLIS,
    );
    child.once('message', (message) => settle(message as EngineMessage));
    child.once('error', (error) => settle({ type: 'failed', reason: error.message }));
    // 'close', not 'exit': by then the last of stderr has been read.
    child.once('close', (code, signal) =>
      settle({ type: 'failed', reason: `ended with ${signal ?? `code ${code}`}` }),
    );
  });
}
