import { createClient } from '@clickhouse/client';
import * as semconv from '@sandscope/probes/semconv';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpans } from './read-spans.ts';
import { Store } from './store.ts';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { invocationRow, shutdownRow, spanRow } from './test-rows.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

const NOW = Date.now();

async function count(table: string, service: string): Promise<number> {
  const column = table === 'otel_traces' ? 'ServiceName' : 'function';
  const [row] = await test.store.query<{ n: string }>(
    `SELECT count() AS n FROM sandscope.${table} FINAL WHERE ${column} = {service:String}`,
    { service },
  );
  return Number(row?.n);
}

describe('schema', () => {
  it('is made once, however often the store is opened', async () => {
    const again = await Store.open(test.engine);
    const rows = await again.query('SELECT version, name FROM sandscope.migrations FINAL ORDER BY version');
    await again.close();
    expect(rows).toEqual([
      { version: 1, name: 'spans' },
      { version: 2, name: 'invocations' },
      { version: 3, name: 'rollups' },
      { version: 4, name: 'codecs' },
      { version: 5, name: 'duration bins' },
      { version: 6, name: 'service-calls' },
      { version: 7, name: 'attribute-index' },
      { version: 8, name: 'fewer-merges' },
      { version: 9, name: 'whole-identity' },
      { version: 10, name: 'sandbox-identity' },
      { version: 11, name: 'invocation-reports' },
      { version: 12, name: 'idle-outcomes' },
      { version: 13, name: 'gathered-columns' },
      { version: 14, name: 'deletions' },
      { version: 15, name: 'pod-identity' },
      { version: 16, name: 'first-calls' },
    ]);
  });

  it('knows a span by trace, span, kind, service and start, merged or not', async () => {
    const traceId = 'c'.repeat(32);
    const call = { traceId, spanId: '00000000000000aa', name: 'get', resource: { 'service.name': 'shared' } };
    const at = Math.floor(Date.now() / 1000) * 1000;
    const rows = [
      spanRow({ ...call, kind: 'Client', startMs: at + 10 }),
      spanRow({ ...call, kind: 'Server', startMs: at + 11 }),
      spanRow({ ...call, kind: 'Server', startMs: at + 12 }),
      spanRow({ ...call, kind: 'Server', startMs: at + 11, resource: { 'service.name': 'another' } }),
    ];
    const seen = async () => {
      const spans = await readSpans(test.store, [traceId], 100);
      return spans.map(({ start_ns, SpanKind, ResourceAttributes }) => [
        Number(BigInt(start_ns) / 1_000_000n) - at,
        SpanKind,
        ResourceAttributes['service.name'],
      ]);
    };
    await test.writer.insert(rows, 'identity-1');
    await test.writer.insert(rows.toReversed(), 'identity-2');
    const before = await seen();
    expect(before).toHaveLength(4);
    await test.store.command('OPTIMIZE TABLE sandscope.otel_traces FINAL');
    expect(new Set((await seen()).map(String))).toEqual(new Set(before.map(String)));
    expect(await count('otel_traces', 'shared')).toBe(3);
  });

  it('keeps a span with times that cannot be out of every statistic', async () => {
    const now = Date.now();
    const shown = { function: 'odd', sandbox: 's', startMs: now, ordinal: 1 };
    const good = invocationRow(shown);
    const wrapped = String(2n ** 64n - 191_305n - BigInt(now) * 1_000_000n);
    await test.writer.insert(
      [
        good,
        { ...invocationRow({ ...shown, ordinal: 2 }), ImplausibleTimes: 1 },
        // Written as another collector would, without this information.
        { ...invocationRow({ ...shown, ordinal: 3 }), Duration: wrapped },
        invocationRow({ ...shown, ordinal: 4, startMs: now + 6 * 60_000 }),
        invocationRow({ ...shown, ordinal: 5, startMs: Date.UTC(2013, 11, 31) }),
        { ...shutdownRow({ function: 'odd', sandbox: 's', atMs: now, lastOrdinal: 5 }), ImplausibleTimes: 1 },
      ],
      'odd-1',
    );
    expect(await count('otel_traces', 'odd')).toBe(6);
    expect(await count('invocations', 'odd')).toBe(1);
    expect(await count('sandbox_ends', 'odd')).toBe(0);
    const spans = await readSpans(test.store, [good.TraceId], 10);
    expect(spans).toHaveLength(1);
    const [far] = await test.store.query<{ id: string }>(
      `SELECT TraceId AS id FROM sandscope.otel_traces WHERE ServiceName = 'odd' AND Duration > 1e18`,
    );
    const [whole] = await readSpans(test.store, [far?.id ?? ''], 10);
    expect(whole?.end_ns).toBe(String(2n ** 64n - 191_305n));
  });

  it('takes an insert that names the standard exporter columns only', async () => {
    const client = createClient({
      url: test.engine.url,
      username: test.engine.user,
      password: test.engine.password,
    });
    const columns =
      'Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes, ' +
      'ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage, Events.Timestamp, Events.Name, ' +
      'Events.Attributes, Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes';
    await client.command({
      query: `INSERT INTO sandscope.otel_traces (${columns}) VALUES ('2026-01-01 00:00:00.5', '${'a'.repeat(32)}',
        '${'b'.repeat(16)}', '', '', 'handler', 'Server', 'standard', map('faas.name', 'standard'), 's', '1',
        map('${semconv.ATTR_SANDBOX_ID}', 'box', '${semconv.ATTR_FAAS_COLDSTART}', 'true'), 1500000, 'Ok', '',
        ['2026-01-01 00:00:00.6'], ['e'], [map('k', 'v')], [], [], [], [])`,
    });
    await client.close();
    const rows = await test.store.query(
      `SELECT function, sandbox_id, cold, ordinal, duration_ns FROM sandscope.invocations FINAL
       WHERE function = 'standard'`,
    );
    expect(rows).toEqual([
      { function: 'standard', sandbox_id: 'box', cold: true, ordinal: null, duration_ns: '1500000' },
    ]);
  });
});

