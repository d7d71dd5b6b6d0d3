import { expect, test } from 'vitest';
import { renderTable } from './table.ts';

const ENTRIES = [
  { function: 'add', rate: { value: 0.123456, n: 12 }, cause: 'idle', parts: [1, 2] },
  { function: 'double', rate: { n: 7 }, reason: 'too few' },
];

test('one entry per line if it fits', () => {
  expect(renderTable(ENTRIES, 80)).toBe(
    [
      'function  rate         cause  reason',
      'add       0.1235 n=12  idle',
      'double    n=7                 too few',
      '',
    ].join('\n'),
  );
});

test('one property per line if it does not', () => {
  expect(renderTable(ENTRIES, 30)).toBe(
    [
      'function  add          double',
      'rate      0.1235 n=12  n=7',
      'cause     idle',
      'reason                 too few',
      '',
    ].join('\n'),
  );
});

test('puts entries that do not fit side by side below', () => {
  const wide = renderTable(ENTRIES, 20).split('\n\n');
  expect(wide).toHaveLength(2);
  expect(wide[1]).toContain('function  double\n');
});

test.each([
  [{ value: 0.5732, low: 0.37716, high: 0.74863, n: 82, blocks: 24 }, '0.5732 (0.3772 to 0.7486) n=82'],
  [{ value: 1_234_567.8, low: 96_940.4, high: 2_641_000 }, '1234568 (96940 to 2641000)'],
  [{ low: 5275, high: 5275 }, '5275 to 5275'],
])('an estimate is one cell: %j', (estimate, cell) => {
  expect(renderTable([{ estimate }])).toBe(`estimate\n${cell}\n`);
});

test('what is no estimate stays apart, and a time is a time', () => {
  const entry = { basis: { enough: true, n: 7 }, startUnixMs: 1_796_000_123_456.5 };
  expect(renderTable([entry], 80)).toBe(
    ['basis.enough  basis.n  startUnixMs', 'true                7  2026-11-30T00:55:23.456Z', ''].join('\n'),
  );
});

test('removes control characters and cuts long text', () => {
  const text = renderTable([{ name: `\u001b[2J${'x'.repeat(100)}` }], 80);
  expect(text).toBe(`name\n\ufffd[2J${'x'.repeat(43)}…\n`);
});
