/** One invocation of a deployment (account, region, platform, function), as the judge looks at it. */
export interface Use {
  /** What names the sandbox: `sandscope.sandbox.id`, else the platform's id, pod, container or service instance. */
  readonly sandbox: string;
  /** The platform's own name of the environment (`faas.instance`); absent where it gives none. */
  readonly instance?: string;
  /** Tells the processes of a sandbox apart (`process.start_ticks`). */
  readonly process?: string;
  /** Version of code and configuration, with the memory size where that is known. */
  readonly version?: string;
  /** ms since the epoch by the function's clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** 1 is the first of its process. */
  readonly ordinal?: number;
  /** Absent where the span does not say. */
  readonly cold?: boolean;
  /** From the decision to start a sandbox to the start of this invocation; of cold ones. */
  readonly initMs?: number;
  /** How long the process was busy with its previous export after answering. */
  readonly exportMs?: number;
  /** When the kernel booted by the function's clock, ms since the epoch; it moves when the clock is set. */
  readonly bootTimeMs?: number;
  /** How it ended, where that was no ordinary answer; the sandbox may have gone with it. */
  readonly outcome?: 'time-out' | 'crash';
  /** Whom it was for (session, client, tenant), as a platform may see it: the same may be sent to the same sandbox. */
  readonly affinityKey?: string;
  /** It follows a goodbye of the same process, which does not count. */
  readonly withdrawsGoodbye?: boolean;
}

/** A sandbox, or something on its behalf, said that it was told to stop. */
export interface Goodbye {
  readonly sandbox: string;
  readonly instance?: string;
  readonly process?: string;
  readonly timeMs: number;
  /** As told: `sigterm`, `spindown`, `timeout`, `failure`, `exit`, `lost`, … */
  readonly reason: string;
  /** Ordinal of the last invocation of the process. */
  readonly lastOrdinal?: number;
}

/**
 * Sandboxes that were looked at after they had idled, by somebody who kept no invocations: how many of them were still
 * there. Of those that were not, it is known only that they went sooner.
 */
export interface IdleOutcome {
  /** When they were looked at, ms since the epoch. */
  readonly timeMs: number;
  /** How long all of them had idled then. */
  readonly idleMs: number;
  /** How many idled together, as laws of batches count them; 1 where each was looked at by itself. */
  readonly together: number;
  readonly warm: number;
  readonly gone: number;
}

/** What one slot of time holds of one deployment. */
export interface Observed {
  readonly uses: Iterable<Use>;
  readonly goodbyes?: Iterable<Goodbye>;
  readonly idleOutcomes?: Iterable<IdleOutcome>;
}