describe('span writer', () => {
  it('changes nothing when rows come again, with the same token or another', async () => {
    const rows = [
      ...[1, 2, 3].map((ordinal) =>
        invocationRow({ function: 'again', sandbox: 's', startMs: NOW + ordinal, ordinal }),
      ),
      shutdownRow({ function: 'again', sandbox: 's', atMs: NOW + 10, lastOrdinal: 3 }),
    ];
    for (const token of ['again-1', 'again-1', 'again-2']) {
      await test.writer.insert(rows, token);
      expect([
        await count('otel_traces', 'again'),
        await count('invocations', 'again'),
        await count('sandbox_ends', 'again'),
      ]).toEqual([4, 3, 1]);
    }
  });

  it('counts a row once that is twice in one insert, before any merge and after', async () => {
    const row = (ordinal: number) =>
      invocationRow({ function: 'doubled', sandbox: 's', startMs: NOW + ordinal, ordinal });
    await test.writer.insert([row(1), row(2), row(1)], 'doubled-1');
    for (const table of ['otel_traces', 'invocations']) expect(await count(table, 'doubled')).toBe(2);
    await test.store.command('OPTIMIZE TABLE sandscope.invocations FINAL');
    expect(await count('invocations', 'doubled')).toBe(2);
  });

  it('writes rows with another token even when an insert without rows of theirs came before', async () => {
    const row = (ordinal: number) =>
      invocationRow({ function: 'tokens', sandbox: 's', startMs: NOW + ordinal, ordinal });
    await test.writer.insert([row(1)], 'tokens-1');
    await test.writer.insert([row(2)], 'tokens-2');
    expect(await count('invocations', 'tokens')).toBe(2);
  });

  it('keeps 64-bit integers exact and leaves what cannot be read absent', async () => {
    await test.writer.insert(
      [
        invocationRow({
          function: 'exact',
          sandbox: 's',
          startMs: NOW,
          ordinal: 1,
          attributes: {
            [semconv.ATTR_MEMORY_RSS_BYTES]: 18_446_744_073_709_551_615n,
            [semconv.ATTR_MEMORY_TOTAL_BYTES]: 0,
            [semconv.ATTR_CPU_USER_MS]: NaN,
            [semconv.ATTR_CPU_SYSTEM_MS]: 0.125,
            [semconv.ATTR_FAULTS_MAJOR]: -1,
            [semconv.ATTR_FAULTS_MINOR]: 'many',
          },
        }),
      ],
      'exact-1',
    );
    const rows = await test.store.query(
      `SELECT memory_rss_bytes, memory_total_bytes, memory_available_bytes, cpu_user_ms, cpu_system_ms, faults_major,
         faults_minor, window_shared, version FROM sandscope.invocations FINAL WHERE function = 'exact'`,
    );
    expect(rows).toEqual([
      {
        memory_rss_bytes: '18446744073709551615',
        memory_total_bytes: '0',
        memory_available_bytes: null,
        cpu_user_ms: null,
        cpu_system_ms: 0.125,
        faults_major: null,
        faults_minor: null,
        window_shared: null,
        version: '',
      },
    ]);
  });

  it('keeps any time a span may bear, to the nanosecond', async () => {
    const resource = { [semconv.ATTR_SERVICE_NAME]: 'times' };
    const times = ['0.000000000', '5.000000001', '1700000000.123456789', '9223372036.854775807'];
    await test.writer.insert(
      times.map((Timestamp, index) => Object.assign(spanRow({ startMs: index, resource }), { Timestamp })),
      'times-1',
    );
    const rows = await test.store.query<{ ns: string }>(
      `SELECT toUnixTimestamp64Nano(Timestamp) AS ns FROM sandscope.otel_traces FINAL
       WHERE ServiceName = 'times' ORDER BY ns`,
    );
    expect(rows.map(({ ns }) => ns)).toEqual([
      '0',
      '5000000001',
      '1700000000123456789',
      '9223372036854775807',
    ]);
  });

  it('takes a batch whose spans lie on a thousand days', async () => {
    const resource = { [semconv.ATTR_SERVICE_NAME]: 'days' };
    const rows = Array.from({ length: 1000 }, (_, day) => spanRow({ startMs: day * 86_400_000, resource }));
    await test.writer.insert(rows, 'days-1');
    expect(await count('otel_traces', 'days')).toBe(1000);
  });

  it(
    'keeps every text as it is, and half a surrogate pair as the replacement character',
    { timeout: 60_000 },
    async () => {
      let serial = 0;
      const texts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 });
      // Many spans per insert: storing one costs as much as storing ten.
      await fc.assert(
        fc.asyncProperty(fc.array(texts, { minLength: 10, maxLength: 10 }), async (spans) => {
          serial += 1;
          const resource = { [semconv.ATTR_SERVICE_NAME]: `text-${serial}` };
          const written = spans.map((span) =>
            Object.fromEntries(span.map((text, index) => [`${index}${text}`, text])),
          );
          await test.writer.insert(
            written.map((attributes, index) => spanRow({ startMs: NOW + index, resource, attributes })),
            `text-${serial}`,
          );
          const stored = await test.store.query<{ SpanAttributes: Record<string, string> }>(
            'SELECT SpanAttributes FROM sandscope.otel_traces FINAL WHERE ServiceName = {service:String} ORDER BY Timestamp',
            { service: `text-${serial}` },
          );
          expect(stored.map(({ SpanAttributes }) => SpanAttributes)).toEqual(written);
        }),
        { numRuns: 3 },
      );
      const broken = spanRow({
        startMs: NOW,
        resource: { [semconv.ATTR_SERVICE_NAME]: 'broken' },
        attributes: { half: 'a\uD800b' },
      });
      await test.writer.insert([broken], 'broken-1');
      const rows = await test.store.query(
        "SELECT SpanAttributes['half'] AS half FROM sandscope.otel_traces WHERE ServiceName = 'broken'",
      );
      expect(rows).toEqual([{ half: 'a\uFFFDb' }]);
    },
  );

  it('says which failures are for good', async () => {
    const row = spanRow({ startMs: NOW });
    await expect(test.writer.insert([row], "it's")).rejects.toMatchObject({ code: 'ERR_STORE_REJECTED' });
    await expect(test.writer.insert([{ ...row, Duration: 'long' }], 'bad-1')).rejects.toMatchObject({
      code: 'ERR_STORE_REJECTED',
    });
  });
});

