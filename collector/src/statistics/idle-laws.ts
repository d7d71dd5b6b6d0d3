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
  /** Survival without the leak, 0 to 1, falling in t from 1 at 0. */
  survival(parameters: readonly number[], batch: number): (t: number) => number;
}

/** 1 at 0, ½ near the threshold; the width is that of the logistic distribution. */
function soft(threshold: number, width: number): (t: number) => number {
  const whole = 1 + Math.exp(-threshold / width);
  return (t) => whole / (1 + Math.exp((t - threshold) / width));
}

const always = (): boolean => true;

/**
 * The laws, by name.
 *
 * - `one-step` [threshold]: kept up to and with the threshold, then gone.
 * - `soft-step` [threshold, width]: logistic around the threshold, 1 at 0.
 * - `two-step` [first, second, kept]: a share `kept` survives the first threshold, none the second.
 * - `soft-two-step` [first, firstWidth, second, secondWidth, kept]: the same with soft steps.
 * - `halving` [period, end]: of a batch of n that became idle together ⌈n/2^k⌉ are left after k whole periods, none
 *   from the end on. Which ones is chance, so that each survives with ⌈n/2^k⌉/n; how many is not, so that intervals
 *   must resample batches (SeBS, Middleware 2021).
 * - `halving-to-none` [period]: the same, but when one is left of a batch it goes with the next period. In the
 *   batches that SeBS recorded in 2020 this is what happened: 1 of 2 is left after a period, none after two.
 * - `exponential` [halfLife].
 * - `shifted-exponential` [delay, halfLife]: kept for the delay, then exponential.
 * - `weibull` [scale, shape].
 */
export const IDLE_LAWS: Readonly<Record<IdleLawName, IdleLaw>> = {
  'one-step': {
    name: 'one-step',
    parameters: ['threshold'],
    scales: ['log'],
    steps: [0.03],
    jumps: [0],
    ofBatches: false,
    allows: always,
    survival:
      ([threshold = NaN]) =>
      (t) =>
        t <= threshold ? 1 : 0,
  },
  'soft-step': {
    name: 'soft-step',
    parameters: ['threshold', 'width'],
    scales: ['log', 'log'],
    steps: [0.03, 0.3],
    jumps: [],
    ofBatches: false,
    // With a larger width it is not a step: half would be gone long before the threshold.
    allows: ([threshold = NaN, width = NaN]) => width <= threshold,
    survival: ([threshold = NaN, width = NaN]) => soft(threshold, width),
  },
  'two-step': {
    name: 'two-step',
    parameters: ['first', 'second', 'kept'],
    scales: ['log', 'log', 'logit'],
    steps: [0.03, 0.03, 0.5],
    jumps: [0, 1],
    ofBatches: false,
    allows: ([first = NaN, second = NaN]) => first < second,
    survival:
      ([first = NaN, second = NaN, kept = NaN]) =>
      (t) =>
        t <= first ? 1 : t <= second ? kept : 0,
  },
  'soft-two-step': {
    name: 'soft-two-step',
    parameters: ['first', 'firstWidth', 'second', 'secondWidth', 'kept'],
    scales: ['log', 'log', 'log', 'log', 'logit'],
    steps: [0.03, 0.3, 0.03, 0.3, 0.5],
    jumps: [],
    ofBatches: false,
    allows: ([first = NaN, firstWidth = NaN, second = NaN, secondWidth = NaN]) =>
      first < second && firstWidth <= first && secondWidth <= second,
    survival: ([first = NaN, firstWidth = NaN, second = NaN, secondWidth = NaN, kept = NaN]) => {
      const one = soft(first, firstWidth);
      const two = soft(second, secondWidth);
      return (t) => (1 - kept) * one(t) + kept * two(t);
    },
  },
  halving: {
    name: 'halving',
    parameters: ['period', 'end'],
    scales: ['log', 'log'],
    steps: [0.03, 0.1],
    jumps: [0, 1],
    ofBatches: true,
    allows: ([period = NaN, end = NaN]) => period <= end,
    survival:
      ([period = NaN, end = NaN], batch) =>
      (t) =>
        t < end ? Math.ceil(batch / 2 ** Math.floor(t / period)) / batch : 0,
  },
  'halving-to-none': {
    name: 'halving-to-none',
    parameters: ['period'],
    scales: ['log'],
    steps: [0.03],
    jumps: [0],
    ofBatches: true,
    allows: always,
    survival:
      ([period = NaN], batch) =>
      (t) => {
        const left = batch / 2 ** Math.floor(t / period);
        return left > 0.5 ? Math.ceil(left) / batch : 0;
      },
  },
  exponential: {
    name: 'exponential',
    parameters: ['halfLife'],
    scales: ['log'],
    steps: [0.1],
    jumps: [],
    ofBatches: false,
    allows: always,
    survival:
      ([halfLife = NaN]) =>
      (t) =>
        2 ** (-t / halfLife),
  },
  'shifted-exponential': {
    name: 'shifted-exponential',
    parameters: ['delay', 'halfLife'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    ofBatches: false,
    allows: always,
    survival:
      ([delay = NaN, halfLife = NaN]) =>
      (t) =>
        t <= delay ? 1 : 2 ** ((delay - t) / halfLife),
  },
  weibull: {
    name: 'weibull',
    parameters: ['scale', 'shape'],
    scales: ['log', 'log'],
    steps: [0.05, 0.2],
    jumps: [],
    ofBatches: false,
    allows: always,
    survival:
      ([scale = NaN, shape = NaN]) =>
      (t) =>
        Math.exp(-((t / scale) ** shape)),
  },
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
  const sizes = law.ofBatches ? Array.from(batchSizes) : [1];
  return sizes.map((size) => {
    const at = law.survival(parameters, size);
    return Float64Array.from(edges, (edge) => (edge > 0 ? (1 - leak) * at(edge) : 1));
  });
}
