import type { Env, ExportMode } from '../config/config.ts';
import type { Attributes } from '../otlp/span.ts';
import type { InitMoments } from '../process/init-clock.ts';

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

/** A memory size in MiB, as platforms put it into a variable, in bytes; undefined if it is not a positive integer. */
export function memoryBytes(mebibytes: string | undefined): number | undefined {
  const value = Number(mebibytes ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value * 1_048_576 : undefined;
}

/**
 * A `GET` that does not count as the function's own.
 *
 * @returns the body; undefined if there is no successful answer within half a second
 */
export type Get = (url: string, headers: Readonly<Record<string, string>>) => Promise<string | undefined>;
