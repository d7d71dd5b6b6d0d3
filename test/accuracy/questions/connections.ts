import type { HeldSockets } from '../../../collector/src/correlate/questions/connections/evidence.ts';
import { goneBy, judgeEndpoint } from '../../../collector/src/correlate/questions/connections/judge.ts';
import type { Gone } from '../../../collector/src/correlate/questions/connections/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { dataSet, judgeAt } from '../data-set.ts';
import type { DataSet } from '../data-set.ts';
import type { Scenario } from '../simulator/scenario.ts';
import { instanceOf, ORIGIN_MS } from '../simulator/spans.ts';
import { atLeast, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'bursts',
    law: { kind: 'soft', threshold: 320, width: 22 },
    order: 'most-recent',
    load: { kind: 'bursts', size: 12, apart: 600 },
    hours: 8,
  },
  {
    name: 'two steps',
    law: { kind: 'two-step', first: 300, second: 900, kept: 0.4 },
    order: 'random',
    load: { kind: 'bursts', size: 12, apart: 600 },
    hours: 8,
  },
  {
    name: 'busy',
    law: { kind: 'fixed', threshold: 600 },
    order: 'most-recent',
    load: { kind: 'busy', rate: 2 },
    hours: 8,
  },
];

interface Pool {
  /** The truth: how many sockets from when to when, ms. */
  readonly truth: readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[];
  readonly reported: HeldSockets;
}

/** A pool that opens one more socket with each of its first calls, up to its size. */
function poolOf(random: Random, sandbox: DataSet['run']['sandboxes'][number], endMs: number): Pool[] {
  const ends = sandbox.calls.map(({ end }) => ORIGIN_MS + 1e3 * end).filter((at) => at <= endMs);
  if (ends.length === 0) return [];
  const size = 1 + random.below(4);
  const goneMs = sandbox.died === undefined ? Infinity : ORIGIN_MS + 1e3 * sandbox.died;
  const truth = ends.slice(0, size).map((fromMs) => ({ fromMs, toMs: goneMs, count: 1 }));
  const reported = {
    function: 'f',
    version: '',
    account_id: '',
    region: '',
    platform: '',
    environment: instanceOf(sandbox),
    peer: '10.0.0.5:5432',
    first: 1,
    most: truth.length,
    firstMs: ends[0]!,
    mostFromMs: ends[truth.length - 1]!,
    lastMs: ends.at(-1)!,
    isHeld: true,
  };
  return [{ truth, reported }];
}

/** The maximum at any time, and the number held at the end. */
function trueHolding(pools: readonly Pool[], endMs: number): { peak: number; now: number } {
  const events = pools
    .flatMap(({ truth }) => truth)
    .flatMap(({ fromMs, toMs, count }) => [
      { atMs: fromMs, change: count },
      { atMs: toMs, change: -count },
    ])
    .filter(({ atMs }) => atMs <= endMs)
    .sort((a, b) => a.atMs - b.atMs || b.change - a.change);
  let held = 0;
  let peak = 0;
  for (const { change } of events) {
    held += change;
    peak = Math.max(peak, held);
  }
  return { peak, now: held };
}

/** Sockets of sandboxes with known ends; the judge of fates estimates when they ended, as for the question. */
export const connections: Section = {
  name: 'connections',
  about:
    'Simulated platforms over eight hours without goodbyes, judged in process. Each sandbox has a pool of one to four sockets, ' +
    'which opens one with each call until it is full and is held until the sandbox goes.',
  measure: (scale) => {
    const random = seededRandom(607);
    const peaks = new Tally();
    const now = new Tally();
    const off: number[] = [];
    const widths: number[] = [];
    for (const scenario of SCENARIOS) {
      for (let run = 0; run < 40 * scale; run += 1) {
        const data = dataSet(scenario, 7_000 + run);
        const endMs = ORIGIN_MS + 1e3 * data.run.seconds * (0.5 + 0.5 * random.uniform());
        const pools = data.run.sandboxes.flatMap((sandbox) => poolOf(random, sandbox, endMs));
        const judgement = judgeAt(data, (endMs - ORIGIN_MS) / 1e3);
        if (judgement === undefined || pools.length === 0) continue;
        const fates = new Map(judgement.sandboxes.map((fate) => [fate.key, fate]));
        const goneOf = ({ environment, lastMs }: HeldSockets): Gone => {
          const fate = fates.get(environment);
          const { lowerMs: afterMs = 0, upperMs: beforeMs = 0 } = fate?.evicted ?? {};
          return goneBy(lastMs, endMs, fate?.evicted && { afterMs, beforeMs }, fate?.gone ?? 0);
        };
        const answer = judgeEndpoint(
          pools.map(({ reported }) => reported),
          goneOf,
          endMs,
        );
        const truth = trueHolding(pools, endMs);
        peaks.add(holds(answer.peak, truth.peak));
        now.add(holds(answer.now, truth.now));
        widths.push((answer.peak.high! - answer.peak.low!) / truth.peak);
        off.push(Math.abs(answer.peak.value! / truth.peak - 1));
      }
    }
    const medianOf = (values: number[]): number =>
      values.toSorted((a, b) => a - b)[values.length >>> 1] ?? NaN;
    const middle = medianOf(off);
    return [
      atLeast('true peak inside its interval', 0.95, peaks, 'data sets'),
      atLeast('held at the end inside its interval', 0.95, now, 'data sets'),
      {
        what: 'peak',
        wanted: 'within 5 % in the median',
        reached: `${(100 * middle).toFixed(1)} % off; its interval is ${(100 * medianOf(widths)).toFixed(0)} % of it wide`,
        n: `${off.length} data sets`,
        holds: middle <= 0.05,
      },
    ];
  },
};
