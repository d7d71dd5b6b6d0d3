import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summariseFunctions } from '../correlate/index.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { makeOldStore } from './old-store.fixture.ts';
import { readSpans } from './read-spans.ts';
import { Store } from './store.ts';
import { invocationRow, shutdownRow, spanRow } from './test-rows.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW = Date.now();
const SCOPE = { fromMs: NOW - 3_600_000, toMs: NOW };

let folder = '';
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-upgrade-'));
  engine = await startEngine({ dataDir: folder, log });
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const CALL_MS = Math.floor(NOW / 1000) * 1000 - 700_000;
const SHARED = { traceId: 'e'.repeat(32), spanId: '00000000000000aa', name: 'get' };
const ROWS = [
  ...[1, 2, 4].map((ordinal) =>
    invocationRow({
      function: 'f',
      sandbox: 'a',
      bootId: 'x',
      ordinal,
      startMs: NOW - 900_000 + ordinal * 1000,
    }),
  ),
  invocationRow({ function: 'f', sandbox: 'b', bootId: 'x', ordinal: 1, startMs: NOW - 897_500 }),
  shutdownRow({ function: 'f', sandbox: 'a', atMs: NOW - 800_000, lastOrdinal: 4 }),
  // Client and server of one call, the later first.
  spanRow({ ...SHARED, kind: 'Server', startMs: CALL_MS + 2 }),
  spanRow({ ...SHARED, kind: 'Client', startMs: CALL_MS + 1 }),
  spanRow({ ...SHARED, kind: 'Server', startMs: CALL_MS + 2 }),
];

/** A store as an older version left it, with rows, and what it says once this version has opened it. */
async function answersAfter(version: number): Promise<unknown> {
  const database = `upgrade_${version}`;
  const connection = { ...pick(engine), database };
  await makeOldStore(connection, version, ROWS);
  const store = await Store.open(connection);
  try {
    const { functions, total } = await summariseFunctions(store, SCOPE, 10);
    const [activity] = await store.query<{ n: string }>(
      `SELECT count() > 0 AS n FROM ${database}.activity WHERE function = 'f'`,
    );
    const versions = await store.query(`SELECT version FROM ${database}.migrations FINAL ORDER BY version`);
    await store.command(`OPTIMIZE TABLE ${database}.otel_traces FINAL`);
    const call = await readSpans(store, [SHARED.traceId], 10);
    const kinds = call.map(({ SpanKind }) => SpanKind);
    return { functions, total, activity, versions, kinds };
  } finally {
    await store.close();
  }
}

function pick({ url, user, password }: Engine) {
  return { url, user, password };
}

describe('an upgrade', () => {
  it('keeps the answers, from every version on', async () => {
    const newest = (await answersAfter(MIGRATIONS.length)) as {
      functions: { invocations: number }[];
      kinds: string[];
    };
    expect(newest.kinds).toEqual(['Client', 'Server']);
    expect(newest.functions).toMatchObject([
      { invocations: 4, sandboxes: 2, cold: 2, hosts: 1, lostSpans: 1 },
    ]);
    for (let version = 1; version < MIGRATIONS.length; version += 1) {
      expect(await answersAfter(version)).toEqual(newest);
    }
  }, 300_000);
});
