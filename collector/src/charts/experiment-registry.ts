import type { ExperimentName, ProbeResult } from '@sandscope/probes/outside';
import type { ChartContext, Picture } from './picture.ts';
import { backoff } from './experiments/backoff.ts';
import { burst } from './experiments/burst.ts';
import { asynchronous, communication, io, packageSize, pingPong, replay } from './experiments/by-group.ts';
import { coldChain } from './experiments/cold-chain.ts';
import { concurrency } from './experiments/concurrency.ts';
import { ecdf } from './experiments/ecdf.ts';
import { eviction } from './experiments/eviction.ts';
import { hopping, placement } from './experiments/hosts.ts';
import { memory } from './experiments/memory.ts';
import { overhead } from './experiments/overhead.ts';
import { perfCost } from './experiments/perf-cost.ts';
import { techniques } from './experiments/techniques.ts';
import { warming } from './experiments/warming.ts';

/** Makes a chart from nothing but the data of a result. */
type ResultChart<Name extends ExperimentName> = (result: ProbeResult<Name>, context: ChartContext) => Picture;
type ExperimentCharts = { readonly [Name in ExperimentName]: readonly ResultChart<Name>[] };

/** What answers the question of each experiment. */
const EXPERIMENT_CHARTS: ExperimentCharts = {
  async: [asynchronous],
  backoff: [backoff],
  burst: [burst],
  'cold-chain': [coldChain],
  communication: [communication],
  concurrency: [concurrency],
  eviction: [eviction],
  hopping: [hopping],
  io: [io],
  memory: [memory],
  overhead: [overhead],
  'package-size': [packageSize],
  'perf-cost': [perfCost],
  'ping-pong': [pingPong],
  placement: [placement],
  replay: [replay],
  techniques: [techniques],
  warming: [warming],
};

/** The charts of a result: its own, and the distribution of its latencies. */
export function experimentCharts(
  result: ProbeResult,
): readonly ((result: never, context: ChartContext) => Picture)[] {
  return [...(EXPERIMENT_CHARTS[result.experiment] ?? []), ecdf];
}
