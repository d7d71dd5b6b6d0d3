import { afterAll, beforeAll, expect, it } from 'vitest';
import { TraceBlock } from './trace-block.ts';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { invocationRow } from './test-rows.ts';
import { writeTraceRow } from './write-trace-row.fixture.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(() => test.close());

const DAY_MS = 86_400_000;
const MIDNIGHT = Date.now() - (Date.now() % DAY_MS);

function rowsOf(name: string): Buffer {
  const block = new TraceBlock();
  const facts = { function: name, sandbox: 'a1'.repeat(16), bootId: 'x', startMs: MIDNIGHT - 60_000 };
  for (const ordinal of [1, 2, 3]) writeTraceRow(block, invocationRow({ ...facts, ordinal }));
  return block.take();
}

const counts = async (name: string): Promise<unknown> =>
  test.store.query(
    `SELECT (SELECT count() FROM sandscope.otel_traces WHERE ServiceName = {name:String}) AS spans,
      (SELECT count() FROM sandscope.invocations WHERE function = {name:String}) AS invocations,
      (SELECT sum(rows) FROM sandscope.activity WHERE function = {name:String}) AS active`,
    { name },
  );

it('rows that were planned before midnight and tried again after it are there once', async () => {
  const rows = rowsOf('late');
  for (const plannedAt of [MIDNIGHT - 500, MIDNIGHT - 500]) {
    await test.writer.insertPacked([rows], 'midnight-1', plannedAt);
  }
  expect(await counts('late')).toEqual([{ spans: '3', invocations: '3', active: '3' }]);
  const [found] = await test.store.query(
    `SELECT toUnixTimestamp(max(ReceivedAt)) AS receivedAt FROM sandscope.otel_traces WHERE ServiceName = 'late'`,
  );
  expect(found).toEqual({ receivedAt: MIDNIGHT / 1000 - 1 });
});

it('what was sealed meanwhile hears of rows that count as received on a day that is over', async () => {
  const before = Math.floor(Date.now() / 1000);
  await test.writer.insertPacked([rowsOf('unnoticed')], 'midnight-2', MIDNIGHT - 500);
  for (const where of [
    `sandscope.activity WHERE function = 'unnoticed'`,
    `sandscope.span_activity WHERE slot = ${Math.floor((MIDNIGHT - 60_000) / 600_000)}`,
  ]) {
    const [row] = await test.store.query<{ at: number }>(
      `SELECT toUnixTimestamp(max(changed_at)) AS at FROM ${where}`,
    );
    expect(row?.at).toBeGreaterThanOrEqual(before);
  }
});
