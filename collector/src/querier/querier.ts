import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openSocketPath } from '../control/index.ts';
import type { SocketPath } from '../control/index.ts';
import { BackOff } from '../retry/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { PricePlan } from '../prices/index.ts';
import { forkChild } from '../process/index.ts';
import type { QuerierStatus } from '../schema/collector-status.ts';
import type { Connection } from '../store/client.ts';
import type { EngineLog } from '../store/engine.ts';
import type { FromQuerier, ToQuerier } from './messages.ts';
import { QUERIER_SOCKET } from './socket.ts';
import { Turns } from './turns.ts';
import type { NoTurn } from './turns.ts';

export interface QuerierOptions {
  /** Directory of its socket; the caller holds the lock. */
  readonly dataDir: string;
  readonly log: EngineLog;
  /** The user's own price plans. */
  readonly prices?: readonly PricePlan[];
  /** Maximum number of concurrent questions. Default 8. */
  readonly maxRunning?: number;
  /** Maximum number of waiting questions; more are refused. Default 64. */
  readonly maxWaiting?: number;
  /** Longest wait of a question, ms. Default 10 s. */
  readonly maxWaitMillis?: number;
  /** A querier blocked for this long counts as hanging, ms. Default 30 s. */
  readonly hangMillis?: number;
}

/** The client's request. */
export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

const DEFAULT_RUNNING = 8;
const DEFAULT_WAITING = 64;
const DEFAULT_WAIT_MILLIS = 10_000;
const DEFAULT_HANG_MILLIS = 30_000;
/** Number of checks within the time limit of a hang. */
const LOOKS = 6;
/** The engine ends a statement after 60 s at most; a question that takes longer than two of them is stuck. */
const ANSWER_MILLIS = 150_000;
const START_MILLIS = 60_000;
const BACKOFF_LAST_MILLIS = 5000;
/** Limit of its heap, MiB: the memory that questions keep is limited far below. */
const HEAP_MEBIBYTES = 1024;
const PROCESS_FILE = fileURLToPath(
  new URL(`./querier-process.${import.meta.url.split('.').at(-1)}`, import.meta.url),
);

/**
 * The handle of the process that answers questions. Reading, correlating and writing answers cost the thread that
 * acknowledges spans nothing but copying bytes. After a crash or hang the process is restarted; its open questions are
 * answered 503.
 *
 * ```ts
 * const querier = await Querier.start({ dataDir, log });
 * querier.connectStore(connection);
 * const answer = await querier.ask({ method: 'GET', url: '/api/v1/functions', headers: {}, signal });
 * ```
 */
export class Querier {
  readonly #options: QuerierOptions;
  readonly #turns: Turns;
  readonly #socket: SocketPath;
  #agent = new Agent({ keepAlive: true });
  readonly #backOff = new BackOff({ lastMillis: BACKOFF_LAST_MILLIS });
  readonly #stopped = new AbortController();
  readonly #connected: Promise<void>;
  #setConnected: () => void = () => undefined;
  #child: ChildProcess | undefined;
  #connection: Connection | undefined;
  #state: QuerierStatus['state'] = 'starting';
  #isConnected = false;
  #restarts = 0;
  #refused = 0;

