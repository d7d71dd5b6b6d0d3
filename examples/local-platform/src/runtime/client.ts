import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http';

/** Not a Lambda header: reports to the platform when the handler was called, for its record of events. */
const STARTED_HEADER = 'local-platform-started-unix-micros';

/** An event as the Runtime API delivers it. */
export interface InvocationEvent {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An error in the format of the Runtime API. */
export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** Converts anything that was thrown to the format of the Runtime API. */
export function toRuntimeError(thrown: unknown): RuntimeError {
  if (thrown instanceof Error) {
    const trace = thrown.stack?.split('\n') ?? [];
    return { errorType: thrown.name, errorMessage: thrown.message, trace };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** A client of the Runtime API at `AWS_LAMBDA_RUNTIME_API`. */
export class RuntimeClient {
  readonly #base: string;
  readonly #agent: Agent;

  /** @param concurrency maximum number of concurrent invocations */
  constructor(address: string, concurrency = 1) {
    this.#base = `http://${address}/2018-06-01/runtime`;
    // One kept connection each: a process that was frozen continues where it stopped.
    this.#agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  }

  /** Not of Lambda: waits until the code of the function is on the host. */
  async fetchCode(): Promise<void> {
    await this.#send('GET', '/local-platform-code');
  }

  /** Waits for the next event, for as long as it takes. */
  async next(): Promise<InvocationEvent> {
    return this.#send('GET', '/invocation/next');
  }

  /**
   * @param body JSON
   * @param startedUnixMicros when the handler was called, wall clock, µs
   */
  async respond(requestId: string, body: string, startedUnixMicros: number): Promise<void> {
    const headers = { [STARTED_HEADER]: String(startedUnixMicros) };
    await this.#send('POST', `/invocation/${requestId}/response`, body, headers);
  }

  /** Opens the answer of a streaming handler. `over` settles when the platform has received all of it. */
  stream(requestId: string, startedUnixMicros: number): { request: ClientRequest; over: Promise<void> } {
    const request = httpRequest(`${this.#base}/invocation/${requestId}/response`, {
      agent: this.#agent,
      method: 'POST',
      headers: {
        [STARTED_HEADER]: String(startedUnixMicros),
        'content-type': 'application/octet-stream',
        'lambda-runtime-function-response-mode': 'streaming',
        'transfer-encoding': 'chunked',
      },
    });
    const over = new Promise<void>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (response) => {
        response.resume();
        response.once('end', resolve);
        response.once('error', reject);
      });
    });
    return { request, over };
  }

  async fail(requestId: string, error: RuntimeError, startedUnixMicros?: number): Promise<void> {
    const headers = startedUnixMicros !== undefined && { [STARTED_HEADER]: String(startedUnixMicros) };
    await this.#sendError(`/invocation/${requestId}/error`, error, headers || {});
  }

  async failInit(error: RuntimeError): Promise<void> {
    await this.#sendError('/init/error', error);
  }

  async #sendError(path: string, error: RuntimeError, headers: Record<string, string> = {}): Promise<void> {
    const errorType = error.errorType.replace(/[^\x20-\x7e]/g, '?');
    await this.#send('POST', path, JSON.stringify(error), {
      ...headers,
      'lambda-runtime-function-error-type': errorType,
    });
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<InvocationEvent> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        this.#base + path,
        {
          agent: this.#agent,
          method,
          headers:
            body === undefined
              ? headers
              : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode! < 300) resolve({ headers: response.headers, body: text });
            else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text}`));
          });
        },
      );
      request.once('error', reject);
      request.end(body);
    });
  }
}
