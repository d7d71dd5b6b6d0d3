import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTraceState, trimSpace } from './trace-state.ts';

const members = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=1`).join(',');

test.each([
  ['foo=1', 'foo=1'],
  ['foo=1 \t , \t bar=2, ', 'foo=1,bar=2'],
  [' ,, ,foo=1,', 'foo=1'],
  ['foo= 1', 'foo= 1'],
  ['foo=1,foo=2,bar=3', 'foo=1,bar=3'],
  ['0@a/b*c-d_e=!"#$%&\'()*+-./:;<>?@[]^_`{|}~', '0@a/b*c-d_e=!"#$%&\'()*+-./:;<>?@[]^_`{|}~'],
  [`${'k'.repeat(256)}=${'v'.repeat(256)}`, `${'k'.repeat(256)}=${'v'.repeat(256)}`],
  [members(32), members(32)],
  [members(32).replaceAll('=1', `=${'v'.repeat(200)}`), members(32).replaceAll('=1', `=${'v'.repeat(200)}`)],
])('%s is well formed', (list, expected) => {
  expect(parseTraceState([list])).toBe(expected);
});

test.each([
  [''],
  [' \t, ,'],
  ['FOO=1'],
  ['foo'],
  ['foo='],
  ['foo =1'],
  ['foo.bar=1'],
  ['@foo=1,bar=2'],
  ['foo=bar=baz'],
  ['foo=1,bar=\u00e4'],
  [`${'k'.repeat(257)}=1`],
  [`k=${'v'.repeat(257)}`],
  [members(33)],
  [`${','.repeat(40_000)}foo=1`],
])('%s is dropped', (list) => {
  expect(parseTraceState([list])).toBeUndefined();
});

test('for any input, the result is well formed', () => {
  const property = fc.property(fc.array(fc.string({ unit: 'binary-ascii' })), (lines) => {
    const state = parseTraceState(lines);
    return state === undefined || parseTraceState([state]) === state;
  });
  expect(fc.check(property)).toMatchObject({ failed: false });
});

test('only spaces and tabs are white space', () => {
  expect(trimSpace(' \t a b\t ')).toBe('a b');
  expect(trimSpace('\u00a0a\n')).toBe('\u00a0a\n');
  expect(trimSpace(' \t ')).toBe('');
});
