import { expect, it } from 'vitest';
import type { FunctionSummary, HopsEntry } from '../api/answers.ts';
import { hoppingVerdict, hopsInShort, mostHopping } from './hops.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');

const entry = (name: string, hops: number, pairs: number): HopsEntry => ({
  function: name,
  hostConfidence: 'kernel',
  knownRatio: 1,
  pairs,
  hops,
  hopsLow: hops,
  hopsHigh: hops,
  sandboxHops: 0,
  rate: { value: hops / pairs, low: 0, high: 1, n: pairs },
  transitions: [],
  transitionsTruncated: false,
  sequence: [],
  sequenceTruncated: false,
});

it('names the function that hops most often, not the one with most hops', () => {
  const functions = [entry('busy', 90, 1000), entry('burn', 50, 100), entry('rare', 3, 4)];
  expect(mostHopping(functions).map(({ function: name }) => name)).toEqual(['burn', 'busy', 'rare']);
  expect(plain(hoppingVerdict(functions, 3))).toBe(
    'Three hosts serve all; two functions hop, burn most: on 50 % of its calls.',
  );
});

it('says of hops what is known, and no more', () => {
  expect(hoppingVerdict([entry('rare', 3, 4)], 2)).toBe(
    'Two hosts serve all; which functions hop is not known yet.',
  );
  expect(hoppingVerdict([entry('calm', 0, 100)], 1)).toBe('One host serves all; no function hops.');
  expect(plain(hoppingVerdict([entry('calm', 0, 100), entry('burn', 50, 100)], 2))).toBe(
    'Two hosts serve all; only burn hops, on 50 % of its calls.',
  );
  expect(hoppingVerdict([], 0)).toBe('Hosts cannot be known here.');
});

it('counts hops in the list of functions', () => {
  const summary = (name: string, invocations: number, hosts?: number, hops?: number): FunctionSummary =>
    ({
      function: name,
      invocations,
      ...(hosts !== undefined && { hosts }),
      ...(hops !== undefined && { hops }),
    }) as FunctionSummary;
  expect(plain(hopsInShort([summary('io', 79, 3, 50), summary('add', 370, 3, 32)]))).toBe(
    'Two do, io most: 50 times in 79 calls.',
  );
  expect(plain(hopsInShort([summary('io', 79, 3, 50), summary('add', 370, 3, 0)]))).toBe(
    'Only io does: 50 times in 79 calls.',
  );
  expect(hopsInShort([summary('io', 79, 3, 0)])).toBe('No function changes host.');
  expect(hopsInShort([summary('io', 79)])).toBe('Hosts cannot be known here.');
});
