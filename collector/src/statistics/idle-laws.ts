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
  /** Whether the law is one of batches. */
  readonly ofBatches: boolean;
  /** Whether the parameters are consistent (for example, the second step after the first). */
  allows(parameters: readonly number[]): boolean;
  /** Survival without the leak at each of some times, 0 to 1, falling in t from 1 at 0. */
  tabulate: Tabulate;
  /** The same at one time. */
  survival(parameters: readonly number[], batch: number): (t: number) => number;
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

const always = (): boolean => true;

/** Each law has a loop of its own: a call for each time would cost more than the survival itself. */
function law(own: Omit<IdleLaw, 'survival'>): IdleLaw {
  return {
    ...own,
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
    ofBatches: false,
    allows: always,
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
    ofBatches: false,
    // With a larger width this is no step: half would be gone long before the threshold.
    allows: ([threshold = NaN, width = NaN]) => width <= threshold,
    tabulate: ([threshold = NaN, width = NaN], _batch, times, values) => {
      // 1 at 0, ½ near the threshold; the width is that of the logistic distribution.
      const whole = 1 + Math.exp(-threshold / width);
      for (let at = 0; at < times.length; at += 1) {
        values[at] = whole / (1 + Math.exp((times[at]! - threshold) / width));
      }
    },
  }),
  'two-step': law({
    name: 'two-step',
    parameters: ['first', 'second', 'kept'],
    scales: ['log', 'log', 'logit'],
    steps: [0.03, 0.03, 0.5],
    jumps: [0, 1],
    ofBatches: false,
    allows: ([first = NaN, second = NaN]) => first < second,
    tabulate: ([first = NaN, second = NaN, kept = NaN], _batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] = times[at]! <= first ? 1 : times[at]! <= second ? kept : 0;
      }
    },
  }),
  'soft-two-step': law({
    name: 'soft-two-step',
    parameters: ['first', 'firstWidth', 'second', 'secondWidth', 'kept'],
    scales: ['log', 'log', 'log', 'log', 'logit'],
    steps: [0.03, 0.3, 0.03, 0.3, 0.5],
    jumps: [],
    ofBatches: false,
    allows: ([first = NaN, firstWidth = NaN, second = NaN, secondWidth = NaN]) =>
      first < second && firstWidth <= first && secondWidth <= second,
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
  }),
  halving: law({
    name: 'halving',
    parameters: ['period', 'end'],
    scales: ['log', 'log'],
    steps: [0.03, 0.1],
    jumps: [0, 1],
    ofBatches: true,
    allows: ([period = NaN, end = NaN]) => period <= end,
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
    ofBatches: true,
    allows: always,
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
    ofBatches: false,
    allows: always,
    tabulate: ([halfLife = NaN], _batch, times, values) => {
      const rate = Math.LN2 / halfLife;
      for (let at = 0; at < times.length; at += 1) {
        values[at] = Math.exp(-times[at]! * rate);
      }
    },
  }),
  'shifted-exponential': law({
    name: 'shifted-exponential',
    parameters: ['delay', 'halfLife'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    ofBatches: false,
    allows: always,
    tabulate: ([delay = NaN, halfLife = NaN], _batch, times, values) => {
      const rate = Math.LN2 / halfLife;
      for (let at = 0; at < times.length; at += 1) {
        values[at] = times[at]! <= delay ? 1 : Math.exp((delay - times[at]!) * rate);
      }
    },
  }),
  weibull: law({
    name: 'weibull',
    parameters: ['scale', 'shape'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    ofBatches: false,
    allows: always,
    tabulate: ([scale = NaN, shape = NaN], _batch, times, values) => {
      for (let at = 0; at < times.length; at += 1) {
        values[at] = Math.exp(-Math.exp(shape * Math.log(times[at]! / scale)));
      }
    },
  }),
};

/** Converts parameters to the fitting scale, where any number is allowed. */
export function toFree(law: IdleLaw, parameters: readonly number[]): number[] {
  return parameters.map((value, index) => (law.scales[index] === 'logit' ? logit(value) : Math.log(value)));
}

/** The inverse of {@link toFree}. */
export function fromFree(law: IdleLaw, free: readonly number[]): number[] {
  return free.map((value, index) => (law.scales[index] === 'logit' ? expit(value) : Math.exp(value)));
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
