import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { messageOf } from './errors.ts';
import { ExtensionsApi } from './extensions-api.ts';
import { BodyTooLargeError, listen, readBody, sendJson } from './http.ts';

/** The largest event and the largest answer, bytes. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

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

/** What a function answered. */
export interface Outcome {
  readonly body: Buffer;
  readonly contentType: string;
  /** The type of the error; absent on success. */
  readonly errorType?: string;
  /** When the handler was called, wall clock, µs; told by this platform's own runtime client only. */
  readonly startedUnixMicros?: number;
}

export interface RuntimeApiListener {
  /** Init has ended: the runtime and every extension wait for an event. */
  onReady(): void;
  onInitError(outcome: Outcome): void;
  /** The runtime posted its answer; it may still be followed by the work of extensions. */
  onOutcome(requestId: string, outcome: Outcome): void;
  /** The invocation is over: answered, and runtime and extensions wait for the next event. */
  onIdle(): void;
  /** An extension reported that it cannot go on. */
  onFatal(errorType: string): void;
}

/** An error in the shape every runtime client posts it. */
export function errorOutcome(errorType: string, errorMessage: string): Outcome {
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage }));
  return { body, contentType: 'application/json', errorType };
}

/**
 * The Runtime API (2018-06-01) and the Extensions API of one sandbox, on a loopback port of their own: which sandbox
 * speaks is known by the port. It goes from init to idle to invocation and back to idle.
 */
export class RuntimeApi {
  readonly extensions: ExtensionsApi;
  readonly #listener: RuntimeApiListener;
  #server: Server | undefined;
  #phase: 'init' | 'idle' | 'invoke' = 'init';
  #runtimeNext: ServerResponse | undefined;
  #current: { readonly requestId: string; answered: boolean } | undefined;

  constructor(
    description: { functionName: string; functionVersion: string; handler: string },
    listener: RuntimeApiListener,
  ) {
    this.#listener = listener;
    this.extensions = new ExtensionsApi({
      description,
      onWaiting: () => this.#advance(),
      onFatal: (errorType) => listener.onFatal(errorType),
    });
  }

  /** The runtime waits for an event. */
  get isWaiting(): boolean {
    return this.#phase === 'idle' && this.#runtimeNext !== undefined;
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

  /** Hands an event to the waiting runtime and to the extensions; only when idle. */
  deliver({ requestId, payload, deadlineMs, functionArn, traceId, clientContext }: Delivery): void {
    const next = this.#runtimeNext;
    if (!this.isWaiting || !next) throw new Error(`no runtime waits for an event (${this.#phase})`);
    this.#phase = 'invoke';
    this.#current = { requestId, answered: false };
    this.#runtimeNext = undefined;
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
    if (!this.#runtimeNext) return;
    if (this.#phase === 'init' && this.extensions.allWaiting) {
      this.#phase = 'idle';
      this.#listener.onReady();
    } else if (this.#phase === 'invoke' && this.#current?.answered && this.extensions.allDone) {
      this.#phase = 'idle';
      this.#current = undefined;
      this.#listener.onIdle();
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const extension = /^\/2020-01-01\/extension(\/.+)$/.exec(path)?.[1];
    if (extension !== undefined) return this.extensions.handle(request, response, extension);
    const route = `${request.method} ${path.replace(/^\/2018-06-01\/runtime/, '')}`;
    if (route === 'GET /invocation/next') return this.#next(response);
    if (route === 'POST /init/error') {
      const outcome = await this.#readOutcome(request, true);
      sendJson(response, 202, { status: 'OK' });
      return this.#listener.onInitError(outcome);
    }
    const [, requestId, kind] = /^POST \/invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (requestId !== undefined) return this.#answer(request, response, requestId, kind === 'error');
    sendJson(response, 404, { errorType: 'NotFound', errorMessage: `${request.method} ${path} is unknown` });
  }

  #next(response: ServerResponse): void {
    this.extensions.closeRegistration();
    if (this.#runtimeNext || (this.#current && !this.#current.answered)) {
      const errorMessage = this.#runtimeNext
        ? '/next is already waiting'
        : 'the last event is not answered yet';
      return sendJson(response, 403, { errorType: 'InvalidStateTransition', errorMessage });
    }
    this.#runtimeNext = response;
    response.once('close', () => {
      if (this.#runtimeNext === response) this.#runtimeNext = undefined;
    });
    this.#advance();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    failed: boolean,
  ): Promise<void> {
    let outcome: Outcome;
    let status = 202;
    try {
      outcome = await this.#readOutcome(request, failed);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      status = 413;
      outcome = errorOutcome('Function.ResponseSizeTooLarge', `The answer is too long: ${error.message}.`);
    }
    const current = this.#current;
    if (!current || current.requestId !== requestId || current.answered) {
      const errorMessage = `${requestId} is not the invocation that is running`;
      return sendJson(response, 400, { errorType: 'InvalidRequestID', errorMessage });
    }
    current.answered = true;
    if (status === 202) sendJson(response, 202, { status: 'OK' });
    else sendJson(response, status, { errorType: 'RequestEntityTooLarge', errorMessage: 'answer too long' });
    this.#listener.onOutcome(requestId, outcome);
  }

  async #readOutcome(request: IncomingMessage, failed: boolean): Promise<Outcome> {
    const body = await readBody(request, MAX_PAYLOAD_BYTES);
    const contentType = request.headers['content-type'] ?? 'application/json';
    const started = Number(request.headers['local-platform-started-unix-micros']);
    const when = Number.isSafeInteger(started) && { startedUnixMicros: started };
    if (!failed) return { body, contentType, ...when };
    const errorType = request.headers['lambda-runtime-function-error-type'];
    return { body, contentType, ...when, errorType: typeof errorType === 'string' ? errorType : 'Unhandled' };
  }
}
