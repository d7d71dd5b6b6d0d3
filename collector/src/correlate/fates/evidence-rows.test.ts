import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow, shutdownRow } from '../../store/test-rows.ts';
import { encodeEvidence } from '../evidence/index.ts';
import { evidenceIn } from './evidence-rows.ts';
import type { DeploymentEvidence } from './evidence-rows.ts';
import { evidenceStart, loadEvidenceRanges, MOST_PROCESSES, MOST_SANDBOXES } from './evidence-start.ts';
import type { SandboxStarts } from './evidence-start.ts';
import { readEvidence } from './read-evidence.ts';

const START = Date.now() - 1_800_000;
const at = (seconds: number): number => START + seconds * 1000;
const A = 'a1'.repeat(16);
const B = 'b1'.repeat(16);

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
  const used = (sandbox: string, region: string, ordinal: number, seconds: number) =>
    invocationRow({
      function: 'f',
      sandbox,
      ordinal,
      startMs: at(seconds),
      attributes: { 'cloud.region': region },
    });
  const rows = [
    used(A, 'eu-west-1', 1, 0),
    used(A, 'eu-west-1', 2, 10),
    used(B, 'us-east-1', 1, 5),
    used(A, 'eu-west-1', 3, 100),
    shutdownRow({ function: '', sandbox: B, atMs: at(60), lastOrdinal: 1 }),
  ];
  await test.writer.insert(rows, 'evidence-1');
  await test.writer.insert(rows.slice(1, 3), 'evidence-2');
}, 60_000);
afterAll(async () => {
  await test.close();
});

async function loadEvidence(name: string | undefined, untilMs: number): Promise<DeploymentEvidence[]> {
  const ranges = await loadEvidenceRanges(test.store, name, { fromMs: untilMs, untilMs });
  return [...evidenceIn(await readEvidence(test.store, ranges, name, untilMs))];
}

describe('the evidence of a function', () => {
  it('is that of each of its deployments, up to the moment asked about, each invocation once', async () => {
    const evidence = await loadEvidence('f', at(50));
    const seen = evidence.map(({ deployment: { region }, history }) => [
      region,
      history.environments.map(({ sandbox }) => sandbox),
      [...history.uses.startMicros].map((micros) => Math.round(micros / 1e6 - START / 1e3)),
      [...history.uses.ordinals],
      history.goodbyes.length,
    ]);
    expect(seen).toEqual([
      ['eu-west-1', [A], [0, 10], [1, 2], 0],
      ['us-east-1', [B], [5], [1], 0],
    ]);
  });

  it('has the goodbyes of its sandboxes, whatever function they name', async () => {
    const evidence = await loadEvidence('f', at(200));
    const said = evidence.flatMap(({ history }) => history.goodbyes);
    expect(said).toMatchObject([{ sandbox: B, reason: 'sigterm', lastOrdinal: 1 }]);
  });

  it('is the same bytes when all functions are asked about', async () => {
    const bytes = async (name: string | undefined) =>
      (await loadEvidence(name, at(200)))
        .filter(({ deployment }) => deployment.function === 'f')
        .map(({ deployment, history }) => [deployment.region, [...encodeEvidence(history)]]);
    expect(await bytes(undefined)).toEqual(await bytes('f'));
  });
});

describe('a function that has been silent for long', () => {
  const DAY_MS = 86_400_000;
  const LAST_MS = START - 50 * DAY_MS;

  beforeAll(async () => {
    const used = (ordinal: number, startMs: number) =>
      invocationRow({ function: 'old', sandbox: 'c1'.repeat(16), ordinal, startMs });
    const rows = [
      used(1, LAST_MS - 40 * DAY_MS),
      ...[3, 2, 1, 0].map((minutes, index) => used(index + 2, LAST_MS - 60_000 * minutes)),
    ];
    await test.writer.insert(rows, 'old-1');
  });

  const rangesOf = async (fromMs: number, name?: string): Promise<string[]> =>
    (await loadEvidenceRanges(test.store, name, { fromMs, untilMs: at(200) })).map((range) => range.function);

  it('has the evidence up to its last invocation, if the question goes back so far', async () => {
    for (const name of ['old', undefined]) {
      const ranges = await loadEvidenceRanges(test.store, name, {
        fromMs: LAST_MS - DAY_MS,
        untilMs: at(200),
      });
      const evidence = [...evidenceIn(await readEvidence(test.store, ranges, name, at(200)))];
      const own = evidence.find(({ deployment }) => deployment.function === 'old');
      expect([...(own?.history.uses.ordinals ?? [])]).toEqual([2, 3, 4, 5]);
    }
  });

  it('is left out of questions about what came later', async () => {
    expect(await rangesOf(START)).toEqual(['f']);
    expect((await rangesOf(LAST_MS)).sort()).toEqual(['f', 'old']);
    expect(await rangesOf(LAST_MS, 'f')).toEqual(['f']);
  });
});

describe('where evidence begins', () => {
  const SLOT = 600_000;
  const until = 1_000 * SLOT;
  /** This many in the slot that began the given number of slots ago. */
  const slotsAgo = (slots: number, count: number, sandbox = 'a'): SandboxStarts => ({
    sandbox,
    starts: Float64Array.from({ length: count }, (_, index) => (until - slots * SLOT + index) * 1000),
  });

  it('is at the first of all where there are few', () => {
    expect(evidenceStart([slotsAgo(40, 9_999)], until)).toBe(-Infinity);
  });

  it('is two hours ago at the latest, and at the start of a slot', () => {
    expect(evidenceStart([slotsAgo(1, 20_000), slotsAgo(13, 1), slotsAgo(50, 1)], until)).toBe(
      until - 13 * SLOT,
    );
    expect(evidenceStart([slotsAgo(30, 6_000), slotsAgo(20, 6_000), slotsAgo(50, 1)], until)).toBe(
      until - 30 * SLOT,
    );
  });

  it('is sooner where there are very many', () => {
    expect(evidenceStart([slotsAgo(1, 300_000), slotsAgo(2, 300_000), slotsAgo(3, 300_000)], until)).toBe(
      until - 2 * SLOT,
    );
  });

  it('is after the last use of all sandboxes but the newest', () => {
    // All within the time that always counts as evidence, the last one first.
    const many = Array.from({ length: MOST_SANDBOXES + 1 }, (_, index) => ({
      sandbox: `s${index}`,
      starts: Float64Array.of((until - 10 * SLOT + index) * 1000),
    }));
    expect(evidenceStart(many, until)).toBe(until - 10 * SLOT + 0.001);
    expect(evidenceStart(many.slice(0, -1), until)).toBe(-Infinity);
  });

  it('is after all that is not read of very many processes', () => {
    // Few sandboxes that were started again and again.
    const many = Array.from({ length: MOST_PROCESSES }, (_, index) => ({
      sandbox: `s${index % 100}`,
      starts: Float64Array.of((until - 20 * SLOT) * 1000, (until - 10 * SLOT + index) * 1000),
    }));
    expect(evidenceStart(many, until)).toBe(until - 10 * SLOT + 0.001);
    expect(evidenceStart(many.slice(1), until)).toBeLessThan(until - 10 * SLOT);
  });
});
