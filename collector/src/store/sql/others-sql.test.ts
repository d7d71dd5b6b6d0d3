import { createClient } from '@clickhouse/client';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invocationRow } from '../test-rows.ts';
import { startTestEngine } from '../test-engine.ts';
import type { TestEngine } from '../test-engine.ts';
import { SQL_VIEWS, viewStatements } from './index.ts';

const SECRET = 'the content of a file';
let engine: TestEngine;
let folder: string;
let secretFile: string;
let outFile: string;
/** Connections to a port that nothing but the engine would open. */
let callers = 0;
const port = createServer((socket) => {
  callers += 1;
  socket.destroy();
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-sql-'));
  secretFile = join(folder, 'secret.txt');
  outFile = join(folder, 'out.txt');
  writeFileSync(secretFile, SECRET);
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
  engine = await startTestEngine();
  await engine.store.define(viewStatements(engine.store.database));
  const rows = [1, 2, 3].map((ordinal) =>
    invocationRow({
      function: 'add',
      sandbox: 'a0'.repeat(16),
      bootId: 'b'.repeat(8),
      ordinal,
      startMs: Date.UTC(2026, 10, 23, 12) + ordinal * 1000,
    }),
  );
  await engine.writer.insert(rows, 'sql');
});
afterAll(async () => {
  await engine?.close();
  port.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

async function ask(sql: string, more: Record<string, string> = {}): Promise<Answer> {
  const url = new URL('/sql', engine.engine.url);
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  const headers = { 'x-clickhouse-user': engine.engine.user, 'x-clickhouse-key': engine.engine.password };
  const response = await fetch(url, { method: 'POST', headers, body: sql });
  const { status } = response;
  return { status, code: response.headers.get('x-clickhouse-exception-code'), text: await response.text() };
}

describe('SQL of others', () => {
  it.each(SQL_VIEWS.map(({ name }) => name))(
    'reads %s, with bounds, parameters and any format',
    async (view) => {
      const counted = await ask(`SELECT count() AS n FROM ${view} FORMAT JSONEachRow`);
      expect([counted.status, counted.text]).toEqual([200, expect.stringMatching(/^\{"n":"[13]"\}\n$/)]);
      const first = await ask(`SELECT * FROM sandscope.${view} LIMIT 1`, { default_format: 'JSON' });
      expect(first.status).toBe(200);
      expect((JSON.parse(first.text) as { data: object[] }).data).toHaveLength(1);
    },
  );

  it.each([
    [
      'SELECT function, sumIf(duration_ms, is_cold) AS s, quantile(0.9)(duration_ms) AS q FROM v1_invocations GROUP BY function -- why\n',
      'add\t10\t10\n',
    ],
    ['WITH x AS (SELECT ordinal FROM v1_invocations) SELECT max(ordinal) FROM x;', '3\n'],
    [
      'SELECT toStartOfHour(start) AS t, COUNT(*) FROM v1_invocations WHERE start > now() - INTERVAL 100 YEAR GROUP BY t ORDER BY t',
      '2026-11-23 12:00:00\t3\n',
    ],
    [
      'SELECT ordinal, lagInFrame(ordinal) OVER (ORDER BY start) FROM v1_invocations ORDER BY start LIMIT 1',
      '1\t\\N\n',
    ],
    [
      "SELECT 1 AS `FORMAT`, 'INTO OUTFILE \\'x\\'; SET ROLE w', $$file('/etc/x')$$",
      "1\tINTO OUTFILE \\'x\\'; SET ROLE w\tfile(\\'/etc/x\\')\n",
    ],
    [
      'SELECT a.invocations FROM v1_sandboxes AS a INNER JOIN v1_hosts AS b ON a.first_start = b.first_start WHERE a.function IN (SELECT function FROM v1_invocations)',
      '3\n',
    ],
    ['SELECT sum(a) FROM (SELECT 1 AS a UNION ALL SELECT 2)', '3\n'],
    ["SELECT attributes['sandscope.sandbox.ordinal'] FROM v1_spans ORDER BY start LIMIT 1", '1\n'],
    ['SHOW TABLES', [...SQL_VIEWS.map(({ name }) => name)].sort().join('\n') + '\n'],
    [
      "SELECT name FROM system.tables WHERE database = 'sandscope' ORDER BY name",
      [...SQL_VIEWS.map(({ name }) => name)].sort().join('\n') + '\n',
    ],
    ["SELECT version() != '', timezone() != '', currentDatabase()", '1\t1\tsandscope\n'],
    ['SELECT displayName(), revision() > 54460', 'sandscope\t1\n'],
    ["SELECT b FROM (SELECT c2 AS b FROM VALUES (('a', 1), ('b', 2))) ORDER BY b", '1\n2\n'],
    [
      "SELECT system.tables.name, system.columns.type FROM system.tables JOIN system.columns ON system.tables.name = system.columns.table WHERE system.columns.name = 'known_by'",
      'v1_hosts\tString\n',
    ],
    ['SELECT count() FROM system.parts', '0\n'],
  ])('runs %s', async (sql, expected) => {
    expect(await ask(sql)).toEqual({ status: 200, code: null, text: expected });
  });

  it('binds parameters as data', async () => {
    const sql = 'SELECT {name:String} AS name, count() FROM v1_invocations WHERE function = {name:String}';
    expect((await ask(sql, { param_name: 'add' })).text).toBe('add\t3\n');
    expect((await ask(sql, { param_name: "x' OR file('/etc/passwd') != '" })).text).toBe(
      "x\\' OR file(\\'/etc/passwd\\') != \\'\t0\n",
    );
    expect(await ask(sql)).toMatchObject({ status: 400, code: '456' });
  });

  it('lists the views with every column of system.tables, which shows no path of the machine', async () => {
    const { text } = await ask('SELECT * FROM system.tables FORMAT JSONEachRow');
    expect(text.trim().split('\n')).toHaveLength(SQL_VIEWS.length);
    expect(text).not.toContain(engine.dataDir);
    expect(text).toContain('"data_paths":[]');
  });

  it('ends a statement after max_execution_time', async () => {
    const endless = 'SELECT sum(cityHash64(number)) FROM numbers(1000000000000)';
    const { status, code, text } = await ask(endless, { max_execution_time: '0.2' });
    expect([status, code, text]).toEqual([
      408,
      '159',
      expect.stringContaining('max_execution_time is 0.2 s'),
    ]);
  });

  it('serves the client of ClickHouse', async () => {
    const client = createClient({
      url: engine.engine.url,
      pathname: '/sql',
      username: engine.engine.user,
      password: engine.engine.password,
    });
    const result = await client.query({
      query: 'SELECT function, count() AS n FROM v1_invocations GROUP BY function',
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ function: 'add', n: '3' }]);
    await client.close();
  });
});

describe('SQL of others cannot', () => {
  const listen = (): number => (port.address() as AddressInfo).port;
  const attacks: readonly (readonly [string, () => string])[] = [
    ['read a file by a function', () => `SELECT file('${secretFile}')`],
    ['read a file by a function in other letters', () => `SELECT FILE('${secretFile}')`],
    ['read a file by a quoted function', () => `SELECT \`file\`('${secretFile}')`],
    ['read a file by a function behind a comment', () => `SELECT file/* */('${secretFile}')`],
    ['read a file in a lambda', () => `SELECT arrayMap(x -> file(x), ['${secretFile}'])`],
    ['read a file by APPLY', () => `SELECT * APPLY(file) FROM (SELECT '${secretFile}' AS a)`],
    [
      'read a file by a macro of APPLY',
      () => `SELECT COLUMNS('a') APPLY file FROM (SELECT '${secretFile}' AS a)`,
    ],
    ['read a file in a WITH', () => `WITH file('${secretFile}') AS f SELECT f`],
    ['read a file by a parameter', () => 'SELECT file({path:String})'],
    ['read a file in HAVING', () => `SELECT count() FROM v1_spans HAVING file('${secretFile}') != ''`],
    ['read a file in LIMIT', () => `SELECT 1 LIMIT length(file('${secretFile}'))`],
    ['read a file by a table function', () => `SELECT * FROM file('${secretFile}', 'LineAsString')`],
    ['read a file by a name', () => `SELECT * FROM \`${secretFile}\``],
    ['read a file by another database', () => `SELECT * FROM default.\`${secretFile}\``],
    ['read a file by a function of models', () => `SELECT catboostEvaluate('${secretFile}', 1)`],
    ['read addresses of the program', () => 'SELECT flameGraph([toUInt64(1)])'],
    [
      'read addresses of the program by the name of a function',
      () => "SELECT arrayReduce(concat('flame', 'Graph'), [[toUInt64(1)]])",
    ],
    [
      'read addresses of the program by the name of a function, in ranges',
      () => "SELECT arrayReduceInRanges('flameGraph', [(1, 1)], [[toUInt64(1)]])",
    ],
    ['write a file', () => `SELECT 1 INTO OUTFILE '${outFile}'`],
    ['write a file with a format', () => `SELECT 1 INTO OUTFILE '${outFile}' TRUNCATE FORMAT CSV`],
    ['write a file from EXPLAIN', () => `EXPLAIN AST SELECT 1 INTO OUTFILE '${outFile}'`],
    ['write a file from a listing', () => `SHOW TABLES INTO OUTFILE '${outFile}'`],
    ['write a file behind brackets', () => `SELECT 1) INTO OUTFILE '${outFile}' --`],
    ['write a file by a function', () => `INSERT INTO FUNCTION file('${outFile}') SELECT 1`],
    ['reach an address', () => `SELECT * FROM url('http://127.0.0.1:${listen()}/', 'LineAsString')`],
    ['reach a bucket', () => `SELECT * FROM s3('http://127.0.0.1:${listen()}/bucket/key', 'CSV')`],
    ['reach another server', () => `SELECT * FROM remote('127.0.0.1:${listen()}', 'system.one')`],
    ['reach a MySQL', () => `SELECT * FROM mysql('127.0.0.1:${listen()}', 'd', 't', 'u', 'p')`],
    ['ask a model', () => "SELECT aiGenerate('x')"],
    ['run a program', () => "SELECT * FROM executable('id', 'TSV', 'a String')"],
    ['read a dictionary', () => "SELECT dictGet('x', 'y', 1)"],
    ['read the tables behind the views', () => 'SELECT * FROM invocations'],
    ['read them by their whole name', () => 'SELECT * FROM sandscope.otel_traces'],
    [
      'read them in a subquery',
      () => 'SELECT * FROM v1_spans WHERE trace_id IN (SELECT TraceId FROM otel_traces)',
    ],
    ['read them by IN', () => 'SELECT 1 IN seals'],
    ['read them by joinGet', () => "SELECT joinGet('sandscope.seals', 'slot', 1)"],
    ['read them by merge', () => "SELECT * FROM merge('sandscope', 'otel_traces')"],
    ['read them by the index', () => "SELECT * FROM mergeTreeIndex('sandscope', 'invocations')"],
    ['read them by loop', () => "SELECT * FROM loop('sandscope', 'invocations')"],
    ['read them by view', () => 'SELECT * FROM view(SELECT * FROM sandscope.invocations)'],
    ['read them by EXPLAIN as a table', () => 'SELECT * FROM (EXPLAIN SELECT * FROM sandscope.invocations)'],
    ['see how they are made', () => 'SHOW CREATE TABLE sandscope.invocations'],
    ['see their columns', () => 'DESCRIBE TABLE sandscope.invocations'],
    ['see where things lie', () => 'SELECT data_paths FROM system.tables'],
    ['see where things lie by an asterisk', () => 'SELECT * FROM system.databases'],
    ['see where things lie by a pattern', () => "SELECT COLUMNS('path') FROM system.databases"],
    ['see where things lie by a whole name', () => 'SELECT system.tables.data_paths FROM system.tables'],
    ['see where parts lie', () => 'SELECT * FROM system.parts'],
    [
      'read a file by a default of VALUES',
      () => `SELECT * FROM VALUES('a String DEFAULT file(\\'${secretFile}\\')', ('x'))`,
    ],
    ['read a file in VALUES', () => `SELECT * FROM VALUES((file('${secretFile}'), 1))`],
    ['see disks', () => 'SELECT path FROM system.disks'],
    ['see users', () => 'SELECT name FROM system.users'],
    ['see statements of others', () => 'SELECT query FROM system.processes'],
    ['see system tables by IN', () => "SELECT 'x' IN system.disks"],
    ['see the schema otherwise', () => 'SELECT table_name FROM information_schema.tables'],
    ['see it in capitals', () => 'SELECT table_name FROM INFORMATION_SCHEMA.TABLES'],
    ['read settings of the server', () => "SELECT getServerSetting('path')"],
    ['set anything', () => 'SELECT 1 SETTINGS max_memory_usage = 0'],
    ['set anything in a subquery', () => 'SELECT * FROM (SELECT 1 SETTINGS readonly = 0)'],
    ['set anything by SET', () => 'SET max_memory_usage = 0'],
    ['take another role', () => 'SET ROLE sandscope_writer'],
    ['take another role behind a statement', () => 'SELECT 1; SET ROLE sandscope_writer'],
    ['take another role in brackets', () => 'SELECT 1) ; SET ROLE sandscope_writer; SELECT * FROM (SELECT 1'],
    ['take another role behind a comment', () => 'SELECT 1 -- \n; SET ROLE ALL'],
    ['be another user', () => 'EXECUTE AS default SELECT 1'],
    ['run beside another statement', () => 'SELECT 1 PARALLEL WITH SELECT 2'],
    ['insert', () => 'INSERT INTO v1_spans SELECT * FROM v1_spans'],
    ['make a table', () => 'CREATE TABLE u (a Int8) ENGINE = Memory'],
    ['drop a view', () => 'DROP VIEW v1_spans'],
    ['kill', () => 'KILL QUERY WHERE 1'],
    ['back up', () => "BACKUP TABLE sandscope.invocations TO Disk('default', 'x')"],
    ['stop the engine', () => 'SYSTEM SHUTDOWN'],
    ['wait', () => 'SELECT sleep(3)'],
    ['grow without a bound', () => 'SELECT groupArray(number) FROM numbers(1000000000)'],
    ['make a huge text', () => "SELECT repeat('x', 1000000000)"],
    ['answer too much', () => 'SELECT number FROM numbers(1000001)'],
    ['nest too deeply', () => `SELECT ${'toString('.repeat(300)}1${')'.repeat(300)}`],
    ['be too long', () => `SELECT '${'x'.repeat(70_000)}'`],
    ['be nothing', () => ' ; '],
  ];

  it.each(attacks)('%s', async (_what, sql) => {
    const { status, code, text } = await ask(sql(), { param_path: secretFile });
    expect([status >= 400, code === null, text]).toEqual([
      true,
      false,
      expect.stringMatching(/^Code: \d+\. DB::Exception: |^Query failed: Code: \d+\./),
    ]);
    expect(text).not.toContain(SECRET);
    expect(existsSync(outFile)).toBe(false);
  });

  it('run for ever', async () => {
    const { code } = await ask('SELECT sum(cityHash64(number)) FROM numbers(1000000000000)');
    expect(code).toBe('159');
  });

  it('leave anything behind: the engine is as it was, and nobody was called', async () => {
    expect(callers).toBe(0);
    expect((await ask('SELECT count() FROM v1_invocations')).text).toBe('3\n');
    expect(await ask('SELECT 1 FROM sandscope.invocations')).toMatchObject({ code: '497' });
    const [row] = await engine.store.query<{ roles: string[] }>('SELECT currentRoles() AS roles');
    expect(row?.roles).toEqual(['sandscope_reader']);
  });
});
