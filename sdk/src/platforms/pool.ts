/** Platforms that keep processes in a pool, which become a function's by loading it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { fenced, guarded } from '../index.ts';
import type { InitMoments } from './platform.ts';

const FINISHED = 'http.server.response.finish';

// While it waits in the pool the process does nothing: what its event loop was busy with until now was the load of the
// function, up to the moment this module was reached, and a few milliseconds of its own start.
const BUSY_SINCE_UNIX_MS = guarded('looking back at the load', () => {
  const { active } = performance.eventLoopUtilization();
  return active > 0 ? Date.now() - active : undefined;
});

/**
 * Follows the load of a function in a process of a pool, for `Platform.follow`: it began when the event loop was idle
 * last, and it is over when the request that asked for it is answered.
 *
 * @param asks whether a request to the server with this URL asks for the load; absent where it is not asked for that way
 * @param sinceUnixMs a moment within the load that may be earlier, as far as there is one
 */
export function followLoad(
  asks?: (url: string) => boolean,
  sinceUnixMs: () => number | undefined = () => undefined,
): (init: InitMoments) => void {
  return (init) => {
    for (const began of [guarded('looking back at the load', sinceUnixMs), BUSY_SINCE_UNIX_MS])
      if (began !== undefined) init.loadBegan(began);
    if (asks === undefined) return;
    const finished = fenced('the end of the load', (message: unknown): void => {
      const { request, response } = message as {
        request: { readonly url?: unknown };
        response: { readonly statusCode?: unknown };
      };
      if (typeof request.url !== 'string' || !asks(request.url)) return;
      unsubscribe(FINISHED, finished);
      if (Number(response.statusCode) < 300) init.ready();
    });
    subscribe(FINISHED, finished);
  };
}
