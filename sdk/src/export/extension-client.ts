import { wallMs } from '../clock/clock.ts';
import { contained, guarded, reportOnce } from '../fence/report.ts';
import { after } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';
import type { HttpClient } from './http-client.ts';

// Time reserved within the function's timeout for what happens after the export.
const DEADLINE_MARGIN_MS = 100;
// If no wrapped handler is called within this time, the invocation is not ours.
const START_GRACE_MS = 500;
// How long a response may take to leave once the runtime has it.
const END_GRACE_MS = 500;
// The platform's limit for initialisation.
const REGISTER_TIMEOUT_MS = 10_000;
const API = '2020-01-01/extension';

/** What the extension needs from its owner. */
export interface ExtensionOptions {
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string;
  readonly client: HttpClient;
  /** Maximum time that one invocation's export may keep the sandbox awake, ms. */
  readonly holdMillis: number;
  /**
   * Exports what is waiting within the time given; never rejects.
   *
   * @param mayKeep whether the spans may instead wait for a later invocation
   * @returns undefined if they wait
   */
  readonly exportSpans: (timeoutMillis: number, mayKeep: boolean) => Promise<void> | undefined;
}

/**
 * - `registering`: no answer yet.
 * - `active`: the platform waits for our `/next` before it freezes the sandbox.
 * - `refused`: there is no such API, or registration came too late.
 */
export type ExtensionState = 'registering' | 'active' | 'refused';

interface Invoke {
  readonly requestId: string | undefined;
  readonly deadlineMs: number | undefined;
  cancelTimer: Cancel | undefined;
  closing: boolean;
}

/**
 * An extension inside the function's own process (Lambda Extensions API, INVOKE only). Lambda returns the response as
 * soon as the runtime has posted it, but freezes the sandbox only after every extension has asked for the next event.
 * The export happens between the two.
 *
 * The INVOKE event and the handler's end arrive in either order. `/next` is requested exactly once per event: after the
 * export if the handler ended, without an export if no wrapped handler was called or the function's deadline is near.
 */
export class ExtensionClient {
  readonly #options: ExtensionOptions;
  readonly #nextUrl: URL;
  #state: ExtensionState = 'registering';
  #identifier = '';
  #current: Invoke | undefined;
  #lastStarted: string | undefined;
  /** The latest invocation whose result was passed to the runtime. */
  #ending: { requestId: string | undefined } | undefined;
  /** Invocations that ended before their event arrived. */
  #endedEarly: { requestId: string | undefined } | undefined;
  #startGraceMs = START_GRACE_MS;

  constructor(options: ExtensionOptions) {
    this.#options = options;
    this.#nextUrl = this.#url('event/next');
  }

  get state(): ExtensionState {
    return this.#state;
  }

  /** Registers and asks for the first event. Resolves once the platform accepted or refused; never rejects. */
  async register(): Promise<void> {
    try {
      const response = await this.#options.client.send({
        url: this.#url('register'),
        method: 'POST',
        headers: { 'Lambda-Extension-Name': 'sandscope', 'content-type': 'application/json' },
        body: '{"events":["INVOKE"]}',
        timeoutMillis: REGISTER_TIMEOUT_MS,
        // While a module waits for the registration, the event loop must not be empty.
        keepAlive: true,
        // The runtime asks for its first event as soon as the module is loaded; after that, registration is too late.
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
    this.#ending = undefined;
    const current = this.#current;
    if (current !== undefined && !current.closing) this.#watchDeadline(current);
  }

  /** The handler's result is passed to the runtime; `handlerEnded` follows once it has left. */
  handlerEnding(requestId: string | undefined): void {
    const current = this.#current;
    this.#ending = { requestId };
    if (current !== undefined && !current.closing) this.#expectEnd(current);
  }

  /** Waits for the response to leave, within a limit: a response that never leaves must not keep the sandbox awake. */
  #expectEnd(current: Invoke): void {
    current.cancelTimer?.();
    current.cancelTimer = after(END_GRACE_MS, 'waiting for a response to leave', () => this.#close(current));
  }

  /** The handler's result is on its way to the platform. */
  handlerEnded(requestId: string | undefined): void {
    this.#ended(requestId, true, DEADLINE_MARGIN_MS);
  }

  /**
   * The handler is still running although its time is almost over: nothing is kept for later.
   *
   * @param marginMillis time reserved within the function's timeout for what happens after the export
   */
  handlerTimedOut(requestId: string | undefined, marginMillis: number): void {
    this.#ended(requestId, false, marginMillis);
  }

  #ended(requestId: string | undefined, mayKeep: boolean, marginMillis: number): void {
    const current = this.#current;
    // A handler called while the module loads does not belong to an event.
    if (current === undefined) this.#endedEarly = requestId === undefined ? undefined : { requestId };
    else if (sameRequest(current.requestId, requestId)) this.#close(current, { mayKeep, marginMillis });
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
      cancelTimer: undefined,
      closing: false,
    };
    this.#current = current;
    const early = this.#endedEarly;
    this.#endedEarly = undefined;
    if (early !== undefined && sameRequest(early.requestId, current.requestId)) {
      this.#close(current, { mayKeep: true, marginMillis: DEADLINE_MARGIN_MS });
    } else if (this.#ending !== undefined && sameRequest(this.#ending.requestId, current.requestId)) {
      this.#expectEnd(current);
    } else if (this.#lastStarted !== undefined && this.#lastStarted === current.requestId) {
      this.#watchDeadline(current);
    } else {
      current.cancelTimer = after(this.#startGraceMs, 'waiting for a handler', () => {
        // The function's handler turned out not to be wrapped: do not keep the sandbox awake a second time.
        this.#startGraceMs = 0;
        this.#close(current);
      });
    }
  }

  #watchDeadline(current: Invoke): void {
    current.cancelTimer?.();
    this.#startGraceMs = START_GRACE_MS;
    const leftMs = (current.deadlineMs ?? Number.POSITIVE_INFINITY) - wallMs() - DEADLINE_MARGIN_MS;
    current.cancelTimer = after(Math.max(0, leftMs), 'watching the deadline', () => this.#close(current));
  }

  /** Asks for the next event, after an export if one is due: once per event, whatever happens. */
  #close(current: Invoke, how?: { readonly mayKeep: boolean; readonly marginMillis: number }): void {
    if (current.closing) return;
    current.closing = true;
    current.cancelTimer?.();
    const held = how && guarded('exporting', () => this.#export(current, how));
    if (held === undefined) this.#release();
    else void this.#releaseAfter(held);
  }

  async #releaseAfter(held: Promise<void>): Promise<void> {
    await contained('exporting', held);
    this.#release();
  }

  #release(): void {
    this.#current = undefined;
    this.#next();
  }

  #export(
    { deadlineMs }: Invoke,
    { mayKeep, marginMillis }: { readonly mayKeep: boolean; readonly marginMillis: number },
  ): Promise<void> | undefined {
    const leftMs = (deadlineMs ?? Number.POSITIVE_INFINITY) - wallMs() - marginMillis;
    const holdMs = Math.min(this.#options.holdMillis, leftMs);
    return holdMs > 0 ? this.#options.exportSpans(holdMs, mayKeep) : undefined;
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
  // A runtime without request ids in its context still runs one invocation at a time.
  return a === undefined || b === undefined || a === b;
}
