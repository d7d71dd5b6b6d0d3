import { expect, test } from 'vitest';
import { renderTable } from './table.ts';

const ENTRIES = [
  { function: 'add', rate: { value: 0.123456, n: 12 }, parts: [1, 2] },
  { function: 'double', rate: { n: 7 }, reason: 'too few' },
];

test('one entry per line if it fits', () => {
  expect(renderTable(ENTRIES, 80)).toBe(
    [
      'function  rate.value  rate.n  reason',
      'add           0.1235      12',
      'double                     7  too few',
      '',
    ].join('\n'),
  );
});

test('one property per line if it does not', () => {
  expect(renderTable(ENTRIES, 30)).toBe(
    [
      'function       add  double',
      'rate.value  0.1235',
      'rate.n          12  7',
      'reason              too few',
      '',
    ].join('\n'),
  );
});

test('puts entries that do not fit side by side below', () => {
  const wide = renderTable(ENTRIES, 20).split('\n\n');
  expect(wide).toHaveLength(2);
  expect(wide[1]).toContain('function    double\n');
});

test('removes control characters and cuts long text', () => {
  const text = renderTable([{ name: `\u001b[2J${'x'.repeat(100)}` }], 80);
  expect(text).toBe(`name\n\ufffd[2J${'x'.repeat(43)}…\n`);
});
