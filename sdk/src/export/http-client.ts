import { monotonicMs } from '../clock/clock.ts';
import { builtinModule } from '../fence/builtin.ts';
import { HttpConnection } from './http-connection.ts';
import type { Outcome } from './http-connection.ts';
import { canReadResponses, HttpFormatError } from './http-response.ts';
import type { HttpResponse } from './http-response.ts';
import { HttpTimeout } from './http-timeout.ts';
import type { NodeClient } from './node-client.ts';
import { nodeClient } from './on-demand.ts';

export { HttpTimeout };
export type { HttpResponse };

/** An HTTP request to make. */
export interface HttpCall {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Maximum duration of the exchange; undefined waits for ever, as the Extensions API's long poll must. */
  readonly timeoutMillis?: number;
  /** Whether the exchange keeps the process alive. */
  readonly keepAlive: boolean;
  /** Whether the request should leave within this call, if possible (`http:` to an address on this machine). */
  readonly atOnce?: boolean;
}

// Middleboxes (NAT, load balancers) drop idle connections without notice, some after a minute.
const MAX_IDLE_MS = 55_000;
const MAX_IDLE_CONNECTIONS = 2;

/** The parts of a URL that an exchange needs. */
interface Target {
  readonly host: string;
  readonly port: number;
  /** Request target and host header. */
  readonly path: string;
  readonly authority: string;
  readonly authorization: string | undefined;
}

/**
 * HTTP/1.1 with its own keep-alive connections. Plain `http:` uses `node:net`, loaded at the first call: the first
 * exchange of a process then takes 3 ms of CPU less than with `node:http` (6 ms if the runtime did not load that
 * anyway), and each later one takes half as much. `https:` uses Node's own client, loaded when needed. So does every
 * exchange after a failure here that the network did not cause.
 *
 * Not `fetch`: its long polls end after 300 s, and its sockets keep the process alive.
 */
export class HttpClient {
  /** Connections by authority, the most recently used last. */
  readonly #idle = new Map<string, HttpConnection[]>();
  readonly #targets = new WeakMap<URL, Target>();
  #node: NodeClient | undefined;
  /** Set after a failure that the network did not cause; our own client is not tried again. */
  #fails = false;

  /**
   * Makes the exchange. If a kept connection turns out to be dead, a new one is tried once.
   *
   * @throws network errors as `node:net` reports them, `HttpTimeout`, `HttpFormatError`
   */
  async send(call: HttpCall): Promise<HttpResponse> {
    const startMs = monotonicMs();
    const first = await this.#exchange(call, call.timeoutMillis);
    if ('response' in first) return first.response;
    this.#fails ||= !isOfTheNetwork(first.error);
    if (!first.stale && !this.#fails) throw first.error;
    const { timeoutMillis } = call;
    const leftMs = timeoutMillis === undefined ? undefined : timeoutMillis - (monotonicMs() - startMs);
    if (leftMs !== undefined && leftMs <= 0) throw first.error;
    const second = await this.#exchange(call, leftMs);
    if ('response' in second) return second.response;
    throw second.error;
  }

  /** Whether `request`, of `node:http`, is one of this client's own. */
  owns(request: { agent?: unknown }): boolean {
    return this.#node?.owns(request) ?? false;
  }

  async #exchange(call: HttpCall, timeoutMillis: number | undefined): Promise<Outcome> {
    // An extension must ask for events from its registration on, so this answer must not be the first one that is read.
    if (call.atOnce) this.#fails ||= !canReadResponses();
    if (this.#fails || call.url.protocol === 'https:') return await this.#viaNode(call, timeoutMillis);
    try {
      return await this.#viaSocket(call, timeoutMillis);
    } catch (error) {
      return { error: error as Error, stale: false };
    }
  }

  async #viaNode(call: HttpCall, timeoutMillis: number | undefined): Promise<Outcome> {
    this.#node ??= new (nodeClient().NodeClient)();
    return await this.#node.exchange(call, timeoutMillis);
  }

  async #viaSocket(call: HttpCall, timeoutMillis: number | undefined): Promise<Outcome> {
    const loaded = builtinModule('net', () => import('node:net'));
    // Sending without any wait is what registers the extension in time.
    const net = loaded instanceof Promise ? await loaded : loaded;
    const target = this.#target(call.url);
    const connection =
      this.#idleConnection(target) ?? new HttpConnection(net, target.host, target.port, call.atOnce);
    const outcome = await connection.send(encode(call, target), timeoutMillis, call.keepAlive);
    if (connection.alive) this.#keep(target, connection);
    return outcome;
  }

  #idleConnection({ authority }: Target): HttpConnection | undefined {
    const kept = this.#idle.get(authority);
    for (let one = kept?.pop(); one !== undefined; one = kept?.pop()) {
      if (one.alive && one.idleMs < MAX_IDLE_MS) return one;
      one.close();
    }
    return undefined;
  }

  #keep({ authority }: Target, connection: HttpConnection): void {
    const kept = this.#idle.get(authority) ?? [];
    this.#idle.set(authority, kept);
    kept.push(connection);
    if (kept.length > MAX_IDLE_CONNECTIONS) kept.shift()?.close();
  }

  #target(url: URL): Target {
    const known = this.#targets.get(url);
    if (known !== undefined) return known;
    const { hostname, port, pathname, search, host, username, password } = url;
    const target = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || 80,
      path: pathname + search,
      authority: host,
      authorization: username || password ? basic(username, password) : undefined,
    };
    this.#targets.set(url, target);
    return target;
  }
}

/** Whether the peer or the network caused the error; otherwise the client itself failed. */
function isOfTheNetwork(error: Error): boolean {
  if (error instanceof HttpTimeout || error instanceof HttpFormatError) return true;
  // Node's own errors have codes too, but not the system's.
  return /^(?!ERR_)/.test((error as NodeJS.ErrnoException).code ?? 'ERR_');
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** A complete request: in one piece it takes one system call and, if small, one packet. */
function encode({ method, headers = {}, body }: HttpCall, target: Target): Uint8Array {
  let head = `${method} ${target.path} HTTP/1.1\r\nhost: ${target.authority}\r\nconnection: keep-alive\r\n`;
  let authorized = false;
  for (const [name, value] of Object.entries(headers)) {
    // From the environment and from the platform; checked there, and again here where a bad value would do harm.
    if (/[\r\n]/.test(name + value)) continue;
    authorized ||= name.toLowerCase() === 'authorization';
    head += `${name}: ${value}\r\n`;
  }
  if (target.authorization !== undefined && !authorized) head += `authorization: ${target.authorization}\r\n`;
  if (body === undefined) return Buffer.from(`${head}\r\n`, 'latin1');
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return Buffer.concat([Buffer.from(`${head}content-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
}
