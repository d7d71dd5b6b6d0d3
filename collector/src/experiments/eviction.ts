import type { EvictionSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { batchLaws } from './batch-laws.ts';
import type { Batch } from './batch.ts';
import { defineExperiment } from './experiment.ts';
import { groupBy, short } from './figures.ts';
import { halvingPeriod } from './halving-period.ts';
import { holdAll } from './hold-all.ts';
import { idleAttempts, isDisturbed } from './idle-time.ts';
import { shuffled } from './shuffled.ts';
import { count, counts, duration, durations, showDuration } from './parameters.ts';

const SECOND = 1_000;
/** Akaike weight from which a law counts as identified. */
const DECISIVE = 0.95;
const TOGETHER = 0.05;

const parameters = {
  initial: counts('sandboxes that become idle together', [1, 2, 4, 8, 12, 16, 20], 1, 500),
  waits: durations(
    'idle times',
    [1, 60, 180, 300, 350, 370, 390, 500, 700, 760, 800, 1100, 1150, 1400, 1600].map(
      (seconds) => seconds * SECOND,
    ),
  ),
  repeats: count('batches of each number and idle time', 1, 1, 100),
  hold: duration('how long a call stays in the function, so that calls overlap', 500),
};

/** Batches of sandboxes that become idle together: how many of them are still warm after a wait, and by which law. */
export const eviction = defineExperiment({
  name: 'eviction',
  summary: 'by which law idle sandboxes go: batches that idle together, counted again after a wait',
  source: 'Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'facts',
  // Ascending numbers: each batch then uses every sandbox that the previous ones left, so none stays idle unnoticed.
  plan: ({ initial, waits, repeats, hold }, { random }) =>
    initial
      .toSorted((a, b) => a - b)
      .flatMap((width) => {
        const cells = Array.from({ length: repeats }, (_, round) =>
          waits.map((waitMs) => ({ round, waitMs })),
        ).flat();
        return shuffled(cells, random).map(({ round, waitMs }) => ({
          id: `${width}/${showDuration(waitMs)}/${round + 1}`,
          calls: 4 * width,
          waitMs,
          workMs: 3 * hold + SECOND,
          run: async (context: UnitContext) => {
            const cell = { initial: width, waitMs };
            const spec = { role: 'first', event: { holdMs: hold }, cell };
            // The sandboxes must become idle within a small part of the wait, or they are not a batch.
            for (let left = idleAttempts(waitMs, context.timeScale); left > 0; left -= 1) {
              const before = await holdAll(context, width, spec, (TOGETHER * waitMs) / context.timeScale);
              if (!before) return;
              await context.wait(waitMs);
              const after = await context.together(width, () => ({
                role: 'again',
                event: { holdMs: hold },
                width,
                cell,
                idleBeforeMs: waitMs,
              }));
              if (!isDisturbed({ before, after }, waitMs, context.timeScale)) return;
              context.discard([...before, ...after], 'disturbed');
            }
          },
        }));
      }),
  summarise: (samples): EvictionSummary => {
    const batches = batchesOf(samples);
    const cells = [...groupBy(batches, ({ initial, waitMs }) => `${initial}/${waitMs}`).values()]
      .map((own) => ({
        initial: own[0]!.initial,
        waitMs: own[0]!.waitMs,
        warm: own.map(({ warm }) => warm),
      }))
      .sort((a, b) => a.initial - b.initial || a.waitMs - b.waitMs);
    const period = halvingPeriod(batches);
    const ground = samples.find(({ startGround }) => startGround !== undefined)?.startGround;
    return {
      ...(ground && { startGround: ground }),
      cells,
      batches: batches.length,
      ...batchLaws(batches, DECISIVE),
      ...(period && { period }),
    };
  },
  verdict: ({ laws, identified, period, batches }) => {
    const [best] = laws;
    if (best === undefined)
      return `${batches} ${batches === 1 ? 'batch does' : 'batches do'} not show how long idle sandboxes are kept.`;
    if (identified === undefined)
      return `No law is decisive by ${batches} batches; ${best.law} fits best, with a weight of ${short(best.weight)}.`;
    if (identified.startsWith('halving') && period)
      return `Half of the idle sandboxes of a batch go every period, and that is between ${showDuration(period.lowMs)} and ${showDuration(period.highMs)}.`;
    const { threshold, first, second } = best.parameters;
    if (threshold !== undefined)
      return `Idle sandboxes are kept for about ${showDuration(round(threshold))} (${identified}).`;
    if (first !== undefined && second !== undefined)
      return `Some idle sandboxes go after about ${showDuration(round(first))}, the others after ${showDuration(round(second))} (${identified}).`;
    return `Idle sandboxes go by the law "${identified}".`;
  },
  table: ({ cells }) =>
    cells.map(({ initial, waitMs, warm }) => ({ initial, wait: showDuration(waitMs), warm: warm.join(' ') })),
});

const round = (ms: number): number => Math.round(ms / SECOND) * SECOND;

function batchesOf(samples: readonly Sample[]): Batch[] {
  const counted = samples.filter(({ outcome }) => outcome === 'ok');
  return [...groupBy(counted, ({ unit }) => unit).values()].flatMap((own) => {
    const first = own.filter(({ role }) => role === 'first');
    const again = own.filter(({ role }) => role === 'again');
    const { initial, waitMs } = again[0]?.cell ?? {};
    // A batch with a missing call does not show how many were left.
    if (typeof initial !== 'number' || typeof waitMs !== 'number') return [];
    if (first.length !== initial || again.length !== initial) return [];
    const ids = new Set(first.map(({ sandboxId }) => sandboxId));
    const isOfBatch = ({ sandboxId, start }: Sample): boolean =>
      sandboxId === undefined ? start === 'warm' : ids.has(sandboxId);
    const idleMs = again.find(({ idleMeasuredMs }) => idleMeasuredMs !== undefined)?.idleMeasuredMs ?? waitMs;
    return [{ initial, waitMs, idleMs, warm: again.filter((sample) => isOfBatch(sample)).length }];
  });
}
