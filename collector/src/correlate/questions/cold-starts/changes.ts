import { benjaminiHochberg, permutationTest } from '../../../statistics/index.ts';
import { COLD_CAUSES } from '../../judge/index.ts';
import type { Birth, ColdCause } from '../../judge/index.ts';

/** A cause in the last week and in the week before. */
export interface Change {
  readonly cause: ColdCause;
  readonly before: number;
  readonly after: number;
  readonly p: number;
  readonly verdict: 'new' | 'more' | 'same' | 'less';
}

const DAY_MS = 86_400_000;
export const WEEK_DAYS = 7;
/** Adjusted p below which weeks differ. */
const SIGNIFICANT = 0.05;
/** A cause with a smaller share of its present count than this did not exist before. */
const NEXT_TO_NONE = 0.1;

/**
 * The causes that are more frequent in the seven days before a moment than in the seven before those. The test permutes
 * days, because the cold starts of one day are correlated.
 *
 * @param births with at least 14 days of evidence
 */
export function changesOf(births: readonly Birth[], toMs: number): Change[] {
  const days = 2 * WEEK_DAYS;
  const counts = COLD_CAUSES.map(() => new Float64Array(days));
  for (const { atMs, causes } of births) {
    const day = days - 1 - Math.floor((toMs - atMs) / DAY_MS);
    if (day < 0 || day >= days) continue;
    for (const [index, probability] of causes.entries()) counts[index]![day]! += probability;
  }
  const labels = Int32Array.from({ length: days }, (_, day) => (day < WEEK_DAYS ? 0 : 1));
  const found = COLD_CAUSES.flatMap((cause, index) => {
    const own = counts[index]!;
    const sum = (from: number): number =>
      own.subarray(from, from + WEEK_DAYS).reduce((all, count) => all + count, 0);
    const [before, after] = [sum(0), sum(WEEK_DAYS)];
    if (before + after < 1) return [];
    const test = permutationTest(
      labels,
      (order) => own.reduce((all, count, day) => all + (order[day] === 1 ? count : -count), 0),
      { alternative: 'two-sided' },
    );
    return [{ cause, before, after, p: test?.p ?? 1 }];
  });
  const adjusted = benjaminiHochberg(found.map(({ p }) => p));
  return found.map(({ cause, before, after }, index) => {
    const p = adjusted[index]!;
    const verdict =
      p > SIGNIFICANT ? 'same' : after < before ? 'less' : before < NEXT_TO_NONE * after ? 'new' : 'more';
    return { cause, before, after, p, verdict };
  });
}
