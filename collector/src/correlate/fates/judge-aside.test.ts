import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { evidenceIn } from './evidence-rows.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import { judgeAside } from './judge-aside.ts';
import { judgeEvidence } from './judge-evidence.ts';
import type { JudgedDeployment } from './judged-function.ts';

const ORIGIN_MS = Date.UTC(2026, 0, 5);

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

/** What the engine answers about this many sandboxes, each used that often. */
async function evidenceOf(sandboxes: number, uses: number): Promise<EvidenceRows> {
  const ofUses = (value: string): string => `arrayMap(turn -> ${value}, range(${uses}))`;
  const { bytes } = await test.store.queryBinary(
    `SELECT 'f', '', '', '', concat('s', toString(number)), '', '', '1',
      ${ofUses(`(${ORIGIN_MS} + 10000 * number + 60000 * turn + sipHash64(number, turn) % 50000) * 1000.`)},
      ${ofUses('500000.')}, ${ofUses('toUInt32(turn + 1)')}, ${ofUses('toUInt8(if(turn = 0, 1, 2))')},
      ${ofUses('-1.')}, ${ofUses('0.')}, ${ofUses('0.')}
    FROM numbers(${sandboxes})`,
  );
  return { untilMs: ORIGIN_MS + 20_000_000, uses: bytes, ends: new Uint8Array(), outcomes: [] };
}

const judgedAtOnce = (rows: EvidenceRows): JudgedDeployment[] =>
  judgeEvidence(evidenceIn(rows), rows.untilMs);

describe('judging aside', () => {
  it.each([
    [50, 3],
    [1_050, 3],
    [300, 400],
  ])(
    'of %d sandboxes used %d times says what judging at once says, and leaves the event loop to others',
    async (sandboxes, uses) => {
      const rows = await evidenceOf(sandboxes, uses);
      const expected = judgedAtOnce(rows);
      const before = performance.eventLoopUtilization();
      const aside = await judgeAside(rows);
      // In this thread it would be 1.
      expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
      expect(aside).toEqual(expected);
      expect(aside[0]?.judgement.sandboxes).toHaveLength(sandboxes);
    },
  );

  it('says the same of little evidence', async () => {
    const rows = await evidenceOf(5, 3);
    const expected = judgedAtOnce(rows);
    expect(expected[0]?.judgement.uses).toBe(15);
    expect(await judgeAside(rows)).toEqual(expected);
  });

  it('leaves the evidence to the thread, and keeps no copy', async () => {
    const rows = await evidenceOf(1_050, 3);
    expect(rows.uses.byteLength).toBeGreaterThan(100_000);
    await judgeAside(rows);
    expect(rows.uses.byteLength).toBe(0);
  });

  it.runIf(process.platform === 'linux')('has a lower priority than answering', async () => {
    await judgeAside(await evidenceOf(1_050, 3));
    // proc_pid_stat(5), field 19.
    const nice = readdirSync('/proc/self/task').map((thread) =>
      Number(
        readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[16],
      ),
    );
    const own = getPriority();
    expect(nice.filter((value) => value > own)).toEqual([Math.min(19, own + 10)]);
  });

  it('is done one after the other, and fails where judging does', async () => {
    const [rows, whole] = [await evidenceOf(1_050, 3), await evidenceOf(1_050, 3)];
    const broken = { ...rows, outcomes: undefined } as unknown as EvidenceRows;
    const [first, second] = await Promise.allSettled([judgeAside(broken), judgeAside(whole)]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'fulfilled', value: [{ judgement: { uses: 3_150 } }] });
  });
});
