import { subscribe } from 'node:diagnostics_channel';
import { monotonicMs } from '../clock/clock.ts';
import { fenced } from '../fence/report.ts';
import type { IoOperation, SlowestOperations } from './operations.ts';

/** How often something happened, and its total duration. */
export interface Tally {
  readonly count: number;
  readonly ms: number;
}

/** The parts of a `node:http` or undici request and response that are read; each may be missing or something else. */
interface AnyRequest {
  readonly method?: unknown;
  /** undici only. */
  readonly origin?: unknown;
  /** node:http only. */
  readonly host?: unknown;
  readonly protocol?: unknown;
  readonly reusedSocket?: unknown;
  readonly socket?: { readonly remotePort?: unknown; readonly remoteAddress?: unknown } | null;
  getHeader?(name: string): unknown;
  readonly contentLength?: unknown;
}
interface AnyResponse {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  once?(event: string, listener: () => void): unknown;
}
interface Message {
  readonly request: AnyRequest;
  readonly response?: AnyResponse;
  readonly error?: unknown;
  readonly socket?: object;
}

interface Started {
  readonly ms: number;
  socket?: AnyRequest['socket'];
  reused?: boolean | undefined;
  operation?: Writable;
  isOver?: true;
}
type Writable = { -readonly [K in keyof IoOperation]: IoOperation[K] };

/**
 * Counts and times the program's HTTP requests (`node:http`, `fetch`) through Node's diagnostics channels: nothing is
 * patched. A request counts once its response begins or it fails; its operation lasts until the response has been read.
 */
export class HttpWatch {
  readonly #isOurs: (request: object) => boolean;
  readonly #operations: SlowestOperations;
  readonly #onRequest: (isLate: boolean) => void;
  readonly #started = new WeakMap<object, Started>();
  readonly #usedSockets = new WeakSet();
  #count = 0;
  #ms = 0;

  /**
   * @param isOurs whether a request is one of Sandscope's own
   * @param operations receives the operations
   * @param onRequest called when a request begins, with whether it was already on its way
   */
  constructor(
    isOurs: (request: object) => boolean,
    operations: SlowestOperations,
    onRequest: (isLate: boolean) => void,
  ) {
    this.#isOurs = isOurs;
    this.#operations = operations;
    this.#onRequest = onRequest;
  }

  /** Starts to watch, until the process ends. */
  start(): void {
    const on = (channel: string, step: (message: Message) => void): void =>
      subscribe(
        channel,
        fenced('watching HTTP requests', (message) => step(message as Message)),
      );
    // `fetch` reports a request before anything is done for it, `node:http` when it is already on its way.
    on('http.client.request.start', (message) => this.#began(message, true));
    on('http.client.response.finish', (message) => this.#answered(message));
    on('http.client.request.error', (message) => this.#ended(message));
    on('undici:request:create', (message) => this.#began(message, false));
    on('undici:client:sendHeaders', (message) => this.#sent(message));
    on('undici:request:headers', (message) => this.#answered(message));
    on('undici:request:trailers', (message) => this.#ended(message));
    on('undici:request:error', (message) => this.#ended(message));
  }

  /** The totals now. */
  read(): Tally {
    return { count: this.#count, ms: this.#ms };
  }

  #began({ request }: Message, isLate: boolean): void {
    if (this.#isOurs(request)) return;
    this.#onRequest(isLate);
    this.#started.set(request, { ms: monotonicMs() });
  }

  /** undici has found a connection for a request. */
  #sent({ request, socket }: Message): void {
    const started = this.#started.get(request);
    if (started === undefined || socket === undefined) return;
    started.socket = socket;
    started.reused = this.#usedSockets.has(socket);
    this.#usedSockets.add(socket);
  }

  /** The response head has arrived; its body follows. */
  #answered({ request, response }: Message): void {
    const started = this.#started.get(request);
    if (started === undefined || started.operation !== undefined) return;
    started.operation = this.#counted(request, started, response, undefined);
    this.#operations.begin(started.operation);
    // undici itself reports when the body was read.
    response?.once?.(
      'close',
      fenced('watching HTTP requests', () => this.#finish(started)),
    );
  }

  /** The body was read, or the request failed. */
  #ended({ request, error }: Message): void {
    const started = this.#started.get(request);
    if (started === undefined) return;
    this.#started.delete(request);
    if (started.operation === undefined)
      this.#operations.add(this.#counted(request, started, undefined, error));
    else this.#finish(started);
  }

  #finish(started: Started): void {
    const { operation } = started;
    if (operation === undefined || started.isOver) return;
    started.isOver = true;
    operation.endMs = monotonicMs();
    this.#operations.add(operation);
  }

  #counted(
    request: AnyRequest,
    started: Started,
    response: AnyResponse | undefined,
    error: unknown,
  ): Writable {
    const endMs = monotonicMs();
    this.#count += 1;
    this.#ms += endMs - started.ms;
    const { remoteAddress, remotePort } = started.socket ?? request.socket ?? {};
    const status = response?.statusCode;
    const reused = started.reused ?? request.reusedSocket;
    return {
      kind: 'http',
      startMs: started.ms,
      endMs,
      name: typeof request.method === 'string' ? request.method.slice(0, 32) : 'HTTP',
      ...target(request, remotePort),
      peer: typeof remoteAddress === 'string' ? remoteAddress : undefined,
      status: typeof status === 'number' ? status : undefined,
      reused: typeof reused === 'boolean' ? reused : undefined,
      firstByteMs: response && endMs - started.ms,
      requestBytes: size(request.contentLength ?? request.getHeader?.('content-length')),
      responseBytes: size(contentLength(response?.headers)),
      errorType: response ? undefined : errorType(error),
    };
  }
}

function target(
  { origin, host, protocol }: AnyRequest,
  remotePort: unknown,
): Pick<IoOperation, 'address' | 'port' | 'scheme'> {
  if (typeof origin === 'string' || origin instanceof URL) {
    const url = new URL(origin);
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return { address: url.hostname, port, scheme: url.protocol.slice(0, -1) };
  }
  return {
    address: typeof host === 'string' ? host : undefined,
    port: typeof remotePort === 'number' ? remotePort : undefined,
    scheme: typeof protocol === 'string' ? protocol.replace(/:$/, '') : undefined,
  };
}

/** Headers of `node:http`, an object, or of undici, a list of names and values as bytes. */
function contentLength(headers: unknown): unknown {
  if (!Array.isArray(headers)) return (headers as Record<string, unknown> | undefined)?.['content-length'];
  const at = headers.findIndex(
    (one, index) => index % 2 === 0 && String(one).toLowerCase() === 'content-length',
  );
  return at < 0 ? undefined : String(headers[at + 1]);
}

function size(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const bytes = Number(value);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

function errorType(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const found = [code, name].find((one) => typeof one === 'string' && one !== '');
  return typeof found === 'string' ? found.slice(0, 64) : 'Error';
}
