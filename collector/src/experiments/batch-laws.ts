import type { EvictionSummary } from '@sandscope/probes/outside';
import { akaikeWeights, fromFree, IDLE_LAWS, nelderMead, toFree } from '../statistics/index.ts';
import type { IdleLawName } from '../statistics/index.ts';
import type { Batch } from './batch.ts';
import { periodsOf } from './halving-period.ts';

/** Counts are whole: even an exactly right law leaves this rounding error. In (warm − expected)²/initial. */
const LEAST_RESIDUAL = 0.02;
const CANDIDATES: readonly IdleLawName[] = [
  'one-step',
  'soft-step',
  'two-step',
  'halving',
  'halving-to-none',
  'exponential',
  'shifted-exponential',
];
/** Laws whose difference is irrelevant for how sandboxes die. */
const KINDS: Partial<Record<IdleLawName, string>> = {
  'halving-to-none': 'halving',
  'soft-step': 'one-step',
  'shifted-exponential': 'exponential',
};

/** Laws that include a simpler one: if they explain no more, they do not count as a different law. */
const CONTAINS: Partial<Record<IdleLawName, readonly IdleLawName[]>> = {
  'soft-step': ['one-step'],
  'two-step': ['one-step'],
  'shifted-exponential': ['exponential', 'one-step'],
};

/** Weighted laws of the batches, and the one whose family has at least `decisive` of the weight. */
export function batchLaws(
  batches: readonly Batch[],
  decisive: number,
): Pick<EvictionSummary, 'laws' | 'identified'> {
  const n = batches.length;
  const mean = batches.reduce((sum, { warm, initial }) => sum + warm / initial, 0) / n;
  const total = batches.reduce((sum, { warm, initial }) => sum + initial * (warm / initial - mean) ** 2, 0);
  if (n < 4 || !(total > 0)) return { laws: [] };
  const fits = CANDIDATES.flatMap((law) => {
    const parameters = fit(law, batches);
    if (parameters === undefined) return [];
    const residual = residualOf(law, parameters, batches);
    const variance = Math.max(residual / n, LEAST_RESIDUAL);
    const k = parameters.length;
    if (n - k - 1 <= 0) return [];
    // Least squares with estimated variance, and the correction for few observations (Burnham and Anderson 2002): the
    // outcome of all sandboxes of one batch is one observation.
    const aic = n * Math.log(variance) + 2 * k + (2 * k * (k + 1)) / (n - k - 1);
    return [{ law, parameters, aic, variance, rSquared: 1 - residual / total }];
  });
  const told = fits.filter(({ law, variance }) => {
    const simpler = fits.filter((other) => CONTAINS[law]?.includes(other.law));
    return simpler.every((other) => variance < other.variance * (1 - 1e-6));
  });
  const weights = akaikeWeights(told);
  const laws = told
    .map(({ law, parameters, aic, rSquared }, index) => ({
      law,
      parameters: named(law, parameters),
      aic,
      weight: weights[index] ?? 0,
      rSquared,
    }))
    .sort((a, b) => b.weight - a.weight);
  const [best] = laws;
  if (!best) return { laws };
  const kind = kindOf(best.law);
  const ofKind = laws.filter(({ law }) => kindOf(law) === kind).reduce((sum, { weight }) => sum + weight, 0);
  return { laws, ...(ofKind >= decisive && { identified: best.law }) };
}

const kindOf = (law: string): string => KINDS[law as IdleLawName] ?? law;

function named(law: IdleLawName, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, index) => [IDLE_LAWS[law].parameters[index]!, value]));
}

/** Weighted by batch size: the count of a larger batch varies more. */
function residualOf(law: IdleLawName, parameters: readonly number[], batches: readonly Batch[]): number {
  if (!IDLE_LAWS[law].allows(withEnd(law, parameters))) return Infinity;
  let sum = 0;
  for (const { initial, idleMs, warm } of batches) {
    const expected = initial * IDLE_LAWS[law].survival(withEnd(law, parameters), initial)(idleMs);
    sum += (warm - expected) ** 2 / initial;
  }
  return sum;
}

/** The halving law tried here has no end. */
function withEnd(law: IdleLawName, parameters: readonly number[]): readonly number[] {
  return law === 'halving' ? [...parameters, Infinity] : parameters;
}

/** Parameters with the smallest residual: steps are scanned, because they have no gradient; the others are refined. */
function fit(law: IdleLawName, batches: readonly Batch[]): readonly number[] | undefined {
  const idle = [...new Set(batches.map(({ idleMs }) => idleMs))].sort((a, b) => a - b);
  const between = idle.slice(1).map((time, index) => (time + idle[index]!) / 2);
  const least = (candidates: readonly (readonly number[])[]): readonly number[] | undefined =>
    candidates.reduce<{ at?: readonly number[]; residual: number }>(
      (best, at) => {
        const residual = residualOf(law, at, batches);
        return residual < best.residual ? { at, residual } : best;
      },
      { residual: Infinity },
    ).at;
  if (law === 'one-step') return least(between.map((time) => [time]));
  if (law === 'halving' || law === 'halving-to-none')
    return least(periodsOf(batches).map(({ middle }) => [middle]));
  if (law === 'two-step') {
    const kept = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);
    const pairs = between.flatMap((first, index) =>
      between.slice(index + 1).map((second) => [first, second]),
    );
    return least(pairs.flatMap(([first, second]) => kept.map((share) => [first!, second!, share])));
  }
  const starts = between.flatMap((time) =>
    law === 'exponential' ? [[time]] : [0.05, 0.3].map((ratio) => [time, time * ratio]),
  );
  const start = least(starts);
  if (start === undefined) return undefined;
  const { x } = nelderMead(
    (free) => residualOf(law, fromFree(IDLE_LAWS[law], free), batches),
    toFree(IDLE_LAWS[law], start),
    { steps: IDLE_LAWS[law].steps },
  );
  return fromFree(IDLE_LAWS[law], x);
}
