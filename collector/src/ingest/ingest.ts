import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { BackOff } from '../retry/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { ForwardHeaders } from '../forward/index.ts';
import { INBOX_FILE } from '../inbox/index.ts';
import type { OtlpEncoding, SpanLimits, TraceRequestSummary } from '../otlp/index.ts';
import type { Connection } from '../store/client.ts';
import type { Ack } from './acceptor.ts';
import type { FromThread, Question, ThreadConfig, ThreadData, ThreadStatus, ToThread } from './messages.ts';
import { fromPlainError } from './messages.ts';

export interface IngestOptions {
  /** The directory of `inbox.db`. It must exist and be locked by the caller. */
  readonly dataDir: string;
  /** Full URLs to forward to. Default none. */
  readonly forward?: readonly string[];
  /** Headers to send along, by URL. */
  readonly forwardHeaders?: ForwardHeaders;
  /** Targets that are not named keep their cursor in the inbox. Default: they lose it. */
  readonly keepsOthers?: boolean;
  /** Maximum size of the inbox. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Free bytes the file system must keep. Default 256 MiB. */
  readonly minFreeBytes?: number;
  /** Limits of one span. */
  readonly limits?: SpanLimits;
  /** What `accept` waits for. Default `inbox`. */
  readonly ack?: Ack;
  /** Patterns of attribute keys whose values are not kept. Default none. */
  readonly redact?: readonly string[];
  readonly warn: (message: string) => void;
}

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: CollectorError) => void;
}

const EXTENSION = import.meta.url.split('.').at(-1) ?? 'js';
const THREAD_URL = new URL(`./thread.${EXTENSION}`, import.meta.url);
const STOP_MILLIS = 8000;
const MAX_RESTART_MILLIS = 5000;
/** The default grows to 48. Data that outlives a request is not on this heap. */
const YOUNG_MEBIBYTES = 16;

