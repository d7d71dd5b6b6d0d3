import { randomUUID } from 'node:crypto';
import type { AsyncSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { listenForCallbacks } from './callbacks.ts';
import type { Callbacks } from './callbacks.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, coldShare, groupBy, latencies, share, short } from './figures.ts';
import { count, counts, duration, text } from './parameters.ts';
import { shuffled } from './shuffled.ts';

const parameters = {
  loads: counts('calls at once', [1, 10, 50], 1, 5000),
  repeats: count('of each load', 5, 1, 1000),
  hold: duration('how long a call stays in the function', 50),
  pause: duration('between loads', 5_000),
  patience: duration('how long a call is waited for before it counts as lost', 30_000),
  listen: text('host:port where functions tell of themselves', '127.0.0.1:0'),
  'callback-url': text('where functions reach that; empty: 127.0.0.1', ''),
  'clock-offset': text(
    'ms that the clock of functions is ahead of ours; empty: by synchronous calls before',
    '',
  ),
};

/** Asynchronous calls: how soon they are accepted, how long until the function starts, and whether all of them run. */
export const asynchronous = defineExperiment({
  name: 'async',
  summary: 'asynchronous calls: acknowledgement, delay until the function starts, loss',
  source: 'Scheuner et al., TriggerBench, IC2E 2022',
  parameters,
  needs: 'nothing',
  plan: ({ loads, repeats, hold, pause, patience, listen, 'callback-url': callbackUrl }, { random }) => {
    const cells = Array.from({ length: repeats }, (_, round) =>
      loads.map((load) => ({ round, load })),
    ).flat();
    return shuffled(cells, random).map(({ round, load }) => ({
      id: `${load}/${round + 1}`,
      calls: load + 1,
      waitMs: pause,
      workMs: hold + 500,
      isAtomic: false,
      run: async (context: UnitContext) => {
        const { call, together, wait, now, pause: sleep, amend } = context;
        const at = listen.lastIndexOf(':');
        const callbacks = await listenForCallbacks(
          listen.slice(0, at),
          Number(listen.slice(at + 1)),
          callbackUrl,
        );
        try {
          await wait(pause);
          // An answered call shows both clocks.
          await call({ role: 'clock' });
          const keys = Array.from({ length: load }, () => randomUUID());
          const samples = await together(load, (index) => ({
            role: 'async',
            type: 'async',
            event: { holdMs: hold, reportUrl: `${callbacks.url}/${keys[index]}` },
            width: load,
          }));
          const until = now() + patience;
          while (callbacks.reported.size < samples.filter(({ error }) => !error).length && now() < until)
            await sleep(10);
          amendAll(samples, keys, callbacks, amend);
        } finally {
          callbacks.close();
        }
      },
    }));
  },
  summarise: (samples, { 'clock-offset': reported }, { startedUnixMs }): AsyncSummary => {
    const ok = measured(samples);
    const offset = reported === '' ? leastRoundTripOffset(ok, startedUnixMs) : Number(reported);
    const calls = ok.filter(({ role }) => role === 'async');
    const loads = [...groupBy(calls, ({ width }) => width)]
      .sort(([a], [b]) => a - b)
      .map(([load, own]) => {
        const started = own.filter((sample) => sample.function?.startUnixMs !== undefined);
        const delays = started.map(
          (sample) => sample.function!.startUnixMs! - startedUnixMs - (offset ?? Number.NaN) - sample.sentMs,
        );
        return {
          calls: load,
          acknowledgement: clientLatencies(own),
          triggerDelay: latencies(offset === undefined ? [] : delays),
          coldShare: coldShare(own),
          lost: share(own.length - started.length, own.length),
        };
      });
    return { loads };
  },
  verdict: ({ loads }) => {
    const [first] = loads;
    const last = loads.at(-1);
    if (!first || !last || first.triggerDelay.n === 0) return 'When functions started is not known.';
    const all = loads.reduce((sum, { lost }) => sum + lost.n, 0);
    const gone = loads.reduce((sum, { lost }) => sum + (lost.value ?? 0) * lost.n, 0);
    const loss = gone === 0 ? '' : `; ${Math.round(gone)} of ${all} calls reported no start`;
    const more = first === last ? '' : `, and ${short(last.triggerDelay.p50.value)} ms with ${last.calls}`;
    return `An asynchronous call is taken in ${short(first.acknowledgement.p50.value)} ms and starts after ${short(first.triggerDelay.p50.value)} ms in the median with ${first.calls} at once${more}${loss}.`;
  },
  table: ({ loads }) =>
    loads.map(({ calls, acknowledgement, triggerDelay, coldShare: cold, lost }) => ({
      'at once': calls,
      calls: acknowledgement.n,
      'taken in ms': acknowledgement.p50.value,
      'started after ms': triggerDelay.p50.value,
      'p95 ms': triggerDelay.p95.value,
      cold: cold.value,
      lost: lost.value,
    })),
  missing: ({ loads }) =>
    loads.some(({ triggerDelay }) => triggerDelay.n > 0)
      ? []
      : [
          {
            column: 'triggerDelay',
            reason:
              'no function reported when it started: it cannot reach this machine, or is not one of the examples',
          },
        ],
});

function amendAll(
  samples: readonly Sample[],
  keys: readonly string[],
  { reported }: Callbacks,
  amend: UnitContext['amend'],
): void {
  for (const [index, sample] of samples.entries()) {
    const facts = reported.get(keys[index] ?? '');
    if (facts) amend(sample, facts);
  }
}

/**
 * Function clock minus client clock, from the exchange with the shortest round trip; half of the remaining time is the
 * error.
 */
function leastRoundTripOffset(samples: readonly Sample[], startedUnixMs: number): number | undefined {
  let best: { readonly trip: number; readonly offset: number } | undefined;
  for (const { role, sentMs, connectedMs, firstByteMs, function: reported } of samples) {
    if (
      role !== 'clock' ||
      firstByteMs === undefined ||
      reported?.startUnixMs === undefined ||
      reported.endUnixMs === undefined
    )
      continue;
    const sent = connectedMs ?? sentMs;
    const trip = firstByteMs - sent - (reported.endUnixMs - reported.startUnixMs);
    const offset = (reported.startUnixMs + reported.endUnixMs) / 2 - startedUnixMs - (sent + firstByteMs) / 2;
    if (best === undefined || trip < best.trip) best = { trip, offset };
  }
  return best?.offset;
}
