import { describe, expect, test } from 'vitest';
import { COLD_CAUSES } from '../../judge/index.ts';
import type { Birth, ColdCause } from '../../judge/index.ts';
import { changesOf } from './changes.ts';

const TO = Date.UTC(2026, 10, 29);
const births = (cause: ColdCause, perDay: (day: number) => number): Birth[] =>
  Array.from({ length: 14 }, (_, day) =>
    Array.from({ length: perDay(day) }, (_, index) => ({
      key: `${cause}-${day}-${index}`,
      version: '1',
      busy: 0,
      atMs: TO - (14 - day) * 86_400_000 + 60_000 * index,
      cause,
      causes: COLD_CAUSES.map((own) => (own === cause ? 1 : 0)),
    })),
  ).flat();

describe('a cause in the last week against the week before', () => {
  test('is new, more, less or the same', () => {
    const all = [
      ...births('idle', (day) => 20 + (day % 3)),
      ...births('deploy', (day) => (day < 7 ? 0 : 5 + (day % 2))),
      ...births('crash', (day) => (day < 7 ? 4 + (day % 2) : 12 + (day % 3))),
      ...births('scale-out', (day) => (day < 7 ? 9 + (day % 2) : 2)),
    ];
    const verdicts = Object.fromEntries(changesOf(all, TO).map(({ cause, verdict }) => [cause, verdict]));
    expect(verdicts).toEqual({ idle: 'same', deploy: 'new', crash: 'more', 'scale-out': 'less' });
  });

  test('is not told from one bad day', () => {
    const all = births('time-out', (day) => (day === 10 ? 200 : 1));
    expect(changesOf(all, TO).map(({ verdict }) => verdict)).toEqual(['same']);
  });
});
