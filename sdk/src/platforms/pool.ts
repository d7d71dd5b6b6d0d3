/** Platforms that keep a pool of processes; a process becomes a function's by loading it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { realpathSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Failure, fenced, guarded, openAttachment, unwatchInit, watchLoad } from '../index.ts';
import type { Attachment } from '../index.ts';
import type { InitMoments } from '../process/init-clock.ts';
import type { Platform } from '../sandbox/platform.ts';

// A process that waits in the pool does nothing. So its event loop's busy time so far is the load of the function, up
// to the moment this module was reached, plus a few milliseconds of its own start.
const BUSY_SINCE_UNIX_MS = guarded('reading the busy time', () => {
  const { active } = performance.eventLoopUtilization();
  return active > 0 ? Date.now() - active : undefined;
});

/**
 * Reconstructs when a process of a pool began to load its function, for `Platform.follow`: when its event loop was last
 * idle.
 *
 * @param sinceUnixMs a moment within the load that may be earlier, if known
 */
export function lookBack(init: InitMoments, sinceUnixMs: () => number | undefined = () => undefined): void {
  for (const began of [guarded('reading the busy time', sinceUnixMs), BUSY_SINCE_UNIX_MS])
    if (began !== undefined) init.loadBegan(began);
}

/** The parts that are read of a request that asks a process of a pool to load a function. */
export interface LoadRequest {
  /** The body as the server parsed it. */
  readonly body?: unknown;
}

/** What is specific to how a platform loads functions. */
export interface Load {
  /** Whether a request to the server with this URL asks to load a function. */
  readonly asks: (url: string) => boolean;
  /** A moment within the load that may be earlier than what is known here. */
  readonly sinceUnixMs?: () => number | undefined;
  /** The function that was to be loaded, if the load failed before any function was called. */
  readonly functionName: (request: LoadRequest) => string;
  /** More facts about that function. */
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
 * Follows the load of a function that a request to this process's server asks for, from now on until it succeeds. A
 * failed load is recorded, even if it fails before anything was wrapped.
 *
 * @returns for `Platform.follow`
 */
export function followLoad(platform: () => Platform, load: Load): (init: InitMoments) => void {
  let followed: InitMoments | undefined;
  let beganUnixMs: number | undefined;
  let failed: FailedImport | undefined;
  const isLoad = ({ url }: Exchange['request']): boolean => typeof url === 'string' && load.asks(url);
  const started = fenced('the start of the load', (message: unknown): void => {
    // Code that runs before a load was requested was loaded ahead of it.
    if (!isLoad((message as Exchange).request)) return;
    beganUnixMs = Date.now();
    failed = undefined;
    watchLoad(platform(), () => load.functionName((message as Exchange).request));
  });
  const importFailed = fenced('a failed import', (message: unknown): void => {
    const one = message as FailedImport;
    // Keep the first error: a server that then tries other names ends with not having found one of those.
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
      unwatchInit();
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

/**
 * This module is being loaded: if a server of this process is listening already, a request to load a function caused
 * this, and may end the process before anything is wrapped. The start of that request was missed, so its function name
 * is unknown.
 */
export function watchPoolLoad(platform: Platform, functionName: () => string | undefined): void {
  const isAsked = guarded('checking for a server', () =>
    process.getActiveResourcesInfo().includes('TCPServerWrap'),
  );
  if (isAsked === true) watchLoad(platform, () => functionName() ?? 'function');
}

/** Whether the importer is the program itself, here the server: other importers may catch the error themselves. */
function isProgram(url: unknown): boolean {
  const [, program] = process.argv;
  if (typeof url !== 'string' || !url.startsWith('file:') || program === undefined) return false;
  const path = fileURLToPath(url);
  return path === program || path === realpathSync(program);
}
