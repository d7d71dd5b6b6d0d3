import { tUpperTail, twoSidedT } from '../../../statistics/index.ts';
import type { Segment } from './evidence.ts';

/** Change of a level from call to call, over all lives. */
export interface Slope {
  /** Per call. */
  readonly perCall: number;
  readonly low: number;
  readonly high: number;
  /** One-sided, for no continuing growth: from all parts, and from the later ones alone. */
  readonly p: number;
  /** Number of lives behind it. */
  readonly lives: number;
  /** Level at the start of a life according to the slope: mean, and half of its interval. */
  readonly atStart: number;
  readonly atStartHalf: number;
  /** Mean level of the latest parts. */
  readonly latest: number;
}

/** Number of parts required per life. */
export const NEEDED_SEGMENTS = 6;
/** Number of lives required. */
export const NEEDED_LIVES = 3;
/**
 * A filling cache grows ever more slowly; a leak continues. Share of the parts, the latest, that must grow on their
 * own.
 */
const LATE = 0.625;

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
 * The slope common to all lives: a straight line through the parts of each, combined by the precision of each slope.
 *
 * Levels of consecutive calls are correlated, so calls are not independent; means of long parts nearly are, and lives
 * are. The error is the larger of the one between lives and the one within them. Caches that are still filling after
 * the warm-up raise the early parts, in each life alike, so growth has to show in the later parts alone, too.
 *
 * @param lives parts of each life; lives with fewer than {@link NEEDED_SEGMENTS} are ignored
 * @returns undefined with fewer than {@link NEEDED_LIVES}
 */
export function pooledSlope(lives: readonly (readonly Segment[])[]): Slope | undefined {
  const told = lives.filter(({ length }) => length >= NEEDED_SEGMENTS);
  if (told.length < NEEDED_LIVES) return undefined;
  const lines = told.map(lineThrough);
  const { slope, error, degrees } = pooled(lines);
  const late = pooled(told.map((parts) => lineThrough(parts.slice(-Math.ceil(LATE * parts.length)))));
  const half = twoSidedT(0.95, degrees) * error;
  const n = lines.length;
  const mean = (of: (line: Line) => number): number => lines.reduce((sum, line) => sum + of(line), 0) / n;
  const atStart = mean((line) => line.atStart);
  const startError = Math.sqrt(mean((line) => (line.atStart - atStart) ** 2) / (n - 1));
  return {
    perCall: slope,
    low: slope - half,
    high: slope + half,
    p: Math.max(pOf({ slope, error, degrees }), pOf(late)),
    lives: n,
    atStart,
    atStartHalf: twoSidedT(0.95, n - 1) * startError,
    latest: mean(({ latest }) => latest),
  };
}

interface Pooled {
  readonly slope: number;
  readonly error: number;
  readonly degrees: number;
}

function pooled(lines: readonly Line[]): Pooled {
  // Long lives determine a slope far better; if they are very unequal, a few would decide, and the variation between
  // lives would not show.
  const weights = lines.map(({ weight }) => Math.sqrt(weight));
  const weight = weights.reduce((sum, own) => sum + own, 0);
  const squares = weights.reduce((sum, own) => sum + own * own, 0);
  const slope = lines.reduce((sum, line, at) => sum + weights[at]! * line.slope, 0) / weight;
  const residuals = lines.reduce((sum, line) => sum + line.residuals, 0);
  const freedom = lines.reduce((sum, line) => sum + line.freedom, 0);
  const spread = residuals / freedom;
  const inside = lines.reduce((sum, line, at) => sum + weights[at]! ** 2 * (spread / line.weight), 0);
  // The number of equal lives with the same information.
  const effective = weight ** 2 / squares;
  const between =
    (effective / (effective - 1)) *
    lines.reduce((sum, line, at) => sum + (weights[at]! * (line.slope - slope)) ** 2, 0);
  return { slope, error: Math.sqrt(Math.max(inside, between)) / weight, degrees: effective - 1 };
}

function pOf({ slope, error, degrees }: Pooled): number {
  return error > 0 ? tUpperTail(slope / error, degrees) : Number(slope <= 0);
}

/** Least squares fit. */
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
