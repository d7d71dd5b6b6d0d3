import type { Random } from '../../../collector/src/statistics/index.ts';
import type { Law } from './scenario.ts';

/** Idle time after which a sandbox goes, seconds, under a law that treats each one separately. */
export function drawLife(law: Exclude<Law, { kind: 'halving' }>, random: Random): number {
  switch (law.kind) {
    case 'fixed':
      return law.threshold;
    case 'soft': {
      const u = Math.max(1e-12, random.uniform());
      return Math.max(0.001, law.threshold + law.width * Math.log((1 - u) / u));
    }
    case 'two-step':
      return random.uniform() < law.kept ? law.second : law.first;
    default:
      return -law.halfLife * Math.log2(1 - random.uniform());
  }
}

/** Idle time after which the member at this position (from 0) in a batch of the given size goes. */
export function halvingLife(
  { period, end }: Law & { kind: 'halving' },
  batch: number,
  place: number,
): number {
  for (let turn = 1; turn * period < end; turn += 1) {
    if (Math.ceil(batch / 2 ** turn) <= place) return turn * period;
  }
  return end;
}

/** Share that is kept beyond an idle time; for a batch if the law works on batches. */
export function survivalOf(law: Law, batch = 1): (seconds: number) => number {
  switch (law.kind) {
    case 'fixed':
      return (t) => (t < law.threshold ? 1 : 0);
    case 'soft':
      return (t) => (t <= 0.001 ? 1 : 1 / (1 + Math.exp((t - law.threshold) / law.width)));
    case 'two-step':
      return (t) => (t < law.first ? 1 : t < law.second ? law.kept : 0);
    case 'halving':
      return (t) => (t < law.end ? Math.ceil(batch / 2 ** Math.floor(t / law.period)) / batch : 0);
    default:
      return (t) => 2 ** (-t / law.halfLife);
  }
}

/** Idle time after which half are gone, seconds. */
export function medianLife(law: Law): number {
  switch (law.kind) {
    case 'fixed':
    case 'soft':
      return law.threshold;
    case 'two-step':
      return law.kept < 0.5 ? law.first : law.second;
    case 'halving':
      return law.period;
    default:
      return law.halfLife;
  }
}
