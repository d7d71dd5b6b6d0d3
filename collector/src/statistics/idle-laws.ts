import { expit, logit } from './log-space.ts';

export type IdleLawName =
  | 'one-step'
  | 'soft-step'
  | 'two-step'
  | 'soft-two-step'
  | 'halving'
  | 'halving-to-none'
  | 'exponential'
  | 'shifted-exponential'
  | 'weibull';

/**
 * A law of how long an idle item is kept. Every law comes with a leak: a share a is lost at once, so that S(0) = 1 and
 * S(t) = (1 − a) · law(t) after that.
 */
export interface IdleLaw {
  readonly name: IdleLawName;
  /** Times and widths are in the unit of the data; shares and shapes are dimensionless. */
  readonly parameters: readonly string[];
  /** The scale of each parameter during fitting: log for times and shapes, logit for shares. */
  readonly scales: readonly ('log' | 'logit')[];
  /** A first step on that scale that changes the fit slightly. */
  readonly steps: readonly number[];
  /** Which parameters are times at which survival jumps: likelihoods are flat in them between edges. */
  readonly jumps: readonly number[];
  /** Which parameters are times at which survival has a kink: likelihoods have local maxima at edges. */
  readonly kinks: readonly number[];
  /** Whether the law is one of batches. */
  readonly ofBatches: boolean;
  /** Bounds of parameters by earlier ones: a width is at most its threshold, the second step is after the first. */
  readonly bounds: readonly Bound[];
  /** Whether the parameters are within these bounds. */
  allows(parameters: readonly number[]): boolean;
  /** Survival without the leak at each of some times, 0 to 1, falling in t from 1 at 0. */
  tabulate: Tabulate;
  /**
   * Σ weight · survival at some times, differentiated with respect to each parameter on the scale of the fit; 0 for the
   * times at which it jumps. Absent for a law that only jumps.
   *
   * @param values survival at these times
   */
  readonly slopes?: (
    parameters: readonly number[],
    times: Float64Array,
    values: Float64Array,
    weights: Float64Array,
  ) => number[];
  /** The same as {@link tabulate} at one time. */
  survival(parameters: readonly number[], batch: number): (t: number) => number;
}

/** A parameter that stays on one side of another. */
interface Bound {
  readonly parameter: number;
  readonly by: number;
  readonly side: 'below' | 'above';
}

type Tabulate = (
  parameters: readonly number[],
  batch: number,
  times: Float64Array,
  values: Float64Array,
) => void;

/** Powers of ½; `Math.pow` would be the most expensive part of a fit. */
const HALVED = Float64Array.from({ length: 64 }, (_, times) => 2 ** -times);

function halved(times: number): number {
  return times < HALVED.length ? HALVED[times]! : 2 ** -times;
}

/** Each law has a loop of its own: a call for each time would cost more than the survival itself. */
function law(own: Omit<IdleLaw, 'survival' | 'allows'>): IdleLaw {
  return {
    ...own,
    allows: (parameters) =>
      own.bounds.every(({ parameter, by, side }) =>
        side === 'below'
          ? parameters[parameter]! <= parameters[by]!
          : parameters[parameter]! > parameters[by]!,
      ),
    survival: (parameters, batch) => {
      const time = new Float64Array(1);
      const value = new Float64Array(1);
      return (t) => {
        time[0] = t;
        own.tabulate(parameters, batch, time, value);
        return value[0]!;
      };
    },
  };
}

