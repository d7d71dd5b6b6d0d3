import { judgePickOrderAlone } from '../../collector/src/correlate/judge/index.ts';
import { dataSet, evidenceAt } from './data-set.ts';
import { survivalOf } from './simulator/laws.ts';
import { ORIGIN_MS } from './simulator/spans.ts';
import type { Scenario } from './simulator/scenario.ts';

/** z of the rank test of one run with random picks. */
export interface PlayedPicks {
  readonly picks: string;
  readonly n: number;
  readonly z?: number;
}

/** Ghosts bias z unless their law states where they begin; here it is the true law, in the cells it is learnt. */
const SCENARIOS: readonly Scenario[] = [
  {
    name: 'fixed 600, bursts',
    law: { kind: 'fixed', threshold: 600 },
    order: 'random',
    load: { kind: 'bursts', size: 12, apart: 600 },
    hours: 8,
  },
  {
    name: 'soft 320, bursts',
    law: { kind: 'soft', threshold: 320, width: 22 },
    order: 'random',
    load: { kind: 'bursts', size: 12, apart: 300 },
    hours: 8,
  },
];

export function playPicks(seed: number): PlayedPicks {
  const scenario = SCENARIOS[seed % SCENARIOS.length]!;
  const data = dataSet(scenario, 1_000_000 + seed);
  const survival = survivalOf(scenario.law);
  const { n, z } = judgePickOrderAlone(
    evidenceAt(data, data.run.seconds),
    ORIGIN_MS + 1e3 * data.run.seconds,
    (idleMs) => survival(idleMs / 1e3),
  );
  return { picks: scenario.name, n, ...(z !== undefined && { z }) };
}
