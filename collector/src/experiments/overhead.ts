import type { LineFit, OverheadSummary, UnitContext } from '@sandscope/probes/outside';
import { clientMs, measured } from '@sandscope/probes/outside';
import { leastSquares } from '../statistics/index.ts';
import { offsetAt, offsetEstimate, offsetOf, twoSided } from './clocks.ts';
import type { TwoSided } from './clocks.ts';
import { settle } from './settle.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, lineText } from './figures.ts';
import { known } from './known.ts';
import { count, counts, duration } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const MEGABYTE = 1e6;

/** From 1 kB to 6 MB, evenly on a logarithmic scale. */
const SIZES = Array.from({ length: 20 }, (_, index) => Math.round(1_000 * 5_900 ** (index / 19)));

const parameters = {
  sizes: counts('bytes that the event is filled up with', SIZES, 0, 50_000_000),
  repeats: count('calls of each size, cold and warm', 5, 1, 1000),
  'cold-wait': duration(
    'how long to wait for a cold start, if the platform cannot evict on command',
    20 * 60_000,
  ),
};

/** The overhead of a call besides the function: by payload, cold and warm, corrected for the clock offset. */
export const overhead = defineExperiment({
  name: 'overhead',
  summary: 'what a call takes besides the function, against the size of the payload',
  source: 'Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'facts',
  plan: ({ sizes, repeats, 'cold-wait': coldWait }, { random }) => {
    const cells = Array.from({ length: repeats }, (_, round) =>
      sizes.flatMap((bytes) => (['cold', 'warm'] as const).map((start) => ({ round, bytes, start }))),
    ).flat();
    return shuffled(cells, random).map(({ round, bytes, start }) => ({
      id: `${start}/${bytes}/${round + 1}`,
      calls: start === 'cold' ? 1 : 2,
      waitMs: start === 'cold' ? coldWait : 0,
      workMs: 500 + bytes / 1_000,
      run: async (context: UnitContext) => {
        const { call, makeCold, discard } = context;
        const spec = { paddingBytes: bytes, cell: { bytes, start } };
        if (start === 'cold') await makeCold(coldWait);
        else {
          discard([await call({ role: 'before' })], 'preparation');
          await settle(context);
        }
        const sample = await call({ ...spec, role: start });
        if (sample.start !== start) discard([sample], 'wrong_start');
      },
    }));
  },
  summarise: (samples, _parameters, { startedUnixMs }): OverheadSummary => {
    const calls = twoSided(measured(samples), startedUnixMs);
    const offset = offsetOf(calls);
    const trips = calls.map((one) => one.received - one.sent - (one.ended - one.began));
    const starts = (['cold', 'warm'] as const).map((start) => {
      const own = calls.filter(({ sample }) => sample.start === start);
      const x = own.map(payloadMb);
      const began = own.map(
        (one) => one.began - one.sent - (offset ? offsetAt(offset, one.sent) : Number.NaN),
      );
      const total = own.map(
        ({ sample }) => (clientMs(sample) ?? Number.NaN) - (sample.function?.durationMs ?? Number.NaN),
      );
      return {
        start,
        request: offset
          ? widened(leastSquares(x, began), offset.offset - offset.low, offset.high - offset.offset)
          : { intercept: { n: 0 }, slope: { n: 0 }, n: 0 },
        total: leastSquares(x, total),
        latency: clientLatencies(own.map(({ sample }) => sample)),
      };
    });
    return {
      clock: known({
        offsetMs: offsetEstimate(offset),
        leastRoundTripMs: trips.length === 0 ? undefined : Math.min(...trips),
        driftPpm: offset && offset.drift * 1e6,
      }),
      starts,
    };
  },
  verdict: ({ starts }) => {
    const sentences = starts
      .filter(({ total }) => total.intercept.value !== undefined)
      .map(({ start, total }) => `${start} calls take ${lineText(total)}`);
    return sentences.length === 0
      ? 'Too few calls to tell what they take.'
      : `Besides the function, ${sentences.join('; ')}.`;
  },
  table: ({ starts, clock }) =>
    starts.map(({ start, total, request, latency }) => ({
      start,
      calls: latency.n,
      'ms at 0 bytes': total.intercept.value,
      'ms per MB': total.slope.value,
      'adjusted R²': total.adjustedRSquared,
      'request ms at 0 bytes': request.intercept.value,
      'clock offset ms': clock.offsetMs.value,
    })),
  missing: ({ clock }) =>
    clock.offsetMs.value === undefined
      ? [{ column: 'clock.offsetMs', reason: 'no one offset of the clocks explains all calls' }]
      : [],
});

const payloadMb = ({ sample }: TwoSided): number => (sample.requestBytes ?? 0) / MEGABYTE;

/**
 * A time across two clocks is no more precise than their offset, which shifts the line but does not change its slope.
 */
function widened(fit: LineFit, down: number, up: number): LineFit {
  const { value, low, high, n } = fit.intercept;
  if (value === undefined || low === undefined || high === undefined) return fit;
  // The later the function's clock, the shorter the apparent path.
  return { ...fit, intercept: { value, low: low - up, high: high + down, n } };
}
