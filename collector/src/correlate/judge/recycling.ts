/** A sandbox that was gone when it should have taken a call, after so little idleness that this is not why. */
export interface UnexplainedLoss {
  /** From its first call to the one that it did not take, ms. */
  readonly ageMs: number;
}

/** From an age on sandboxes go by it, however little they idle. */
export interface Recycling {
  readonly fromAgeMs: number;
  /** How many of those that are so old go, per ms. */
  readonly rate: number;
}

/** Fewer losses than this tell nothing of age. */
const LEAST_LOSSES = 5;
/** Twice the gain in log-likelihood from which on age counts: χ² at .0001 with one degree, and as much for the search. */
const LEAST_GAIN = 20;

/**
 * Whether sandboxes go at an age, however little they idle: the rate of unexplained losses below some age against that above
 * it, of all sandboxes over the time they lived. The age that parts them best is sought.
 *
 * @param livedMs how long each sandbox was seen to live
 * @returns undefined where nothing speaks for it
 */
export function recyclingOf(
  losses: readonly UnexplainedLoss[],
  livedMs: readonly number[],
): Recycling | undefined {
  const ages = losses.map(({ ageMs }) => ageMs).sort((a, b) => a - b);
  const total = ages.length;
  if (total < LEAST_LOSSES) return undefined;
  const lived = Float64Array.from(livedMs).sort();
  const exposure = lived.reduce((sum, ms) => sum + ms, 0);
  let best = { gain: 0, fromAgeMs: Infinity, rate: 0 };
  let passed = 0;
  let sumPassed = 0;
  for (const [young, ageMs] of ages.entries()) {
    const fromMs = 0.98 * ageMs;
    for (; passed < lived.length && lived[passed]! <= fromMs; passed += 1) sumPassed += lived[passed]!;
    /** Time lived below the age, ms. */
    const below = sumPassed + (lived.length - passed) * fromMs;
    // What goes at an age lives no longer: a fiftieth of it, at least, was watched.
    const above = Math.max(exposure - below, (total - young) * 0.02 * ageMs);
    const old = total - young;
    const rates = [young / below, old / above] as const;
    const gain = 2 * (term(young, rates[0]) + term(old, rates[1]) - term(total, total / (below + above)));
    if (rates[1] > rates[0] && old >= LEAST_LOSSES && gain > best.gain)
      best = { gain, fromAgeMs: fromMs, rate: rates[1] - rates[0] };
  }
  const { gain, ...recycling } = best;
  return gain < LEAST_GAIN ? undefined : recycling;
}

function term(count: number, rate: number): number {
  return count > 0 ? count * Math.log(rate) : 0;
}
