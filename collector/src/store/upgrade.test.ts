import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as semconv from '@sandscope/probes/semconv';
import { summariseFunctions } from '../correlate/index.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { forEmptyDatabase } from './migrations/fresh.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { makeOldStore } from './old-store.fixture.ts';
import { Store } from './store.ts';
import { invocationRow, shutdownRow } from './test-rows.ts';
import { TestWriter } from './test-writer.ts';
import type { TraceRow } from './trace-row.ts';
import type { Answers } from './upgrade.fixture.ts';
import { answersAfter, answersOfNew, pick, run, schemaOf } from './upgrade.fixture.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder = '';
let engine: Engine;
let today: Answers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-upgrade-'));
  engine = await startEngine({ dataDir: folder, log });
  today = await answersOfNew(engine);
}, 120_000);
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a new store', () => {
  it('answers what was put into it', () => {
    expect(today.functions).toMatchObject([
      { invocations: 4, sandboxes: 2, cold: 2, hosts: 1, lostSpans: 1 },
    ]);
    expect(today.kinds).toEqual(['Client', 'Server']);
    expect(today.versions).toHaveLength(MIGRATIONS.length);
  });

  it('is made whole where the first start ended before all was noted down', async () => {
    const connection = { ...pick(engine), database: 'half_made' };
    const statements = MIGRATIONS.flatMap((migration) => migration.statements(connection.database));
    await run(connection, [
      `CREATE DATABASE ${connection.database} ENGINE = Atomic`,
      ...forEmptyDatabase(statements),
    ]);
    const store = await Store.open(connection);
    expect(await schemaOf(store)).toEqual(today.schema);
    await store.close();
  });
});

describe('an upgrade', () => {
  // The first version, and the last one with a shorter row identity; `upgrade.long.test.ts` covers all versions.
  it.each([1, 8])(
    'from version %i keeps the answers, and makes the tables of a new store',
    async (version) => {
      expect(await answersAfter(engine, version)).toEqual(today);
    },
    120_000,
  );
});

it('an upgrade keeps one name for a sandbox in a pod that lives through it', async () => {
  const connection = { ...pick(engine), database: 'upgrade_pods' };
  const now = Date.now();
  const inPod = (row: TraceRow): TraceRow => ({
    ...row,
    ResourceAttributes: {
      ...row.ResourceAttributes,
      [semconv.ATTR_FAAS_INSTANCE]: '',
      [semconv.ATTR_K8S_POD_UID]: 'pod',
    },
  });
  const called = (ordinal: number): TraceRow =>
    inPod(invocationRow({ function: 'f', sandbox: 'a', ordinal, startMs: now - 90_000 + 10_000 * ordinal }));
  const ended = inPod(shutdownRow({ function: 'f', sandbox: 'a', atMs: now - 30_000, lastOrdinal: 3 }));
  const version = MIGRATIONS.findIndex(({ name }) => name === 'pod-identity');
  await makeOldStore(connection, version, [called(1), called(2), ended]);
  const store = await Store.open(connection);
  const writer = new TestWriter(connection);
  await writer.insert([called(3)], 'after-the-upgrade');
  await writer.close();
  const { functions } = await summariseFunctions(store, { fromMs: now - 3_600_000, toMs: now }, 10);
  expect(functions).toMatchObject([{ invocations: 3, sandboxes: 1, cold: 1, lostSpans: 0, evicted: 1 }]);
  const names = `SELECT DISTINCT instance FROM ${store.database}`;
  for (const table of ['invocations', 'sandbox_ends'])
    expect(await store.query(`${names}.${table} FINAL`)).toEqual([{ instance: 'pod' }]);
  const [activity] = await store.query<{ n: string }>(
    `SELECT toString(sum(rows)) AS n FROM ${store.database}.activity`,
  );
  expect(activity).toEqual({ n: '3' });
  await store.close();
}, 60_000);