  private constructor(options: QuerierOptions) {
    this.#options = options;
    this.#connected = new Promise((resolve) => {
      this.#setConnected = resolve;
    });
    this.#socket = openSocketPath(options.dataDir, QUERIER_SOCKET);
    this.#turns = new Turns({
      maxRunning: options.maxRunning ?? DEFAULT_RUNNING,
      maxWaiting: options.maxWaiting ?? DEFAULT_WAITING,
      maxWaitMillis: options.maxWaitMillis ?? DEFAULT_WAIT_MILLIS,
    });
  }

  /** Starts the process, repeatedly until it runs. @throws {CollectorError} `ERR_DATA_DIR` */
  static start(options: QuerierOptions): Querier {
    const querier = new Querier(options);
    void querier.#keepRunning();
    return querier;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  status(): QuerierStatus {
    const { running, waiting } = this.#turns;
    return { state: this.#state, restarts: this.#restarts, running, waiting, refused: this.#refused };
  }

  /** True while it can answer from the store. */
  get isReady(): boolean {
    return this.#state === 'ready' && this.#isConnected;
  }

  /** Resolves once it can answer from the store, or is stopped. */
  get connected(): Promise<void> {
    return this.#connected;
  }

  /** Tells the process where the store is, once its tables exist. */
  connectStore(connection: Connection): void {
    this.#connection = connection;
    if (this.#state === 'ready') this.#tell({ type: 'store', connection });
  }

  /**
   * Sends a question, and resolves with the headers of the answer; its body follows. It occupies its turn until the
   * body has ended.
   *
   * @throws {CollectorError} 503: `ERR_QUERIER_BUSY` when there are too many questions, `ERR_QUERIER_UNAVAILABLE` while
   *   the process is starting; the reason of the signal.
   */
  async ask(question: Question): Promise<IncomingMessage> {
    const turn = await this.#turns.take(question.signal);
    if (typeof turn === 'string') {
      this.#refused++;
      throw busy(turn);
    }
    try {
      const answer = await this.#send(question);
      answer.once('close', turn);
      return answer;
    } catch (error) {
      turn();
      throw error;
    }
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#setConnected();
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL'); // it has no state to save
      await ended;
    }
    this.#agent.destroy();
    this.#socket.release();
  }

  #send({ method, url, headers, signal }: Question): Promise<IncomingMessage> {
    if (this.#state !== 'ready') return Promise.reject(away(this.#state));
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        socketPath: this.#socket.path,
        agent: this.#agent,
        method,
        path: url,
        headers,
        signal,
        timeout: ANSWER_MILLIS,
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${ANSWER_MILLIS} ms`)));
      request.once('error', (error) => reject(signal.aborted ? error : away('restarting', error)));
      request.once('response', resolve);
      request.end();
    });
  }

  #tell(message: ToQuerier): void {
    this.#child?.send(message, () => undefined);
  }

  async #keepRunning(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const begun = performance.now();
      const how = await this.#run();
      if (signal.aborted) return;
      this.#state = 'restarting';
      this.#isConnected = false;
      // Its connections belong to the dead process.
      this.#agent.destroy();
      this.#agent = new Agent({ keepAlive: true });
      this.#restarts++;
      log.warn(`the process that answers questions ended (${how}) and is being restarted`);
      if (performance.now() - begun > DEFAULT_HANG_MILLIS) this.#backOff.reset();
      await delay(this.#backOff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Runs one process to its end. Resolves with its exit reason. */
  async #run(): Promise<string> {
    const child = forkChild(PROCESS_FILE, {
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MEBIBYTES}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    let failure: string | undefined;
    let aliveAt = performance.now();
    let allowedMillis = START_MILLIS;
    const hangMillis = this.#options.hangMillis ?? DEFAULT_HANG_MILLIS;
    child.on('message', (message: FromQuerier) => {
      aliveAt = performance.now();
      if (message.type === 'listening') {
        allowedMillis = hangMillis;
        this.#state = 'ready';
        if (this.#connection !== undefined) this.connectStore(this.#connection);
      } else if (message.type === 'connected') {
        this.#isConnected = true;
        this.#setConnected();
      } else if (message.type === 'failed') {
        failure = message.reason;
        child.kill('SIGKILL');
      }
    });
    const { dataDir, prices } = this.#options;
    this.#tell({ type: 'start', dataDir, ...(prices && { prices }) });
    let looks = 0;
    const watch = setInterval(() => {
      this.#tell({ type: 'look', id: ++looks });
      if (performance.now() - aliveAt < allowedMillis) return;
      failure = `it did not answer for ${allowedMillis} ms`;
      child.kill('SIGKILL');
    }, hangMillis / LOOKS).unref();
    return new Promise((resolve) => {
      const ended = (how: string): void => {
        clearInterval(watch);
        if (this.#child === child) this.#child = undefined;
        resolve(failure ?? how);
      };
      child.once('error', (error) => {
        if (child.pid === undefined) ended(error.message);
      });
      child.once('exit', (code, signal) => ended(signal ?? `code ${code}`));
    });
  }
}

function busy(why: NoTurn): CollectorError {
  const message = why === 'left' ? 'the client disconnected' : `too many questions at the same time: ${why}`;
  return new CollectorError('ERR_QUERIER_BUSY', message, { statusCode: 503, retryAfterSeconds: 2 });
}

function away(state: QuerierStatus['state'], cause?: unknown): CollectorError {
  const what = state === 'starting' ? 'is still starting' : 'is being restarted';
  return new CollectorError('ERR_QUERIER_UNAVAILABLE', `the process that answers questions ${what}`, {
    statusCode: 503,
    retryAfterSeconds: 1,
    cause,
  });
}