/**
 * The laws, by name.
 *
 * - `one-step` [threshold]: kept up to and including the threshold, then gone.
 * - `soft-step` [threshold, width]: logistic around the threshold, 1 at 0.
 * - `two-step` [first, second, kept]: a share `kept` survives the first threshold, none the second.
 * - `soft-two-step` [first, firstWidth, second, secondWidth, kept]: the same with soft steps.
 * - `halving` [period, end]: of a batch of n that became idle together ⌈n/2^k⌉ are left after k whole periods, none
 *   from the end on. Which ones is chance, so that each survives with ⌈n/2^k⌉/n; their number is not, so intervals must
 *   resample batches (SeBS, Middleware 2021).
 * - `halving-to-none` [period]: the same, but when one is left of a batch it goes with the next period. In the batches
 *   that SeBS recorded in 2020 this is what happened: 1 of 2 is left after a period, none after two.
 * - `exponential` [halfLife].
 * - `shifted-exponential` [delay, halfLife]: kept for the delay, then exponential.
 * - `weibull` [scale, shape].
 */
export const IDLE_LAWS: Readonly<Record<IdleLawName, IdleLaw>> = {
  'one-step': law({
    name: 'one-step',
    parameters: ['threshold'],
    scales: ['log'],
    steps: [0.03],
    jumps: [0],
    kinks: [],
    ofBatches: false,
    bounds: [],
    tabulate: ([threshold = NaN], _batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] = times[at]! <= threshold ? 1 : 0;
      }
    },
  }),
  'soft-step': law({
    name: 'soft-step',
    parameters: ['threshold', 'width'],
    scales: ['log', 'log'],
    steps: [0.03, 0.3],
    jumps: [],
    kinks: [],
    ofBatches: false,
    // With a larger width this is no step: half would be gone long before the threshold.
    bounds: [{ parameter: 1, by: 0, side: 'below' }],
    tabulate: ([threshold = NaN, width = NaN], _batch, times, values) => {
      // 1 at 0, ½ near the threshold; the width is that of the logistic distribution.
      const whole = 1 + Math.exp(-threshold / width);
      for (let at = 0; at < times.length; at += 1) {
        values[at] = whole / (1 + Math.exp((times[at]! - threshold) / width));
      }
    },
    slopes: ([threshold = NaN, width = NaN], times, _values, weights) => {
      const { byThreshold, byWidth } = softSlopes(threshold, width, times, weights);
      return [byThreshold, byWidth];
    },
  }),
  'two-step': law({
    name: 'two-step',
    parameters: ['first', 'second', 'kept'],
    scales: ['log', 'log', 'logit'],
    steps: [0.03, 0.03, 0.5],
    jumps: [0, 1],
    kinks: [],
    ofBatches: false,
    bounds: [{ parameter: 1, by: 0, side: 'above' }],
    tabulate: ([first = NaN, second = NaN, kept = NaN], _batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] = times[at]! <= first ? 1 : times[at]! <= second ? kept : 0;
      }
    },
    slopes: ([first = NaN, second = NaN, kept = NaN], times, _values, weights) => {
      let sum = 0;
      for (let at = 0; at < times.length; at += 1)
        if (times[at]! > first && times[at]! <= second) sum += weights[at]!;
      return [0, 0, kept * (1 - kept) * sum];
    },
  }),
  'soft-two-step': law({
    name: 'soft-two-step',
    parameters: ['first', 'firstWidth', 'second', 'secondWidth', 'kept'],
    scales: ['log', 'log', 'log', 'log', 'logit'],
    steps: [0.03, 0.3, 0.03, 0.3, 0.5],
    jumps: [],
    kinks: [],
    ofBatches: false,
    bounds: [
      { parameter: 1, by: 0, side: 'below' },
      { parameter: 2, by: 0, side: 'above' },
      { parameter: 3, by: 2, side: 'below' },
    ],
    tabulate: (
      [first = NaN, firstWidth = NaN, second = NaN, secondWidth = NaN, kept = NaN],
      _batch,
      times,
      values,
    ) => {
      const firstShare = (1 - kept) * (1 + Math.exp(-first / firstWidth));
      const secondShare = kept * (1 + Math.exp(-second / secondWidth));
      for (let at = 0; at < times.length; at += 1) {
        values[at] =
          firstShare / (1 + Math.exp((times[at]! - first) / firstWidth)) +
          secondShare / (1 + Math.exp((times[at]! - second) / secondWidth));
      }
    },
    slopes: (
      [first = NaN, firstWidth = NaN, second = NaN, secondWidth = NaN, kept = NaN],
      times,
      _values,
      weights,
    ) => {
      const early = softSlopes(first, firstWidth, times, weights);
      const late = softSlopes(second, secondWidth, times, weights);
      return [
        (1 - kept) * early.byThreshold,
        (1 - kept) * early.byWidth,
        kept * late.byThreshold,
        kept * late.byWidth,
        kept * (1 - kept) * (late.survival - early.survival),
      ];
    },
  }),
  halving: law({
    name: 'halving',
    parameters: ['period', 'end'],
    scales: ['log', 'log'],
    steps: [0.03, 0.1],
    jumps: [0, 1],
    kinks: [],
    ofBatches: true,
    bounds: [{ parameter: 1, by: 0, side: 'above' }],
    tabulate: ([period = NaN, end = NaN], batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] =
          times[at]! < end ? Math.ceil(batch * halved(Math.floor(times[at]! / period))) / batch : 0;
      }
    },
  }),
  'halving-to-none': law({
    name: 'halving-to-none',
    parameters: ['period'],
    scales: ['log'],
    steps: [0.03],
    jumps: [0],
    kinks: [],
    ofBatches: true,
    bounds: [],
    tabulate: ([period = NaN], batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        const left = batch * halved(Math.floor(times[at]! / period));
        values[at] = left > 0.5 ? Math.ceil(left) / batch : 0;
      }
    },
  }),
  exponential: law({
    name: 'exponential',
    parameters: ['halfLife'],
    scales: ['log'],
    steps: [0.1],
    jumps: [],
    kinks: [],
    ofBatches: false,
    bounds: [],
    tabulate: ([halfLife = NaN], _batch, times, values) => {
      const rate = Math.LN2 / halfLife;
      for (let at = 0; at < times.length; at += 1) {
        values[at] = Math.exp(-times[at]! * rate);
      }
    },
    slopes: ([halfLife = NaN], times, values, weights) => {
      const rate = Math.LN2 / halfLife;
      let sum = 0;
      for (let at = 0; at < times.length; at += 1) sum += weights[at]! * values[at]! * times[at]! * rate;
      return [sum];
    },
  }),
  'shifted-exponential': law({
    name: 'shifted-exponential',
    parameters: ['delay', 'halfLife'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    kinks: [0],
    ofBatches: false,
    bounds: [],
    tabulate: ([delay = NaN, halfLife = NaN], _batch, times, values) => {
      const rate = Math.LN2 / halfLife;
      for (let at = 0; at < times.length; at += 1) {
        values[at] = times[at]! <= delay ? 1 : Math.exp((delay - times[at]!) * rate);
      }
    },
    slopes: ([delay = NaN, halfLife = NaN], times, values, weights) => {
      const rate = Math.LN2 / halfLife;
      let byDelay = 0;
      let byHalfLife = 0;
      for (let at = 0; at < times.length; at += 1) {
        const since = times[at]! - delay;
        if (since <= 0) continue;
        const weighted = weights[at]! * values[at]! * rate;
        byDelay += weighted * delay;
        byHalfLife += weighted * since;
      }
      return [byDelay, byHalfLife];
    },
  }),
  weibull: law({
    name: 'weibull',
    parameters: ['scale', 'shape'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    kinks: [],
    ofBatches: false,
    bounds: [],
    tabulate: ([scale = NaN, shape = NaN], _batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] = Math.exp(-Math.exp(shape * Math.log(times[at]! / scale)));
      }
    },
    slopes: ([scale = NaN, shape = NaN], times, values, weights) => {
      let byScale = 0;
      let byShape = 0;
      for (let at = 0; at < times.length; at += 1) {
        const value = values[at]!;
        // Hardly any are left: nothing changes either.
        if (!(value > 0 && value < 1)) continue;
        const log = shape * Math.log(times[at]! / scale);
        const fall = weights[at]! * value * Math.exp(log);
        byScale += fall * shape;
        byShape -= fall * log;
      }
      return [byScale, byShape];
    },
  }),
};

