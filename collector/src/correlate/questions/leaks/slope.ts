import { tUpperTail, twoSidedT } from '../../../statistics/index.ts';
import type { Segment } from './evidence.ts';

/** How a level changes from call to call, over all lives. */
export interface Slope {
  /** A call. */
  readonly perCall: number;
  readonly low: number;
  readonly high: number;
  /** One-sided, of no growth. */
  readonly p: number;
  /** Lives it rests on. */
  readonly lives: number;
  /** Level at the beginning of a life, by the slope, mean. */
  readonly atStart: number;
  /** Level of the latest parts, mean. */
  readonly latest: number;
}

/** Parts of a life that have to be told. */
export const NEEDED_SEGMENTS = 6;
/** Lives that are needed. */
export const NEEDED_LIVES = 3;

interface Line {
  readonly slope: number;
  /** Σ (call − mean)². */
  readonly weight: number;
  readonly residuals: number;
  readonly freedom: number;
  readonly atStart: number;
  readonly latest: number;
}

/**
 * The slope common to lives: a straight line through the parts of each, put together by how well each tells its slope.
 *
 * Levels of calls that follow each other are alike, so that calls are no sample; means of long parts nearly are, and lives are.
 * The error is the larger of that between lives and that inside of them.
 *
 * @param lives parts of each life; those with fewer than {@link NEEDED_SEGMENTS} are left out
 * @returns undefined with fewer than {@link NEEDED_LIVES}
 */
export function pooledSlope(lives: readonly (readonly Segment[])[]): Slope | undefined {
  const lines = lives.filter(({ length }) => length >= NEEDED_SEGMENTS).map(lineThrough);
  if (lines.length < NEEDED_LIVES) return undefined;
  // Long lives tell a slope far better; of very unequal ones few would decide, and how they scatter would not be seen.
  const weights = lines.map(({ weight }) => Math.sqrt(weight));
  const weight = weights.reduce((sum, own) => sum + own, 0);
  const slope = lines.reduce((sum, line, at) => sum + weights[at]! * line.slope, 0) / weight;
  const residuals = lines.reduce((sum, line) => sum + line.residuals, 0);
  const freedom = lines.reduce((sum, line) => sum + line.freedom, 0);
  const spread = residuals / freedom;
  const inside = lines.reduce((sum, line, at) => sum + weights[at]! ** 2 * (spread / line.weight), 0);
  const between =
    (lines.length / (lines.length - 1)) *
    lines.reduce((sum, line, at) => sum + (weights[at]! * (line.slope - slope)) ** 2, 0);
  const error = Math.sqrt(Math.max(inside, between)) / weight;
  const degrees = lines.length - 1;
  const half = twoSidedT(0.95, degrees) * error;
  const mean = (of: (line: Line) => number): number =>
    lines.reduce((sum, line) => sum + of(line), 0) / lines.length;
  return {
    perCall: slope,
    low: slope - half,
    high: slope + half,
    p: error > 0 ? tUpperTail(slope / error, degrees) : Number(slope <= 0),
    lives: lines.length,
    atStart: mean(({ atStart }) => atStart),
    latest: mean(({ latest }) => latest),
  };
}

/** Least squares. */
function lineThrough(segments: readonly Segment[]): Line {
  const n = segments.length;
  const call = segments.reduce((sum, segment) => sum + segment.call, 0) / n;
  const level = segments.reduce((sum, segment) => sum + segment.level, 0) / n;
  let weight = 0;
  let product = 0;
  for (const segment of segments) {
    weight += (segment.call - call) ** 2;
    product += (segment.call - call) * (segment.level - level);
  }
  const slope = product / weight;
  const residuals = segments.reduce(
    (sum, segment) => sum + (segment.level - level - slope * (segment.call - call)) ** 2,
    0,
  );
  return {
    slope,
    weight,
    residuals,
    freedom: n - 2,
    atStart: level - slope * call,
    latest: segments.at(-1)!.level,
  };
}