/**
 * The handle of the ingest thread. `accept` resolves when the request is on disk. When the thread dies, its open
 * requests fail with 503 and it is restarted.
 *
 * ```ts
 * const ingest = await Ingest.start({ dataDir, warn: console.warn });
 * const { spans, rejected } = await ingest.accept(body, 'protobuf');
 * ```
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #calls = new Map<number, Call>();
  readonly #backOff = new BackOff({ lastMillis: MAX_RESTART_MILLIS });
  #worker: Worker | undefined;
  /** The thread's port for status queries. */
  #questions: MessagePort | undefined;
  #connection: Connection | undefined;
  #lastStatus: ThreadStatus | undefined;
  #nextId = 1;
  #restarts = 0;
  #stopping = false;
  #stopped: Promise<void> | undefined;
  #restartTimer: NodeJS.Timeout | undefined;

  private constructor(options: IngestOptions) {
    this.#options = options;
  }

  /**
   * Starts the thread. While the disk is full or fails, it is restarted again and again, and every request gets a 503.
   *
   * @throws {CollectorError} `ERR_DATA_DIR` when the inbox can never be opened
   */
  static async start(options: IngestOptions): Promise<Ingest> {
    const ingest = new Ingest(options);
    try {
      await ingest.#launch();
    } catch (error) {
      if (!(error instanceof CollectorError) || error.code !== 'ERR_INBOX_UNAVAILABLE') throw error;
      options.warn(`the ingest thread does not start, retrying: ${error.message}`);
      ingest.#scheduleRestart();
    }
    return ingest;
  }

  /** Number of times the thread died. */
  get restarts(): number {
    return this.#restarts;
  }

  /** False while the thread is being restarted. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /**
   * Decodes a request and keeps it. Transfers the body's memory to the thread; the body is empty afterwards.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE`, `ERR_OTLP_TOO_LARGE`, or with status 503 `ERR_INBOX_FULL` and
   *   `ERR_INBOX_UNAVAILABLE`.
   */
  async accept(
    body: Uint8Array<ArrayBuffer>,
    encoding: OtlpEncoding,
    contentType: string = encoding === 'json' ? 'application/json' : 'application/x-protobuf',
  ): Promise<TraceRequestSummary> {
    const message = { type: 'accept', id: this.#nextId++, body, encoding, contentType } as const;
    return this.#call<TraceRequestSummary>(message, [body.buffer]);
  }

  /**
   * Gives the thread the connection of the store, once its tables exist. From then on the thread delivers the inbox to
   * it.
   */
  connectStore(connection: Connection): void {
    this.#connection = connection;
    this.#worker?.postMessage({ type: 'store', connection } satisfies ToThread);
  }

  /** The state of inbox, store and forwarders; while the thread is down the last known one, with `writable` false. */
  async status(): Promise<ThreadStatus> {
    try {
      this.#lastStatus = await this.#ask({ type: 'status', id: this.#nextId++ });
      return this.#lastStatus;
    } catch (error) {
      return { ...(this.#lastStatus ?? NOTHING_KNOWN), writable: false, failure: (error as Error).message };
    }
  }

  /**
   * Runs `work` while no insert runs; requests are still kept and acknowledged. `work` gets the number of the last
   * request that the store has.
   *
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when an insert hangs in time, or the thread died meanwhile
   *   and the store may have changed; otherwise the error of `work`.
   */
  async whileStoreRests<T>(work: (storedTo: number) => Promise<T>): Promise<T> {
    const storedTo = await this.#call<number>({ type: 'hold', id: this.#nextId++ });
    let result: T;
    try {
      result = await work(storedTo);
    } catch (error) {
      await this.#release().catch(() => undefined);
      throw error;
    }
    await this.#release();
    return result;
  }

  async #release(): Promise<void> {
    await this.#call<undefined>({ type: 'release', id: this.#nextId++ });
  }

  /** Commits waiting requests, closes the inbox and ends the thread. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restartTimer);
    const worker = this.#worker;
    const answered = worker && this.#call<undefined>({ type: 'stop', id: this.#nextId++ });
    this.#stopping = true;
    if (worker === undefined) return;
    const timer = setTimeout(() => void worker.terminate(), STOP_MILLIS);
    await answered?.catch(() => undefined);
    clearTimeout(timer);
    await worker.terminate(); // the file is closed; open sockets would keep the thread alive
  }

  async #launch(): Promise<void> {
    const {
      dataDir,
      forward = [],
      forwardHeaders,
      keepsOthers,
      maxBytes,
      minFreeBytes,
      limits,
      ack,
      redact,
    } = this.#options;
    const config: ThreadConfig = {
      path: join(dataDir, INBOX_FILE),
      forward,
      ...(forwardHeaders && { forwardHeaders: revealed(forwardHeaders) }),
      ...(keepsOthers !== undefined && { keepsOthers }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(minFreeBytes !== undefined && { minFreeBytes }),
      ...(limits && { limits }),
      ...(ack && { ack }),
      ...(redact && { redact }),
    };
    const { port1: questions, port2 } = new MessageChannel();
    const worker = new Worker(THREAD_URL, {
      workerData: { config, questions: port2 } satisfies ThreadData,
      transferList: [port2],
      // The thread opens the inbox, and SQLite is experimental in Node 22.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      name: 'sandscope-ingest',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES },
    });
    let death: Error | undefined;
    worker.on('error', (error) => {
      death = error instanceof Error ? error : new Error(String(error));
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('exit', () => reject(threadDown(death?.message ?? 'it ended')));
      worker.on('message', (message: FromThread) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'failed') reject(fromPlainError(message.error));
        else this.#receive(message);
      });
    });
    worker.once('exit', () => this.#died(worker, death));
    this.#worker = worker;
    this.#questions = questions;
    if (this.#connection !== undefined) this.connectStore(this.#connection);
  }

  #receive(message: FromThread): void {
    if (message.type === 'warn') this.#options.warn(message.message);
    if (message.type !== 'answer' && message.type !== 'error') return;
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.type === 'answer') call?.resolve(message.value as never);
    else call?.reject(fromPlainError(message.error));
  }

  #died(worker: Worker, death: Error | undefined): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#questions?.close();
    const reason = death?.message ?? 'it ended';
    for (const call of this.#calls.values()) call.reject(threadDown(reason));
    this.#calls.clear();
    if (this.#stopping) return;
    this.#options.warn(`the ingest thread died and is being restarted: ${reason}`);
    this.#restarts++;
    this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    this.#restartTimer = setTimeout(() => {
      void this.#restart();
    }, this.#backOff.next());
  }

  async #restart(): Promise<void> {
    try {
      await this.#launch();
      if (this.#stopping) await this.#worker?.terminate();
      // A thread that lived for a while was not in a crash loop.
      setTimeout(() => this.#backOff.reset(), MAX_RESTART_MILLIS).unref();
    } catch (error) {
      this.#options.warn(`the ingest thread does not start: ${(error as Error).message}`);
      if (!this.#stopping) this.#scheduleRestart();
    }
  }

  #call<T>(message: ToThread & { readonly id: number }, transfer: ArrayBuffer[] = []): Promise<T> {
    return this.#answerOf<T>(message.id, (worker) => worker.postMessage(message, transfer));
  }

  #ask(question: Question): Promise<ThreadStatus> {
    return this.#answerOf<ThreadStatus>(question.id, () => this.#questions?.postMessage(question));
  }

  #answerOf<T>(id: number, send: (worker: Worker) => void): Promise<T> {
    const worker = this.#worker;
    if (worker === undefined || this.#stopping) {
      return Promise.reject(threadDown(this.#stopping ? 'the collector is stopping' : 'it is starting'));
    }
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      send(worker);
    });
  }
}

/** Errors lose their class when they are sent between threads. */
function revealed(headers: ForwardHeaders): NonNullable<ThreadConfig['forwardHeaders']> {
  return Object.fromEntries(
    Object.entries(headers).map(([url, own]) => [
      url,
      Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value.reveal()])),
    ]),
  );
}

const NOTHING_KNOWN: ThreadStatus = {
  writable: false,
  pendingRequests: 0,
  pendingBytes: 0,
  store: { insertedSpans: 0, retries: 0, parkedRequests: 0 },
  forwarders: [],
};

function threadDown(reason: string): CollectorError {
  const message = `the ingest thread is not running: ${reason}`;
  return new CollectorError('ERR_INBOX_UNAVAILABLE', message, { statusCode: 503, retryAfterSeconds: 1 });
}
