/** Verdicts about runs of experiments. */
import type { ExperimentsEntry } from '../api/answers.ts';
import { count, counted, duration, interval } from '../words.ts';

type Estimate = ExperimentsEntry['all']['p50Ms'];

/** The basis for comparing runs: warm calls if all runs reported how calls started, otherwise all answered calls. */
export function comparedBy(runs: readonly ExperimentsEntry[]): 'warm' | 'all' {
  return runs.length > 0 && runs.every(({ warmCalls }) => warmCalls.p50Ms.value !== undefined)
    ? 'warm'
    : 'all';
}

/** Median time of a run's calls. */
export const medianOf = (run: ExperimentsEntry, by: 'warm' | 'all'): Estimate =>
  by === 'warm' ? run.warmCalls.p50Ms : run.all.p50Ms;

/** How does the newest run compare with the one before? @param runs of one experiment, the newest first */
export function runsVerdict(runs: readonly ExperimentsEntry[]): string {
  const [newest, before] = runs;
  if (!newest) return 'No run of an experiment came in.';
  const by = comparedBy(before ? [newest, before] : [newest]);
  const calls = by === 'warm' ? 'warm calls' : 'calls';
  const now = medianOf(newest, by);
  if (!newest.basis.enough || now.value === undefined)
    return `How long calls of the newest run took is not known yet (${count(newest.basis.n)} of ${count(newest.basis.needed)} calls).`;
  const half = `Half of the ${calls} of the newest run took ${duration(now.value)} or less`;
  const then = before && medianOf(before, by);
  if (then?.value === undefined || !before?.basis.enough)
    return now.low === undefined || now.high === undefined
      ? `${half}.`
      : `${half} (${interval(now.low, now.high, duration)}).`;
  const isApart =
    now.low !== undefined &&
    now.high !== undefined &&
    then.low !== undefined &&
    then.high !== undefined &&
    (now.high < then.low || now.low > then.high);
  return isApart
    ? `${half}, against ${duration(then.value)} in the run before.`
    : `No clear change: half of the ${calls} took ${duration(now.value)}, in the run before ${duration(then.value)}.`;
}

/** Which runs are there? */
export function runListVerdict(runs: readonly ExperimentsEntry[]): string {
  if (runs.length === 0) return 'None in this range.';
  const experiments = new Set(runs.map(({ experiment }) => experiment));
  const failed = runs.filter(({ errors }) => errors.length > 0);
  const all = `${counted(runs.length, 'run')} of ${counted(experiments.size, 'experiment')}`;
  return failed.length === 0 ? `${all}; no call failed.` : `${all}; calls of ${count(failed.length)} failed.`;
}
