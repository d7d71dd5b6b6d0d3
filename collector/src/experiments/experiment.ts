import type { ExperimentName, MissingColumn, Sample, Summaries, Unit } from '@sandscope/probes/outside';
import type { Random } from '../statistics/index.ts';
import type { ParameterSet, ValuesOf } from './parameters.ts';

/** What a plan is made of besides its parameters. */
export interface PlanContext {
  /** The same for the same seed: a run that goes on makes its plan again. */
  readonly random: Random;
  readonly timeScale: number;
}

/** What a summary is made of besides the samples. */
export interface SummaryContext {
  readonly timeScale: number;
  readonly seed: number;
  /** What times of samples count from. */
  readonly startedUnixMs: number;
  readonly prices: PricePlan;
}

/** What calls cost. */
export interface PricePlan {
  readonly name: string;
  readonly currency: string;
  readonly perGbSecond: number;
  readonly perMillionRequests: number;
  /** Billed time is rounded up to whole ones of it. */
  readonly billedStepMs: number;
}

/** A measurement that somebody published, as it is done here. */
export interface Experiment<
  Name extends ExperimentName = ExperimentName,
  P extends ParameterSet = ParameterSet,
> {
  readonly name: Name;
  /** One line. */
  readonly summary: string;
  /** Who did it first. */
  readonly source: string;
  readonly parameters: P;
  /**
   * What it cannot do without: `nothing`, `starts` (whether a start was cold, which latency may indicate instead), or `facts`
   * (a function that tells of its sandbox).
   */
  readonly needs: 'nothing' | 'starts' | 'facts';
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
  /** Files of a run besides those of all, by their names: text made of the samples. */
  readonly files?: Readonly<Record<string, (samples: readonly Sample[]) => string>>;
  /** Columns of its own that are not knowable here, besides those common to all. */
  readonly missing?: (summary: Summaries[Name]) => readonly MissingColumn[];
}

/** Ties the types of an experiment's parts together. */
export function defineExperiment<Name extends ExperimentName, P extends ParameterSet>(
  experiment: Experiment<Name, P>,
): Experiment<Name> {
  return experiment as unknown as Experiment<Name>;
}
