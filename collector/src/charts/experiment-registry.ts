import type { ExperimentName, ProbeResult } from '@sandscope/probes/outside';
import type { ChartContext, Picture } from './picture.ts';
import { backoff } from './experiments/backoff.ts';
import { burst } from './experiments/burst.ts';
import { coldChain } from './experiments/cold-chain.ts';
import { concurrency } from './experiments/concurrency.ts';
import { ecdf } from './experiments/ecdf.ts';
import { eviction } from './experiments/eviction.ts';
import { memory } from './experiments/memory.ts';
import { overhead } from './experiments/overhead.ts';
import { perfCost } from './experiments/perf-cost.ts';
import { warming } from './experiments/warming.ts';

/** Makes a chart from nothing but the data of a result. */
type ResultChart<Name extends ExperimentName> = (result: ProbeResult<Name>, context: ChartContext) => Picture;
type ExperimentCharts = { readonly [Name in ExperimentName]?: readonly ResultChart<Name>[] };

/** The charts of experiments that have specific ones. */
const EXPERIMENT_CHARTS: ExperimentCharts = {
  backoff: [backoff],
  burst: [burst],
  'cold-chain': [coldChain],
  concurrency: [concurrency],
  eviction: [eviction],
  memory: [memory],
  overhead: [overhead],
  'perf-cost': [perfCost],
  warming: [warming],
};

/** The charts of a result: its own, and the distribution of its latencies. */
export function experimentCharts(
  result: ProbeResult,
): readonly ((result: never, context: ChartContext) => Picture)[] {
  return [...(EXPERIMENT_CHARTS[result.experiment] ?? []), ecdf];
}
