/** The clients that read `/sql`: Grafana's ClickHouse client, pandas, and the JDBC driver of DBeaver. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../collector/src/security/index.ts';
import { startServer, type Collector } from '../../collector/src/server/server.ts';
import { AWKWARD_FUNCTION, expandSql, STATEMENTS } from '../support/dashboards.ts';
import { sendColdCalls, sendMeasuredCalls } from '../support/span-sender.ts';
import { temporaryFolder } from '../support/stack.ts';
import { describeWithJdbc, describeWithPandas, describeWithProgram } from './peers.ts';

const TOKEN = 'query-token-0123456789';
const VIEWS = ['v1_hosts', 'v1_invocations', 'v1_sandboxes', 'v1_spans'];
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const source = (name: string): string => fileURLToPath(new URL(`sql-clients/${name}`, import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let collector: Collector;

beforeAll(async () => {
  folder = await temporaryFolder();
  collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: folder.path,
      forward: [],
      sql: true,
      queryTokens: { tokens: [new Secret(TOKEN)] },
    },
    quiet,
  );
  await collector.ready;
  await sendColdCalls(collector.url);
  await settled();
});
afterAll(async () => {
  await collector?.stop();
  await folder?.remove();
});

async function settled(): Promise<void> {
  await vi.waitUntil(async () => (await collector.status()).inbox.pendingRequests === 0, { timeout: 60_000 });
}

async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)(program, args, {
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** Of the program `clickhouse-grafana`, for each statement. */
interface Answer {
  readonly rows?: readonly unknown[][];
  readonly error?: string;
}

describe('/sql is read by', () => {
  describeWithProgram('clickhouse-grafana', (program) => {
    /** What the editor and the panels of the data source ask, and the names or values that they get. */
    const statements: readonly (readonly [string, unknown])[] = [
      ['SELECT version()', expect.stringMatching(/^\d+\.\d+/)],
      ['SHOW DATABASES', 'sandscope'],
      ['SHOW TABLES FROM "sandscope"', VIEWS[0]],
      ['DESC TABLE "sandscope"."v1_invocations"', 'function'],
      ["SELECT name, type, table FROM system.columns WHERE database IN ('sandscope')", 'host'],
      ['SELECT database, name FROM system.tables ORDER BY database, name', 'sandscope'],
      [
        'SELECT name, is_aggregate, case_insensitive, alias_to, origin, description, syntax, arguments, returned_value, examples, categories FROM system.functions LIMIT 10000',
        expect.any(String),
      ],
      [
        'SELECT DISTINCT arrayJoin(mapKeys("attributes")) as keys FROM "sandscope"."v1_spans" ORDER BY keys LIMIT 1000',
        'faas.coldstart',
      ],
      [
        'SELECT toStartOfInterval(toDateTime(start), INTERVAL 86400 second) AS time, count() FROM v1_invocations WHERE start >= toDateTime(1) AND start <= toDateTime(4000000000) GROUP BY time ORDER BY time',
        expect.stringContaining('T00:00:00Z'),
      ],
      ['SELECT * FROM v1_invocations LIMIT 1', 'add'],
      ['SELECT * FROM v1_spans LIMIT 1', expect.stringMatching(/^20\d\d-/)],
      ['SELECT * FROM v1_sandboxes', 'add'],
      ['SELECT toString(count()) FROM v1_hosts', '0'],
      [
        "SELECT [('a', toDecimal64(1.5, 2))], map('k', toLowCardinality('v')), toUUID('00000000-0000-0000-0000-000000000001')",
        expect.anything(),
      ],
    ];

    it('with every statement of the editor and of panels, and with an error where it may not read', async () => {
      const { hostname, port } = new URL(collector.url);
      const asked = [...statements.map(([sql]) => sql), "SELECT file('/etc/hostname')"];
      const out = await run(program, [hostname, port, 'sql', TOKEN], `${asked.join('\n')}\n`);
      const [ping, ...answers] = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
      expect(ping).toEqual({});
      const refused = answers.pop();
      expect(answers.map(({ rows, error }) => error ?? rows?.[0]?.[0])).toEqual(
        statements.map(([, first]) => first),
      );
      expect(refused?.error).toContain('the function file is not allowed');
    });

    it('and says what is wrong with a token', async () => {
      const { hostname, port } = new URL(collector.url);
      expect(await run(program, [hostname, port, 'sql', 'another-token-0123456789'])).toContain('code: 516');
    });
  });

  describeWithPandas((python) => {
    it('with clickhouse-connect and SQLAlchemy', async () => {
      const { hostname, port } = new URL(collector.url);
      const answer = JSON.parse(
        await run(python, [source('pandas_client.py'), hostname, port, TOKEN]),
      ) as object;
      const row = { function: 'add', duration_ms: 1, is_cold: false, cpu_user_ms: null };
      expect(answer).toEqual({
        rows: [{ ...row, is_cold: true }, row, row],
        startType: 'datetime64[ns]',
        attributes: expect.arrayContaining(['faas.coldstart', 'sandscope.sandbox.id']),
        command: 3,
        readSql: [{ function: 'add', n: 3 }],
        tables: VIEWS,
        columns: expect.arrayContaining(['host', 'known_by']),
        file: expect.stringContaining('the function file is not allowed'),
        insert: expect.stringContaining('DB::Exception'),
      });
    });
  });

  describeWithJdbc((classPath) => {
    const explore = async (url: string): Promise<Record<string, string>> => {
      const out = await run('java', ['-cp', classPath, source('jdbc/Explore.java'), url, TOKEN]);
      return Object.fromEntries(
        out
          .trim()
          .split('\n')
          .map((line) => line.split('\t')),
      );
    };

    it('with the calls and statements of DBeaver', async () => {
      const { host } = new URL(collector.url);
      const refused = expect.stringContaining('(ACCESS_DENIED)');
      const answers = await explore(`jdbc:clickhouse:http://${host}/sql/sandscope?compress=false`);
      expect(Object.values(answers)).toEqual([
        ...['true', 'ClickHouse', '1', '4', '9', '0', expect.stringMatching(/^[1-9]/), '1'],
        ...['1', '1', '2', '1', '0', '2', '2', '1'],
        ...[refused, refused],
      ]);
    });

    it('and says what to do about compression', async () => {
      const { host } = new URL(collector.url);
      const answers = await explore(`jdbc:clickhouse:http://${host}/sql/sandscope`);
      expect(answers['SHOW DATABASES']).toContain('set compress=false');
    });
  });

  // Last, because it sends more calls.
  describeWithProgram('clickhouse-grafana', (program) => {
    it('with the panels and variables of the dashboards', async () => {
      const { hostname, port } = new URL(collector.url);
      await sendMeasuredCalls(collector.url, AWKWARD_FUNCTION);
      await settled();
      const lines = STATEMENTS.map(({ text }) => expandSql(text, 'sandscope').replaceAll(/\s+/g, ' '));
      const out = await run(program, [hostname, port, 'sql', TOKEN], `${lines.join('\n')}\n`);
      const [, ...answers] = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
      expect(
        answers.map(({ rows, error }, index) => [STATEMENTS[index]?.about, error, rows?.length]),
      ).toEqual(STATEMENTS.map(({ about }) => [about, undefined, expect.toSatisfy((n: number) => n > 0)]));
    });
  });
});
