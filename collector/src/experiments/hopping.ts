import type { Estimate, HoppingSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { richness, seededRandom } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, share, short } from './figures.ts';
import { births, hostOf } from './hosts.ts';
import { known } from './known.ts';
import { count, duration, roughDuration } from './parameters.ts';

const parameters = {
  interval: duration('between steady calls', 60_000),
  time: duration('of all of it', 4 * 3_600_000),
  'burst-every': count('steady calls between bursts; 0: none', 10, 0, 100_000),
  burst: count('calls at once of a burst', 10, 1, 500),
  hold: duration('how long a call of a burst stays in the function', 500),
};

/** Steady calls interspersed with bursts: on which hosts the function runs. */
export const hopping = defineExperiment({
  name: 'hopping',
  summary: 'on how many hosts a function runs, and how it hops between them',
  source: 'Smith, talk of 2017',
  parameters,
  needs: 'facts',
  plan: ({ interval, time, 'burst-every': every, burst, hold }) =>
    Array.from({ length: Math.max(1, Math.floor(time / interval)) }, (_, index) => {
      const isBurst = every > 0 && index % every === every - 1;
      return {
        id: String(index + 1),
        calls: isBurst ? burst : 1,
        waitMs: interval,
        workMs: isBurst ? hold : 100,
        run: async ({ call, together, wait }: UnitContext) => {
          await wait(interval);
          if (isBurst)
            await together(burst, () => ({ role: 'burst', event: { holdMs: hold }, width: burst }));
          else await call({ role: 'steady', idleBeforeMs: interval });
        },
      };
    }),
  summarise: (samples, _parameters, { timeScale, seed }): HoppingSummary => {
    const ok = measured(samples);
    const host = hostOf(ok);
    const onHosts = ok.filter((sample) => host(sample) !== undefined);
    // Hops of steady calls only: within a burst the order of calls is arbitrary.
    const steady = onHosts.filter(({ role }) => role === 'steady');
    const hops = steady.slice(1).filter((sample, index) => host(sample) !== host(steady[index]!)).length;
    const born = births(onHosts);
    const counts = [...groupBy(born, host).values()].map((own) => own.length);
    return known({
      sequence: ok.map((sample) =>
        known({
          atMs: sample.sentMs * timeScale,
          hostId: host(sample),
          sandboxId: sample.sandboxId,
          cold: sample.start === 'unknown' ? undefined : sample.start === 'cold',
        }),
      ),
      hosts: [...groupBy(onHosts, host)].map(([hostId, own]) => ({
        hostId,
        calls: own.length,
        sandboxes: births(own).length,
      })),
      hopRate: share(hops, Math.max(0, steady.length - 1)),
      independentHopRate: independent(born, host),
      distinctHosts: hostEstimate(counts, seed),
    });
  },
  verdict: ({ hosts, hopRate, distinctHosts, sequence }) => {
    const last = sequence.at(-1)?.atMs ?? 0;
    if (hosts.length === 0)
      return 'Hosts cannot be identified here: they are not declared, and no two sandboxes share a kernel.';
    const seen = `${hosts.length} ${hosts.length === 1 ? 'host was' : 'hosts were'} seen`;
    const hops =
      hopRate.value === undefined
        ? ''
        : `; ${short(hopRate.value * 100)} % of steady calls came to another host than the one before`;
    return `In ${roughDuration(last)} ${seen}, ${whole(distinctHosts, hosts.length)}${hops}.`;
  },
  table: ({ hosts }) => hosts.map(({ hostId, calls, sandboxes }) => ({ host: hostId, calls, sandboxes })),
  missing: ({ hosts }) =>
    hosts.length === 0
      ? [{ column: 'hosts', reason: 'nothing declares a host, and no kernel is shared' }]
      : [],
});

/** From this share of sandboxes on hosts that had one before, hosts that were not seen can be estimated. */
const LEAST_COVERAGE = 0.5;
/** Fewer sandboxes may be on the same hosts by chance. */
const LEAST_SANDBOXES = 8;

/**
 * The number of hosts. Those seen are certain, and so is their number as the lower end. Chao's estimate of the others
 * assumes that sandboxes are placed independently: where placement is even, hosts are seen once far more often, and it
 * would be too high. So it is absent if placement is more even than by chance, or if too few sandboxes came to a host
 * again.
 */
function hostEstimate(counts: readonly number[], seed: number): Estimate {
  const { seen, chao1, high, coverage = 0, n } = richness(counts);
  if (n === 0) return { n };
  const isKnown = n >= LEAST_SANDBOXES && coverage >= LEAST_COVERAGE;
  if (!isKnown || (chao1 > seen && isEven(counts, chao1, seed))) return { low: seen, n };
  return { value: chao1, low: seen, high, n };
}

const SIMULATIONS = 1_000;
const SURE = 0.1;

/** Whether sandboxes share hosts less often than independent placement on that many hosts would plausibly give. */
function isEven(counts: readonly number[], hosts: number, seed: number): boolean {
  const random = seededRandom(seed);
  const n = counts.reduce((sum, count) => sum + count, 0);
  const seen = counts.reduce((sum, count) => sum + count * count, 0);
  let asEven = 0;
  for (let turn = 0; turn < SIMULATIONS; turn += 1) {
    const drawn = new Uint32Array(Math.round(hosts));
    for (let one = 0; one < n; one += 1) drawn[random.below(drawn.length)]! += 1;
    if (drawn.reduce((sum, count) => sum + count * count, 0) <= seen) asEven += 1;
  }
  return asEven <= SURE * SIMULATIONS;
}

function whole({ value, high }: Estimate, seen: number): string {
  if (value === undefined) return 'and how many others there are is not shown by these data';
  if (Math.round(value) <= seen) return 'probably all there are';
  return `of probably about ${Math.round(value)}${high === undefined ? '' : ` (${seen} to ${Math.ceil(high)})`}`;
}

/** How often two consecutive sandboxes would be on different hosts if placed independently. */
function independent(
  born: readonly Sample[],
  host: (sample: Sample) => string | undefined,
): number | undefined {
  const n = born.length;
  if (n < 2) return undefined;
  let same = 0;
  for (const own of groupBy(born, host).values()) same += own.length * (own.length - 1);
  return 1 - same / (n * (n - 1));
}
