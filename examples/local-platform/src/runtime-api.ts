import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { messageOf } from './errors.ts';
import { ExtensionsApi } from './extensions-api.ts';
import { BodyTooLargeError, listen, readBody, sendJson } from './http.ts';

/** Maximum size of an event and of an answer, bytes. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const METADATA_PATH = '/2026-01-15/metadata/execution-environment';

/** An event on its way to a runtime. */
export interface Delivery {
  readonly requestId: string;
  readonly payload: Buffer;
  /** Wall clock, ms. */
  readonly deadlineMs: number;
  readonly functionArn: string;
  /** `X-Amzn-Trace-Id` as the function sees it. */
  readonly traceId: string;
  readonly clientContext?: string;
}

/** The answer of a function. */
export interface Outcome {
  /** Empty if there is a `stream`. */
  readonly body: Buffer;
  /** The answer of a streaming handler, as it arrives. Ends early if the function fails in the middle. */
  readonly stream?: Readable;
  readonly contentType: string;
  /** The type of the error; absent on success. */
  readonly errorType?: string;
  /** When the handler was called, wall clock, µs; only reported by this platform's own runtime client. */
  readonly startedUnixMicros?: number;
}

/** The data of Lambda's metadata endpoint. */
export interface Metadata {
  /** Id of the availability zone. */
  readonly zone: string;
  /** Token that a request must contain. */
  readonly token: string;
}

export interface RuntimeApiListener {
  /** The runtime asks for the code of the function. Resolves when it is on the host. */
  onCodeWanted(): Promise<void>;
  /** Init has ended: the runtime and every extension wait for an event. */
  onReady(): void;
  onInitError(outcome: Outcome): void;
  /** The runtime has posted its answer, or begun to; the work of extensions may still follow. */
  onOutcome(requestId: string, outcome: Outcome): void;
  /** No invocation is in progress: all are answered, and runtime and extensions wait for the next event. */
  onIdle(): void;
  /** The runtime waits for an event while others are in progress. */
  onRoom(): void;
  /** An extension reported a fatal error. */
  onFatal(errorType: string): void;
}

/** The outcome with its stream, if it has one, read to the end. */
export async function collectOutcome({ stream, ...outcome }: Outcome): Promise<Outcome> {
  return stream === undefined
    ? outcome
    : { ...outcome, body: await buffer(stream).catch(() => Buffer.alloc(0)) };
}

/** An error in the shape in which every runtime client posts it. */
export function errorOutcome(errorType: string, errorMessage: string): Outcome {
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage }));
  return { body, contentType: 'application/json', errorType };
}

/**
 * The Runtime API (2018-06-01) and the Extensions API of one sandbox, on their own loopback port: the port identifies
 * the sandbox. The states are init, idle, invocation, and idle again; with concurrent invocations it is idle if none is
 * in progress.
 */
export class RuntimeApi {
  readonly extensions: ExtensionsApi;
  readonly #listener: RuntimeApiListener;
  #server: Server | undefined;
  readonly #concurrency: number;
  #phase: 'init' | 'idle' | 'invoke' = 'init';
  readonly #runtimeNext = new Set<ServerResponse>();
  readonly #metadata: Metadata | undefined;
  readonly #current = new Map<string, { answered: boolean }>();

  /**
   * @param metadata the answers of the metadata endpoint; undefined: there is no such endpoint
   * @param concurrency maximum number of concurrent invocations
   */
  constructor(
    description: { functionName: string; functionVersion: string; handler: string },
    metadata: Metadata | undefined,
    { concurrency, acceptsEvents }: { concurrency: number; acceptsEvents: boolean },
    listener: RuntimeApiListener,
  ) {
    this.#listener = listener;
    this.#metadata = metadata;
    this.#concurrency = concurrency;
    this.extensions = new ExtensionsApi({
      description,
      acceptsEvents,
      onWaiting: () => this.#advance(),
      onFatal: (errorType) => listener.onFatal(errorType),
    });
  }

  /** The runtime waits for an event. */
  get isWaiting(): boolean {
    const ready = this.#phase === 'idle' || (this.#phase === 'invoke' && this.#concurrency > 1);
    return ready && this.#runtimeNext.size > 0;
  }

