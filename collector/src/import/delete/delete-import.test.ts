import { ATTR_IMPORT_NAME } from '@sandscope/probes/semconv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sealer, summariseFunctions } from '../../correlate/index.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow } from '../../store/test-rows.ts';
import type { TraceRow } from '../../store/trace-row.ts';
import { deleteImport } from './delete-import.ts';

const START = Date.UTC(2025, 5, 1, 12);
const SCOPE = { fromMs: START, toMs: START + 3_600_000 };

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
}, 120_000);
afterAll(async () => {
  await test.close();
});

function rows(functionName: string, importName: string | undefined, ordinals: readonly number[]): TraceRow[] {
  return ordinals.map((ordinal) => {
    const row = invocationRow({
      function: functionName,
      sandbox: functionName.padEnd(32, '0'),
      startMs: START + ordinal * 1000,
      ordinal,
    });
    if (importName === undefined) return row;
    return { ...row, ResourceAttributes: { ...row.ResourceAttributes, [ATTR_IMPORT_NAME]: importName } };
  });
}

/** Invocations of each function, looked at one by one and from what is summed up. */
async function counts(): Promise<Record<string, number>[]> {
  return Promise.all(
    [200_000, 1].map(async (maxInvocations) => {
      const { functions } = await summariseFunctions(test.store, { ...SCOPE, maxInvocations }, 100);
      return Object.fromEntries(functions.map((summary) => [summary.function, summary.invocations]));
    }),
  );
}

describe('deleting an import', { timeout: 120_000 }, () => {
  it('takes its spans, its invocations and its share of the sums, and nothing of others', async () => {
    await test.writer.insert(
      [
        ...rows('gone', "it's one", [1, 2, 3]),
        ...rows('both', "it's one", [1, 2]),
        ...rows('both', undefined, [2, 3]),
      ],
      'first',
    );
    await test.writer.insert([...rows('both', 'another', [4])], 'second');
    await new Sealer({ store: test.store, warn: (message) => expect.fail(message) }).sealAll();
    expect(await counts()).toEqual([
      { gone: 3, both: 4 },
      { gone: 3, both: 4 },
    ]);
    expect(await deleteImport(test.store, "it's one")).toBe(5);
    expect(await counts()).toEqual([{ both: 3 }, { both: 3 }]);
    const [left] = await test.store.query(
      `SELECT count() AS n, countIf(ResourceAttributes['${ATTR_IMPORT_NAME}'] = 'another') AS others FROM sandscope.otel_traces FINAL`,
    );
    expect(left).toEqual({ n: '3', others: '1' });
    await expect(deleteImport(test.store, "it's one")).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
