import type { Env, ExportMode } from '../config.ts';
import type { RawEvent } from '../events/raw-event.ts';
import type { Attributes } from '../span/span.ts';
import type { TraceHeaders } from '../trace/trace-headers.ts';
import type { Trigger } from '../invocation/trigger.ts';

/** What is specific to a platform; its adapter passes it when the first handler of the process is wrapped. */
export interface Platform {
  /** Short name, as in `sandscope.platform`. */
  readonly name: string;
  /**
   * Default export mode if `SANDSCOPE_EXPORT` is not set: `sync` if the sandbox may be stopped right after a response,
   * `batch` if not. Default: what the environment suggests.
   */
  readonly exportMode?: ExportMode;
  /** Resource attributes from the environment. Read after the first invocation; leave invalid values out. */
  readonly resource?: (env: Env) => Attributes;
  /**
   * Asks one of the platform's servers for more of the resource. Called once per process, after a response; undefined
   * if there is no such server.
   */
  readonly ask?: (get: Get, env: Env) => Promise<Attributes> | undefined;
  /**
   * The process was started before its function was decided: loading the function is the cold start, and the time
   * before it was spent in a pool. If this is a function, it is called when the package is set up.
   */
  readonly pooled?: boolean | (() => boolean);
  /**
   * Called once when the package is set up, for platforms that report more about the initialisation.
   *
   * @param pooled what `pooled` said
   */
  readonly follow?: (init: InitMoments, pooled: boolean) => void;
  /** The function is called through a server in its own process, which is ready once it listens. */
  readonly serves?: boolean;
}

/** What an adapter can report about the initialisation. */
export interface InitMoments {
  /**
   * Sets when the runtime began to load the function's modules, which may be long before this package was loaded.
   *
   * @param unixMs as returned by `Date.now()`
   * @param isTold true if the platform reported the moment; false if loading had begun by then at the latest
   */
  loadBegan(unixMs: number, isTold?: boolean): void;
  /** The function can be called from now on. */
  ready(): void;
}

/**
 * A `GET` that does not count as the function's own.
 *
 * @returns the body; undefined if there is no successful answer within half a second
 */
export type Get = (url: string, headers: Readonly<Record<string, string>>) => Promise<string | undefined>;

/** What an adapter read from its platform's request. Unknown facts are left out. */
export interface InvocationFacts {
  /** Name of the function, if only the request contains it. */
  readonly name?: string | undefined;
  readonly invocationId?: string | undefined;
  /** Set if the event does not tell. */
  readonly trigger?: Trigger | undefined;
  /** Source and time of the event, for platforms with their own event shapes. */
  readonly event?: RawEvent | undefined;
  /** Headers that may name the trace; any letter case. */
  readonly headers?: unknown;
  /** The trace, if it is not only in headers. */
  readonly traceHeaders?: TraceHeaders | undefined;
  /** The runtime takes a result in a later turn of the event loop than the one in which it is returned. */
  readonly answersLate?: boolean;
  /** More attributes of the span. */
  readonly attributes?: Attributes | undefined;
  /** The same, but read when the span is made: after the response where the platform allows. */
  readonly later?: (() => Attributes) | undefined;
}
