import { summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { History } from '../../collector/src/correlate/evidence/index.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import type { Judgement, Known } from '../../collector/src/correlate/judge/index.ts';
import { survivalOf } from './simulator/laws.ts';
import { play } from './simulator/platform.ts';
import type { Run } from './simulator/platform.ts';
import type { Scenario } from './simulator/scenario.ts';
import { ORIGIN_MS, tell } from './simulator/spans.ts';
import type { Reports } from './simulator/spans.ts';

/** One run of a scenario: the truth, and the spans and goodbyes reported about it. */
export interface DataSet {
  readonly scenario: Scenario;
  readonly run: Run;
  readonly reports: Reports;
}

export function dataSet(scenario: Scenario, seed: number): DataSet {
  const run = play(scenario, seed);
  return { scenario, run, reports: tell(scenario, run, seed) };
}

/** The data received by a moment, in seconds from the start of the run. */
export function evidenceAt({ reports }: DataSet, seconds: number): History {
  const untilMs = ORIGIN_MS + 1e3 * seconds;
  const uses = reports.uses.filter(({ receivedMs }) => receivedMs <= untilMs).map(({ use }) => use);
  return summarise({ uses, goodbyes: reports.goodbyes.filter(({ timeMs }) => timeMs <= untilMs) });
}

export function judgeAt(
  data: DataSet,
  seconds: number,
  known?: Known,
  history = evidenceAt(data, seconds),
): Judgement | undefined {
  return judge(history, ORIGIN_MS + 1e3 * seconds, known);
}

/** The knowledge of a judge that sees the same spans, but knows the law and the order. */
export function oracleOf({ scenario, run }: DataSet): Known {
  const { order, law, before } = scenario;
  const random = order === 'random' || order === 'affinity' ? 1 : order === 'mixed' ? 0.3 : 0;
  const { slips, chances } = run.picks;
  return {
    survival: (idleMs, batch, lawFromMs) =>
      survivalOf(before && lawFromMs < ORIGIN_MS ? before.law : law, batch)(idleMs / 1e3),
    ...(before && { changesMs: [ORIGIN_MS + 1e3 * before.until * run.seconds] }),
    slipRate: Math.max(1e-5, slips / Math.max(1, chances)),
    weights: {
      mostRecent: order === 'most-recent' ? 1 : order === 'mixed' ? 0.7 : 0,
      leastRecent: order === 'least-recent' || order === 'round-robin' ? 1 : 0,
      random,
      roundRobin: order === 'round-robin' ? 1 : 0,
    },
  };
}
