import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inbox, lockDirectory } from '../inbox/index.ts';
import { backUpOffline, restore } from './index.ts';
import { startEngine } from '../store/engine.ts';
import { Store } from '../store/store.ts';
import { invocationRow, shutdownRow } from '../store/test-rows.ts';
import { TestWriter } from '../store/test-writer.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const START = Date.now() - 600_000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-backup-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Every row of every table of the store in a directory, after more data was added. */
async function contents(dataDir: string, fill: boolean): Promise<unknown> {
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log });
  const store = await Store.open(engine);
  try {
    if (fill) {
      const writer = new TestWriter(engine);
      const rows = [1, 2, 3].map((ordinal) =>
        invocationRow({ function: 'f', sandbox: 's', ordinal, startMs: START + ordinal * 1000 }),
      );
      await writer.insert(
        [...rows, shutdownRow({ function: 'f', sandbox: 's', atMs: START, lastOrdinal: 3 })],
        'b-1',
      );
      await writer.close();
    }
    const tables = [
      'migrations',
      'otel_traces',
      'invocations',
      'sandbox_ends',
      'activity',
      'otel_traces_trace_id_ts',
    ];
    return await Promise.all(
      tables.map((table) => store.query(`SELECT * FROM ${store.database}.${table} ORDER BY ALL`)),
    );
  } finally {
    await store.close();
    await engine.stop();
  }
}

describe('a backup', () => {
  it('restores everything into another directory', async () => {
    const before = await contents(at('data'), true);
    await writeFile(at('data/inbox.sqlite'), 'what waits');
    const made = await backUpOffline(at('data'), at('backup'));
    expect(made.files).toBeGreaterThan(10);
    expect(await restore(at('backup'), at('restored'))).toEqual(made);
    await rm(at('data'), { recursive: true });
    expect(await contents(at('restored'), false)).toEqual(before);
    expect(await readdir(at('restored'))).toContain('inbox.sqlite');
  }, 120_000);

  it('is refused while a collector uses the directory', async () => {
    const lock = lockDirectory(at('restored'));
    await expect(backUpOffline(at('restored'), at('other'))).rejects.toMatchObject({ code: 'ERR_DATA_DIR' });
    lock.release();
  });

  it('is an independent inbox for a ClickHouse that remembers later inserts of the original', async () => {
    const original = new Inbox({ path: at('alone/inbox.db'), minFreeBytes: 0 });
    const summary = { spans: 1, rejected: 0, message: '' };
    const append = (inbox: Inbox, name: string) =>
      inbox.append({ body: Buffer.from(name), encoding: 'json', contentType: 'application/json', summary });
    await append(original, 'waits');
    original.close();
    await backUpOffline(at('alone'), at('alone-backup'));
    await restore(at('alone-backup'), at('alone-restored'));
    const restored = new Inbox({ path: at('alone-restored/inbox.db'), minFreeBytes: 0 });
    await append(restored, 'later');
    const [waits, later] = restored.entries(0, Number.MAX_SAFE_INTEGER, 10);
    expect(String(Buffer.from(restored.body(waits?.seq as number)))).toBe('waits');
    expect(later?.seq).toBeGreaterThan(1e8);
    expect(restored.id).not.toBe(original.id);
    restored.close();
  });

  it('is never written into a directory that is not empty', async () => {
    await expect(backUpOffline(at('restored'), at('backup'))).rejects.toMatchObject({ code: 'ERR_BACKUP' });
    await expect(restore(at('backup'), at('restored'))).rejects.toMatchObject({ code: 'ERR_BACKUP' });
  });

  it('is not restored if it is truncated or changed', async () => {
    await expect(restore(at('restored'), at('other'))).rejects.toMatchObject({ code: 'ERR_BACKUP' });
    await appendFile(at('backup/inbox.sqlite'), '!');
    await expect(restore(at('backup'), at('other'))).rejects.toMatchObject({
      code: 'ERR_BACKUP',
      message: expect.stringContaining('inbox.sqlite') as string,
    });
  });
});
