import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow, shutdownRow } from '../store/test-rows.ts';
import { loadWindow } from './as-of-view.ts';

const START = Date.now() - 1_800_000;
const at = (seconds: number): number => START + seconds * 1000;
const SCOPE = { fromMs: START, toMs: START + 600_000 };
const SHARED = 'a1'.repeat(16);
const NAMELESS = 'b1'.repeat(16);
const LIVING = 'c1'.repeat(16);
const CUT_SHORT = 'd1'.repeat(16);

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
  const used = (name: string, sandbox: string, ordinal: number, seconds: number) =>
    invocationRow({ function: name, sandbox, ordinal, startMs: at(seconds) });
  await test.writer.insert(
    [
      used('one', SHARED, 1, 0),
      used('two', SHARED, 2, 10),
      shutdownRow({ function: 'one', sandbox: SHARED, atMs: at(60), lastOrdinal: 2 }),
      used('one', NAMELESS, 1, 1),
      shutdownRow({ function: '', sandbox: NAMELESS, atMs: at(61), lastOrdinal: 1 }),
      used('two', LIVING, 1, 2),
      shutdownRow({ function: 'two', sandbox: LIVING, atMs: at(62), lastOrdinal: 1 }),
      used('two', LIVING, 2, 90),
      used('two', CUT_SHORT, 1, 3),
      shutdownRow({ function: 'two', sandbox: CUT_SHORT, atMs: at(3) + 1, lastOrdinal: 1 }),
    ],
    'goodbyes',
  );
}, 60_000);
afterAll(async () => {
  await test.close();
});

/** The same question, answered from each invocation and from rollups. */
const WAYS = [
  ['each invocation', 1_000],
  ['rollups', 0],
] as const;

async function ended(maxInvocations: number, name?: string): Promise<string[]> {
  const { functions } = await loadWindow(test.store, { ...SCOPE, function: name, maxInvocations });
  return [...functions.values()]
    .flatMap(({ lives, fates }) => lives.filter(({ key }) => fates.get(key)?.state === 'confirmed'))
    .map(({ function: of, sandboxId }) => `${of} ${sandboxId.slice(0, 2)}`)
    .sort();
}

describe.each(WAYS)('goodbyes, from %s,', (_, maxInvocations) => {
  it('end the sandbox for every function that ran in it, and not when it was used again', async () => {
    expect(await ended(maxInvocations)).toEqual(['one a1', 'one b1', 'two a1', 'two d1']);
  });

  it('are found when one function is asked for, whatever name they carry', async () => {
    expect(await ended(maxInvocations, 'one')).toEqual(['one a1', 'one b1']);
    expect(await ended(maxInvocations, 'two')).toEqual(['two a1', 'two d1']);
  });
});
