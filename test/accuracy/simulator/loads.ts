import type { Random } from '../../../collector/src/statistics/index.ts';
import type { Load } from './scenario.ts';

const exponential = (random: Random, mean: number): number => -mean * Math.log1p(-random.uniform());

/** Arrival times of calls, seconds from 0, ascending. */
export function arrivals(load: Load, seconds: number, random: Random): number[] {
  const moments: number[] = [];
  if (load.kind === 'bursts') {
    for (let at = exponential(random, load.apart); at < seconds; at += exponential(random, load.apart)) {
      const size = 1 + random.below(load.size);
      for (let call = 0; call < size; call += 1) moments.push(at + random.uniform());
    }
    for (
      let at = exponential(random, load.apart / 3);
      at < seconds;
      at += exponential(random, load.apart / 3)
    ) {
      moments.push(at);
    }
    return moments.sort((a, b) => a - b);
  }
  const mean = load.kind === 'sparse' ? load.apart : 1 / load.rate;
  const swings = load.kind === 'busy';
  // A varying rate is the maximum rate with some calls left out (thinning).
  const step = swings ? mean / 2 : mean;
  const phase = random.uniform() * 2 * Math.PI;
  for (let at = exponential(random, step); at < seconds; at += exponential(random, step)) {
    const share = swings ? (1 + Math.sin((2 * Math.PI * at) / 3_600 + phase)) / 2 : 1;
    if (!swings || random.uniform() < share) moments.push(at);
  }
  return moments;
}
