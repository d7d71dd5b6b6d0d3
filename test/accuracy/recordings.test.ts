import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { Use } from '../../collector/src/correlate/evidence/index.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import { RECORDINGS } from '../support/recordings.ts';

const isThere = existsSync(join(RECORDINGS, 'pacslab'));
if (!isThere) console.warn(`SKIPPED: no recordings in ${RECORDINGS} (SANDSCOPE_RECORDINGS)`);

/** Rows of a file with a header; a quoted field may contain commas. */
function rows(name: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(RECORDINGS, name), 'utf8').trim().split(/\r?\n/);
  const fields = (line: string): string[] =>
    [...`,${line}`.matchAll(/,(?:"(?<quoted>[^"]*)"|(?<plain>[^,]*))/g)].map(
      ({ groups = {} }) => groups['quoted'] ?? groups['plain'] ?? '',
    );
  const names = fields(head);
  return lines.map((line) => Object.fromEntries(fields(line).map((value, index) => [names[index]!, value])));
}

/** Invocations of one AWS Lambda function in 2020 (pacslab, serverless-performance-modeling). */
const pacslab = (name: string): Use[] =>
  rows(`pacslab/${name}`).map((row) => ({
    sandbox: row['exist_id']!,
    startMs: Number(row['start_time']),
    endMs: Number(row['end_time']),
    cold: row['is_cold'] === 'True',
  }));

/** Sandboxes judged as evicted at twelve moments, but used again later. */
function broughtBack(uses: readonly Use[], moments = 12): { held: number; back: string[] } {
  const history = summarise({ uses });
  const first = Math.min(...uses.map(({ startMs }) => startMs));
  const last = Math.max(...uses.map(({ endMs }) => endMs));
  const back: string[] = [];
  let held = 0;
  for (let turn = 1; turn <= moments; turn += 1) {
    const untilMs = first + ((last - first) * turn) / moments;
    const again = new Set(uses.filter(({ startMs }) => startMs > untilMs).map(({ sandbox }) => sandbox));
    for (const { key, state } of judge(history, untilMs)?.sandboxes ?? []) {
      if (state !== 'evicted') continue;
      held += 1;
      if (again.has(key)) back.push(`${key} at ${untilMs}`);
    }
  }
  return { held, back };
}

describe.skipIf(!isThere)('recordings of AWS Lambda in 2020', () => {
  it('one call at a time: 59 of 186 were cold, nothing comes back, the knee lies above ten minutes', () => {
    const uses = pacslab('aws-2020-05-28_01-57-40.csv');
    expect(uses.filter(({ cold }) => cold)).toHaveLength(59);
    expect(uses).toHaveLength(186);
    const { held, back } = broughtBack(uses);
    expect(back).toEqual([]);
    expect(held).toBeGreaterThan(200);
    const { keepAlive } = judge(summarise({ uses }), Math.max(...uses.map(({ endMs }) => endMs)))!;
    expect(keepAlive.lowMs! / 1e3).toBeGreaterThan(540);
    expect(keepAlive.lowMs! / 1e3).toBeLessThan(760);
  });

  it('a busy function: one call a sandbox, most recent first, nothing comes back', () => {
    const uses = pacslab('aws-2020-05-17_04-13-06.csv');
    const judgement = judge(summarise({ uses }), Math.max(...uses.map(({ endMs }) => endMs)))!;
    expect(judgement.concurrency.model).toBe('one-to-one');
    expect(judgement.pickOrder).toMatchObject({ order: 'most-recent' });
    expect(judgement.pickOrder.mostRecent!.share).toBeGreaterThan(0.98);
    expect(broughtBack(uses, 4).back).toEqual([]);
  });

  it('counts of idle sandboxes alone: halving, with a period inside (360, 380] s (SeBS)', () => {
    const idleOutcomes = rows('sebs/aws-nodejs-128mb-eviction.csv').map((row, index) => {
      const [together, idle, warm] = ['d_init', 'idle_s', 'warm'].map((name) => Number(row[name]));
      return {
        timeMs: Date.UTC(2026, 0, 5) + index,
        idleMs: 1e3 * idle!,
        together: together!,
        warm: warm!,
        gone: together! - warm!,
      };
    });
    const judgement = judge(summarise({ uses: [], idleOutcomes }), Date.UTC(2026, 0, 6))!;
    expect(judgement).toMatchObject({ uses: 0, sandboxes: [], keepAlive: { family: 'halving' } });
    expect(judgement.keepAlive.lowMs! / 1e3).toBeGreaterThan(360);
    expect(judgement.keepAlive.highMs! / 1e3).toBeLessThanOrEqual(380);
  });

  it('batches are halved, with a period inside (360, 380] s (SeBS)', () => {
    // One batch in twelve, three hours apart.
    const batches = rows('sebs/aws-nodejs-128mb-eviction.csv').filter((_, index) => index % 12 === 0);
    const origin = Date.UTC(2026, 0, 5);
    const uses: Use[] = [];
    for (const [batch, row] of batches.entries()) {
      const [size, idle, warm] = ['d_init', 'idle_s', 'warm'].map((name) => Number(row[name]));
      const at = origin + batch * 10_800_000;
      for (let sandbox = 0; sandbox < size!; sandbox += 1) {
        const name = `${batch}-${sandbox}`;
        uses.push({
          sandbox: name,
          startMs: at + sandbox,
          endMs: at + 1_000 + sandbox,
          cold: true,
          initMs: 300,
        });
        const again = at + 1_000 + 1e3 * idle! + sandbox;
        const isWarm = sandbox < warm!;
        uses.push({
          sandbox: isWarm ? name : `${name}-new`,
          startMs: again + (isWarm ? 0 : 300),
          endMs: again + 1_300,
          cold: !isWarm,
          ...(!isWarm && { initMs: 300 }),
        });
      }
    }
    const { keepAlive } = judge(summarise({ uses }), Math.max(...uses.map(({ endMs }) => endMs)))!;
    expect(keepAlive.family).toBe('halving');
    expect(keepAlive.lowMs! / 1e3).toBeGreaterThan(359);
    expect(keepAlive.highMs! / 1e3).toBeLessThanOrEqual(381);
  });
});
