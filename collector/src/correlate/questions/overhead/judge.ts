import { basisOf, estimate } from '../../../schema/index.ts';
import type { BasisValue, EstimateValue } from '../../../schema/index.ts';
import { ascending, linearFit, quantileInterval } from '../../../statistics/index.ts';
import type { LinearFit } from '../../../statistics/index.ts';
import type { ClientPair } from '../../evidence/client-pairs/client-pairs.ts';
import type { PairedEpoch } from '../../evidence/client-pairs/clock-pairs.ts';

/** Times of calls of one kind outside the function. All in ms, medians. */
export interface OverheadKind {
  readonly n: number;
  /** Client's time minus function's time: independent of clocks. */
  readonly overheadMs: EstimateValue;
  /** From the client's send until the function began. */
  readonly waitMs: EstimateValue;
  /** The same without the initialisation of a cold start. */
  readonly platformWaitMs: EstimateValue;
  /** From the function's end until the client had the answer. */
  readonly returnMs: EstimateValue;
}

export interface OverheadAnswer {
  readonly warm: OverheadKind;
  readonly cold: OverheadKind;
  /** Overhead of warm calls as a function of request size in bytes. */
  readonly payload: LinearFit | undefined;
  readonly basis: BasisValue;
}

/** Number of calls required. */
export const NEEDED_CALLS = 20;

/** A call, with its clock data. */
export interface Placed {
  readonly pair: ClientPair;
  /** Offset of the clocks at the call with its lower and upper bound, ms; absent if unknown. */
  readonly clock: { readonly ms: number; readonly lowMs: number; readonly highMs: number } | undefined;
}

/** Calls with the offset of their clocks. */
export function placePairs(epochs: readonly PairedEpoch[]): Placed[] {
  return epochs.flatMap(({ pairs, offset }) =>
    pairs.map((pair) => {
      if (offset === undefined) return { pair, clock: undefined };
      const drifted = offset.drift * (pair.sentMs - offset.origin);
      return {
        pair,
        clock: {
          ms: offset.offset + drifted,
          // The bounds from the calls at the middle; the drift's own bounds cover the widening towards the ends of an
          // epoch.
          lowMs:
            offset.low + Math.min(...ends(offset.driftLow, offset.driftHigh, pair.sentMs - offset.origin)),
          highMs:
            offset.high + Math.max(...ends(offset.driftLow, offset.driftHigh, pair.sentMs - offset.origin)),
        },
      };
    }),
  );
}

function ends(low: number, high: number, ms: number): [number, number] {
  return [low * ms, high * ms];
}

/** Overhead of the calls of one deployment. @param placed calls of that deployment */
export function judgeOverhead(placed: readonly Placed[]): OverheadAnswer {
  const warm = placed.filter(({ pair }) => pair.cold === false);
  const cold = placed.filter(({ pair }) => pair.cold === true);
  const sized = answered(warm).filter(({ pair }) => pair.payloadBytes !== undefined);
  const payload =
    sized.length < NEEDED_CALLS
      ? undefined
      : linearFit(
          sized.map(({ pair }) => pair.payloadBytes!),
          sized.map(({ pair }) => overheadOf(pair)),
        );
  const untold = placed.length - warm.length - cold.length;
  const missing = [
    ...(untold > 0
      ? [
          `how ${untold} of these calls started: without faas.coldstart or an ordinal they are neither warm nor cold`,
        ]
      : []),
    ...(placed.some(({ clock }) => clock === undefined)
      ? ['the clock offsets of some calls, which are left out of waits']
      : []),
    ...(answered(placed).length < placed.length
      ? ['the ends of calls that their client did not wait for, which are left out of overhead and return']
      : []),
    ...(payload === undefined ? ['requests with a known size, of several sizes'] : []),
  ];
  return {
    warm: kindOf(warm),
    cold: kindOf(cold),
    payload,
    basis: basisOf(
      placed.length,
      NEEDED_CALLS,
      'calls recorded on both sides',
      [
        'calls whose client’s span is the parent of the function’s',
        'clocks, as estimated by the question `clocks`',
      ],
      missing,
    ),
  };
}

interface Answered extends Placed {
  readonly pair: ClientPair & { readonly receivedMs: number };
}

/** Calls whose client waited for the answer. */
function answered(placed: readonly Placed[]): Answered[] {
  return placed.filter((one): one is Answered => one.pair.receivedMs !== undefined);
}

function overheadOf({ sentMs, receivedMs, beganMs, endedMs }: Answered['pair']): number {
  return receivedMs - sentMs - (endedMs - beganMs);
}

function kindOf(placed: readonly Placed[]): OverheadKind {
  const known = placed.filter(({ clock }) => clock !== undefined);
  const wait = ({ pair }: Placed, ms: number): number => pair.beganMs - ms - pair.sentMs;
  const initOf = ({ pair }: Placed): number => (pair.cold === true ? (pair.initMs ?? 0) : 0);
  return {
    n: placed.length,
    overheadMs: medianOf(answered(placed).map(({ pair }) => overheadOf(pair))),
    waitMs: between(known, wait, 1),
    platformWaitMs: between(known, (one, ms) => wait(one, ms) - initOf(one), 1),
    returnMs: between(answered(known), ({ pair }, ms) => pair.receivedMs - (pair.endedMs - ms), -1),
  };
}

/**
 * The interval of the median, extended by the possible clock error; no path takes negative time.
 *
 * @param sign 1 if a later clock makes it smaller
 */
function between<One extends Placed>(
  placed: readonly One[],
  value: (one: One, clockMs: number) => number,
  sign: 1 | -1,
): EstimateValue {
  const at = (of: 'ms' | 'lowMs' | 'highMs') => medianOf(placed.map((one) => value(one, one.clock![of])));
  const [least, most] = sign === 1 ? [at('highMs'), at('lowMs')] : [at('lowMs'), at('highMs')];
  return estimate(placed.length, atLeast0(at('ms').value), atLeast0(least.low), atLeast0(most.high));
}

function atLeast0(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, ms);
}

function medianOf(values: readonly number[]): EstimateValue {
  const { value, low, high, n } = quantileInterval(values.toSorted(ascending), 0.5);
  return estimate(n, value, low, high);
}
