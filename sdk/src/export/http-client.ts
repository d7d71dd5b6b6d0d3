import type * as Http from 'node:http';

const MAX_BODY_BYTES = 65_536;

/** A finished HTTP exchange. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Http.IncomingMessage['headers'];
  /** At most 64 KiB; what comes after is read and forgotten. */
  readonly body: string;
}

/** One HTTP exchange to be made. */
export interface HttpCall {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest the exchange may take; undefined waits for ever, as the Extensions API's long poll must. */
  readonly timeoutMillis?: number;
  /** Whether the exchange keeps the process alive. */
  readonly keepAlive: boolean;
}

/** The exchange took longer than its `timeoutMillis`. */
export class HttpTimeout extends Error {
  override readonly name = 'HttpTimeout';
}

// A connection that was idle while the sandbox was frozen may have been closed by the other side.
const STALE = new Set(['ECONNRESET', 'EPIPE']);

/**
 * HTTP over `node:http` or `node:https`, loaded at the first call, with its own keep-alive connections. Not `fetch`:
 * its long polls end after 300 s, and its sockets keep the process alive.
 */
export class HttpClient {
  #agent: Http.Agent | undefined;

  /**
   * Makes the exchange. A kept connection that turns out to be dead is replaced once.
   *
   * @throws network errors as `node:http` gives them, `HttpTimeout`
   */
  async send(call: HttpCall): Promise<HttpResponse> {
    const startMs = performance.now();
    const first = await this.#exchange(call);
    if ('response' in first) return first.response;
    if (!first.reused || !STALE.has(first.error.code ?? '')) throw first.error;
    const { timeoutMillis } = call;
    const leftMs = timeoutMillis === undefined ? undefined : timeoutMillis - (performance.now() - startMs);
    if (leftMs !== undefined && leftMs <= 0) throw first.error;
    const second = await this.#exchange({ ...call, ...(leftMs !== undefined && { timeoutMillis: leftMs }) });
    if ('response' in second) return second.response;
    throw second.error;
  }

  /** Whether `request` is one of this client's own. */
  owns(request: { agent?: unknown }): boolean {
    return this.#agent !== undefined && request.agent === this.#agent;
  }

  async #exchange(call: HttpCall): Promise<Outcome> {
    const { url, method, headers = {}, body, timeoutMillis, keepAlive } = call;
    const http = await loadHttp(url.protocol);
    this.#agent ??= new http.Agent({ keepAlive: true, maxSockets: 2 });
    const agent = this.#agent;
    return await new Promise<Outcome>((resolve) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = http.request(url, { method, agent, headers: { ...headers, ...length } });
      let timeout: HttpTimeout | undefined;
      const timer =
        timeoutMillis === undefined
          ? undefined
          : setTimeout(() => {
              timeout = new HttpTimeout(`no answer in ${Math.round(timeoutMillis)} ms`);
              request.destroy(timeout);
            }, timeoutMillis);
      if (!keepAlive) timer?.unref();
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        resolve({ error: timeout ?? error, reused: request.reusedSocket });
      };
      request.once('socket', (socket) => (keepAlive ? socket.ref() : socket.unref()));
      request.on('error', fail);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          if (bytes < MAX_BODY_BYTES) chunks.push(chunk);
          bytes += chunk.length;
        });
        response.on('error', fail);
        response.once('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString('utf8', 0, MAX_BODY_BYTES);
          resolve({ response: { status: response.statusCode ?? 0, headers: response.headers, body: text } });
        });
      });
      request.end(body);
    });
  }
}

type Outcome = { response: HttpResponse } | { error: NodeJS.ErrnoException; reused: boolean };

async function loadHttp(protocol: string): Promise<typeof Http> {
  if (protocol === 'https:') return (await import('node:https')) as unknown as typeof Http;
  // Where there is a synchronous way, the extension is registered a turn of the event loop earlier.
  return process.getBuiltinModule?.('node:http') ?? (await import('node:http'));
}