/** Sums over weighted times: the survival of a soft step, and its slopes by the logarithms of its parameters. */
function softSlopes(
  threshold: number,
  width: number,
  times: Float64Array,
  weights: Float64Array,
): { readonly survival: number; readonly byThreshold: number; readonly byWidth: number } {
  const ratio = threshold / width;
  const early = Math.exp(-ratio);
  const whole = 1 + early;
  let survival = 0;
  let byThreshold = 0;
  let byWidth = 0;
  for (let at = 0; at < times.length; at += 1) {
    const left = 1 / (1 + Math.exp((times[at]! - threshold) / width));
    const weighted = weights[at]! * left;
    const fall = whole * weighted * (1 - left);
    survival += whole * weighted;
    byThreshold += (fall - weighted * early) * ratio;
    byWidth += (fall * (times[at]! - threshold)) / width + weighted * early * ratio;
  }
  return { survival, byThreshold, byWidth };
}

/** Converts parameters to the fitting scale, where any number is allowed. */
export function toFree(law: IdleLaw, parameters: readonly number[]): number[] {
  return parameters.map((value, index) => (law.scales[index] === 'logit' ? logit(value) : Math.log(value)));
}

/** The inverse of {@link toFree}. */
export function fromFree(law: IdleLaw, free: readonly number[]): number[] {
  return free.map((value, index) => (law.scales[index] === 'logit' ? expit(value) : Math.exp(value)));
}

