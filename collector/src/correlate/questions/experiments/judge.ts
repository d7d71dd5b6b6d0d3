import { basisOf, estimate } from '../../../schema/index.ts';
import type { BasisValue, EstimateValue } from '../../../schema/index.ts';
import { ascending, quantileInterval, wilson } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { groupBy } from '../../lifelines.ts';
import type { RunGroup } from './evidence.ts';

/** How long calls took, ms. */
export interface Times {
  readonly p50Ms: EstimateValue;
  readonly p95Ms: EstimateValue;
}

/** One run, as reported by its client and the functions. */
export interface Run {
  readonly experiment: string;
  readonly runId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly functions: readonly string[];
  readonly calls: number;
  readonly joined: number;
  readonly failed: Proportion;
  readonly errors: readonly string[];
  readonly sandboxes: number;
  /** Only calls with a known kind of start. */
  readonly cold: Proportion;
  readonly all: Times;
  readonly coldCalls: Times;
  readonly warmCalls: Times;
  readonly basis: BasisValue;
}

/** Number of calls required. */
export const NEEDED_CALLS = 10;

/** The results of each run, the newest first. */
export function judgeRuns(groups: readonly RunGroup[]): Run[] {
  return [...groupBy(groups, ({ experiment, runId }) => `${experiment}\n${runId}`).values()]
    .map(judgeRun)
    .toSorted((a, b) => b.fromMs - a.fromMs || (a.runId < b.runId ? -1 : 1));
}

function judgeRun(groups: readonly RunGroup[]): Run {
  const [{ experiment, runId }] = groups as [RunGroup];
  const sum = (of: (group: RunGroup) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const started = (isCold: boolean): RunGroup[] => groups.filter((group) => group.isCold === isCold);
  const callsOf = (some: readonly RunGroup[]): number => some.reduce((total, { calls }) => total + calls, 0);
  const calls = sum((group) => group.calls);
  const impossible = sum((group) => group.impossible);
  const joined = sum((group) => group.joined);
  const told = callsOf(started(true)) + callsOf(started(false));
  return {
    experiment,
    runId,
    fromMs: Math.min(...groups.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...groups.map(({ toMs }) => toMs)),
    functions: [...new Set(groups.flatMap(({ functions }) => functions))].sort(),
    calls,
    joined,
    failed: wilson(
      sum((group) => group.failed),
      calls,
    ),
    errors: [...new Set(groups.flatMap(({ errors }) => errors))],
    sandboxes: new Set(groups.flatMap(({ environments }) => environments)).size,
    cold: wilson(callsOf(started(true)), told),
    all: timesOf(groups),
    coldCalls: timesOf(started(true)),
    warmCalls: timesOf(started(false)),
    basis: basisOf(
      calls,
      NEEDED_CALLS,
      'calls of this run',
      [
        `${calls} client spans, of which ${joined} have an invocation`,
        'times measured by the client, including connections, without failed calls',
      ],
      [
        ...(joined < calls ? ['the functions’ own spans of the other calls, and so how these started'] : []),
        ...(impossible > 0 ? [`the times of ${impossible} calls, which are impossible`] : []),
      ],
    ),
  };
}

function timesOf(groups: readonly RunGroup[]): Times {
  const sorted = groups.flatMap(({ durationsMs }) => durationsMs).toSorted(ascending);
  return { p50Ms: quantileOf(sorted, 0.5), p95Ms: quantileOf(sorted, 0.95) };
}

function quantileOf(sorted: readonly number[], q: number): EstimateValue {
  if (sorted.length === 0) return estimate(0);
  const { value, low, high, n } = quantileInterval(sorted, q);
  return estimate(n, value, low, high);
}
