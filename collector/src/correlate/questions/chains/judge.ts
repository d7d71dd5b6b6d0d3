import { basisOf, estimate } from '../../../schema/index.ts';
import type { BasisValue, EstimateValue } from '../../../schema/index.ts';
import { ascending, quantileInterval, twoSidedT, wilson } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { criticalPath } from './critical-path.ts';
import type { Trace } from './evidence.ts';

/** One of the functions of a chain after its first. */
export interface Successor {
  readonly function: string;
  readonly traces: number;
  readonly invocations: number;
  readonly cold: number;
  /** Initialisation on the path, mean over all traces of the chain, ms. */
  readonly coldOnPathMs: EstimateValue;
}

/** Traces that begin in one function. */
export interface ChainAnswer {
  readonly traces: number;
  readonly depth: number;
  readonly coldStarts: EstimateValue;
  readonly withColdStart: Proportion;
  readonly pathMs: EstimateValue;
  /** Share of the path, 0 to 1. */
  readonly coldShare: EstimateValue;
  readonly betweenShare: EstimateValue;
  /** The most that prewarming all successors would save per trace, mean, ms. */
  readonly prewarmSavesMs: EstimateValue;
  readonly prewarmSavesShare: EstimateValue;
  readonly successors: readonly Successor[];
  readonly basis: BasisValue;
}

/** Number of traces required. */
export const NEEDED_TRACES = 20;

/**
 * @param traces that begin in the same function, each with callers before those they call
 * @param unordered number of such traces whose times cannot be compared
 */
export function judgeChain(traces: readonly Trace[], unordered = 0): ChainAnswer {
  const paths = traces.map(criticalPath);
  const total = paths.map(({ totalMs }) => totalMs);
  const cold = paths.map(({ coldMs }) => sum(coldMs));
  // The first function of a trace has no predecessor that could announce it.
  const saved = paths.map(({ coldMs }) => sum(coldMs.slice(1)));
  const colds = traces.map((trace) => trace.filter(({ isCold }) => isCold).length);
  const names = [...new Set(traces.flatMap((trace) => trace.slice(1).map((link) => link.function)))].sort();
  const { value, low, high } = quantileInterval(total.toSorted(ascending), 0.5);
  const untold = traces.some((trace) => trace.some(({ isCold, initMs }) => isCold && initMs === 0));
  return {
    traces: traces.length,
    depth: Math.max(0, ...paths.map(({ depth }) => depth)),
    coldStarts: meanOf(colds),
    withColdStart: wilson(colds.filter((count) => count > 0).length, traces.length),
    pathMs: estimate(traces.length, value, low, high),
    coldShare: shareOf(cold, total),
    betweenShare: shareOf(
      paths.map(({ betweenMs }) => betweenMs),
      total,
    ),
    prewarmSavesMs: meanOf(saved),
    prewarmSavesShare: shareOf(saved, total),
    successors: names.map((name) => successorOf(name, traces, paths)),
    basis: basisOf(
      traces.length,
      NEEDED_TRACES,
      'traces of this chain',
      [
        'invocations of one trace, by their parent spans, else by which invocation encloses which',
        'initialisation, as reported by the functions',
      ],
      [
        'the time of the platform before initialisation, so cold starts cost at least this much',
        ...(unordered > 0
          ? [`${unordered} traces in which a call begins before its caller: the clocks of their hosts differ`]
          : []),
        ...(untold ? ['how long some initialisations took'] : []),
      ],
    ),
  };
}

function successorOf(
  name: string,
  traces: readonly Trace[],
  paths: readonly { readonly coldMs: readonly number[] }[],
): Successor {
  let invocations = 0;
  let cold = 0;
  let within = 0;
  const onPath = traces.map((trace, at) => {
    let ms = 0;
    let isIn = false;
    for (const [index, link] of trace.entries()) {
      if (index === 0 || link.function !== name) continue;
      isIn = true;
      invocations += 1;
      if (link.isCold) cold += 1;
      ms += paths[at]!.coldMs[index]!;
    }
    if (isIn) within += 1;
    return ms;
  });
  return { function: name, traces: within, invocations, cold, coldOnPathMs: meanOf(onPath) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function meanOf(values: readonly number[]): EstimateValue {
  return ratioOf(
    values,
    values.map(() => 1),
  );
}

/** {@link ratioOf} for a part and its whole: at most 1. */
function shareOf(part: readonly number[], whole: readonly number[]): EstimateValue {
  const { n, value, low, high } = ratioOf(part, whole);
  return estimate(n, value, low, high === undefined ? undefined : Math.min(1, high));
}

/** Σ part / Σ whole, with the linearised error over traces (Cochran, Sampling Techniques, section 6.4). */
function ratioOf(part: readonly number[], whole: readonly number[]): EstimateValue {
  const n = part.length;
  const all = sum(whole);
  if (all <= 0) return estimate(n);
  const ratio = sum(part) / all;
  if (n < 2) return estimate(n, ratio);
  const residuals = part.reduce((total, value, at) => total + (value - ratio * whole[at]!) ** 2, 0);
  const half = (twoSidedT(0.95, n - 1) * Math.sqrt((n / (n - 1)) * residuals)) / all;
  return estimate(n, ratio, Math.max(0, ratio - half), ratio + half);
}
