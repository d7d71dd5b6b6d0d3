import type { ExperimentName, MissingColumn, Sample, Summaries, Unit } from '@sandscope/probes/outside';
import type { Random } from '../statistics/index.ts';
import type { ParameterSet, ValuesOf } from './parameters.ts';

/** Inputs of a plan besides its parameters. */
export interface PlanContext {
  /** The same for the same seed: a resumed run generates its plan again. */
  readonly random: Random;
  readonly timeScale: number;
}

/** Inputs of a summary besides the samples. */
export interface SummaryContext {
  readonly timeScale: number;
  readonly seed: number;
  /** Zero point of the samples' times. */
  readonly startedUnixMs: number;
  readonly prices: PricePlan;
}

/** The price of calls. */
export interface PricePlan {
  readonly name: string;
  readonly currency: string;
  readonly perGbSecond: number;
  readonly perMillionRequests: number;
  /** Billed time is rounded up to a multiple of this. */
  readonly billedStepMs: number;
}

/** A published measurement, as implemented here. */
export interface Experiment<
  Name extends ExperimentName = ExperimentName,
  P extends ParameterSet = ParameterSet,
> {
  readonly name: Name;
  /** One line. */
  readonly summary: string;
  /** Its original authors. */
  readonly source: string;
  readonly parameters: P;
  /**
   * Requirements: `nothing`, `starts` (whether a start was cold, which latency may indicate instead), or `facts` (a
   * function that reports its sandbox).
   */
  readonly needs: 'nothing' | 'starts' | 'facts';
  /** With `facts`: a function that it calls; default the target's own one. */
  readonly calls?: (parameters: ValuesOf<P>) => string | undefined;
  /** Independent parts in a seeded order. */
  readonly plan: (parameters: ValuesOf<P>, context: PlanContext) => readonly Unit[];
  /** A pure function of the samples. */
  readonly summarise: (
    samples: readonly Sample[],
    parameters: ValuesOf<P>,
    context: SummaryContext,
  ) => Summaries[Name];
  /** One sentence. */
  readonly verdict: (summary: Summaries[Name], parameters: ValuesOf<P>) => string;
  /** Rows for the terminal. */
  readonly table: (summary: Summaries[Name]) => readonly Readonly<Record<string, unknown>>[];
  /** Files of a run besides the common ones, by name: text generated from the samples. */
  readonly files?: Readonly<Record<string, (samples: readonly Sample[]) => string>>;
  /** Its own columns whose values are unknown here, besides those common to all. */
  readonly missing?: (summary: Summaries[Name]) => readonly MissingColumn[];
}

/** Connects the types of an experiment's parts. */
export function defineExperiment<Name extends ExperimentName, P extends ParameterSet>(
  experiment: Experiment<Name, P>,
): Experiment<Name> {
  return experiment as unknown as Experiment<Name>;
}
