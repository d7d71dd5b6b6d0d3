import type { ConcurrencySummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { meanInterval } from '../statistics/index.ts';
import { busyPeak } from './busy-peak.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, coldShare, groupBy, sandboxCount, short } from './figures.ts';
import { known } from './known.ts';
import { counts, duration } from './parameters.ts';

const parameters = {
  widths: counts(
    'callers at once',
    Array.from({ length: 15 }, (_, index) => index + 1),
    1,
    1000,
  ),
  time: duration('how long each number of callers calls', 10_000),
  hold: duration('how long a call stays in the function', 50),
};

/** An increasing number of callers, each of which calls again as soon as it has its answer. */
export const concurrency = defineExperiment({
  name: 'concurrency',
  summary: 'throughput and sandboxes against the number of callers, and where the platform stops',
  source: 'McGrath and Brenner, ICDCSW 2017',
  parameters,
  needs: 'nothing',
  plan: ({ widths, time, hold }) =>
    widths.map((width) => ({
      id: String(width),
      calls: Math.ceil((width * time) / (hold + 20)),
      waitMs: 0,
      workMs: time,
      isAtomic: false,
      run: async ({ together, closedLoop, discard }: UnitContext) => {
        // Throughput refers to existing sandboxes; the share of cold starts shows that some had to be started.
        discard(
          await together(width, () => ({ role: 'warm-up', event: { holdMs: hold }, width })),
          'warm_up',
        );
        await closedLoop(width, time, () => ({
          role: 'call',
          keepAlive: true,
          event: { holdMs: hold },
          width,
        }));
      },
    })),
  summarise: (samples): ConcurrencySummary => {
    const groups = [...groupBy(samples, ({ width }) => width)].sort(([a], [b]) => a - b);
    const widths = groups.map(([width, all]) => {
      const own = measured(all);
      return known({
        width,
        throughputPerSecond: throughputOf(own),
        latency: clientLatencies(own),
        sandboxes: sandboxCount(own),
        coldShare: coldShare(all.filter(({ outcome }) => outcome !== 'error')),
        failed: all.filter(({ error }) => error && error.code !== 'throttled').length || undefined,
        throttled: all.filter(({ error }) => error?.code === 'throttled').length,
        busyPeak: busyPeak(own),
      });
    });
    const [first] = widths;
    const ofOne = (first?.throughputPerSecond.value ?? Number.NaN) / (first?.width ?? 1);
    const withEfficiency = widths.map((row) => {
      const efficiency = (row.throughputPerSecond.value ?? Number.NaN) / (row.width * ofOne);
      return Number.isFinite(efficiency) ? Object.assign({ efficiency }, row) : row;
    });
    const limit = limitOf(withEfficiency);
    return { widths: withEfficiency, ...(limit && { limit }) };
  },
  verdict: ({ limit, widths }) => {
    const last = widths.at(-1);
    if (!last) return 'Nothing was measured.';
    const scaling =
      last.efficiency === undefined
        ? 'how throughput grows with callers is unknown'
        : `${last.width} callers get ${short(last.efficiency * 100)} % of ${last.width} times the throughput of one`;
    const failing = widths.find(({ failed = 0, latency }) => failed > FEW * (failed + latency.n));
    if (!limit && failing)
      return `From ${failing.width} callers on, calls fail: ${failing.failed} of ${failing.failed! + failing.latency.n} at first; ${scaling}.`;
    if (!limit) return `No limit up to ${last.width} callers; ${scaling}.`;
    const how = limit.low === limit.high ? `${limit.low}` : `${limit.low} to ${limit.high}`;
    return limit.ground === 'throttled'
      ? `The platform runs ${how} calls at once and refuses more.`
      : `The platform runs ${how} calls at once, and lets more wait; ${scaling}.`;
  },
  table: ({ widths }) =>
    widths.map(
      ({ width, throughputPerSecond, latency, sandboxes, coldShare: cold, efficiency, throttled }) => ({
        callers: width,
        'calls/s': throughputPerSecond.value,
        'median ms': latency.p50.value,
        'p99 ms': latency.p99.value,
        sandboxes,
        cold: cold.value,
        efficiency,
        refused: throttled,
      }),
    ),
});

/** Share of calls that may fail without being a limit. */
const FEW = 0.01;
const SLICES = 10;

/**
 * Answers per second, with the interval over slices of time without the first, in which the callers are still starting.
 */
function throughputOf(
  samples: readonly Sample[],
): ConcurrencySummary['widths'][number]['throughputPerSecond'] {
  const ends = samples.map(({ endMs }) => endMs).filter((end) => end !== undefined);
  const from = Math.min(...samples.map(({ sentMs }) => sentMs));
  const to = Math.max(...ends);
  if (ends.length < 2 || !(to > from)) return { n: 0 };
  const slice = (to - from) / SLICES;
  const answers = new Float64Array(SLICES);
  for (const end of ends) answers[Math.min(SLICES - 1, Math.floor((end - from) / slice))]! += 1;
  const { value, low, high, n } = meanInterval(answers.slice(1).map((each) => (each * 1000) / slice));
  return { ...(value !== undefined && { value }), ...(low !== undefined && { low, high: high! }), n };
}

function limitOf(widths: ConcurrencySummary['widths']): ConcurrencySummary['limit'] {
  const firstRefused = widths.find(({ throttled }) => throttled > 0);
  if (firstRefused) {
    const without = widths.filter(({ throttled, width }) => throttled === 0 && width < firstRefused.width);
    const peak = Math.max(0, ...widths.map(({ busyPeak: own = 0 }) => own));
    // The observed concurrency is proven. A sandbox that has just answered still counts for the platform, so callers
    // that call again at once are refused before they exceed the limit.
    const low = Math.max(peak, ...without.map(({ width }) => width));
    return { low, high: Math.max(low, firstRefused.width - 1), ground: 'throttled' };
  }
  // A platform that queues calls: more callers no longer find more sandboxes, and throughput is constant.
  const last = widths.at(-1);
  if (last?.busyPeak === undefined || last.busyPeak >= last.width) return undefined;
  const full = widths.filter(({ width, busyPeak: peak = 0 }) => width > peak);
  if (full.length < 2) return undefined;
  const peaks = full.map(({ busyPeak: peak = 0 }) => peak);
  const high = Math.max(...peaks);
  return { low: Math.min(...peaks), high, ground: 'queueing' };
}