  /** @returns `host:port`, the value of `AWS_LAMBDA_RUNTIME_API` */
  async listen(): Promise<string> {
    const { server, port } = await listen((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { errorType: 'InternalServerError', errorMessage: messageOf(error) });
      });
    });
    this.#server = server;
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  /** Delivers an event to the waiting runtime and to the extensions; only when idle. */
  deliver({ requestId, payload, deadlineMs, functionArn, traceId, clientContext }: Delivery): void {
    const [next] = this.#runtimeNext;
    if (!this.isWaiting || !next) throw new Error(`no runtime waits for an event (${this.#phase})`);
    this.#phase = 'invoke';
    this.#current.set(requestId, { answered: false });
    this.#runtimeNext.delete(next);
    next.writeHead(200, {
      'content-type': 'application/json',
      'content-length': payload.length,
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(deadlineMs),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': traceId,
      ...(clientContext !== undefined && { 'lambda-runtime-client-context': clientContext }),
    });
    next.end(payload);
    this.extensions.deliver({
      eventType: 'INVOKE',
      deadlineMs,
      requestId,
      invokedFunctionArn: functionArn,
      tracing: { type: 'X-Amzn-Trace-Id', value: traceId },
    });
  }

  #advance(): void {
    if (this.#runtimeNext.size === 0) return;
    if (this.#phase === 'init' && this.extensions.allWaiting) {
      this.#phase = 'idle';
      this.#listener.onReady();
    } else if (this.#phase === 'invoke' && this.#allAnswered && this.extensions.allDone) {
      this.#phase = 'idle';
      this.#current.clear();
      this.#listener.onIdle();
    } else if (this.isWaiting) {
      this.#listener.onRoom();
    }
  }

  get #allAnswered(): boolean {
    return [...this.#current.values()].every(({ answered }) => answered);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const extension = /^\/2020-01-01\/extension(\/.+)$/.exec(path)?.[1];
    if (extension !== undefined) return this.extensions.handle(request, response, extension);
    const route = `${request.method} ${path.replace(/^\/2018-06-01\/runtime/, '')}`;
    if (route === 'GET /invocation/next') return this.#next(response);
    if (route === `GET ${METADATA_PATH}`) return this.#answerMetadata(request, response);
    if (route === 'GET /local-platform-code') {
      await this.#listener.onCodeWanted();
      return void response.writeHead(204).end();
    }
    if (route === 'POST /init/error') {
      const outcome = await this.#readOutcome(request, true);
      sendJson(response, 202, { status: 'OK' });
      return this.#listener.onInitError(outcome);
    }
    const [, requestId, kind] = /^POST \/invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (requestId !== undefined) return this.#answer(request, response, requestId, kind === 'error');
    sendJson(response, 404, { errorType: 'NotFound', errorMessage: `${request.method} ${path} is unknown` });
  }

  #answerMetadata({ headers }: IncomingMessage, response: ServerResponse): void {
    if (this.#metadata === undefined) return sendJson(response, 404, { message: 'there is no metadata' });
    const { zone, token } = this.#metadata;
    if (headers.authorization === `Bearer ${token}`) sendJson(response, 200, { AvailabilityZoneID: zone });
    else sendJson(response, 403, { message: 'the token is missing or wrong' });
  }

  #next(response: ServerResponse): void {
    this.extensions.closeRegistration();
    const waiting = this.#runtimeNext.size;
    const working = [...this.#current.values()].filter(({ answered }) => !answered).length;
    if (waiting + working >= this.#concurrency) {
      const errorMessage = waiting > 0 ? '/next is already waiting' : 'the last event is not answered yet';
      return sendJson(response, 403, { errorType: 'InvalidStateTransition', errorMessage });
    }
    this.#runtimeNext.add(response);
    response.once('close', () => this.#runtimeNext.delete(response));
    this.#advance();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    failed: boolean,
  ): Promise<void> {
    if (request.headers['lambda-runtime-function-response-mode'] === 'streaming')
      return this.#stream(request, response, requestId);
    let outcome: Outcome;
    let status = 202;
    try {
      outcome = await this.#readOutcome(request, failed);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      status = 413;
      outcome = errorOutcome('Function.ResponseSizeTooLarge', `The answer is too long: ${error.message}.`);
    }
    const current = this.#openInvocation(requestId, response);
    if (!current) return;
    current.answered = true;
    if (status === 202) sendJson(response, 202, { status: 'OK' });
    else sendJson(response, status, { errorType: 'RequestEntityTooLarge', errorMessage: 'answer too long' });
    this.#listener.onOutcome(requestId, outcome);
  }

  /** The invocation to answer; if there is none, the runtime gets an error. */
  #openInvocation(requestId: string, response: ServerResponse): { answered: boolean } | undefined {
    const current = this.#current.get(requestId);
    if (current?.answered === false) return current;
    const errorMessage = `${requestId} is not the invocation that is running`;
    sendJson(response, 400, { errorType: 'InvalidRequestID', errorMessage });
    return undefined;
  }

  /** Forwards the answer as it arrives; the invocation is answered when it has ended. */
  async #stream(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const current = this.#openInvocation(requestId, response);
    if (!current) return;
    const stream = new PassThrough();
    const contentType = request.headers['content-type'] ?? 'application/octet-stream';
    this.#listener.onOutcome(requestId, {
      body: Buffer.alloc(0),
      stream,
      contentType,
      ...startedOf(request),
    });
    // The caller may have disconnected: the rest is read anyway.
    stream.on('error', () => request.resume());
    request.pipe(stream);
    try {
      await finished(request);
    } catch (error) {
      // The handler failed in the middle, or the process ended.
      stream.destroy(error as Error);
    }
    current.answered = true;
    if (!response.destroyed) sendJson(response, 202, { status: 'OK' });
    this.#advance();
  }

  async #readOutcome(request: IncomingMessage, failed: boolean): Promise<Outcome> {
    const body = await readBody(request, MAX_PAYLOAD_BYTES);
    const contentType = request.headers['content-type'] ?? 'application/json';
    const when = startedOf(request);
    if (!failed) return { body, contentType, ...when };
    const errorType = request.headers['lambda-runtime-function-error-type'];
    return { body, contentType, ...when, errorType: typeof errorType === 'string' ? errorType : 'Unhandled' };
  }
}

/** When the handler was called, as reported by this platform's own runtime client. */
function startedOf({ headers }: IncomingMessage): { startedUnixMicros?: number } {
  const started = Number(headers['local-platform-started-unix-micros']);
  return Number.isSafeInteger(started) ? { startedUnixMicros: started } : {};
}