/** A parameter on its bound begins this far inside, as a share. */
const INSIDE = 1e-6;

/** Like {@link toFree}, but a bounded parameter is relative to its bound, so that all numbers are within the bounds. */
export function toUnbounded(law: IdleLaw, parameters: readonly number[]): number[] {
  const free = toFree(law, parameters);
  for (const { parameter, by, side } of law.bounds) {
    const ratio = parameters[parameter]! / parameters[by]!;
    free[parameter] =
      side === 'below' ? logit(Math.min(1 - INSIDE, ratio)) : Math.log(Math.log(Math.max(1 + INSIDE, ratio)));
  }
  return free;
}

/** The inverse of {@link toUnbounded}. */
export function fromUnbounded(law: IdleLaw, unbounded: readonly number[]): number[] {
  const parameters = fromFree(law, unbounded);
  for (const { parameter, by, side } of law.bounds) {
    const own = unbounded[parameter]!;
    parameters[parameter] = parameters[by]! * (side === 'below' ? expit(own) : Math.exp(Math.exp(own)));
  }
  return parameters;
}

/** Slopes with respect to unbounded parameters, from those on the scale of the fit. */
export function unboundedSlopes(
  law: IdleLaw,
  unbounded: readonly number[],
  slopes: readonly number[],
): number[] {
  const own = [...slopes];
  for (const { parameter, by, side } of law.bounds.toReversed()) {
    own[by]! += own[parameter]!;
    own[parameter]! *= side === 'below' ? 1 - expit(unbounded[parameter]!) : Math.exp(unbounded[parameter]!);
  }
  return own;
}

/**
 * Survival at each edge: one table per batch size for a law of batches, else one table.
 *
 * @param leak share lost at once, 0 to 1
 */
export function lawSurvival(
  law: IdleLaw,
  parameters: readonly number[],
  leak: number,
  edges: ArrayLike<number>,
  batchSizes: ArrayLike<number>,
): Float64Array[] {
  const times = Float64Array.from(edges);
  return Array.from(law.ofBatches ? batchSizes : [1], (size) => {
    const table = new Float64Array(times.length);
    law.tabulate(parameters, size, times, table);
    return table.map((value, edge) => (times[edge]! > 0 ? (1 - leak) * value : 1));
  });
}
