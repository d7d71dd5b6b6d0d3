/** Asks every registered question about small and degenerate data: no answer may leave its natural range. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QUESTIONS } from './index.ts';
import { PLAIN, rowsOf, smallFunction } from './test-data-sets.ts';
import type { SmallFunction } from './test-data-sets.ts';
import { bareDifferences, outOfRange } from './test-natural-range.ts';
import { askAbout } from './test-question.ts';
import type { AskedApi } from './test-question.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2026, 8, 1);
/** More runs find rarer cases; the default is affordable in a test run. */
const RUNS = Number(process.env['SANDSCOPE_PROPERTY_RUNS'] ?? 4);
const SEED = Number(process.env['SANDSCOPE_PROPERTY_SEED'] ?? 14);

let api: AskedApi;
let days = 0;
beforeAll(async () => {
  api = await askAbout([]);
}, 60_000);
afterAll(() => api.close());

/** Stores functions in a separate day. @returns its range, for a query */
async function stored(functions: readonly SmallFunction[], names: readonly string[] = []): Promise<string> {
  days += 1;
  const fromMs = FIRST_DAY_MS + days * DAY_MS;
  const rows = functions.flatMap((small, index) =>
    rowsOf(small, names[index] ?? `d${days}f${index}`, fromMs + 3_600_000),
  );
  if (rows.length > 0) await api.insert(rows, `day-${days}`);
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(fromMs + DAY_MS).toISOString()}`;
}

/** All faults in the answers about a range, by question. */
async function wrongAbout(range: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of QUESTIONS) {
    const { status, body } = await api.get(`${name}?${range}`);
    if (status !== 200) found.push(`${name} answers ${status}: ${JSON.stringify(body)}`);
    else
      for (const problem of [...outOfRange(body), ...bareDifferences(body)])
        found.push(`${name}: ${problem}`);
  }
  return found;
}

describe('answers keep to what is possible', () => {
  test('about any small functions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(smallFunction, { minLength: 1, maxLength: 5 }), async (functions) => {
        expect(await wrongAbout(await stored(functions))).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });

  const { initMs: _, memoryMb: __, platform: ___, ...untold } = PLAIN;
  const DEGENERATE: Readonly<Record<string, SmallFunction>> = {
    'one-call': { ...PLAIN, sandboxes: 1, calls: 1 },
    'all-cold': { ...PLAIN, cold: 'all' },
    'all-warm': { ...PLAIN, cold: 'none' },
    'cold-untold': { ...PLAIN, cold: 'untold' },
    'one-sandbox': { ...PLAIN, sandboxes: 1 },
    'one-host': { ...PLAIN, hosts: 'one' },
    'nothing-told': { ...untold, gauges: false, client: 'none' },
    'two-clocks': { ...PLAIN, clockMs: 600_000 },
    'not-waited-for': { ...PLAIN, client: 'leaves' },
    'all-failed': { ...PLAIN, failed: 'all' },
    'only-goodbyes': { ...PLAIN, lost: 1, goodbyes: 'all' },
    'no-length': { ...PLAIN, durationsMs: [0], level: 0 },
    'one-moment': { ...PLAIN, apartMs: 0, gapMs: 0, durationsMs: [1] },
    'two-regions': { ...PLAIN, regions: 2 },
    'one-version': { ...PLAIN, versions: 1 },
    'a-chain': { ...PLAIN, sandboxes: 1, calls: 3, isChain: true },
    'two-versions': { ...PLAIN, versions: 2 },
  };

  test('about functions of which next to nothing is known, and say so', async () => {
    const range = await stored(Object.values(DEGENERATE), Object.keys(DEGENERATE));
    expect(await wrongAbout(range)).toEqual([]);
    expect(await unreasoned(range)).toEqual([]);
  });

  test('about nothing, and about a moment', async () => {
    expect(await wrongAbout(await stored([]))).toEqual([]);
    await stored([PLAIN]);
    const atMs = FIRST_DAY_MS + days * DAY_MS + 3_600_000;
    const iso = (ms: number): string => new Date(ms).toISOString();
    expect(await wrongAbout(`from=${iso(atMs)}&to=${iso(atMs + 1)}`)).toEqual([]);
    expect(await wrongAbout(`from=${iso(atMs)}&to=${iso(atMs)}`)).toEqual([]);
  });
});

/** With few calls, any question that judges must report its gaps. */
interface Judged {
  /** Reason why there is no answer at all. */
  readonly refused?: string;
  readonly basis?: { readonly enough: boolean; readonly missing: readonly string[] };
  readonly missing?: readonly { readonly n: number; readonly needed: number }[];
}

/** Items judged from almost no data without saying so, by question. */
async function unreasoned(range: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, list } of QUESTIONS) {
    const { body } = await api.get(`${name}?${range}`);
    for (const item of (body as Record<string, readonly Judged[]>)[list]!) {
      const { basis, missing, refused } = item;
      if (basis && !basis.enough && !/not enough data yet \(\d+ of \d+/.test(basis.missing[0] ?? ''))
        found.push(`${name} has too few data and does not say how many: ${JSON.stringify(basis)}`);
      if (missing?.length === 0 && refused === undefined && JSON.stringify(item).includes('"unknown"'))
        found.push(`${name} does not know and lacks nothing: ${JSON.stringify(item)}`);
      for (const { n, needed } of missing ?? [])
        if (n >= needed) found.push(`${name} lacks what there is: ${n} of ${needed}`);
    }
  }
  return found;
}
