import type * as Http from 'node:http';
import type { Socket } from 'node:net';
import { OWN_SOCKET } from '../io/own-socket.ts';
import { fenced } from '../fence/report.ts';
import { after, NativePromise } from '../fence/timer.ts';
import type { HttpCall } from './http-client.ts';
import type { Outcome } from './http-connection.ts';
import { HttpTimeout } from './http-timeout.ts';

const MAX_BODY_BYTES = 65_536;

// The peer may have closed a connection that was idle while the sandbox was frozen.
const STALE = new Set(['ECONNRESET', 'EPIPE']);

/** HTTP with Node's own client, `node:http` or `node:https` (loaded at the first call, 15 ms and more). */
export class NodeClient {
  readonly #agents = new Map<string, Http.Agent>();

  /** Whether `request` is one of this client's own. */
  owns(request: { agent?: unknown }): boolean {
    return [...this.#agents.values()].some((agent) => agent === request.agent);
  }

  /** Makes the exchange, once. Rejects only for a URL that Node does not accept. */
  async exchange(call: HttpCall, timeoutMillis: number | undefined): Promise<Outcome> {
    const { url, method, headers = {}, body, keepAlive } = call;
    const client = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
    const agent = this.#agents.get(url.protocol) ?? new client.Agent({ keepAlive: true, maxSockets: 2 });
    this.#agents.set(url.protocol, agent);
    return await new NativePromise<Outcome>((resolve) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = client.request(url, { method, agent, headers: { ...headers, ...length } });
      let timeout: HttpTimeout | undefined;
      const cancelTimer =
        timeoutMillis &&
        after(
          timeoutMillis,
          'waiting for an answer',
          () => {
            timeout = new HttpTimeout(timeoutMillis);
            request.destroy(timeout);
          },
          keepAlive,
        );
      const settle = (outcome: Outcome): void => {
        if (cancelTimer) cancelTimer();
        resolve(outcome);
      };
      const fail = fenced('a request', (error: NodeJS.ErrnoException) => {
        const stale = timeout === undefined && request.reusedSocket && STALE.has(error.code ?? '');
        settle({ error: timeout ?? error, stale });
      });
      const hold = fenced('a request', (socket: Socket) => {
        Reflect.set(socket, OWN_SOCKET, true);
        if (keepAlive) socket.ref();
        else socket.unref();
      });
      request.once('socket', hold);
      request.on('error', fail);
      const take = fenced('a response', (response: Http.IncomingMessage) => {
        void readBody(response).then((text) => {
          settle({
            response: { status: response.statusCode ?? 0, headers: flat(response.headers), body: text },
          });
        }, fail);
      });
      request.once('response', take);
      request.end(body);
    });
  }
}

async function readBody(response: Http.IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < MAX_BODY_BYTES) text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
  }
  return text;
}

function flat(headers: Http.IncomingHttpHeaders): Record<string, string | undefined> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string | undefined>;
}
