import { reportOnce } from '../report.ts';
import type { HttpClient } from './http-client.ts';

// Left of the function's time for what happens after the export.
const DEADLINE_MARGIN_MS = 100;
// How long an invocation may go without a wrapped handler being called before it counts as none of ours.
const START_GRACE_MS = 500;
// The platform gives initialisation no longer than this.
const REGISTER_TIMEOUT_MS = 10_000;
const API = '2020-01-01/extension';

/** What the extension needs from the rest. */
export interface ExtensionOptions {
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string;
  readonly client: HttpClient;
  /** Longest that one invocation's export may hold the sandbox, ms. */
  readonly holdMillis: number;
  /** Exports what is waiting within the time given; never rejects. */
  readonly exportSpans: (timeoutMillis: number) => Promise<void>;
}

/**
 * - `registering`: no answer yet.
 * - `active`: the platform waits for our `/next` before it freezes the sandbox.
 * - `refused`: there is no such API, or it was too late to register.
 */
export type ExtensionState = 'registering' | 'active' | 'refused';

interface Invoke {
  readonly requestId: string | undefined;
  readonly deadlineMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
  closing: boolean;
}

/**
 * An extension inside the function's own process (Lambda Extensions API, INVOKE only). Lambda hands the response out as
 * soon as the runtime posted it, but freezes the sandbox only after every extension asked for the next event; between
 * the two lies the export.
 *
 * The INVOKE event and the handler's end come in either order. For each event `/next` is asked for exactly once: after
 * the export when the handler ended, without one when no wrapped handler was called or the function's deadline is near.
 */
export class ExtensionClient {
  readonly #options: ExtensionOptions;
  readonly #nextUrl: URL;
  #state: ExtensionState = 'registering';
  #identifier = '';
  #current: Invoke | undefined;
  #lastStarted: string | undefined;
  /** Ended before its event came. */
  #endedEarly: { requestId: string | undefined } | undefined;
  #startGraceMs = START_GRACE_MS;

  constructor(options: ExtensionOptions) {
    this.#options = options;
    this.#nextUrl = this.#url('event/next');
  }

  get state(): ExtensionState {
    return this.#state;
  }

  /** Registers and asks for the first event. Resolves when the platform accepted or refused; never rejects. */
  async register(): Promise<void> {
    try {
      const response = await this.#options.client.send({
        url: this.#url('register'),
        method: 'POST',
        headers: { 'Lambda-Extension-Name': 'sandscope', 'content-type': 'application/json' },
        body: '{"events":["INVOKE"]}',
        timeoutMillis: REGISTER_TIMEOUT_MS,
        // A module that waits for the registration must not find the event loop empty.
        keepAlive: true,
        // The runtime asks for its first event as soon as the module is loaded; then it is too late to register.
        atOnce: true,
      });
      const identifier = response.headers['lambda-extension-identifier'];
      if (response.status === 200 && typeof identifier === 'string') {
        this.#identifier = identifier;
        this.#state = 'active';
        this.#next();
        return;
      }
      this.#refuse(`status ${response.status}`);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  /** A wrapped handler is called. */
  handlerStarted(requestId: string | undefined): void {
    this.#lastStarted = requestId;
    this.#endedEarly = undefined;
    const current = this.#current;
    if (current !== undefined && !current.closing) this.#watchDeadline(current);
  }

  /**
   * The handler's result is on its way to the platform.
   *
   * @param marginMillis left of the function's time for what happens after the export
   */
  handlerEnded(requestId: string | undefined, marginMillis = DEADLINE_MARGIN_MS): void {
    const current = this.#current;
    // A handler called while the module loads ends no event.
    if (current === undefined) this.#endedEarly = requestId === undefined ? undefined : { requestId };
    else if (sameRequest(current.requestId, requestId)) void this.#close(current, true, marginMillis);
  }

  async #poll(): Promise<void> {
    const response = await this.#options.client.send({
      url: this.#nextUrl,
      method: 'GET',
      headers: { 'Lambda-Extension-Identifier': this.#identifier },
      keepAlive: false,
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    const event = JSON.parse(response.body) as {
      eventType?: unknown;
      requestId?: unknown;
      deadlineMs?: unknown;
    };
    if (event.eventType === 'INVOKE') this.#begin(event.requestId, event.deadlineMs);
  }

  #next(): void {
    this.#poll().catch((error: unknown) => {
      this.#refuse(error instanceof Error ? error.message : String(error));
    });
  }

  #begin(requestId: unknown, deadlineMs: unknown): void {
    const current: Invoke = {
      requestId: typeof requestId === 'string' ? requestId : undefined,
      deadlineMs: typeof deadlineMs === 'number' ? deadlineMs : undefined,
      timer: undefined,
      closing: false,
    };
    this.#current = current;
    const early = this.#endedEarly;
    this.#endedEarly = undefined;
    if (early !== undefined && sameRequest(early.requestId, current.requestId)) {
      void this.#close(current, true);
    } else if (this.#lastStarted !== undefined && this.#lastStarted === current.requestId) {
      this.#watchDeadline(current);
    } else {
      current.timer = setTimeout(() => {
        // A function whose handler is not wrapped after all is not held a second time.
        this.#startGraceMs = 0;
        void this.#close(current, false);
      }, this.#startGraceMs).unref();
    }
  }

  #watchDeadline(current: Invoke): void {
    clearTimeout(current.timer);
    this.#startGraceMs = START_GRACE_MS;
    const leftMs = (current.deadlineMs ?? Number.POSITIVE_INFINITY) - Date.now() - DEADLINE_MARGIN_MS;
    // Beyond 2^31 ms a timer would fire at once.
    if (leftMs > 0x7fff_ffff) return;
    current.timer = setTimeout(() => void this.#close(current, false), Math.max(0, leftMs)).unref();
  }

  async #close(current: Invoke, withExport: boolean, marginMillis = DEADLINE_MARGIN_MS): Promise<void> {
    if (current.closing) return;
    current.closing = true;
    clearTimeout(current.timer);
    if (withExport) {
      const leftMs = (current.deadlineMs ?? Number.POSITIVE_INFINITY) - Date.now() - marginMillis;
      const holdMs = Math.min(this.#options.holdMillis, leftMs);
      if (holdMs > 0) await this.#options.exportSpans(holdMs);
    }
    this.#current = undefined;
    this.#next();
  }

  #refuse(why: string): void {
    this.#state = 'refused';
    this.#current = undefined;
    reportOnce(
      'extension',
      `no export after the response (Extensions API: ${why}); exporting before it instead`,
    );
  }

  #url(path: string): URL {
    return new URL(`http://${this.#options.runtimeApi}/${API}/${path}`);
  }
}

function sameRequest(a: string | undefined, b: string | undefined): boolean {
  // A runtime that gives its context no request id runs one invocation at a time all the same.
  return a === undefined || b === undefined || a === b;
}
