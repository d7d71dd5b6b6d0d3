import type { PlacementSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { seededRandom, shuffle } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, short } from './figures.ts';
import { overlaps } from './hold-all.ts';
import { births, hostOf } from './hosts.ts';
import { known } from './known.ts';
import { count, duration } from './parameters.ts';

const parameters = {
  width: count('sandboxes at once', 50, 2, 1000),
  rounds: count('times that all are new', 3, 1, 1000),
  hold: duration('how long a call stays in the function, so that calls overlap', 1_000),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
};

const SIMULATIONS = 2_000;
const SURE = 0.025;

/** Many sandboxes at once: their distribution over hosts. */
export const placement = defineExperiment({
  name: 'placement',
  summary: 'how sandboxes that live at once are placed on hosts: spread, packed or by chance',
  source: 'Smith, talk of 2017; Wang et al., USENIX ATC 2018',
  parameters,
  needs: 'facts',
  plan: ({ width, rounds, hold, 'cold-wait': coldWait }) =>
    Array.from({ length: rounds }, (_, round) => ({
      id: String(round + 1),
      calls: width,
      waitMs: coldWait,
      workMs: hold + 1_000,
      run: async ({ together, makeCold, discard }: UnitContext) => {
        await makeCold(coldWait);
        const samples = await together(width, () => ({ role: 'call', event: { holdMs: hold }, width }));
        if (!overlaps(samples)) discard(samples, 'not_overlapping');
      },
    })),
  summarise: (samples, _parameters, { seed }): PlacementSummary => {
    const ok = measured(samples);
    const host = hostOf(ok);
    const rounds = [...groupBy(ok, ({ unit }) => unit).values()].map((own) =>
      births(own).filter((sample) => host(sample) !== undefined),
    );
    const hosts = [...groupBy(rounds.flat(), host)].map(([hostId, own]) => ({
      own,
      hostId,
      // The fullest round: the sandboxes of different rounds do not coexist.
      sandboxes: Math.max(...[...groupBy(own, ({ unit }) => unit).values()].map((one) => one.length)),
    }));
    return {
      hosts: hosts.map(({ hostId, sandboxes, own }) => {
        const memoryMb = memoryOf(own);
        return known({
          hostId,
          sandboxes,
          memoryMb: memoryMb === undefined ? undefined : memoryMb * sandboxes,
        });
      }),
      sandboxes: births(ok).length,
      rounds: rounds.length,
      ...policyOf(rounds, host, hosts.length, seed),
    };
  },
  verdict: ({ hosts, policy, sandboxes, rounds, pValue }) => {
    if (hosts.length === 0)
      return 'Hosts cannot be identified here: they are not declared, and no two sandboxes share a kernel.';
    const most = Math.max(...hosts.map((one) => one.sandboxes));
    const least = Math.min(...hosts.map((one) => one.sandboxes));
    const how =
      policy === 'unknown'
        ? 'how they are chosen is not shown by these data'
        : `${HOW[policy]} (p = ${short(pValue)})`;
    const each = least === most ? `${least} on each` : `${least} to ${most} on each`;
    return `${sandboxes} sandboxes of ${rounds} rounds were on ${hosts.length} hosts, ${each} at a time; ${how}.`;
  },
  table: ({ hosts }) =>
    hosts.map(({ hostId, sandboxes, memoryMb }) => ({ host: hostId, sandboxes, MB: memoryMb })),
  missing: ({ hosts }) =>
    hosts.length === 0
      ? [{ column: 'hosts', reason: 'nothing declares a host, and no kernel is shared' }]
      : [],
});

const HOW = {
  spread: 'they are spread over hosts',
  pack: 'they are packed onto few hosts',
  random: 'hosts are chosen as by chance',
} as const;

function memoryOf(samples: readonly Sample[]): number | undefined {
  return samples.find((sample) => sample.function?.memoryMb !== undefined)?.function?.memoryMb;
}

/**
 * Whether counts are more or less even than under independent choice.
 *
 * Uneven means: compared with equal choice among the observed hosts. Hosts that were not seen could only make the
 * counts more uneven. Even means the same comparison plus a second test, because a few sandboxes on many hosts are on
 * different hosts in any case: within a round, sandboxes must share hosts less often than sandboxes of different rounds
 * do. Independent choice cannot explain that, whatever the number of hosts.
 */
function policyOf(
  rounds: readonly (readonly Sample[])[],
  host: (sample: Sample) => string | undefined,
  hostCount: number,
  seed: number,
): Pick<PlacementSummary, 'policy' | 'pValue'> {
  if (hostCount < 2) return { policy: 'unknown' };
  const squares = (counts: Uint32Array | readonly number[]): number => {
    let sum = 0;
    for (const one of counts) sum += one * one;
    return sum;
  };
  const seen = rounds.reduce(
    (sum, own) => sum + squares([...groupBy(own, host).values()].map((one) => one.length)),
    0,
  );
  const random = seededRandom(seed);
  const names = [...groupBy(rounds.flat(), host).keys()];
  const pool = rounds.flat().map((sample) => names.indexOf(host(sample)!));
  let atMost = 0;
  let atMostShuffled = 0;
  let atLeast = 0;
  for (let turn = 0; turn < SIMULATIONS; turn += 1) {
    let drawn = 0;
    let exchanged = 0;
    let from = 0;
    shuffle(pool, random);
    for (const own of rounds) {
      const chosen = new Uint32Array(hostCount);
      const mixed = new Uint32Array(hostCount);
      for (let one = 0; one < own.length; one += 1) {
        chosen[random.below(hostCount)]! += 1;
        mixed[pool[from + one]!]! += 1;
      }
      from += own.length;
      drawn += squares(chosen);
      exchanged += squares(mixed);
    }
    if (exchanged <= seen) atMostShuffled += 1;
    if (drawn <= seen) atMost += 1;
    if (drawn >= seen) atLeast += 1;
  }
  const even = (1 + Math.max(atMost, atMostShuffled)) / (1 + SIMULATIONS);
  const uneven = (1 + atLeast) / (1 + SIMULATIONS);
  if (even <= SURE) return { policy: 'spread', pValue: even };
  if (uneven <= SURE) return { policy: 'pack', pValue: uneven };
  // Neither was found. The answer is "random" only if a difference would have been detectable.
  const sandboxes = rounds.reduce((sum, own) => sum + own.length, 0);
  return { policy: sandboxes >= 10 * hostCount ? 'random' : 'unknown', pValue: Math.min(even, uneven) };
}
