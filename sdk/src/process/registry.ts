// Shared by all copies of this package in the process: a bundle may bring its own.
const REGISTRY = Symbol.for('sandscope.registry');

/** How long a package of the function took to load. */
export interface PackageTime {
  /** Top-level package; `.` for the function's own files. */
  readonly name: string;
  /** In its own files: reading and running them, and compiling those that are CommonJS. */
  readonly selfMs: number;
  /** The same and that of all files that were loaded first because of it, in other packages, too. */
  readonly totalMs: number;
  readonly fileCount: number;
  /** When the first of them was begun with, CLOCK_MONOTONIC, ms. */
  readonly beganMs: number;
}

/** Times modules while they are loaded. */
export interface LoadTimes {
  /** Ends that. */
  stop(): void;
  /** The packages with the longest time of their own, longest first, and how many packages there are. */
  read(): { readonly packages: readonly PackageTime[]; readonly packageCount: number };
}

/** What all copies of this package in the process share. */
export interface Registry {
  readonly wrapped: WeakSet<object>;
  /**
   * Contexts of invocations in flight, with their events: a wrapped handler that is called inside a wrapped handler with
   * the same two is one invocation.
   */
  readonly contexts: WeakMap<object, unknown>;
  /** OpenTelemetry's own spans carry what is known: nothing is recorded by wrapped handlers. */
  carried?: boolean;
  /** With `SANDSCOPE_MODULES=1`: how long modules take to load. */
  loadTimes?: LoadTimes;
  /** It was recorded that the initialisation of this process failed. */
  initFailed?: boolean;
}

/** The one registry of this process. */
export function registry(): Registry {
  const store = globalThis as { [REGISTRY]?: Registry };
  store[REGISTRY] ??= { wrapped: new WeakSet(), contexts: new WeakMap() };
  return store[REGISTRY];
}
