import type { BurstSummary, Estimate, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured, responseMs } from '@sandscope/probes/outside';
import { ascending, bootstrapClusters, quantile } from '../statistics/index.ts';
import { busyPeak } from './busy-peak.ts';
import { offsetAt, offsetOf, twoSided } from './clocks.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, coldShare, groupBy, latencies, sandboxCount, short } from './figures.ts';
import { known } from './known.ts';
import { count, counts, duration, durations, showDuration } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const parameters = {
  sizes: counts('calls of a burst', [1, 10, 100, 500], 1, 5000),
  idle: durations('between bursts, short and long', [10_000, 15 * 60_000]),
  repeats: count('bursts of each kind', 3, 1, 1000),
  hold: duration('how long a call stays in the function', 100),
};

/** Bursts after short and long idle times. */
export const burst = defineExperiment({
  name: 'burst',
  summary: 'bursts of calls: queueing, tails, and whether a sandbox takes one call or many',
  source: 'Ustiugov et al., STeLLAR, IISWC 2021',
  parameters,
  needs: 'nothing',
  plan: ({ sizes, idle, repeats, hold }, { random }) => {
    const cells = Array.from({ length: repeats }, (_, round) =>
      sizes.flatMap((size) => idle.map((idleMs) => ({ round, size, idleMs }))),
    ).flat();
    return shuffled(cells, random).map(({ round, size, idleMs }) => ({
      id: `${size}/${showDuration(idleMs)}/${round + 1}`,
      calls: size,
      waitMs: idleMs,
      workMs: hold + 500,
      isAtomic: false,
      run: async ({ wait, openLoop }: UnitContext) => {
        await wait(idleMs);
        await openLoop(
          Array.from({ length: size }, () => 0),
          () => ({ role: 'burst', event: { holdMs: hold }, width: size, idleBeforeMs: idleMs }),
        );
      },
    }));
  },
  summarise: (samples, _parameters, { startedUnixMs, seed }): BurstSummary => {
    const ok = measured(samples);
    const offset = offsetOf(twoSided(ok, startedUnixMs));
    const began = new Map(twoSided(ok, startedUnixMs).map((one) => [one.sample.index, one.began]));
    const queueing = (sample: Sample): number | undefined => {
      const at = began.get(sample.index);
      return at === undefined || !offset
        ? undefined
        : at - offsetAt(offset, sample.sentMs) - sample.scheduledMs;
    };
    const bursts = [...groupBy(ok, ({ width, idleBeforeMs }) => `${width}/${idleBeforeMs}`).values()].map(
      (own) =>
        known({
          size: own[0]!.width!,
          idleBeforeMs: own[0]!.idleBeforeMs!,
          latency: clientLatencies(own),
          queueing: offset ? latencies(own.map(queueing)) : undefined,
          coldShare: coldShare(own),
          sandboxes: largestOfBursts(own),
          tailRatio: tailRatio(own, seed),
        }),
    );
    bursts.sort((a, b) => a.size - b.size || a.idleBeforeMs - b.idleBeforeMs);
    return { bursts, ...modelOf(ok) };
  },
  verdict: ({ bursts, model, modelEvidence }) => {
    const last = bursts.at(-1);
    if (!last) return 'Nothing was measured.';
    return `${model === 'unknown' ? 'Whether sandboxes are shared is unknown' : `The platform is ${model}`}: ${modelEvidence}; in bursts of ${last.size} the wait at p99 is ${short(last.tailRatio.value)} times the median wait, connections included.`;
  },
  table: ({ bursts }) =>
    bursts.map(({ size, idleBeforeMs, latency, queueing, coldShare: cold, sandboxes, tailRatio: ratio }) => ({
      size,
      idle: showDuration(idleBeforeMs),
      calls: latency.n,
      'median ms': latency.p50.value,
      'p99 ms': latency.p99.value,
      'queued ms': queueing?.p50.value,
      cold: cold.value,
      sandboxes,
      'p99/p50 of the wait': ratio.value,
    })),
});

function largestOfBursts(samples: readonly Sample[]): number | undefined {
  const each = [...groupBy(samples, ({ unit }) => unit).values()].map((own) => sandboxCount(own));
  const defined = each.filter((one) => one !== undefined);
  return defined.length === 0 ? undefined : Math.max(...defined);
}

/** p99 over the median, resampling bursts. */
function tailRatio(samples: readonly Sample[], seed: number): Estimate {
  const bursts = [...groupBy(samples, ({ unit }) => unit).values()].map((own) =>
    own.map((sample) => responseMs(sample)).filter((ms) => ms !== undefined),
  );
  const ratioOf = (values: readonly number[]): number | undefined => {
    const sorted = values.toSorted(ascending);
    const [tail, middle] = [quantile(sorted, 0.99), quantile(sorted, 0.5)];
    return tail === undefined || middle === undefined || middle <= 0 ? undefined : tail / middle;
  };
  const { value, low, high } = bootstrapClusters(
    bursts.length,
    (drawn) =>
      ratioOf(bursts.flatMap((values, index) => Array<readonly number[]>(drawn[index]!).fill(values).flat())),
    { seed, replicates: 199 },
  );
  return known({ value, low, high, n: bursts.length });
}

function modelOf(samples: readonly Sample[]): Pick<BurstSummary, 'model' | 'modelEvidence'> {
  const bySandbox = groupBy(samples, ({ sandboxId }) => sandboxId);
  const shared = Math.max(0, ...[...bySandbox.values()].map((own) => busyPeak(own) ?? 0));
  if (bySandbox.size === 0 || shared === 0)
    return { model: 'unknown', modelEvidence: 'the function does not report its sandbox and its times' };
  if (shared > 1)
    return {
      model: 'one-to-many',
      modelEvidence: `up to ${shared} calls were in one sandbox at the same time`,
    };
  const bursts = [...groupBy(samples, ({ unit }) => unit).values()].filter((own) => own.length > 1);
  if (bursts.length === 0) return { model: 'unknown', modelEvidence: 'no burst had more than one call' };
  // A few calls may reuse the sandbox of a call that was already answered. If most do, they have waited for it.
  const queued = bursts.filter((own) => (sandboxCount(own) ?? own.length) <= own.length / 2);
  return queued.length > bursts.length / 2
    ? {
        model: 'queueing',
        modelEvidence: `calls of ${queued.length} of ${bursts.length} bursts took turns in the same sandboxes`,
      }
    : { model: 'one-to-one', modelEvidence: 'no sandbox ever had two calls at the same time' };
}
