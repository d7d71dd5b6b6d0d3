import { ATTR_IMPORT_NAME } from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sealer, summariseFunctions } from '../correlate/index.ts';
import { queryApi } from '../routes/index.ts';
import { Store } from '../store/index.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow, shutdownRow, spanRow } from '../store/test-rows.ts';
import { TestWriter } from '../store/test-writer.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { deleteData } from './delete-data.ts';
import { LateSpans } from './late-spans.ts';
import { listData } from './list-data.ts';

const START = Date.UTC(2025, 5, 1, 12);
const SCOPE = { fromMs: START, toMs: START + 3_600_000 };
const warn = (message: string): void => expect.fail(message);

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
}, 120_000);
afterAll(async () => {
  await test.close();
});

/** A separate store in the engine. */
interface Kept {
  readonly store: Store;
  readonly writer: TestWriter;
  readonly seal: () => Promise<void>;
  readonly late: LateSpans;
  readonly close: () => Promise<void>;
}

async function openStore(database: string): Promise<Kept> {
  const { url, user, password } = test.engine;
  const connection = { url, user, password, database };
  const store = await Store.open(connection);
  const writer = new TestWriter(connection);
  return {
    store,
    writer,
    seal: async () => {
      await new Sealer({ store, warn }).sealAll();
    },
    late: new LateSpans({ store, whileStoreRests: (work) => work(), warn }),
    close: async () => {
      await writer.close();
      await store.close();
    },
  };
}

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

/** Client spans of a run, and the function spans of these calls. */
function run(id: string, functionName: string, ordinals: readonly number[]): TraceRow[] {
  return rows(functionName, undefined, ordinals).flatMap((row, at) => {
    const client = spanRow({
      name: `call ${functionName}`,
      kind: 'Client',
      startMs: START + (ordinals[at] ?? 0) * 1000 - 1,
      durationMs: 20,
      traceId: row.TraceId,
      resource: { 'service.name': 'sandscope-probe-backoff' },
      attributes: { 'sandscope.probe.experiment': 'backoff', 'sandscope.probe.run_id': id },
    });
    return [client, { ...row, ParentSpanId: client.SpanId }];
  });
}

/** Invocations of each function, counted one by one and from rollups. */
async function counts(store: Store): Promise<Record<string, number>[]> {
  return Promise.all(
    [200_000, 1].map(async (maxInvocations) => {
      const { functions } = await summariseFunctions(store, { ...SCOPE, maxInvocations }, 100);
      return Object.fromEntries(functions.map((summary) => [summary.function, summary.invocations]));
    }),
  );
}

const QUESTIONS = [
  'functions',
  'hosts',
  'sandboxes',
  'invocations',
  'reuse',
  'hops',
  'evictions',
  'timeline',
  'cold-starts',
  'experiments',
  'techniques',
  'placement',
  'keep-warm',
];

/** The API's answers about all of it. */
async function answers(store: Store): Promise<Record<string, unknown>> {
  const app = Fastify();
  await app.register(queryApi, {
    store: () => store,
    status: () => Promise.reject(new Error('not asked')),
  });
  const range = 'from=2025-06-01T12:00:00Z&to=2025-06-01T13:00:00Z';
  const told: Record<string, unknown> = {};
  for (const question of QUESTIONS) {
    const answer = await app.inject(`/api/v1/${question}?${range}`);
    expect([question, answer.statusCode]).toEqual([question, 200]);
    told[question] = answer.json();
  }
  await app.close();
  return told;
}