describe('queries', () => {
  it('bind any value as data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.array(fc.string({ unit: 'binary' })),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        async (text, list, number) => {
          const rows = await test.store.query(
            `SELECT {text:String} AS text, {list:Array(String)} AS list, {number:Int64} AS number, '{text:String}' AS raw,
              isNull({nothing:Nullable(String)}) AS nothing -- {comment:String}`,
            { text, list, number, nothing: null },
          );
          expect(rows).toEqual([{ text, list, number: String(number), raw: '{text:String}', nothing: 1 }]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('end at a bound with ERR_QUERY_LIMIT', async () => {
    const slow = test.store.query(
      'SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 1',
      {},
      { maxSeconds: 1 },
    );
    await expect(slow).rejects.toMatchObject({ code: 'ERR_QUERY_LIMIT', statusCode: 422 });
    const long = test.store.query('SELECT number FROM numbers(1000)', {}, { maxRows: 10 });
    await expect(long).rejects.toMatchObject({ code: 'ERR_QUERY_LIMIT' });
    const big = test.store.query(
      'SELECT length(groupArray(number)) FROM numbers(100000000)',
      {},
      { maxMemoryBytes: 20e6 },
    );
    await expect(big).rejects.toMatchObject({ code: 'ERR_QUERY_LIMIT' });
  });

  it('never see what a failed one had already written', async () => {
    const failing = Array.from({ length: 6 }, () =>
      test.store
        .query('SELECT number, throwIf(number = 150000) FROM numbers(190000)')
        .catch((error: unknown) => error),
    );
    for (const failure of await Promise.all(failing))
      expect(failure).toMatchObject({ code: 'ERR_STORE_REJECTED' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => test.store.query('SELECT 1 AS one')));
    expect(answers).toEqual(Array.from({ length: 6 }, () => [{ one: 1 }]));
  });

  it('are killed in the engine when the client goes away', async () => {
    const gone = new AbortController();
    const running = test.store.query(
      'SELECT count() FROM numbers(100000000000) WHERE cityHash64(number) = 2',
      {},
      {},
      gone.signal,
    );
    const ended = running.catch((error: unknown) => error);
    const inEngine = async (): Promise<number> => {
      const rows = await test.store.query(
        "SELECT query FROM system.processes WHERE query LIKE '%cityHash64(number) = 2%' AND query NOT LIKE '%processes%'",
      );
      return rows.length;
    };
    await expect.poll(inEngine).toBe(1);
    gone.abort();
    expect(await ended).toMatchObject({ code: 'ERR_ENGINE_UNAVAILABLE' });
    await expect.poll(inEngine).toBe(0);
  });
});

describe('access', () => {
  it('is refused without the key, and for settings that would stick', async () => {
    const stranger = createClient({ url: test.engine.url, username: 'default', log: { level: 127 } });
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    await stranger.close();
    const { user, password } = test.engine;
    const client = createClient({ url: test.engine.url, username: user, password, log: { level: 127 } });
    const query = client.query({ query: 'SELECT 1', clickhouse_settings: { max_threads: 1 } });
    await expect(query).rejects.toMatchObject({ code: '115' });
    await client.close();
  });
});
