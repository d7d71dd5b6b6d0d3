// The ingest thread: decoding and encoding, inbox, store pump and forwarders, apart from the event loop that answers
// HTTP.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CollectorError } from '../errors/errors.ts';
import { Forwarder, forwardConsumer, formerForwardConsumer } from '../forward/index.ts';
import type { Inbox } from '../inbox/index.ts';
import { openInbox, renameConsumer, STORE_CONSUMER } from '../inbox/index.ts';
import { TraceEncoder } from '../otlp/index.ts';
import type { Redact } from '../redact/index.ts';
import { createRedact } from '../redact/index.ts';
import { SpanWriter } from '../store/span-writer.ts';
import { Acceptor } from './acceptor.ts';
import type { FromThread, Question, ThreadConfig, ThreadData, ThreadStatus, ToThread } from './messages.ts';
import { toPlainError } from './messages.ts';
import { Pump } from './pump.ts';
import { RowCache } from './row-cache.ts';

/** A request to hold inserts waits no longer than this for a running insert. */
const HOLD_MILLIS = 30_000;
/** The next start takes over from a forwarder or pump that hangs longer than this. */
const STOP_MILLIS = 3000;

class IngestThread {
  readonly #inbox: Inbox;
  readonly #forwarders: readonly Forwarder[];
  readonly #redact: Redact;
  readonly #cache = new RowCache();
  readonly #acceptor: Acceptor;
  readonly #config: ThreadConfig;
  readonly #questions: MessagePort;
  #pump: Pump | undefined;
  #writer: SpanWriter | undefined;
  #isHeld = false;

  constructor({ config, questions }: ThreadData) {
    this.#config = config;
    this.#questions = questions;
    questions.on('message', (question: Question) => this.#answer(question));
    questions.unref();
    this.#redact = createRedact(config.redact ?? []);
    const inbox = {
      ...config,
      forwarders: config.forward.map((url) => forwardConsumer(url)),
      warn,
      onDropped: (consumer: string, requests: number, why: string) => {
        warn(`${consumer} lost ${requests} requests: ${why}`);
      },
    };
    this.#inbox = openInbox(inbox, () => {
      for (const url of config.forward) {
        renameConsumer(config.path, formerForwardConsumer(url), forwardConsumer(url));
      }
    });
    this.#acceptor = new Acceptor({
      inbox: this.#inbox,
      encoder: new TraceEncoder(config.limits),
      cache: this.#cache,
      warn,
      ...(config.ack && { ack: config.ack }),
    });
    this.#forwarders = config.forward.map((url) => {
      const headers = config.forwardHeaders?.[url];
      return new Forwarder({ inbox: this.#inbox, url, warn, ...(headers && { headers }) });
    });
    for (const forwarder of this.#forwarders) forwarder.start();
  }

  handle(message: ToThread): void {
    this.#answerQuestions();
    if (message.type === 'accept') void this.#accept(message);
    else if (message.type === 'stop') void this.#stop(message.id);
    else if (message.type === 'hold') void this.#hold(message.id);
    else if (message.type === 'release') this.#release(message.id);
    else if (this.#pump === undefined) {
      this.#writer = new SpanWriter(message.connection);
      this.#pump = new Pump({
        inbox: this.#inbox,
        sink: this.#writer,
        encoder: new TraceEncoder(this.#config.limits),
        cache: this.#cache,
        warn,
        onDone: (seq, parked) => this.#acceptor.stored(seq, parked),
      });
      this.#pump.start();
    }
  }

  /**
   * Under load many requests wait at any time, and each takes milliseconds. A status query need not wait for all of
   * them.
   */
  #answerQuestions(): void {
    for (;;) {
      const received: { readonly message: Question } | undefined = receiveMessageOnPort(this.#questions);
      if (received === undefined) return;
      this.#answer(received.message);
    }
  }

  #answer({ id }: Question): void {
    post({ type: 'answer', id, value: this.#status() });
  }

  async #accept({ id, body: received, encoding, contentType }: ToThread & { type: 'accept' }): Promise<void> {
    try {
      const body = this.#redact(received, encoding);
      post({ type: 'answer', id, value: await this.#acceptor.accept(body, encoding, contentType) });
    } catch (error) {
      post({ type: 'error', id, error: toPlainError(error) });
    }
  }

  #status(): ThreadStatus {
    const inbox = this.#inbox;
    const { requests, bytes, oldestAgeMs } = inbox.pending(STORE_CONSUMER);
    const writable = inbox.isWritable();
    return {
      writable,
      ...(inbox.failure !== undefined && { failure: inbox.failure }),
      pendingRequests: requests,
      pendingBytes: bytes,
      ...(oldestAgeMs !== undefined && { oldestAgeMs }),
      store: this.#pump?.status() ?? { insertedSpans: 0, retries: 0, parkedRequests: 0 },
      forwarders: this.#forwarders.map((forwarder) => forwarder.status()),
      space: inbox.space(),
    };
  }

  async #hold(id: number): Promise<void> {
    try {
      if (this.#pump === undefined) throw notHeld('the tables do not exist yet');
      const storedTo = await this.#pump.hold(AbortSignal.timeout(HOLD_MILLIS)).catch((error: unknown) => {
        throw notHeld(`the store did not finish an insert within ${HOLD_MILLIS} ms`, error);
      });
      this.#isHeld = true;
      post({ type: 'answer', id, value: storedTo });
    } catch (error) {
      post({ type: 'error', id, error: toPlainError(error) });
    }
  }

  #release(id: number): void {
    const wasHeld = this.#isHeld;
    this.#isHeld = false;
    this.#pump?.release();
    if (wasHeld) post({ type: 'answer', id, value: undefined });
    else post({ type: 'error', id, error: toPlainError(notHeld('the thread was restarted meanwhile')) });
  }

  async #stop(id: number): Promise<void> {
    this.#inbox.flush();
    const stopping = [this.#pump, ...this.#forwarders].map(async (consumer) => consumer?.stop());
    const timeLimit = new Promise((resolve) => setTimeout(resolve, STOP_MILLIS).unref());
    await Promise.race([Promise.allSettled(stopping), timeLimit]);
    await this.#writer?.close();
    this.#inbox.close();
    post({ type: 'answer', id, value: undefined });
    parentPort?.close();
  }
}

function notHeld(why: string, cause?: unknown): CollectorError {
  const message = `inserts could not be paused: ${why}`;
  return new CollectorError('ERR_ENGINE_UNAVAILABLE', message, {
    statusCode: 503,
    retryAfterSeconds: 5,
    cause,
  });
}

function post(message: FromThread): void {
  parentPort?.postMessage(message, []);
}

function warn(message: string): void {
  post({ type: 'warn', message });
}

try {
  const thread = new IngestThread(workerData as ThreadData);
  parentPort?.on('message', (message: ToThread) => thread.handle(message));
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'failed', error: toPlainError(error) });
}
