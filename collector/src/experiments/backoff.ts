import { measured } from '@sandscope/probes/outside';
import type { BackoffSummary, Estimate, Sample, UnitContext } from '@sandscope/probes/outside';
import { isotonic } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { clientLatencies, coldShare, coldWarmRatio, groupBy, short } from './figures.ts';
import { idleAttempts, isDisturbed } from './idle-time.ts';
import { count, durations, showDuration } from './parameters.ts';

const MINUTE = 60_000;
const WORK_MS = 1_000;

const parameters = {
  waits: durations(
    'idle times before a call',
    [1, 2, 3, 4, 5, 7, 9, 11, 13, 15, 18, 21, 24, 27, 30].map((minutes) => minutes * MINUTE),
  ),
  repeats: count('calls after each idle time', 1, 1, 1000),
};

/**
 * One call, an idle time, a call, a longer idle time, …: after which idle time does a call find no warm sandbox? Each
 * call is also the start of the next idle time.
 */
export const backoff = defineExperiment({
  name: 'backoff',
  summary: 'how long an idle sandbox is kept: one call after ever longer waits',
  source: 'McGrath and Brenner, ICDCSW 2017',
  parameters,
  needs: 'starts',
  plan: ({ waits, repeats }) =>
    Array.from({ length: repeats }, (_, round) =>
      waits.map((waitMs) => ({
        id: `${round + 1}/${showDuration(waitMs)}`,
        calls: 2,
        waitMs,
        workMs: WORK_MS,
        run: async ({ call, wait, discard, timeScale }: UnitContext) => {
          for (let left = idleAttempts(waitMs, timeScale); left > 0; left -= 1) {
            const before = await call({ role: 'before' });
            await wait(waitMs);
            const after = await call({ role: 'after', idleBeforeMs: waitMs });
            const lateMs = ((after.idleMeasuredMs ?? waitMs) - waitMs) / timeScale;
            if (!isDisturbed({ before: [before], after: [after], lateMs }, waitMs, timeScale)) return;
            discard([before, after], 'disturbed');
          }
        },
      })),
    ).flat(),
  summarise: (samples, _parameters, { seed }): BackoffSummary => {
    const after = samples.filter(({ role, outcome }) => role === 'after' && outcome === 'ok');
    const waits = [...groupBy(after, ({ idleBeforeMs }) => idleBeforeMs)].sort(([a], [b]) => a - b);
    const points = waits.map(([idleMs, own]) => ({
      idleMs,
      cold: coldShare(own),
      latency: clientLatencies(own),
    }));
    const ground = after.find(({ startGround }) => startGround !== undefined)?.startGround;
    const isRefuted = ground === 'latency' && slowWithoutIdleTime(samples);
    return {
      ...(ground && { startGround: ground }),
      points,
      limit: isRefuted ? { kind: 'unknown' } : limitOf(points),
      coldWarmRatio: coldWarmRatio(
        samples.filter(({ outcome }) => outcome === 'ok'),
        seed,
      ),
    };
  },
  verdict: ({ limit, points, startGround }) => {
    const by = startGround === 'latency' ? ', judged by latency alone' : '';
    const [first] = points;
    const last = points.at(-1);
    if (limit.kind === 'unknown' || !first || !last)
      return startGround === 'latency'
        ? 'These data do not show whether calls started cold: calls without an idle time before them were slow as well.'
        : 'These data do not show whether calls started cold.';
    if (limit.kind === 'longer')
      return `An idle sandbox is kept for longer than ${showDuration(last.idleMs)}${by}.`;
    if (limit.kind === 'shorter')
      return `An idle sandbox is gone after ${showDuration(first.idleMs)} already${by}.`;
    const { lowMs, highMs, medianMs } = limit;
    if (limit.kind === 'sharp')
      return `An idle sandbox is kept up to a limit between ${showDuration(lowMs!)} and ${showDuration(highMs!)}${by}.`;
    const some =
      lowMs === undefined ? `some within ${showDuration(first.idleMs)}` : `none by ${showDuration(lowMs)}`;
    const all =
      highMs === undefined ? `not all by ${showDuration(last.idleMs)}` : `all by ${showDuration(highMs)}`;
    const half = medianMs?.value === undefined ? '' : `, half of them by ${showDuration(medianMs.value)}`;
    return `Idle sandboxes go gradually: ${some}${half}, ${all}${by}.`;
  },
  table: ({ points }) =>
    points.map(({ idleMs, cold, latency }) => ({
      idle: showDuration(idleMs),
      calls: latency.n,
      cold: cold.value === undefined ? '' : short(cold.value),
      'median ms': latency.p50.value,
      'max ms': latency.max,
    })),
});

/** Share of calls that may be slow for another reason. */
const CHANCE = 0.05;

/**
 * Whether latency is misleading. The call before an idle time follows the previous call at once, so it finds a warm
 * sandbox, except for the first call of a run and of a resumed one.
 */
function slowWithoutIdleTime(samples: readonly Sample[]): boolean {
  const ok = measured(samples);
  const shortestMs = Math.min(
    ...ok.flatMap(({ role, idleBeforeMs }) => (role === 'after' ? (idleBeforeMs ?? []) : [])),
  );
  const warm = ok.filter(
    ({ role, idleMeasuredMs }) =>
      role === 'before' && idleMeasuredMs !== undefined && idleMeasuredMs < shortestMs,
  );
  return warm.filter(({ start }) => start === 'cold').length > CHANCE * warm.length;
}

function limitOf(points: BackoffSummary['points']): BackoffSummary['limit'] {
  const known = points.filter(({ cold }) => cold.value !== undefined);
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last) return { kind: 'unknown' };
  // Between the first wait with a cold start and the last one with a warm start.
  const firstCold = known.findIndex(({ cold }) => cold.value! > 0);
  const lastWarm = known.findLastIndex(({ cold }) => cold.value! < 1);
  if (firstCold === -1) return { kind: 'longer', lowMs: last.idleMs };
  if (lastWarm === -1) return { kind: 'shorter', highMs: first.idleMs };
  const low = known[firstCold - 1];
  const high = known[lastWarm + 1];
  const bounds = { ...(low && { lowMs: low.idleMs }), ...(high && { highMs: high.idleMs }) };
  if (firstCold > lastWarm) {
    const medianMs: Estimate = { low: low!.idleMs, high: high!.idleMs, n: low!.cold.n + high!.cold.n };
    return { kind: 'sharp', ...bounds, medianMs };
  }
  const rising = isotonic(
    known.map(({ cold }) => cold.value!),
    known.map(({ cold }) => cold.n),
  );
  const half = rising.findIndex((value) => value >= 0.5);
  const n = known.reduce((sum, { cold }) => sum + cold.n, 0);
  if (half === -1) return { kind: 'soft', ...bounds };
  const medianMs: Estimate = {
    value: known[half]!.idleMs,
    low: half === 0 ? 0 : known[half - 1]!.idleMs,
    high: known[half]!.idleMs,
    n,
  };
  return { kind: 'soft', ...bounds, medianMs };
}
