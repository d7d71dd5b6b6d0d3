// Shared by all copies of this package in the process: a bundle may bring its own.
const REGISTRY = Symbol.for('sandscope.registry');

/** How long a package of the function took to load. */
export interface PackageTime {
  /** Top-level package; `.` for the function's own files. */
  readonly name: string;
  /** Time in its own files: reading and running them, and compiling the CommonJS ones. */
  readonly selfMs: number;
  /** The same plus the time of all files, of other packages too, that were loaded first because of it. */
  readonly totalMs: number;
  readonly fileCount: number;
  /** When the load of its first file began, CLOCK_MONOTONIC, ms. */
  readonly beganMs: number;
}

/** Times modules while they are loaded. */
export interface LoadTimes {
  /** Stops the timing. */
  stop(): void;
  /** The packages with the longest time of their own, longest first, and how many packages there are. */
  read(): { readonly packages: readonly PackageTime[]; readonly packageCount: number };
}

/** What all copies of this package in the process share. */
export interface Registry {
  readonly wrapped: WeakSet<object>;
  /**
   * Contexts of invocations in flight, with their events: if a wrapped handler calls another wrapped handler with the
   * same two, both make one invocation.
   */
  readonly contexts: WeakMap<object, unknown>;
  /** Request ids of invocations in flight: middleware between two wrapped handlers may replace event and context. */
  requests?: Set<string>;
  /** OpenTelemetry's own spans carry Sandscope's facts: wrapped handlers record nothing. */
  carried?: boolean;
  /** With `SANDSCOPE_MODULES=1`: how long modules take to load. */
  loadTimes?: LoadTimes;
  /** A failed initialisation of this process has been recorded. */
  initFailed?: boolean;
  /** See `traceHeaders`. Set by the copy that records. */
  traceHeaders?: () => Record<string, string>;
}

/** The one registry of this process. */
export function registry(): Registry {
  const store = globalThis as { [REGISTRY]?: Registry };
  return store[REGISTRY] ?? (own ??= createRegistry(store));
}

/** This copy's, if the program has sealed the global object. */
let own: Registry | undefined;

function createRegistry(store: { [REGISTRY]?: Registry }): Registry {
  const created: Registry = { wrapped: new WeakSet(), contexts: new WeakMap() };
  try {
    store[REGISTRY] = created;
  } catch {
    // Other copies of this package do not see it.
  }
  return created;
}
