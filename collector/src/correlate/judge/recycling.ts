/**
 * A sandbox that was gone when it should have taken a call, after so little idleness that idleness is not the cause.
 */
export interface UnexplainedLoss {
  /** From its first call to the call it missed, ms. */
  readonly ageMs: number;
}

/** The age from which sandboxes are recycled, regardless of idleness. */
export interface Recycling {
  readonly fromAgeMs: number;
  /** Rate of death beyond that age, per ms. */
  readonly rate: number;
}

/** Fewer losses than this say nothing about age. */
const LEAST_LOSSES = 5;
/**
 * Twice the gain in log-likelihood from which age counts: χ² at .0001 with one degree of freedom, and as much again for
 * the search.
 */
const LEAST_GAIN = 20;

/**
 * Detects an age limit regardless of idleness. It compares the rate of unexplained losses below some age with the rate
 * above it, over the total lifetime of all sandboxes, and searches for the age that separates them best.
 *
 * @param livedMs how long each sandbox was observed alive
 * @returns undefined without evidence of a limit
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
    /** Total time lived below the age, ms. */
    const below = sumPassed + (lived.length - passed) * fromMs;
    // With an age limit nothing lives longer: at least a fiftieth of the time must have been observed there.
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
