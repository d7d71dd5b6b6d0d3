import type { Env, ExportMode } from '../config.ts';
import type { RawEvent } from '../events/raw-event.ts';
import type { Attributes } from '../span/span.ts';
import type { TraceHeaders } from '../trace/trace-headers.ts';
import type { Trigger } from '../invocation/trigger.ts';

/** What is particular to a platform, told by its adapter when the first handler of the process is wrapped. */
export interface Platform {
  /** Short name, as in `sandscope.platform`. */
  readonly name: string;
  /**
   * How spans leave the sandbox where `SANDSCOPE_EXPORT` does not say: `sync` where the sandbox may be stopped right
   * after a response, `batch` where it is not. Default: as the environment suggests.
   */
  readonly exportMode?: ExportMode;
  /** Resource attributes from the environment. Read after the first invocation; a wrong value must become absent. */
  readonly resource?: (env: Env) => Attributes;
  /**
   * Asks a server of the platform's for more of the resource. Called once a process, after a response; undefined where
   * there is none.
   */
  readonly ask?: (get: Get, env: Env) => Promise<Attributes> | undefined;
  /**
   * The process was started before it was decided which function it runs: loading the function is the cold start, and
   * the time before it was spent in a pool. A function is asked when the package is set up.
   */
  readonly pooled?: boolean | (() => boolean);
  /** Called once when the package is set up, where the platform tells more of the initialisation. */
  readonly follow?: (init: InitMoments) => void;
  /** The function is called by a server in its own process, which is ready when it listens. */
  readonly serves?: boolean;
}

/** What an adapter may tell of the initialisation. */
export interface InitMoments {
  /**
   * The runtime began to load the function's modules at that moment, which may be long before this package was loaded.
   *
   * @param unixMs as `Date.now()` tells it
   * @param isTold the platform said so, rather than that it must have been by then
   */
  loadBegan(unixMs: number, isTold?: boolean): void;
  /** The function can be called from now on. */
  ready(): void;
}

/**
 * A `GET` that is not counted as the function's own.
 *
 * @returns the body; undefined where there is no good answer within half a second
 */
export type Get = (url: string, headers: Readonly<Record<string, string>>) => Promise<string | undefined>;

/** What an adapter read from the request of its platform. What is unknown is left out. */
export interface InvocationFacts {
  /** Name of the function where only the request tells it. */
  readonly name?: string | undefined;
  readonly invocationId?: string | undefined;
  /** Where the event does not tell. */
  readonly trigger?: Trigger | undefined;
  /** What the event says of its source and time, for platforms whose events have a shape of their own. */
  readonly event?: RawEvent | undefined;
  /** Headers that may name the trace; any letter case. */
  readonly headers?: unknown;
  /** What names the trace, where it is not only headers. */
  readonly traceHeaders?: TraceHeaders | undefined;
  /** The runtime takes a result in a later turn of the event loop than the one in which it is returned. */
  readonly answersLate?: boolean;
  /** More attributes of the span. */
  readonly attributes?: Attributes | undefined;
  /** The same, asked for when the span is made: after the response where the platform allows. */
  readonly later?: (() => Attributes) | undefined;
}
