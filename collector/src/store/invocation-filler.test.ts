import * as semconv from '@sandscope/probes/semconv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvocationFiller } from './invocation-filler.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { makeOldStore } from './old-store.fixture.ts';
import { Store } from './store.ts';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { invocationRow } from './test-rows.ts';
import { TestWriter } from './test-writer.ts';

const START = Date.now() - 3_600_000;
/** The newest version without these columns in `invocations`. */
const BEFORE = MIGRATIONS.findIndex(({ name }) => name === 'gathered-columns');

let test: TestEngine;

beforeAll(async () => {
  test = await startTestEngine();
}, 120_000);
afterAll(() => test.close());

const row = (ordinal: number, attributes: Record<string, string>) =>
  invocationRow({
    function: ordinal % 2 === 0 ? 'even' : 'odd',
    sandbox: 'a'.repeat(32),
    startMs: START + ordinal * 1000,
    ordinal,
    attributes,
  });
const HEAP = { [semconv.ATTR_MEMORY_HEAP_USED_BYTES]: '1048576' };
const FILES = { [semconv.ATTR_IO_FS_COUNT]: '3', [semconv.ATTR_IO_FS_MS]: '1.5' };

describe('columns that are younger than their rows', { timeout: 120_000 }, () => {
  it('are filled in from the spans, each row once, and nothing seems to have arrived', async () => {
    const { url, user, password } = test.engine;
    const connection = { url, user, password, database: 'filled' };
    await makeOldStore(connection, BEFORE, [row(1, HEAP), row(2, FILES), row(3, {}), row(4, HEAP)]);
    const store = await Store.open(connection);
    const writer = new TestWriter(connection);
    try {
      const read = () =>
        store.query(
          `SELECT toUInt32(ordinal) AS n, toUInt32(memory_heap_used_bytes) AS heap, toUInt32(fs_count) AS files, fs_ms
          FROM filled.invocations FINAL ORDER BY ordinal`,
        );
      const arrived = () => store.query('SELECT sum(rows) AS n, max(changed_at) AS at FROM filled.activity');
      const before = await arrived();
      const nothing = { heap: null, files: null, fs_ms: null };
      expect(await read()).toEqual([1, 2, 3, 4].map((n) => Object.assign({ n }, nothing)));

      const filler = new InvocationFiller({ store, warn: (message) => expect.fail(message) });
      expect(await filler.fillAll()).toBe(1);
      const filled = [
        { n: 1, ...nothing, heap: 1048576 },
        { n: 2, ...nothing, files: 3, fs_ms: 1.5 },
        { n: 3, ...nothing },
        { n: 4, ...nothing, heap: 1048576 },
      ];
      expect(await read()).toEqual(filled);
      expect(await arrived()).toEqual(before);
      expect(await filler.fillAll()).toBe(0);

      await writer.insert([row(5, HEAP)], 'new');
      expect(await read()).toEqual([...filled, { n: 5, ...nothing, heap: 1048576 }]);
    } finally {
      await writer.close();
      await store.close();
    }
  });

  it('are filled in again where that was cut off, to the same rows', async () => {
    const { url, user, password } = test.engine;
    const connection = { url, user, password, database: 'cut_off' };
    await makeOldStore(connection, BEFORE, [row(1, HEAP), row(2, FILES)]);
    const store = await Store.open(connection);
    try {
      const filler = new InvocationFiller({ store, warn: (message) => expect.fail(message) });
      expect(await filler.fillAll()).toBe(1);
      await store.command('TRUNCATE TABLE cut_off.invocation_fills');
      await store.command(
        `INSERT INTO cut_off.invocation_fills (day, done) SELECT DISTINCT toDate(received_at), 0 FROM cut_off.invocations`,
      );
      expect(await filler.fillAll()).toBe(1);
      const [counted] = await store.query(
        `SELECT toUInt32(count()) AS n, toUInt32(countIf(memory_heap_used_bytes > 0 OR fs_count > 0)) AS filled FROM cut_off.invocations FINAL`,
      );
      expect(counted).toEqual({ n: 2, filled: 2 });
    } finally {
      await store.close();
    }
  });
});
