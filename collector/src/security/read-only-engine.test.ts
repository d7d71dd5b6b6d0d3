import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../store/client.ts';
import { reachesFiles } from '../store/engine-access.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';

const WRITES = [
  'INSERT INTO t VALUES (1)',
  'DROP TABLE t',
  'TRUNCATE TABLE t',
  'ALTER TABLE t DELETE WHERE 1',
  'CREATE TABLE u (a Int8) ENGINE = Memory',
  'CREATE TEMPORARY TABLE u (a Int8)',
  'CREATE USER u',
  'SET readonly=0',
  "INSERT INTO FUNCTION file('/tmp/sandscope-outfile') SELECT 1",
  "SELECT * FROM file('/etc/hostname', 'LineAsString')",
];

let test: TestEngine;
let client: ClickHouseClient;

beforeAll(async () => {
  test = await startTestEngine();
  client = connect(test.engine, 10_000);
});

afterAll(async () => {
  await client.close();
  await test.close();
});

describe('the connections that answer questions', () => {
  it('read tables, with bounds of their own', async () => {
    const rows = await test.store.query<{ n: string }>(
      'SELECT count() AS n FROM sandscope.otel_traces',
      {},
      { maxSeconds: 2 },
    );
    expect(rows).toEqual([{ n: '0' }]);
  });

  it.each([
    ["SELECT * FROM file('/etc/hostname', 'LineAsString')", /file\(\) is not allowed/],
    ["SELECT file('/etc/hostname')", /file\(\) is not allowed/],
    ["SELECT `file`\n('/etc/hostname')", /file\(\) is not allowed/],
    ["SELECT 1 INTO /* x */ OUTFILE '/tmp/sandscope-outfile'", /OUTFILE/],
    ["SELECT $$'$$, file('/etc/hostname'), $$'$$", /here-documents/],
    ["SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", /READ ON URL/],
    ["SELECT * FROM remote('127.0.0.1:1', 'system.one')", /READ ON REMOTE/],
    ["SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'CSV')", /READ ON S3/],
    ["SELECT * FROM executable('id', 'TSV', 'a String')", /Not enough privileges/],
    ['SELECT 1 SETTINGS readonly=0', /readonly mode/],
    ['WITH 1 AS x INSERT INTO sandscope.migrations (version) SELECT x', /Not enough privileges/],
  ])('refuse %s', async (query, reason) => {
    await expect(client.query({ query, format: 'JSONEachRow' })).rejects.toThrow(reason);
  });

  it('cannot write, whatever the statement', async () => {
    // Directly to a reading connection: by its first word the engine would route such a statement to the writing one.
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-reader-'));
    const script = join(folder, 'reader.mjs');
    const pool = new URL('../store/engine-pool.ts', import.meta.url).href;
    await writeFile(
      script,
      `import { EnginePool } from ${JSON.stringify(pool)};
       const pool = new EnginePool({ dataDir: ${JSON.stringify(join(folder, 'data'))}, memoryBytes: 2 ** 29, readers: 1 });
       const { signal } = new AbortController();
       const run = (lane, sql) => pool.run(lane, { sql, format: 'TSV', database: undefined, signal });
       await run('write', 'CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a');
       const outcomes = [];
       for (const sql of ${JSON.stringify(WRITES)}) outcomes.push(await run('read', sql).then(() => 'done', ({ message }) => message));
       await pool.close();
       process.stdout.write(JSON.stringify(outcomes), () => process.exit());`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    await rm(folder, { recursive: true });
    const outcomes = JSON.parse(stdout) as string[];
    expect(outcomes).toHaveLength(WRITES.length);
    for (const outcome of outcomes) expect(outcome).toMatch(/ACCESS_DENIED|READONLY/);
  });

  it('leave the engine usable, and wrote nothing', async () => {
    expect(existsSync('/tmp/sandscope-outfile')).toBe(false);
    expect(existsSync(join(test.dataDir, 'access', 'users.xml'))).toBe(true);
    const [row] = await test.store.query<{ n: string }>(
      "SELECT count() AS n FROM system.tables WHERE name = 'more'",
    );
    expect(row).toEqual({ n: '0' });
  });
});

describe('a statement that reads', () => {
  it.each([
    "SELECT 'INTO OUTFILE', 'file(', '$$', '/* /*'",
    "SELECT 'it''s \\' file('",
    'SELECT profile(1) /* file( */ -- file(\n',
    "SELECT 1 FROM t WHERE name = _CAST('x\\'); file(', 'String')",
  ])('may hold %s', (sql) => expect(reachesFiles(sql)).toBeUndefined());

  it.each([
    "SELECT /* /* */ ' */ file('/x') /* ' */ */",
    "SELECT 1 # '\n, file('/x') --'",
    'SELECT "file"(1)',
    'select FILE (1)',
  ])('may not hold %s', (sql) => expect(reachesFiles(sql)).toBeDefined());
});
