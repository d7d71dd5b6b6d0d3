import type { AnswerFacts } from './function-answer.ts';
import type { DiscardReason, Sample } from './sample.ts';

/** Options of one call. */
export interface CallSpec {
  /** Its role in the unit, as in the sample. */
  readonly role: string;
  /** Fields of the event, for a function that takes part; they override those of the run's own event. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Length of a string added to the event. */
  readonly paddingBytes?: number;
  readonly functionName?: string;
  readonly type?: 'sync' | 'async';
  readonly keepAlive?: boolean;
  /** Copied to the sample. */
  readonly cell?: Readonly<Record<string, string | number | boolean>>;
  readonly width?: number;
  readonly memoryMb?: number;
  readonly idleBeforeMs?: number;
  /** When it was due, ms since the start of the run; default now. */
  readonly scheduledMs?: number;
}

/** What a unit of a plan can use. */
export interface UnitContext {
  /** ms since the start of the run. */
  readonly now: () => number;
  /** Makes one call now; its sample is kept whatever the outcome. */
  readonly call: (spec: CallSpec) => Promise<Sample>;
  /** Makes calls concurrently. */
  readonly together: (count: number, spec: (index: number) => CallSpec) => Promise<Sample[]>;
  /** Each of `width` callers calls again as soon as it has its answer, until the (unscaled) time is over. */
  readonly closedLoop: (
    width: number,
    durationMs: number,
    spec: (caller: number) => CallSpec,
  ) => Promise<Sample[]>;
  /**
   * Calls at the given times, ms from now and ascending, however long answers take: a slow answer delays no other call,
   * and latencies count from when a call was due.
   */
  readonly openLoop: (arrivalsMs: readonly number[], spec: (index: number) => CallSpec) => Promise<Sample[]>;
  /** Waits for planned time, divided by the time scale. Rejects if the run is ended. */
  readonly wait: (plannedMs: number) => Promise<void>;
  /** Waits without scaling. */
  readonly pause: (ms: number) => Promise<void>;
  /**
   * Ensures that no sandbox is warm: by a command to the platform if it has one, otherwise by waiting longer than the
   * platform keeps idle sandboxes.
   *
   * @returns `isRenewed` if by a command, which deploys the code again
   */
  readonly makeCold: (plannedMs: number, functionName?: string) => Promise<{ readonly isRenewed: boolean }>;
  /** URL at which other functions can call a function of the target. */
  readonly urlOf: (functionName?: string) => string | undefined;
  /** Excludes samples from all statistics. */
  readonly discard: (samples: readonly Sample[], reason: DiscardReason) => void;
  /** Adds facts to a sample that became known after its answer, as for an asynchronous call. */
  readonly amend: (sample: Sample, told: AnswerFacts) => void;
  readonly timeScale: number;
}

/** An independent part of a plan. */
export interface Unit {
  /** Unique in the plan, and the same when the run is resumed. */
  readonly id: string;
  readonly calls: number;
  /** Planned waiting time, which the time scale divides. */
  readonly waitMs: number;
  /** The rest of its time, approximately. */
  readonly workMs: number;
  /**
   * Default true: an error invalidates the other calls of the unit, which is then retried. False: errors are data, or
   * do not affect the other calls.
   */
  readonly isAtomic?: boolean;
  readonly run: (context: UnitContext) => Promise<void>;
}
