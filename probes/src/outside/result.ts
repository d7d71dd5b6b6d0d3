import type { ExperimentName, Summaries } from './summaries.ts';
import type { Sample } from './sample.ts';

/** Version of the layout of `result.json`; an added field does not change it. */
export const RESULT_SCHEMA_VERSION = 1;

/** The measured target. */
export interface ResultTarget {
  readonly kind: 'http' | 'lambda' | 'local';
  /** The function's name, if the caller gave one. */
  readonly name?: string;
  /**
   * Everything that identifies the owner: addresses, ARNs, account ids. Apart from the samples' `sandboxId`, `hostId`
   * and `traceId`, all of it is in this object, so leaving the object out removes it.
   */
  readonly identity?: Readonly<Record<string, string>>;
}

/** The client's machine. */
export interface ClientMachine {
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly nodeVersion: string;
  /** Longest delay of the client's event loop, ms: latencies cannot be more precise than this. */
  readonly eventLoopDelayMaxMs?: number;
}

/** A quantity that cannot be measured with this target or in this run. */
export interface MissingColumn {
  /** Name of the field of a sample or of the summary. */
  readonly column: string;
  /** One sentence. */
  readonly reason: string;
}

/** A step of the client's wall clock during the run. */
export interface ClockStep {
  /** When it was noticed, ms since the start. */
  readonly atMs: number;
  /** Wall clock against monotonic clock; positive when it was set forward. */
  readonly stepMs: number;
}

/** The plan of a run. */
export interface ResultPlan {
  /** Independent parts of the run, each a batch, burst or round of its own. */
  readonly units: number;
  /** Calls of all units. */
  readonly calls: number;
  /** As planned, with the time scale applied. */
  readonly durationMs: number;
  /** Cost according to the named price plan; absent if nothing is charged. */
  readonly cost?: { readonly amount: number; readonly currency: string; readonly pricePlan: string };
}

/** Number of calls by outcome; only `ok` enters statistics. */
export interface SampleCounts {
  readonly ok: number;
  /** By error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** By reason. */
  readonly discarded: Readonly<Record<string, number>>;
}

/**
 * `result.json`: one run of one experiment, with every sample. All times are ms; those of samples count from
 * `startedUnixMs` on the client's monotonic clock.
 */
export interface ProbeResult<Name extends ExperimentName = ExperimentName> {
  readonly schema: typeof RESULT_SCHEMA_VERSION;
  readonly experiment: Name;
  readonly tool: { readonly name: 'sandscope'; readonly version: string };
  /** Random; the same after a run was resumed. */
  readonly runId: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** The zero point of the samples' times, on the client's wall clock. */
  readonly startedUnixMs: number;
  /** False if a limit or the user ended the run before its plan was done. */
  readonly complete: boolean;
  readonly machine: ClientMachine;
  readonly seed: number;
  /** Waits were divided by it. Idle times of samples and summaries are as planned, latencies as measured. */
  readonly timeScale: number;
  readonly target: ResultTarget;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly plan: ResultPlan;
  readonly counts: SampleCounts;
  readonly clockSteps: readonly ClockStep[];
  readonly samples: readonly Sample[];
  readonly summary: Summaries[Name];
  /** One sentence for people. */
  readonly verdict: string;
  readonly missing: readonly MissingColumn[];
}
