import type { Env, ExportMode } from '../config.ts';
import type { Attributes } from '../span.ts';
import type { Trigger } from '../trigger.ts';

/** What is particular to a platform, told by its adapter when the first handler of the process is wrapped. */
export interface Platform {
  /** Short name, as in `sandscope.platform`. */
  readonly name: string;
  /**
   * How spans leave the sandbox where `SANDSCOPE_EXPORT` does not say: `sync` where the sandbox may be stopped right
   * after a response, `batch` where it is not.
   */
  readonly exportMode: ExportMode;
  /** Resource attributes from the environment. Read after the first invocation; a wrong value must become absent. */
  readonly resource?: (env: Env) => Attributes;
  /**
   * The process was started before it was decided which function it runs: loading the function is the cold start, and
   * the time before it was spent in a pool.
   */
  readonly pooled?: boolean;
}

/** What an adapter read from the request of its platform. What is unknown is left out. */
export interface InvocationFacts {
  /** Name of the function where only the request tells it. */
  readonly name?: string | undefined;
  readonly invocationId?: string | undefined;
  readonly trigger: Trigger;
  /** Headers that may name the trace; any letter case. */
  readonly headers?: unknown;
  /** More attributes of the span. */
  readonly attributes?: Attributes | undefined;
}
