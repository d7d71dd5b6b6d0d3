/** What changed in the causes of a function's cold starts, the last week against the one before. */
import type { ColdStartsEntry } from '../api/answers.ts';
import { CAUSE_WORDS } from '../charts/causes.ts';
import { count, counted, share } from '../words.ts';

export type WeekChange = ColdStartsEntry['changes'][number];

const ORDER: readonly WeekChange['verdict'][] = ['new', 'more', 'less'];

/** The causes that changed: new ones first, then the greatest difference. One that is not known is none. */
export const weekChanges = ({ changes }: Pick<ColdStartsEntry, 'changes'>): readonly WeekChange[] =>
  changes
    .filter(({ cause, verdict }) => verdict !== 'same' && cause !== 'unknown')
    .toSorted(
      (a, b) =>
        ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
        Math.abs(b.after - b.before) - Math.abs(a.after - a.before),
    );

/** `▲ new cause`, `▲ more cold starts`, `▼ −40 % cold starts`. */
export function changeWords({ verdict, before, after }: WeekChange): string {
  if (verdict === 'new') return '▲ new cause';
  const ratio = after / before;
  const by = ratio >= 1.8 ? `${ratio.toFixed(1)} ×` : `${ratio < 1 ? '−' : '+'}${share(Math.abs(ratio - 1))}`;
  return `${ratio < 1 ? '▼' : '▲'} cold ${by}`;
}

/** `new version: 0 → 14`. */
export const changeDetail = ({ cause, before, after }: WeekChange): string =>
  `${CAUSE_WORDS[cause][0].toLowerCase()}: ${count(before)} → ${count(after)}`;

/** One sentence about a function, if anything changed. */
export function lastWeekSentence(entry: ColdStartsEntry | undefined): string | undefined {
  const [first, ...others] = entry ? weekChanges(entry) : [];
  if (first === undefined) return undefined;
  const rest = others.length === 0 ? '' : `, and ${counted(others.length, 'other cause')}`;
  return `Since last week: ${changeWords(first)}, ${changeDetail(first)} a week${rest}.`;
}
