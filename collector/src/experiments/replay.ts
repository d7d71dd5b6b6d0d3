import type { ReplaySummary, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { readArrivals } from './arrivals.ts';
import { badOption } from '../config/index.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, coldShare, groupBy, latencies, sandboxCount, short } from './figures.ts';
import { functionFor } from './function-for.ts';
import { known } from './known.ts';
import { choice, count, duration, text } from './parameters.ts';

const MINUTE = 60_000;

const parameters = {
  trace: text(
    'file with the arrivals: counts a minute (Azure, invitro), or calls with start and function',
    '',
  ),
  minutes: count('of the trace', 10, 1, 100_000),
  within: choice('how calls lie in their minute', ['exponential', 'uniform', 'equidistant'], 'exponential'),
  function: text(
    'called for a function of the trace, with {trace} for its name; empty: the target for all',
    '',
  ),
  burn: duration('CPU time of a call', 0),
};

/** Replays an arrival trace: open loop, each call at its time regardless of the others. */
export const replay = defineExperiment({
  name: 'replay',
  summary: 'an arrival trace played again, of Azure’s and invitro’s format or of a collector',
  source: 'Shahrad et al., USENIX ATC 2020; Ustiugov et al., invitro, 2023',
  parameters,
  needs: 'nothing',
  plan: ({ trace, minutes, within, function: template, burn }, { random, timeScale }) => {
    if (trace === '') throw badOption('replay needs --set trace=FILE');
    const arrivals = readArrivals(trace, minutes, within, random);
    // One unit: a trace that continues after a break is a different load.
    return [
      {
        id: 'trace',
        calls: arrivals.length,
        waitMs: minutes * MINUTE,
        workMs: 0,
        isAtomic: false,
        run: async ({ openLoop }: UnitContext) => {
          await openLoop(
            arrivals.map(({ atMs }) => atMs / timeScale),
            (index) => {
              const name = arrivals[index]!.function;
              return known({
                role: 'call',
                cell: { trace: name },
                functionName: template === '' ? undefined : functionFor(template, { trace: name }),
                event: burn > 0 ? { burnMs: burn } : undefined,
                keepAlive: true,
              });
            },
          );
        },
      },
    ];
  },
  summarise: (samples): ReplaySummary => {
    const ok = measured(samples);
    const functions = [...groupBy(ok, ({ cell }) => String(cell?.['trace']))].map(([name, own]) =>
      known({
        function: name,
        invocations: own.length,
        latency: clientLatencies(own),
        coldShare: coldShare(own),
        sandboxes: sandboxCount(own),
      }),
    );
    return {
      functions: functions.sort((a, b) => b.invocations - a.invocations),
      lateness: latencies(samples.map(({ sentMs, scheduledMs }) => sentMs - scheduledMs)),
      requested: samples.length,
      sent: samples.filter(({ error }) => error?.code !== 'unreachable').length,
    };
  },
  verdict: ({ functions, lateness, requested }) => {
    const calls = functions.reduce((sum, { invocations }) => sum + invocations, 0);
    const reported = functions.reduce((sum, { coldShare: share }) => sum + share.n, 0);
    const cold = functions.reduce((sum, { coldShare: share }) => sum + (share.value ?? 0) * share.n, 0);
    const starts =
      reported === 0
        ? 'how many of them cold is not known'
        : `${short(cold)}${reported < calls ? ` of ${reported} that tell` : ' of them'} cold`;
    return requested === 0
      ? 'The trace has no calls in this time.'
      : `${calls} of ${requested} calls of ${functions.length} functions were answered, ${starts}; the client was ${short(lateness.p99.value)} ms late at p99.`;
  },
  table: ({ functions }) =>
    functions.slice(0, 30).map(({ function: name, invocations, latency, coldShare: cold, sandboxes }) => ({
      function: name,
      calls: invocations,
      'median ms': latency.p50.value,
      'p99 ms': latency.p99.value,
      cold: cold.value,
      sandboxes,
    })),
});
