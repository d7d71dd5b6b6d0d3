import { writeSync } from 'node:fs';
import type * as Net from 'node:net';
import { monotonicMs } from '../clock/clock.ts';
import { fenced, guarded } from '../fence/report.ts';
import { after, NativePromise } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';
import type { HttpResponse } from './http-response.ts';
import { ResponseParser } from './http-response.ts';
import { HttpTimeout } from './http-timeout.ts';
import { OWN_SOCKET } from '../io/own-socket.ts';

// Shared by all connections, one after the other: what arrives is processed before the next read.
let received: Buffer | undefined;
// Over loopback or to its own host, a connection is established within this time; the socket itself never blocks.
const CONNECT_WAIT_MS = 1;

// A request to the sandbox's own host is sent almost at once; after this time, sending counts as failed.
const SENT_MS = 200;

/** How an exchange ended. `stale`: a kept connection was dead before any byte of an answer arrived. */
export type Outcome =
  { readonly response: HttpResponse } | { readonly error: Error; readonly stale: boolean };

interface Exchange {
  readonly parser: ResponseParser;
  readonly settle: (outcome: Outcome) => void;
  cancelTimer: Cancel | undefined;
  cancelCheck?: Cancel;
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

  /** @param atOnce whether to connect and send the first request within this turn of the event loop, if possible */
  constructor(net: typeof Net, host: string, port: number, atOnce = false) {
    this.#atOnce = atOnce;
    received ??= Buffer.allocUnsafeSlow(16_384);
    const buffer = received;
    if (!(buffer instanceof Uint8Array)) throw new TypeError('there is no memory to read into');
    const onread = { buffer, callback: (bytes: number) => this.#received(buffer, bytes) };
    const socket = new net.Socket({ onread });
    this.#socket = socket;
    Reflect.set(socket, OWN_SOCKET, true);
    socket.setNoDelay(true);
    const on = (event: string, step: (error: Error) => void): void => {
      socket.on(event, fenced('a connection', step));
    };
    on('end', () => this.#ended());
    on('error', (error) => this.#fail(error));
    on('close', () => this.#fail(hangUp()));
    // For a host with several addresses the socket may get another handle while it connects.
    on('connect', () => this.#hold(this.#keepAlive));
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

  /** Closes it. */
  close(): void {
    this.#alive = false;
    guarded('closing a connection', () => this.#socket.destroy());
  }

  /**
   * Sends a request and waits for its response; one at a time. Never rejects.
   *
   * @param timeoutMillis undefined waits for ever
   * @param keepAlive whether the exchange keeps the process alive
   */
  send(request: Uint8Array, timeoutMillis: number | undefined, keepAlive: boolean): Promise<Outcome> {
    return new NativePromise((settle) => {
      const exchange: Exchange = { parser: new ResponseParser(), settle, cancelTimer: undefined };
      this.#exchange = exchange;
      if (timeoutMillis !== undefined) {
        const over = (): void => this.#fail(new HttpTimeout(timeoutMillis));
        exchange.cancelTimer = after(timeoutMillis, 'waiting for an answer', over, keepAlive);
      }
      try {
        this.#hold(keepAlive);
        const sent = this.#atOnce ? this.#sendNow(request) : 0;
        this.#atOnce = false;
        if (sent === request.length) return;
        if (timeoutMillis === undefined) this.#checkSent(exchange);
        this.#socket.write(
          request.subarray(sent),
          fenced('sending', () => exchange.cancelCheck?.()),
        );
      } catch (error) {
        this.#fail(error as Error);
      }
    });
  }

  /** A caller that waits for ever for an answer must know that the request was sent. */
  #checkSent(exchange: Exchange): void {
    exchange.cancelCheck = after(SENT_MS, 'sending', () => {
      if (this.#exchange === exchange) this.#fail(new Error('a request could not be sent'));
    });
  }

  /**
   * Writes directly to the socket, because the stream would wait for a later turn of the event loop: a connection that
   * Node still considers pending may already be established. Over loopback it is, as soon as it was requested. For the
   * first request only.
   *
   * @returns bytes sent; the stream sends the rest and handles errors
   */
  #sendNow(request: Uint8Array): number {
    const handle: unknown = Reflect.get(this.#socket, '_handle');
    const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
    if (typeof fd !== 'number' || fd <= 2) return 0;
    const endMs = monotonicMs() + CONNECT_WAIT_MS;
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
    guarded('holding the process', () => (keepAlive ? this.#socket.ref() : this.#socket.unref()));
  }

  /** Returns true: the connection goes on reading. */
  #received(buffer: Buffer, bytes: number): true {
    try {
      if (this.#exchange === undefined) throw hangUp();
      const response = this.#exchange.parser.push(buffer.subarray(0, bytes));
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
    const { parser, cancelTimer, settle } = this.#exchange as Exchange;
    this.#exchange = undefined;
    cancelTimer?.();
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
    exchange.cancelCheck?.();
    exchange.cancelTimer?.();
    exchange.settle({
      error,
      stale: this.#used && !exchange.parser.started && !(error instanceof HttpTimeout),
    });
  }
}

/**
 * Like `socket.connect`, but makes the system call within this call. Node connects to an address in the next tick, and
 * a runtime may run its whole start in the promise jobs before that. Nothing but `socket.connect` runs meanwhile. A
 * Node that does not use `process.nextTick` there connects as usual.
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
