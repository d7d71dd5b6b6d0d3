import type { AnswerFacts } from './function-answer.ts';
import type { DiscardReason, Sample } from './sample.ts';

/** What one call is to be. */
export interface CallSpec {
  /** Its part in the unit, as the sample names it. */
  readonly role: string;
  /** Fields of the event, for a function that takes part; the run's own event stays below them. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Added to the event as a text of that length. */
  readonly paddingBytes?: number;
  readonly functionName?: string;
  readonly type?: 'sync' | 'async';
  readonly keepAlive?: boolean;
  /** Told to the sample as they are. */
  readonly cell?: Readonly<Record<string, string | number | boolean>>;
  readonly width?: number;
  readonly memoryMb?: number;
  readonly idleBeforeMs?: number;
  /** When it was due, ms since the start of the run; default now. */
  readonly scheduledMs?: number;
}

/** What a unit of a plan does its work with. */
export interface UnitContext {
  /** ms since the start of the run. */
  readonly now: () => number;
  /** Makes one call now; its sample is kept whatever came of it. */
  readonly call: (spec: CallSpec) => Promise<Sample>;
  /** Makes calls at once. */
  readonly together: (count: number, spec: (index: number) => CallSpec) => Promise<Sample[]>;
  /** Each of `width` callers calls again as soon as it has its answer, until the time (as measured, not scaled) is over. */
  readonly closedLoop: (
    width: number,
    durationMs: number,
    spec: (caller: number) => CallSpec,
  ) => Promise<Sample[]>;
  /**
   * Calls at their times, ms from now and ascending, however long answers take: a slow answer delays no other call and
   * latencies count from when a call was due.
   */
  readonly openLoop: (arrivalsMs: readonly number[], spec: (index: number) => CallSpec) => Promise<Sample[]>;
  /** Lets planned time go by, divided by the time scale. Rejects when the run is ended. */
  readonly wait: (plannedMs: number) => Promise<void>;
  /** Lets time go by that is not scaled. */
  readonly pause: (ms: number) => Promise<void>;
  /**
   * Sees to it that no sandbox is warm: by telling the platform where it can be told, else by a wait that is longer than it
   * keeps idle ones.
   */
  readonly makeCold: (plannedMs: number, functionName?: string) => Promise<void>;
  /** Where other functions can call a function of the target. */
  readonly urlOf: (functionName?: string) => string | undefined;
  /** Keeps samples out of every statistic. */
  readonly discard: (samples: readonly Sample[], reason: DiscardReason) => void;
  /** Adds to a sample what came to be known of it after its answer, as of an asynchronous call. */
  readonly amend: (sample: Sample, told: AnswerFacts) => void;
  readonly timeScale: number;
}

/** An independent part of a plan. */
export interface Unit {
  /** Unique in the plan, and the same in the plan of a run that goes on. */
  readonly id: string;
  readonly calls: number;
  /** Planned waiting, which the time scale divides. */
  readonly waitMs: number;
  /** The rest of its time, roughly. */
  readonly workMs: number;
  /**
   * Default true: an error spoils the other calls of the unit, and it is tried again. False: errors are data, or leave
   * the other calls as they are.
   */
  readonly isAtomic?: boolean;
  readonly run: (context: UnitContext) => Promise<void>;
}
