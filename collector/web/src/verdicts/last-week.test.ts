import { expect, it } from 'vitest';
import type { ColdStartsEntry } from '../api/answers.ts';
import { changeDetail, changeWords, lastWeekSentence, weekChanges } from './last-week.ts';
import type { WeekChange } from './last-week.ts';

const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u00A0', ' ');
const change = (
  cause: WeekChange['cause'],
  verdict: WeekChange['verdict'],
  before: number,
  after: number,
): WeekChange => ({ cause, verdict, before, after, p: verdict === 'same' ? 0.5 : 0.001 });
const entryOf = (...changes: WeekChange[]) => ({ changes }) as unknown as ColdStartsEntry;

it('names new causes first, then the greatest difference, and none that is not known', () => {
  const found = weekChanges(
    entryOf(
      change('idle', 'less', 100, 20),
      change('scale-out', 'more', 10, 19),
      change('first', 'same', 1, 1),
      change('unknown', 'new', 0, 50),
      change('deploy', 'new', 0, 14),
    ),
  );
  expect(found.map(({ cause }) => cause)).toEqual(['deploy', 'scale-out', 'idle']);
  expect(found.map(changeWords).map(plain)).toEqual(['▲ new cause', '▲ cold 1.9 ×', '▼ cold −80 %']);
  expect(changeWords(change('idle', 'more', 10, 15)).replace('\u00A0', ' ')).toBe('▲ cold +50 %');
  expect(found.map(changeDetail)[0]).toBe('new version: 0 → 14');
});

it('says it in a sentence, or nothing', () => {
  expect(
    plain(lastWeekSentence(entryOf(change('deploy', 'new', 0, 14), change('idle', 'more', 5, 12)))),
  ).toBe('Since last week: ▲ new cause, new version: 0 → 14 a week, and 1 other cause.');
  expect(lastWeekSentence(entryOf(change('idle', 'same', 5, 6)))).toBeUndefined();
  expect(lastWeekSentence(undefined)).toBeUndefined();
});
