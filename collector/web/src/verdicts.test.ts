import { expect, it } from 'vitest';
import type { HopsEntry } from './api/answers.ts';
import { causesOf } from './charts/causes.ts';
import { cellsOf, hostNames } from './charts/hosts.ts';
import { domainOf } from './charts/domain.ts';
import { overlap, wilson } from './statistics.ts';
import {
  causesVerdict,
  coldRateVerdict,
  hopsVerdict,
  keepAliveVerdict,
  overviewVerdict,
  phasesVerdict,
  waitedMs,
} from './verdicts.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');

it('tells a cold rate only from enough calls', () => {
  const rate = { value: 0.0385, low: 0.034, high: 0.044 };
  expect(plain(coldRateVerdict({ ...rate, n: 5972 }, 230))).toBe(
    'One call in 26 waits for a cold start (3.9 %).',
  );
  expect(plain(coldRateVerdict({ ...rate, n: 7 }, 1))).toBe(
    'How often is not known yet (7 of 20 calls); 1 cold start so far.',
  );
  expect(plain(coldRateVerdict({ value: 0, low: 0, high: 0.1, n: 40 }, 0))).toBe(
    'No call of 40 waited for a cold start.',
  );
});

const hops = (value: number, low: number, high: number, pairs = 900): HopsEntry => ({
  function: 'thumbnail',
  hostConfidence: 'kernel',
  knownRatio: 1,
  pairs,
  hops: value * pairs,
  hopsLow: 0,
  hopsHigh: pairs,
  sandboxHops: 0,
  rate: { value, low, high, n: pairs },
  independentRate: 0.88,
  transitions: [
    { from: 'a', to: 'a', count: 80 },
    { from: 'a', to: 'b', count: 20 },
    { from: 'b', to: 'a', count: 20 },
    { from: 'b', to: 'b', count: 80 },
  ],
  transitionsTruncated: false,
  sequence: [],
  sequenceTruncated: false,
});

it('compares hops with chance by their interval', () => {
  expect(plain(hopsVerdict(hops(0.26, 0.25, 0.27), 9))).toBe(
    'Nine hosts serve it; it changes host on 26 % of calls, not on 88 % as by chance.',
  );
  expect(plain(hopsVerdict(hops(0.87, 0.85, 0.9), 9))).toContain('; by chance it would be 88 %');
  expect(hopsVerdict(hops(0.2, 0, 1, 5), 2)).toBe(
    'Two hosts serve it; whether it hops is not known yet (5 of 20 pairs of calls).',
  );
  expect(hopsVerdict(undefined, 0)).toBe('Hosts cannot be known here.');
});

it('says how sure the keep-alive is', () => {
  const keepAlive = {
    family: 'soft',
    valueMs: 319_000,
    lowMs: 310_000,
    highMs: 325_000,
    expectedDeaths: 200,
  };
  expect(plain(keepAliveVerdict(keepAlive))).toBe(
    'Half are gone after 5 min 19 s idle (5 min 10 s to 5 min 25 s).',
  );
  expect(plain(keepAliveVerdict({ ...keepAlive, expectedDeaths: 6 }))).toContain('Half are perhaps gone');
  expect(keepAliveVerdict(undefined)).toBe(
    'How long an idle sandbox lives is not known yet (0 of 20 evictions).',
  );
});

it('names the greatest part of a cold start, and a bound where the platform’s part is not seen', () => {
  const phases = [
    { name: 'The runtime', millis: 100, note: '' },
    { name: 'Your modules', millis: 300, note: '' },
  ];
  expect(plain(phasesVerdict(phases, 9))).toBe(
    'A cold start costs its caller at least 400 ms; 75 % is your modules.',
  );
  // The overview and the page of cold starts name the same figure.
  expect(plain(phasesVerdict(phases, 9, 430))).toBe(
    'A cold start costs its caller at least 430 ms; 75 % is your modules.',
  );
  expect(phasesVerdict([], 0)).toBe('No cold start in this range reported where its time went.');
});

it('adds up the ledgers of all functions', () => {
  const entry = (idle: number, first: number) =>
    ({
      coldStarts: idle + first,
      ledger: [
        {
          cause: 'idle',
          coldStarts: idle,
          named: idle,
          share: {},
          costMs: { value: 400, n: idle },
          msAMonth: { n: 0 },
        },
        { cause: 'first', coldStarts: first, named: 0, share: {}, costMs: { n: 0 }, msAMonth: { n: 0 } },
      ],
    }) as never;
  const causes = causesOf([entry(30, 1), entry(6, 3)]);
  expect(causes.map(({ cause, expected, waitedMs, isSure }) => [cause, expected, waitedMs, isSure])).toEqual([
    ['idle', 36, 14_400, true],
    ['first', 4, undefined, false],
  ]);
  expect(plain(causesVerdict(causes, 40, 400))).toBe('Idle too long explains 90 %; first ever, 10 %.');
});

it('counts what is seen against chance', () => {
  const { cells } = cellsOf(hops(0.2, 0.1, 0.3), [
    { id: 'a', invocations: 2 },
    { id: 'b', invocations: 1 },
  ]);
  expect(cells).toEqual([
    { from: 'a', to: 'a', seen: 80, expected: 50 },
    { from: 'a', to: 'b', seen: 20, expected: 50 },
    { from: 'b', to: 'a', seen: 20, expected: 50 },
    { from: 'b', to: 'b', seen: 80, expected: 50 },
  ]);
  expect([...hostNames(['0123456789ab-1', '0123456789ab-2']).values()]).toEqual([
    '0123456789ab-1',
    '0123456789ab-2',
  ]);
});

it('finds the busiest moment, Wilson’s interval, and where a picture begins', () => {
  expect(
    overlap([
      { fromMs: 0, toMs: 10 },
      { fromMs: 5, toMs: 20 },
      { fromMs: 6, toMs: 7 },
    ]),
  ).toMatchObject({ most: 3, mostAtMs: 6 });
  const [low, high] = wilson(10, 100);
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0552', '0.1744']);
  expect(domainOf(0, 100_000, 10_000)).toEqual([0, 100_000]);
  expect(domainOf(0, 100_000, 90_000)).toEqual([88_600, 100_000]);
});

it('takes no start that was not told for a warm one', () => {
  const untold = { low: 0, high: 1, n: 0 };
  const answer = (coldRate: object) =>
    ({ functions: [], total: { invocations: 900, cold: 0, coldRate } }) as unknown as Parameters<
      typeof overviewVerdict
    >[0];
  const sentence = (coldRate: object) => plain(overviewVerdict(answer(coldRate), Date.UTC(2026, 0, 2), true));
  expect(sentence(untold)).toMatch(
    /^Who waits for cold starts is not known: none of 900 calls since .+ told how it started\.$/,
  );
  expect(sentence({ value: 0, low: 0, high: 0.01, n: 500 })).toMatch(
    /^No call of 500 waited for a cold start since .+; 400 did not tell\.$/,
  );
  expect(coldRateVerdict(untold, 0)).toBe('How often is not known: no call told how it started.');
  expect(causesVerdict([], 0, 0)).toBe('Whether calls waited for cold starts is not known.');
  expect(causesVerdict([], 0, 50)).toBe('No call waited for a cold start.');
  expect(waitedMs({ cold: 0, coldRate: untold })).toBeUndefined();
  expect(waitedMs({ cold: 0, coldRate: { ...untold, n: 5 } })).toBe(0);
});
