import type { Sample, UnitContext, WarmingSummary } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { meanDifference, meanInterval } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, short } from './figures.ts';
import { isTakenInTurn } from './hold-all.ts';
import { idleAttempts } from './idle-time.ts';
import { known } from './known.ts';
import { count, counts, duration, showDuration } from './parameters.ts';
import { callPrice } from './prices.ts';

const MINUTE = 60_000;
const MONTH = 30 * 24 * 60 * MINUTE;

const parameters = {
  interval: duration('time between pings', 4 * MINUTE),
  pings: counts('calls at once of a ping; 0 is none, to compare with', [0, 1, 5], 0, 500),
  rounds: count('pings in a row; together longer than idle sandboxes are kept', 6, 1, 1000),
  burst: count('calls at once that then look for warm sandboxes', 5, 1, 500),
  repeats: count('times that all of it is done', 3, 1, 100),
  hold: duration('how long a call stays in the function, so that calls overlap', 500),
};

/** Pings to keep sandboxes warm: how many of them a burst then finds. */
export const warming = defineExperiment({
  name: 'warming',
  summary: 'how many sandboxes scheduled pings keep warm, and what that costs a month',
  source: 'Smith, talk of 2017; van Eyk et al. 2019',
  parameters,
  needs: 'facts',
  plan: ({ interval, pings, rounds, burst, repeats, hold }) =>
    Array.from({ length: repeats }, (_, repeat) =>
      pings.map((width) => ({
        id: `${repeat + 1}/${width}`,
        calls: 2 * burst + rounds * width,
        waitMs: (rounds + 1) * interval,
        workMs: (rounds + 2) * hold,
        run: async ({ together, wait, discard, timeScale }: UnitContext) => {
          const spec = { event: { holdMs: hold }, cell: { pings: width, intervalMs: interval } };
          const attempts = idleAttempts((rounds + 1) * interval, timeScale);
          for (let left = attempts; left > 0; left -= 1) {
            // This many were warm once; pings determine which of them still are.
            discard(await together(burst, () => ({ ...spec, role: 'fill', width: burst })), 'preparation');
            const bursts: Sample[][] = [];
            for (let round = 0; round < rounds; round += 1) {
              await wait(interval);
              if (width > 0) bursts.push(await together(width, () => ({ ...spec, role: 'ping', width })));
            }
            await wait(interval);
            bursts.push(await together(burst, () => ({ ...spec, role: 'test', width: burst })));
            // Where calls of a burst came one after the other, they did not need as many sandboxes.
            if (!bursts.some((samples) => isTakenInTurn(samples))) return;
            discard(bursts.flat(), 'not_overlapping');
          }
        },
      })),
    ).flat(),
  summarise: (samples, { interval }, { prices }): WarmingSummary => {
    const ok = measured(samples);
    const tests = groupBy(
      ok.filter(({ role }) => role === 'test'),
      ({ cell }) => Number(cell?.['pings']),
    );
    const pinged = ok.filter(({ role }) => role === 'ping');
    const used = meanInterval(
      pinged.map((sample) => sample.function?.durationMs).filter((ms) => ms !== undefined),
    );
    const memoryMb = ok.find((sample) => sample.function?.memoryMb !== undefined)?.function?.memoryMb;
    const sharesOf = (own: readonly Sample[]): number[] =>
      [...groupBy(own, ({ unit }) => unit).values()].map((each) => 1 - warmOf(each) / each.length);
    const arms = [...tests].map(([pings, own]) =>
      known({
        pings,
        intervalMs: interval,
        held: meanInterval([...groupBy(own, ({ unit }) => unit).values()].map((each) => warmOf(each))),
        coldShare: meanInterval(sharesOf(own)),
        costPerMonth:
          used.value === undefined || memoryMb === undefined
            ? undefined
            : {
                amount: pings * (MONTH / interval) * callPrice(prices, used.value, memoryMb),
                currency: prices.currency,
              },
      }),
    );
    const without = tests.get(0);
    const avoided = without
      ? [...tests]
          .filter(([pings]) => pings > 0)
          .map(([pings, own]) => ({
            pings,
            intervalMs: interval,
            share: meanDifference(sharesOf(without), sharesOf(own)),
          }))
      : [];
    return { arms, avoided };
  },
  verdict: ({ arms }, { burst }) => {
    const words = arms.map(({ pings, held }) => `${pings} at once hold ${short(held.value)} warm`).join(', ');
    return arms.length === 0 ? 'Nothing was measured.' : `Of a burst of ${burst}, pings of ${words}.`;
  },
  table: ({ arms }) =>
    arms.map(({ pings, intervalMs, held, coldShare, costPerMonth }) => ({
      pings,
      every: showDuration(intervalMs),
      'held warm': held.value,
      'cold share': coldShare.value,
      'cost/month': costPerMonth?.amount,
    })),
});

function warmOf(samples: readonly Sample[]): number {
  return samples.filter(({ start }) => start === 'warm').length;
}
