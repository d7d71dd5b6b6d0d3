import type * as Http from 'node:http';
import type { HttpCall } from './http-client.ts';
import type { Outcome } from './http-connection.ts';
import { HttpTimeout } from './http-timeout.ts';

const MAX_BODY_BYTES = 65_536;

// A connection that was idle while the sandbox was frozen may have been closed by the other side.
const STALE = new Set(['ECONNRESET', 'EPIPE']);

/** HTTP over TLS with `node:https` (loaded at the first call, 15 ms and more) and its keep-alive agent. */
export class HttpsClient {
  #agent: Http.Agent | undefined;

  /** Whether `request` is one of this client's own. */
  owns(request: { agent?: unknown }): boolean {
    return this.#agent !== undefined && request.agent === this.#agent;
  }

  /** Makes the exchange, once. Never rejects but for a URL that `node:https` does not take. */
  async exchange(call: HttpCall, timeoutMillis: number | undefined): Promise<Outcome> {
    const { url, method, headers = {}, body, keepAlive } = call;
    const https = await import('node:https');
    this.#agent ??= new https.Agent({ keepAlive: true, maxSockets: 2 });
    const agent = this.#agent;
    return await new Promise<Outcome>((resolve) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = https.request(url, { method, agent, headers: { ...headers, ...length } });
      let timeout: HttpTimeout | undefined;
      const timer =
        timeoutMillis === undefined
          ? undefined
          : setTimeout(() => {
              timeout = new HttpTimeout(timeoutMillis);
              request.destroy(timeout);
            }, timeoutMillis);
      if (!keepAlive) timer?.unref();
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        const stale = timeout === undefined && request.reusedSocket && STALE.has(error.code ?? '');
        resolve({ error: timeout ?? error, stale });
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
          resolve({
            response: { status: response.statusCode ?? 0, headers: flat(response.headers), body: text },
          });
        });
      });
      request.end(body);
    });
  }
}

function flat(headers: Http.IncomingHttpHeaders): Record<string, string | undefined> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}
