/** Two collectors on one ClickHouse: one collector dies, ClickHouse dies, and every acknowledged span is there once. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, Store, type Engine } from '../../collector/src/store/index.ts';
import { startSpanSender, type SentSpan } from '../support/span-sender.ts';
import { getJson, startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('two collectors that share a ClickHouse', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let engine: Engine;
  let collectors: Collector[];
  let store: Store;
  let acknowledged: Record<'first' | 'second', readonly SentSpan[]>;
  let waitingAtDeath: number;
  let refused: number;

  const home = (name: string): string => {
    const path = join(folder.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    engine = await startEngine({ dataDir: join(folder.path, 'clickhouse'), log: silent });
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, `${engine.password}\n`);
    Object.assign(process.env, {
      SANDSCOPE_CLICKHOUSE_URL: engine.url,
      SANDSCOPE_CLICKHOUSE_USER: engine.user,
      SANDSCOPE_CLICKHOUSE_PASSWORD_FILE: passwordFile,
      SANDSCOPE_CLICKHOUSE_DATABASE: 'shared',
    });
    // Both at once, on a database that does not exist yet.
    collectors = await Promise.all(['first', 'second'].map((name) => startCollector(home(name), 0, '--sql')));
    store = await Store.open({ ...connectionOf(engine), database: 'shared' });

    let [first, second] = collectors as [Collector, Collector];
    const senders = [startSpanSender(() => first.url, 'shared'), startSpanSender(() => second.url, 'shared')];
    const grow = async (which: number, spans: number): Promise<void> => {
      const { acknowledged: list } = senders[which]!;
      const { length } = list;
      await until(
        'spans are taken',
        async () => list.length,
        (now) => now > length + spans,
      );
    };
    await Promise.all([grow(0, 500), grow(1, 500)]);

    // ClickHouse stops and restarts, and both collectors keep accepting spans into their inboxes.
    process.kill(engine.pid!, 'SIGKILL');
    await Promise.all([grow(0, 500), grow(1, 500)]);

    waitingAtDeath = (await first.status()).inbox.pendingRequests;
    const dead = new Promise((resolve) => first.child.process.once('exit', resolve));
    first.child.process.kill('SIGKILL');
    await dead;
    await grow(1, 500);
    first = await startCollector(home('first'), Number(new URL(first.url).port));
    await Promise.all([grow(0, 300), grow(1, 300)]);
    await Promise.all(senders.map((sender) => sender.stop()));
    collectors = [first, second];
    await Promise.all(collectors.map((collector) => collector.settled()));
    acknowledged = { first: senders[0]!.acknowledged, second: senders[1]!.acknowledged };
    refused = senders[0]!.unanswered();
  });

  afterAll(async () => {
    await Promise.all(collectors?.map((collector) => collector.child.stop()) ?? []);
    await store?.close();
    await engine?.stop();
    await folder?.remove();
  });

  const stored = async (table: 'otel_traces' | 'invocations', span: string): Promise<Map<string, number>> => {
    const rows = await store.query<{ span: string; n: string }>(
      `SELECT ${span} AS span, count() AS n FROM shared.${table} FINAL GROUP BY span`,
    );
    return new Map(rows.map((row) => [row.span, Number(row.n)]));
  };

  it.each([
    ['otel_traces', 'SpanId'],
    ['invocations', 'span_id'],
  ] as const)('keep every acknowledged span in %s, and each once', async (table, span) => {
    const rows = await stored(table, span);
    for (const name of ['first', 'second'] as const) {
      expect(acknowledged[name].filter(({ spanId }) => !rows.has(spanId))).toEqual([]);
    }
    expect([...rows].filter(([, count]) => count > 1)).toEqual([]);
  });

  it('were interrupted in the middle of their work', () => {
    expect(waitingAtDeath).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('give the same answer, each about the spans of both', async () => {
    const answers = await Promise.all(
      collectors.map(({ url }) =>
        getJson<{ total: { invocations: number } }>(`${url}/api/v1/functions?from=-1h`),
      ),
    );
    const rows = await stored('invocations', 'span_id');
    for (const answer of answers) expect(answer.total.invocations).toBe(rows.size);
    expect(rows.size).toBeGreaterThanOrEqual(acknowledged.first.length + acknowledged.second.length);
  });

  it('create the views for SQL there, with the rights of whoever reads them, and serve none themselves', async () => {
    const [row] = await store.query<{ n: string }>(
      'SELECT uniqExact(span_id) AS n FROM shared.v1_invocations',
    );
    expect(Number(row?.n)).toBe((await stored('invocations', 'span_id')).size);
    const views = await store.query<{ sql: string }>(
      "SELECT create_table_query AS sql FROM system.tables WHERE database = 'shared' AND name LIKE 'v1_%'",
    );
    expect(views).toHaveLength(4);
    for (const { sql } of views) expect(sql).toContain('SQL SECURITY INVOKER');
    for (const { url } of collectors) expect((await fetch(`${url}/sql?query=SELECT+1`)).status).toBe(404);
  });

  it('show what a standard OpenTelemetry Collector wrote into the same table', async () => {
    const { url, user, password } = engine;
    // Only the exporter's own columns, as it names them.
    const insert = `INSERT INTO shared.otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind,
      ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage,
      Events.Timestamp, Events.Name, Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes)
      SELECT now64(9), '${'c'.repeat(32)}', '${'d'.repeat(16)}', '', '', 'handler', 'Server', 'foreign', map('faas.name', 'foreign'),
        's', '1', map('sandscope.sandbox.id', 'box', 'faas.coldstart', 'true'), 1500000, 'Ok', '', [], [], [], [], [], [], []`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
      body: insert,
    });
    expect(await response.text()).toBe('');
    for (const collector of collectors) {
      const answer = await getJson<{ invocations: unknown[] }>(
        `${collector.url}/api/v1/invocations?function=foreign&from=-1h`,
      );
      expect(answer.invocations).toHaveLength(1);
      const trace = await getJson<{ resourceSpans: unknown[] }>(
        `${collector.url}/api/v1/traces/${'c'.repeat(32)}`,
      );
      expect(trace.resourceSpans).toHaveLength(1);
    }
  });
});

function connectionOf({ url, user, password, database }: Engine) {
  return { url, user, password, database };
}
