import { subscribe } from 'node:diagnostics_channel';
import { fenced, guarded } from '../index.ts';
import { exchangeOf } from './http-listener.ts';
import type { Exchange } from './http-listener.ts';

const STARTED = 'http.server.request.start';

// By the headers: what runtimes hand on of a request, and as they got it.
let exchanges: WeakMap<object, Exchange> | undefined;

/** From now on the exchanges of this process's servers are known by the headers of their requests. */
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
 * The exchange of a request with these headers, the same object; undefined where it came another way, or the runtime made a
 * copy of them.
 */
export function exchangeWith(headers: unknown): Exchange | undefined {
  return typeof headers === 'object' && headers !== null ? exchanges?.get(headers) : undefined;
}
