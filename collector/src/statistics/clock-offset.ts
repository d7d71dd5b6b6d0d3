import { polygonHull } from 'd3-polygon';

/**
 * Timestamps of calls by two clocks; arrays of one length, all times in one unit. The call left the client at `sent`,
 * began at `began` and ended at `ended` by the function's clock, and its answer arrived at `received`.
 */
export interface CallStamps {
  readonly sent: ArrayLike<number>;
  readonly began: ArrayLike<number>;
  readonly ended: ArrayLike<number>;
  /** By the client's clock; NaN if not informative, as behind a queue. */
  readonly received: ArrayLike<number>;
}

/** Function clock minus client clock, as a linear function of time: offset + drift · (t − origin). */
export interface ClockOffset {
  /** Client time at which the offset holds: the middle of the calls. */
  readonly origin: number;
  /** In the unit of the timestamps. */
  readonly offset: number;
  /** Dimensionless; a healthy clock is within 5e-5. */
  readonly drift: number;
  /** Half the width of the band in which the line can move up and down. */
  readonly margin: number;
  /** Range of the offset at the origin that the calls allow. */
  readonly low: number;
  readonly high: number;
  /** Range of the drift that they allow. */
  readonly driftLow: number;
  readonly driftHigh: number;
  readonly n: number;
}

export interface ClockOffsetOptions {
  /** Largest plausible drift; default 5e-4, the most by which Linux slews a clock. */
  readonly maxDrift?: number;
}

interface Line {
  readonly t: number;
  readonly y: number;
}

/**
 * Offset of two clocks from calls between them. Each call implies ended − received ≤ offset ≤ began − sent, so a line
 * is possible if it is between the lower hull of the upper bounds and the upper hull of the lower ones. The result is
 * the line in the middle of the widest gap, without drift if the calls do not bound it on both sides. O(n log n).
 *
 * Assumes that both clocks ran evenly: if a clock was set, no line fits; {@link clockEpochs} splits there. Never shift
 * spans by the offset: keep the offset and its bounds beside them.
 *
 * @returns undefined without calls, without any upper or any lower bound, or if no line fits
 * @see Duda, Harrus, Haddad and Bernard, ICDCS (1987), convex-hull method; Cristian, Distributed Computing 3 (1989),
 *   for the single exchange
 */
export function clockOffset(stamps: CallStamps, options: ClockOffsetOptions = {}): ClockOffset | undefined {
  return offsetOf(stamps, 0, stamps.sent.length, options.maxDrift ?? 5e-4);
}

/** Calls between two clock changes. */
export interface ClockEpoch {
  /** Index of its first call. */
  readonly from: number;
  /** Index after its last call. */
  readonly to: number;
  /** Absent if its calls do not bound the offset from both sides. */
  readonly offset?: ClockOffset;
}

/**
 * Splits calls where a clock was set. Each epoch extends for as long as one line fits, which gives the fewest epochs.
 * O(n log² n).
 *
 * @param stamps ordered by `sent`
 */
export function clockEpochs(stamps: CallStamps, options: ClockOffsetOptions = {}): ClockEpoch[] {
  const { maxDrift = 5e-4 } = options;
  const n = stamps.sent.length;
  const fits = (from: number, to: number): boolean => {
    const bounds = boundsOf(stamps, from, to);
    return bounds.upper.length === 0 || bounds.lower.length === 0 || solve(bounds, maxDrift) !== undefined;
  };
  const epochs: ClockEpoch[] = [];
  for (let from = 0; from < n;) {
    // Doubling, then bisection: if a range fits, so does any part of it.
    let fit = from + 1;
    let length = 1;
    while (from + length < n && fits(from, Math.min(n, from + 2 * length))) {
      length *= 2;
      fit = Math.min(n, from + length);
    }
    let not = Math.min(n, from + 2 * length) + (fit === n ? 1 : 0);
    if (fit < n && fits(from, not)) fit = not;
    while (not - fit > 1) {
      const middle = (fit + not) >>> 1;
      if (fits(from, middle)) fit = middle;
      else not = middle;
    }
    const offset = offsetOf(stamps, from, fit, maxDrift);
    epochs.push({ from, to: fit, ...(offset && { offset }) });
    from = fit;
  }
  return epochs;
}

interface Bounds {
  readonly origin: number;
  /** Lower hull of the upper bounds of the offset, ascending in t, t relative to the origin. */
  readonly upper: readonly Line[];
  /** Upper hull of the lower bounds. */
  readonly lower: readonly Line[];
}

