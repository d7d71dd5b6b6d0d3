import { expect, it } from 'vitest';
import type { ExperimentsEntry } from '../api/answers.ts';
import { comparedBy, runListVerdict, runsVerdict } from './experiments.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
const none = { p50Ms: { n: 0 }, p95Ms: { n: 0 } };
const of = (value: number, low: number, high: number) => ({
  p50Ms: { value, low, high, n: 20 },
  p95Ms: { value: 2 * value, n: 20 },
});
const run = (all: ExperimentsEntry['all'], more: Partial<ExperimentsEntry> = {}): ExperimentsEntry => ({
  experiment: 'backoff',
  runId: 'one',
  start: '2026-11-23T12:00:00.000Z',
  end: '2026-11-23T12:10:00.000Z',
  functions: ['f'],
  calls: 20,
  joined: 0,
  failed: { n: 20, value: 0, low: 0, high: 0.16 },
  errors: [],
  sandboxes: 0,
  cold: { n: 0 },
  all,
  coldCalls: none,
  warmCalls: none,
  basis: { enough: true, n: 20, needed: 10, restsOn: [], missing: [] },
  ...more,
});

it('names a difference where the intervals are apart, and none where they meet', () => {
  const slow = run(of(80, 75, 85));
  expect(plain(runsVerdict([run(of(40, 38, 42)), slow]))).toBe(
    'Half of the calls of the newest run took 40.0 ms or less, against 80.0 ms in the run before.',
  );
  expect(plain(runsVerdict([run(of(78, 72, 83)), slow]))).toBe(
    'No clear change: half of the calls took 78.0 ms, in the run before 80.0 ms.',
  );
  expect(plain(runsVerdict([slow]))).toBe(
    'Half of the calls of the newest run took 80.0 ms or less (75.0 to 85.0 ms).',
  );
});

it('compares warm calls where every run told which were', () => {
  const told = run(of(100, 90, 110), { warmCalls: of(20, 19, 21) });
  expect(comparedBy([told, told])).toBe('warm');
  expect(comparedBy([told, run(of(100, 90, 110))])).toBe('all');
  expect(comparedBy([])).toBe('all');
  expect(plain(runsVerdict([told]))).toMatch(/^Half of the warm calls of the newest run took 20\.0 ms/);
});

it('says what cannot be told, and what there is', () => {
  const few = run(none, { basis: { enough: false, n: 3, needed: 10, restsOn: [], missing: [] } });
  expect(plain(runsVerdict([few]))).toMatch(/is not known yet \(3 of 10 calls\)/);
  expect(runsVerdict([])).toBe('No run of an experiment came in.');
  expect(runListVerdict([])).toBe('None in this range.');
  expect(plain(runListVerdict([few, { ...few, experiment: 'burst', errors: ['timeout'] }]))).toBe(
    '2 runs of 2 experiments; calls of 1 failed.',
  );
});
