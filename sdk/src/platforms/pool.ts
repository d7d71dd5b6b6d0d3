/** Platforms that keep processes in a pool, which become a function's by loading it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { realpathSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Failure, fenced, guarded, openAttachment } from '../index.ts';
import type { Attachment } from '../index.ts';
import type { InitMoments, Platform } from './platform.ts';

// While it waits in the pool the process does nothing: what its event loop was busy with until now was the load of the
// function, up to the moment this module was reached, and a few milliseconds of its own start.
const BUSY_SINCE_UNIX_MS = guarded('looking back at the load', () => {
  const { active } = performance.eventLoopUtilization();
  return active > 0 ? Date.now() - active : undefined;
});

/**
 * Looks back at the load of a function in a process of a pool, for `Platform.follow`: it began when the event loop was
 * idle last.
 *
 * @param sinceUnixMs a moment within the load that may be earlier, as far as there is one
 */
export function lookBack(init: InitMoments, sinceUnixMs: () => number | undefined = () => undefined): void {
  for (const began of [guarded('looking back at the load', sinceUnixMs), BUSY_SINCE_UNIX_MS])
    if (began !== undefined) init.loadBegan(began);
}

/** The request that asks a process of a pool to load a function, as far as it is looked at. */
export interface LoadRequest {
  /** What the server made of the body. */
  readonly body?: unknown;
}

/** What is particular to the load of a platform's functions. */
export interface Load {
  /** Whether a request to the server with this URL asks for it. */
  readonly asks: (url: string) => boolean;
  /** A moment within the load that may be earlier than what is known here. */
  readonly sinceUnixMs?: () => number | undefined;
  /** Which function was to be loaded, where the load failed before one of it was called. */
  readonly functionName: (request: LoadRequest) => string;
  /** Tells more of that function. */
  readonly describe?: (attachment: Attachment, request: LoadRequest) => void;
}

interface Exchange {
  readonly request: LoadRequest & { readonly url?: unknown };
  readonly response: { readonly statusCode?: unknown };
}

interface FailedImport {
  readonly parentURL?: unknown;
  readonly error?: unknown;
}

const STARTED = 'http.server.request.start';
const FINISHED = 'http.server.response.finish';
const IMPORT_FAILED = 'tracing:module.import:error';

/**
 * Follows the load of a function that a request to the server of this process asks for, from now on until it succeeds.
 * One that fails is recorded, also where that is before anything was wrapped.
 *
 * @returns for `Platform.follow`
 */
export function followLoad(platform: () => Platform, load: Load): (init: InitMoments) => void {
  let followed: InitMoments | undefined;
  let beganUnixMs: number | undefined;
  let failed: FailedImport | undefined;
  const isLoad = ({ url }: Exchange['request']): boolean => typeof url === 'string' && load.asks(url);
  const started = fenced('the start of the load', (message: unknown): void => {
    // Whoever is here before the load is asked for was loaded ahead of it.
    if (!isLoad((message as Exchange).request)) return;
    beganUnixMs = Date.now();
    failed = undefined;
  });
  const importFailed = fenced('an import that failed', (message: unknown): void => {
    const one = message as FailedImport;
    // The first: a server that tries other names afterwards ends with not having found one of those.
    if (isProgram(one.parentURL)) failed ??= { error: one.error };
  });
  const finished = fenced('the end of the load', (message: unknown): void => {
    const { request, response } = message as Exchange;
    if (!isLoad(request)) return;
    const status = Number(response.statusCode);
    if (status < 300) {
      unsubscribe(STARTED, started);
      unsubscribe(IMPORT_FAILED, importFailed);
      unsubscribe(FINISHED, finished);
      followed?.ready();
    } else if (status >= 500) {
      const attachment = openAttachment(platform(), load.functionName(request));
      if (attachment === undefined) return;
      load.describe?.(attachment, request);
      attachment.initFailed(
        failed === undefined ? new Failure(String(status), 'the function could not be loaded') : failed.error,
      );
      failed = undefined;
    }
  });
  guarded('following the load', () => {
    subscribe(STARTED, started);
    subscribe(IMPORT_FAILED, importFailed);
    subscribe(FINISHED, finished);
  });
  return (init) => {
    followed = init;
    if (beganUnixMs === undefined) lookBack(init, load.sinceUnixMs);
    else init.loadBegan(beganUnixMs, true);
  };
}

/** Whether that is the program itself, here the server: what fails in a module of the function may be caught there. */
function isProgram(url: unknown): boolean {
  const [, program] = process.argv;
  if (typeof url !== 'string' || !url.startsWith('file:') || program === undefined) return false;
  const path = fileURLToPath(url);
  return path === program || path === realpathSync(program);
}