function boundsOf(stamps: CallStamps, from: number, to: number): Bounds {
  const { sent, began, ended, received } = stamps;
  const origin = from < to ? (sent[from]! + sent[to - 1]!) / 2 : 0;
  const above: Line[] = [];
  const below: Line[] = [];
  for (let index = from; index < to; index += 1) {
    const most = began[index]! - sent[index]!;
    const least = ended[index]! - received[index]!;
    if (Number.isFinite(most)) above.push({ t: sent[index]! - origin, y: most });
    if (Number.isFinite(least)) below.push({ t: received[index]! - origin, y: -least });
  }
  return { origin, upper: lowerHull(above), lower: lowerHull(below).map(({ t, y }) => ({ t, y: -y })) };
}

/** The lower side of the convex hull, ascending in t. */
function lowerHull(points: readonly Line[]): Line[] {
  const corners = points.map(({ t, y }): [number, number] => [t, y]);
  // Clockwise with y pointing up; null for fewer than three points.
  const hull = polygonHull(corners) ?? corners;
  const isLower = (a: [number, number], b: [number, number]): boolean => a[1] < b[1];
  let left = 0;
  let right = 0;
  for (const [index, corner] of hull.entries()) {
    const ofLeft = corner[0] - hull[left]![0];
    const ofRight = corner[0] - hull[right]![0];
    if (ofLeft < 0 || (ofLeft === 0 && isLower(corner, hull[left]!))) left = index;
    if (ofRight > 0 || (ofRight === 0 && isLower(corner, hull[right]!))) right = index;
  }
  const side: Line[] = [];
  for (let index = right; hull.length > 0; index = (index + 1) % hull.length) {
    const [t, y] = hull[index]!;
    side.push({ t, y });
    if (index === left) break;
  }
  return side.reverse();
}

/**
 * Height at the origin of the lowest line of this slope through the hull: min (y − slope · t), and correspondingly from
 * above.
 */
function intercept(hull: readonly Line[], slope: number, side: 1 | -1): number {
  // The corner where the hull's slope passes the given one.
  let low = 0;
  let high = hull.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const a = hull[middle]!;
    const b = hull[middle + 1]!;
    if (side * (b.y - a.y - slope * (b.t - a.t)) < 0) low = middle + 1;
    else high = middle;
  }
  const corner = hull[low]!;
  return corner.y - slope * corner.t;
}

interface Band {
  readonly offset: number;
  readonly drift: number;
  readonly margin: number;
  readonly low: number;
  readonly high: number;
  readonly driftLow: number;
  readonly driftHigh: number;
}

function solve({ upper, lower }: Bounds, maxDrift: number): Band | undefined {
  const gap = (slope: number): number => intercept(upper, slope, 1) - intercept(lower, slope, -1);
  // The gap is concave and piecewise linear in the slope; its corners are at the slopes of the hulls.
  const slopes = [-maxDrift, maxDrift, ...slopesOf(upper), ...slopesOf(lower)]
    .filter((slope) => Math.abs(slope) <= maxDrift)
    .sort((a, b) => a - b);
  const gaps = slopes.map(gap);
  let best = 0;
  for (const [index, width] of gaps.entries()) if (width > gaps[best]!) best = index;
  if (gaps[best]! < 0) return undefined;
  const driftLow = crossing(slopes, gaps, best, -1);
  const driftHigh = crossing(slopes, gaps, best, 1);
  // If the calls do not bound the drift, it is 0.
  const bounded = driftLow > -maxDrift && driftHigh < maxDrift;
  const drift = bounded ? slopes[best]! : Math.min(driftHigh, Math.max(driftLow, 0));
  const possible = [driftLow, driftHigh, ...slopes.filter((slope) => slope > driftLow && slope < driftHigh)];
  const top = intercept(upper, drift, 1);
  const bottom = intercept(lower, drift, -1);
  return {
    offset: (top + bottom) / 2,
    drift,
    margin: (top - bottom) / 2,
    low: Math.min(...possible.map((slope) => intercept(lower, slope, -1))),
    high: Math.max(...possible.map((slope) => intercept(upper, slope, 1))),
    driftLow,
    driftHigh,
  };
}

/** The slope on one side of the optimum at which the gap reaches 0. */
function crossing(slopes: readonly number[], gaps: readonly number[], best: number, side: 1 | -1): number {
  let index = best;
  while (gaps[index + side] !== undefined && gaps[index + side]! >= 0) index += side;
  const next = gaps[index + side];
  if (next === undefined) return slopes[index]!;
  return slopes[index]! + (slopes[index + side]! - slopes[index]!) * (gaps[index]! / (gaps[index]! - next));
}

function slopesOf(hull: readonly Line[]): number[] {
  return hull.slice(1).map(({ t, y }, index) => (y - hull[index]!.y) / (t - hull[index]!.t));
}

function offsetOf(stamps: CallStamps, from: number, to: number, maxDrift: number): ClockOffset | undefined {
  const bounds = boundsOf(stamps, from, to);
  if (bounds.upper.length === 0 || bounds.lower.length === 0) return undefined;
  const band = solve(bounds, maxDrift);
  return band && { origin: bounds.origin, ...band, n: to - from };
}
