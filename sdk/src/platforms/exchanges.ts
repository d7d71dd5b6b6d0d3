import { subscribe } from 'node:diagnostics_channel';
import { fenced, guarded } from '../index.ts';
import { exchangeOf } from './http-listener.ts';
import type { Exchange } from './http-listener.ts';

const STARTED = 'http.server.request.start';

// Keyed by the headers object: runtimes pass it on unchanged.
let exchanges: WeakMap<object, Exchange> | undefined;

/** From now on, the exchanges of this process's servers can be found by the headers of their requests. */
export function watchExchanges(): void {
  if (exchanges !== undefined) return;
  const known = new WeakMap<object, Exchange>();
  exchanges = known;
  const started = fenced('an incoming request', (message: unknown): void => {
    const { request, response } = message as { request?: unknown; response?: unknown };
    const exchange = exchangeOf(request, response);
    if (exchange !== undefined) known.set(exchange[0].headers, exchange);
  });
  guarded('watching for requests', () => subscribe(STARTED, started));
}

/**
 * The exchange of a request with these headers, the same object; undefined if it did not come through a server here, or
 * if the runtime copied the headers.
 */
export function exchangeWith(headers: unknown): Exchange | undefined {
  return typeof headers === 'object' && headers !== null ? exchanges?.get(headers) : undefined;
}