describe('deleting', { timeout: 120_000 }, () => {
  it('an import takes its spans, its invocations and its share of the sums, and nothing of others', async () => {
    const { store, writer, seal, close } = await openStore('with_import');
    const target = { kind: 'import', name: "it's one" } as const;
    await writer.insert(
      [
        ...rows('gone', "it's one", [1, 2, 3]),
        ...rows('both', "it's one", [1, 2]),
        ...rows('both', undefined, [2, 3]),
      ],
      'first',
    );
    await writer.insert([...rows('both', 'another', [4])], 'second');
    await seal();
    expect(await counts(store)).toEqual([
      { gone: 3, both: 4 },
      { gone: 3, both: 4 },
    ]);
    const listed = await listData(store, target);
    expect(listed).toMatchObject({ spans: 5, fromMs: START + 1000, toMs: START + 3000 });
    expect(await counts(store)).toHaveLength(2);
    expect(await deleteData(store, target)).toEqual(listed);
    expect(await counts(store)).toEqual([{ both: 3 }, { both: 3 }]);
    const [left] = await store.query(
      `SELECT count() AS n, countIf(ResourceAttributes['${ATTR_IMPORT_NAME}'] = 'another') AS others FROM with_import.otel_traces FINAL`,
    );
    expect(left).toEqual({ n: '3', others: '1' });
    await expect(deleteData(store, target)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await close();
  });

  it('a function and a run leaves the answers of a store that never had them', async () => {
    const [had, never] = await Promise.all([openStore('had'), openStore('never')]);
    const others = [
      ...rows('stays', undefined, [1, 2, 4]),
      shutdownRow({
        function: 'stays',
        sandbox: 'stays'.padEnd(32, '0'),
        atMs: START + 9000,
        lastOrdinal: 4,
      }),
      ...run('kept', 'stays', [5]),
    ];
    await had.writer.insert(
      [
        ...others,
        ...rows('gone', undefined, [1, 2, 3]),
        shutdownRow({
          function: 'gone',
          sandbox: 'gone'.padEnd(32, '0'),
          atMs: START + 8000,
          lastOrdinal: 3,
        }),
        ...run('over', 'probed', [1, 2]),
        ...run('over', 'stays', [6]),
      ],
      'had',
    );
    await never.writer.insert(others, 'never');
    await had.seal();
    expect(await listData(had.store, { kind: 'function', name: 'gone' })).toMatchObject({
      spans: 4,
      invocations: 3,
      goodbyes: 1,
    });
    await deleteData(had.store, { kind: 'function', name: 'gone' });
    expect(await listData(had.store, { kind: 'run', name: 'over' })).toMatchObject({
      spans: 6,
      invocations: 3,
    });
    await deleteData(had.store, { kind: 'run', name: 'over' });
    await Promise.all([had.seal(), never.seal()]);
    expect(await answers(had.store)).toEqual(await answers(never.store));
    expect(await counts(had.store)).toEqual([{ stays: 4 }, { stays: 4 }]);

    // Late spans: some from before the deletion, one of them imported, and one from after it.
    const imported = rows('gone', 'history', [7]);
    const after = invocationRow({
      function: 'gone',
      sandbox: 'gone'.padEnd(32, '0'),
      startMs: Date.now() + 1000,
      ordinal: 8,
    });
    await had.writer.insert([...rows('gone', undefined, [4, 5]), ...run('over', 'stays', [9])], 'late');
    await had.writer.insert([...imported, after], 'new');
    expect(await had.late.deleteAll()).toBe(4);
    expect(await had.late.deleteAll()).toBe(0);
    const left = await had.store.query(
      `SELECT function, toUInt32(count()) AS n FROM had.invocations FINAL GROUP BY function ORDER BY function`,
    );
    expect(left).toEqual([
      { function: 'gone', n: 2 },
      { function: 'stays', n: 4 },
    ]);
    await Promise.all([had.close(), never.close()]);
  });

  it('one of two functions with the same ids of spans leaves the other, and nothing of its own', async () => {
    const { store, writer, late, seal, close } = await openStore('same_ids');
    const both = (ordinals: readonly number[]): TraceRow[] =>
      rows('gone', undefined, ordinals).flatMap((row) => {
        const [other] = rows('stays', undefined, [Number(row.SpanAttributes['sandscope.sandbox.ordinal'])]);
        return [row, { ...other!, TraceId: row.TraceId, SpanId: row.SpanId }];
      });
    await writer.insert(both([1, 2]), 'first');
    await seal();
    expect(await counts(store)).toEqual([
      { gone: 2, stays: 2 },
      { gone: 2, stays: 2 },
    ]);
    await deleteData(store, { kind: 'function', name: 'gone' });
    expect(await counts(store)).toEqual([{ stays: 2 }, { stays: 2 }]);
    await writer.insert(both([3]), 'late');
    expect(await late.deleteAll()).toBe(1);
    expect(await counts(store)).toEqual([{ stays: 3 }, { stays: 3 }]);
    await close();
  });
});
