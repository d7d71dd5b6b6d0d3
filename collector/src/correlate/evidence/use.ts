/**
 * How an invocation ended that gave no ordinary answer; its sandbox may have died with it. `failure`: it was marked as
 * failed, and nothing tells whether its sandbox ended with it or the runtime caught an exception.
 */
export type Outcome = 'time-out' | 'crash' | 'failure';

/** One invocation of a deployment (account, region, platform, function), as the judge sees it. */
export interface Use {
  /** The name of the sandbox: `sandscope.sandbox.id`, else the platform's id, pod, container or service instance. */
  readonly sandbox: string;
  /** The platform's own name of the environment (`faas.instance`, else the pod's uid); absent if there is none. */
  readonly instance?: string;
  /** Distinguishes the processes of a sandbox (`process.start_ticks`). */
  readonly process?: string;
  /** Version of code and configuration, with the memory size if known. */
  readonly version?: string;
  /** ms since the epoch by the function's clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** 1 is the first of its process. */
  readonly ordinal?: number;
  /** Absent if the span has none. */
  readonly cold?: boolean;
  /** From the decision to start a sandbox to the start of this invocation; for cold ones. */
  readonly initMs?: number;
  /** How long the previous export kept the process busy after it had answered. */
  readonly exportMs?: number;
  /** When the kernel booted by the function's clock, ms since the epoch; it changes when the clock is set. */
  readonly bootTimeMs?: number;
  /** Absent after an ordinary answer. */
  readonly outcome?: Outcome;
  /**
   * The session, client or tenant of the call, if the platform can see it: calls with equal keys may go to the same
   * sandbox.
   */
  readonly affinityKey?: string;
  /** It follows a goodbye of the same process, so the goodbye does not count. */
  readonly withdrawsGoodbye?: boolean;
}

/** A sandbox, or another process on its behalf, reported that it was asked to stop. */
export interface Goodbye {
  readonly sandbox: string;
  readonly instance?: string;
  readonly process?: string;
  readonly timeMs: number;
  /** As reported: `sigterm`, `spindown`, `timeout`, `failure`, `exit`, `lost`, … */
  readonly reason: string;
  /** Ordinal of the last invocation of the process. */
  readonly lastOrdinal?: number;
}

/**
 * Inspections of idle sandboxes whose invocations were not recorded: how many of them still existed. For the others,
 * only an upper bound of the time of death is known.
 */
export interface IdleOutcome {
  /** Time of the inspection, ms since the epoch. */
  readonly timeMs: number;
  /** How long all of them had been idle. */
  readonly idleMs: number;
  /** How many were idle together, in the sense of batch laws; 1 if each was inspected alone. */
  readonly together: number;
  readonly warm: number;
  readonly gone: number;
}

/** The evidence in one slot of time. */
export interface Observed {
  readonly uses: Iterable<Use>;
  readonly goodbyes?: Iterable<Goodbye>;
  readonly idleOutcomes?: Iterable<IdleOutcome>;
}
