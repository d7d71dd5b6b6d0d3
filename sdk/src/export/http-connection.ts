import { writeSync } from 'node:fs';
import type * as Net from 'node:net';
import { monotonicMs } from '../clock.ts';
import type { HttpResponse } from './http-response.ts';
import { ResponseParser } from './http-response.ts';
import { HttpTimeout } from './http-timeout.ts';

// All connections read into it, one after the other: what arrives is looked at before the next read.
const received = Buffer.allocUnsafeSlow(16_384);
// A connection that leaves the sandbox, for its own host, stands within this time; the socket itself never blocks.
const CONNECT_WAIT_MS = 1;

/** How an exchange ended. `stale`: a kept connection was dead before any byte of an answer came. */
export type Outcome =
  { readonly response: HttpResponse } | { readonly error: Error; readonly stale: boolean };

interface Exchange {
  readonly parser: ResponseParser;
  readonly settle: (outcome: Outcome) => void;
  timer: NodeJS.Timeout | undefined;
}

/** One TCP connection that carries one HTTP exchange after the other. */
export class HttpConnection {
  readonly #socket: Net.Socket;
  #exchange: Exchange | undefined;
  #used = false;
  #keepAlive = false;
  #atOnce: boolean;
  #alive = true;
  #idleSinceMs = 0;

  /** @param atOnce whether to connect and to send the first request within this turn of the event loop, if that can be */
  constructor(net: typeof Net, host: string, port: number, atOnce = false) {
    this.#atOnce = atOnce;
    const onread = { buffer: received, callback: (bytes: number) => this.#received(bytes) };
    const socket = new net.Socket({ onread });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(hangUp()));
    // A host with several addresses may get another handle on the way.
    socket.once('connect', () => this.#hold(this.#keepAlive));
    if (atOnce) connectNow(socket, host, port);
    else socket.connect({ host, port });
  }

  /** Whether it can carry another exchange, as far as is known. */
  get alive(): boolean {
    return this.#alive;
  }

  /** ms since its last exchange. */
  get idleMs(): number {
    return monotonicMs() - this.#idleSinceMs;
  }

  /** Gives it up. */
  close(): void {
    this.#alive = false;
    this.#socket.destroy();
  }

  /**
   * Sends a request and waits for its response; one at a time. Never rejects.
   *
   * @param timeoutMillis undefined waits for ever
   * @param keepAlive whether the exchange keeps the process alive
   */
  send(request: Uint8Array, timeoutMillis: number | undefined, keepAlive: boolean): Promise<Outcome> {
    return new Promise((settle) => {
      const exchange: Exchange = { parser: new ResponseParser(), settle, timer: undefined };
      this.#exchange = exchange;
      if (timeoutMillis !== undefined) {
        exchange.timer = setTimeout(() => this.#fail(new HttpTimeout(timeoutMillis)), timeoutMillis);
        if (!keepAlive) exchange.timer.unref();
      }
      this.#hold(keepAlive);
      const sent = this.#atOnce || !this.#socket.connecting ? this.#sendNow(request) : 0;
      this.#atOnce = false;
      if (sent < request.length) this.#socket.write(request.subarray(sent));
    });
  }

  /**
   * Writes past the stream's machinery, which takes 40 µs an exchange, the first time 0.5 ms: nothing else is written
   * meanwhile. A connection that Node still takes for unfinished may stand: over loopback it does as soon as it is asked
   * for.
   *
   * @returns bytes sent; what is left is the stream's, and so are errors
   */
  #sendNow(request: Uint8Array): number {
    const handle: unknown = Reflect.get(this.#socket, '_handle');
    const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
    if (typeof fd !== 'number' || fd <= 2) return 0;
    const endMs = this.#atOnce ? monotonicMs() + CONNECT_WAIT_MS : 0;
    do {
      try {
        return writeSync(fd, request);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return 0;
      }
    } while (monotonicMs() < endMs);
    return 0;
  }

  #hold(keepAlive: boolean): void {
    this.#keepAlive = keepAlive;
    if (keepAlive) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Returns true: the connection goes on reading. */
  #received(bytes: number): true {
    try {
      if (this.#exchange === undefined) throw hangUp();
      const response = this.#exchange.parser.push(received.subarray(0, bytes));
      if (response !== undefined) this.#done(response);
    } catch (error) {
      this.#fail(error as Error);
    }
    return true;
  }

  #ended(): void {
    const response = this.#exchange?.parser.end();
    if (response === undefined) this.#fail(hangUp());
    else this.#done(response);
  }

  #done(response: HttpResponse): void {
    const { parser, timer, settle } = this.#exchange as Exchange;
    this.#exchange = undefined;
    clearTimeout(timer);
    this.#used = true;
    this.#idleSinceMs = monotonicMs();
    if (parser.reusable) this.#hold(false);
    else this.close();
    settle({ response });
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.close();
    if (exchange === undefined) return;
    clearTimeout(exchange.timer);
    exchange.settle({
      error,
      stale: this.#used && !exchange.parser.started && !(error instanceof HttpTimeout),
    });
  }
}

/**
 * As `socket.connect`, but the system is asked within the call. To an address Node itself connects in the next tick only,
 * and a runtime may run its whole start in the promise jobs before that. Nothing but `socket.connect` runs meanwhile; a
 * Node that does not look at `process.nextTick` there connects as ever.
 */
function connectNow(socket: Net.Socket, host: string, port: number): void {
  const real = Reflect.get(process, 'nextTick');
  process.nextTick = (step: (...args: unknown[]) => void, ...args: unknown[]): void => step(...args);
  try {
    socket.connect({ host, port });
  } finally {
    process.nextTick = real;
  }
}

function hangUp(): Error {
  return Object.assign(new Error('the connection was closed before the answer was complete'), {
    code: 'ECONNRESET',
  });
}
