import { asynchronous } from './async.ts';
import { backoff } from './backoff.ts';
import { burst } from './burst.ts';
import { coldChain } from './cold-chain.ts';
import { communication } from './communication.ts';
import { concurrency } from './concurrency.ts';
import { eviction } from './eviction.ts';
import type { Experiment } from './experiment.ts';
import { hopping } from './hopping.ts';
import { io } from './io.ts';
import { memory } from './memory.ts';
import { overhead } from './overhead.ts';
import { packageSize } from './package-size.ts';
import { perfCost } from './perf-cost.ts';
import { pingPong } from './ping-pong.ts';
import { placement } from './placement.ts';
import { replay } from './replay.ts';
import { techniques } from './techniques.ts';
import { warming } from './warming.ts';

/** All experiments: one file and one line each. */
export const EXPERIMENTS = [
  backoff,
  eviction,
  concurrency,
  warming,
  overhead,
  perfCost,
  pingPong,
  coldChain,
  hopping,
  burst,
  placement,
  io,
  techniques,
  memory,
  communication,
  packageSize,
  asynchronous,
  replay,
] as unknown as readonly Experiment[];
