import type { HoppingSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { richness } from '../statistics/index.ts';
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
  summarise: (samples, _parameters, { timeScale }): HoppingSummary => {
    const ok = measured(samples);
    const host = hostOf(ok);
    const onHosts = ok.filter((sample) => host(sample) !== undefined);
    // Hops of steady calls only: within a burst the order of calls is arbitrary.
    const steady = onHosts.filter(({ role }) => role === 'steady');
    const hops = steady.slice(1).filter((sample, index) => host(sample) !== host(steady[index]!)).length;
    const born = births(onHosts);
    const counts = [...groupBy(born, host).values()].map((own) => own.length);
    const { chao1, low, high, n } = richness(counts);
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
      distinctHosts: n === 0 ? { n } : { value: chao1, low, high, n },
    });
  },
  verdict: ({ hosts, hopRate, distinctHosts, sequence }) => {
    const last = sequence.at(-1)?.atMs ?? 0;
    return hosts.length === 0
      ? 'Hosts cannot be identified here: they are not declared, and no two sandboxes share a kernel.'
      : `In ${roughDuration(last)} ${hosts.length} hosts were seen, of at least ${short(distinctHosts.value)}; ${short((hopRate.value ?? 0) * 100)} % of steady calls came to another host than the one before.`;
  },
  table: ({ hosts }) => hosts.map(({ hostId, calls, sandboxes }) => ({ host: hostId, calls, sandboxes })),
  missing: ({ hosts }) =>
    hosts.length === 0
      ? [{ column: 'hosts', reason: 'nothing declares a host, and no kernel is shared' }]
      : [],
});

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
