import type { ExperimentName, Summaries } from './summaries.ts';
import type { Sample } from './sample.ts';

/** Version of the layout of `result.json`; a field that is added does not change it. */
export const RESULT_SCHEMA_VERSION = 1;

/** What was measured. */
export interface ResultTarget {
  readonly kind: 'http' | 'lambda' | 'local';
  /** The function's name, where the caller gave one. */
  readonly name?: string;
  /**
   * What says whose it is: addresses, ARNs, account ids. All of it is in this object and nowhere else in the result but
   * for `sandboxId`, `hostId` and `traceId` of the samples, so that leaving it out is deleting it.
   */
  readonly identity?: Readonly<Record<string, string>>;
}

/** The machine the client ran on. */
export interface ClientMachine {
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly nodeVersion: string;
  /** Longest that the event loop of the client was held up, ms: latencies cannot be known better. */
  readonly eventLoopDelayMaxMs?: number;
}

/** A quantity that this target or this run does not let anybody know. */
export interface MissingColumn {
  /** Name of the field of a sample or of the summary. */
  readonly column: string;
  /** One sentence. */
  readonly reason: string;
}

/** The wall clock of the client was set while the run was under way. */
export interface ClockStep {
  /** When it was noticed, ms since the start. */
  readonly atMs: number;
  /** Wall clock against monotonic clock; positive when it was set forward. */
  readonly stepMs: number;
}

/** What a run was going to do. */
export interface ResultPlan {
  /** Independent parts of the run, each a batch, burst or round of its own. */
  readonly units: number;
  /** Calls of all units. */
  readonly calls: number;
  /** As planned, with the time scale applied. */
  readonly durationMs: number;
  /** By the price plan named; absent where nothing is charged. */
  readonly cost?: { readonly amount: number; readonly currency: string; readonly pricePlan: string };
}

/** How many calls came to what; nothing but `ok` enters a statistic. */
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
  /** Random, the same after a run was resumed. */
  readonly runId: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** The moment that times of samples count from, by the client's wall clock. */
  readonly startedUnixMs: number;
  /** False when a ceiling or the user ended the run before its plan was done. */
  readonly complete: boolean;
  readonly machine: ClientMachine;
  readonly seed: number;
  /** Waits were divided by it; idle times of samples and summaries are those of the plan, latencies are as measured. */
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
