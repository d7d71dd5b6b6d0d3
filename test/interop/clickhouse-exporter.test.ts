/**
 * `otel_traces` as used by other programs: rows written by the INSERT of the OpenTelemetry Collector's ClickHouse
 * exporter appear in every answer, and the queries of Grafana's ClickHouse data source are answered.
 */
import * as semconv from '@sandscope/probes/semconv';
import type { ClickHouseClient } from '@clickhouse/client';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jaegerApi } from '../../collector/src/jaeger/index.ts';
import { queryApi } from '../../collector/src/routes/index.ts';
import { connect } from '../../collector/src/store/client.ts';
import type { Spans } from '../support/otlp-json.ts';
import { startTestEngine, type TestEngine } from '../../collector/src/store/test-engine.ts';

const MAP = 'Map(LowCardinality(String), String)';
const NAME = 'LowCardinality(String)';
/** The columns of the exporter's INSERT, in its order, with the types of the table that it creates itself. */
const EXPORTER_COLUMNS: Readonly<Record<string, string>> = {
  Timestamp: 'DateTime64(9)',
  TraceId: 'String',
  SpanId: 'String',
  ParentSpanId: 'String',
  TraceState: 'String',
  SpanName: NAME,
  SpanKind: NAME,
  ServiceName: NAME,
  ResourceAttributes: MAP,
  ScopeName: 'String',
  ScopeVersion: 'String',
  SpanAttributes: MAP,
  Duration: 'UInt64',
  StatusCode: NAME,
  StatusMessage: 'String',
  'Events.Timestamp': 'Array(DateTime64(9))',
  'Events.Name': `Array(${NAME})`,
  'Events.Attributes': `Array(${MAP})`,
  'Links.TraceId': 'Array(String)',
  'Links.SpanId': 'Array(String)',
  'Links.TraceState': 'Array(String)',
  'Links.Attributes': `Array(${MAP})`,
};

const TRACE = '5b8efff798038103d269b633813fc60c';
const SANDBOX = '0123456789abcdef0123456789abcdef';
const START_MILLIS = Date.now() - 60_000;
const seconds = (millis: number): string => `${Math.floor((START_MILLIS + millis) / 1000)}.000000123`;

/** An invocation and a call it made, in the format of the current exporter and of the one before autumn 2024. */
const ROWS = [
  {
    Timestamp: seconds(0),
    TraceId: TRACE,
    SpanId: 'eee19b7ec3c1b174',
    SpanName: 'add',
    SpanKind: 'Server',
    ServiceName: 'add',
    ResourceAttributes: { 'service.name': 'add', [semconv.ATTR_FAAS_NAME]: 'add' },
    ScopeName: 'sandscope',
    SpanAttributes: {
      [semconv.ATTR_SANDBOX_ID]: SANDBOX,
      [semconv.ATTR_SANDBOX_ORDINAL]: '1',
      [semconv.ATTR_FAAS_COLDSTART]: 'true',
    },
    Duration: '5000000',
    StatusCode: 'Unset',
    'Events.Timestamp': [seconds(0)],
    'Events.Name': ['begun'],
    'Events.Attributes': [{ n: '1' }],
  },
  {
    Timestamp: seconds(1000),
    TraceId: TRACE,
    SpanId: 'eee19b7ec3c1b175',
    ParentSpanId: 'eee19b7ec3c1b174',
    SpanName: 'GET',
    SpanKind: 'SPAN_KIND_CLIENT',
    ServiceName: 'add',
    ResourceAttributes: { 'service.name': 'add' },
    SpanAttributes: { 'http.response.status_code': '500' },
    Duration: '1000000',
    StatusCode: 'STATUS_CODE_ERROR',
    StatusMessage: 'no',
    'Links.TraceId': ['6b8efff798038103d269b633813fc60c'],
    'Links.SpanId': ['fff19b7ec3c1b174'],
    'Links.TraceState': [''],
    'Links.Attributes': [{ why: 'batch' }],
  },
];

describe("the ClickHouse exporter's table", () => {
  let test: TestEngine;
  let client: ClickHouseClient;
  let app: FastifyInstance;

  beforeAll(async () => {
    test = await startTestEngine();
    client = connect(test.engine, 30_000);
    const columns = Object.keys(EXPORTER_COLUMNS).map((name) => `\`${name}\``);
    const rows = ROWS.map((row) => JSON.stringify(row)).join('\n');
    await client.command({
      query: `INSERT INTO ${test.store.database}.otel_traces (${columns.join(', ')}) FORMAT JSONEachRow\n${rows}`,
    });
    app = Fastify();
    await app.register(queryApi, { store: () => test.store, status: () => Promise.reject(new Error()) });
    await app.register(jaegerApi, { store: () => test.store });
  });
  afterAll(async () => {
    await app?.close();
    await client?.close();
    await test?.close();
  });

  // oxlint-disable-next-line typescript/no-explicit-any
  async function ask(url: string): Promise<any> {
    const response = await app.inject(url);
    expect([url, response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([
      url,
      200,
      '',
    ]);
    return response.json();
  }

  it('has its columns, with its types', async () => {
    const columns = await test.store.query<{ name: string; type: string }>(
      `SELECT name, type FROM system.columns
      WHERE database = '${test.store.database}' AND table = 'otel_traces' ORDER BY position`,
    );
    const known = columns.filter(({ name }) => name in EXPORTER_COLUMNS);
    expect(Object.fromEntries(known.map(({ name, type }) => [name, type]))).toEqual(EXPORTER_COLUMNS);
  });

  it('shows an invocation written by the exporter in every answer', async () => {
    const { invocations } = await ask('/api/v1/invocations?from=-1h');
    expect(invocations).toMatchObject([{ function: 'add', sandboxId: SANDBOX, ordinal: 1, cold: true }]);
    const { functions } = await ask('/api/v1/functions?from=-1h');
    expect(functions).toMatchObject([{ function: 'add', invocations: 1, cold: 1, sandboxes: 1 }]);
    const { sandboxes } = await ask('/api/v1/sandboxes?from=-1h');
    expect(sandboxes).toMatchObject([{ id: SANDBOX, function: 'add', invocations: 1 }]);
  });

  it('reads its spans back, values as the texts the exporter stores', async () => {
    const { resourceSpans } = await ask(`/api/v1/traces/${TRACE}`);
    const spans = (resourceSpans as Spans['resourceSpans']).flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    );
    expect(spans).toMatchObject([
      { spanId: 'eee19b7ec3c1b174', kind: 2, events: [{ name: 'begun' }], links: [] },
      {
        spanId: 'eee19b7ec3c1b175',
        kind: 3,
        status: { code: 2, message: 'no' },
        attributes: [{ key: 'http.response.status_code', value: { stringValue: '500' } }],
        links: [{ spanId: 'fff19b7ec3c1b174' }],
      },
    ]);
  });

  it('shows them to Jaeger, kinds and errors in either spelling', async () => {
    const { data } = await ask('/api/operations?service=add');
    expect(data).toEqual([
      { name: 'GET', spanKind: 'client' },
      { name: 'add', spanKind: 'server' },
    ]);
    const { data: traces } = await ask(
      `/api/traces?service=add&tags=${encodeURIComponent('{"error":"true","span.kind":"client"}')}`,
    );
    expect(traces).toMatchObject([
      { traceID: TRACE, spans: [{ operationName: 'add' }, { operationName: 'GET' }] },
    ]);
  });

  it("answers the questions of Grafana's data source", async () => {
    const db = test.store.database;
    const whole = await test.store.query(
      `WITH {id:String} AS trace_id,
        (SELECT min(Start) FROM ${db}.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS trace_start,
        (SELECT max(End) + 1 FROM ${db}.otel_traces_trace_id_ts WHERE TraceId = trace_id) AS trace_end
      SELECT TraceId AS traceID, SpanId AS spanID, ParentSpanId AS parentSpanID, ServiceName AS serviceName,
        SpanName AS operationName, multiply(toUnixTimestamp64Nano(Timestamp), 0.000001) AS startTime,
        multiply(Duration, 0.000001) AS duration,
        arrayMap(key -> map('key', key, 'value', SpanAttributes[key]), mapKeys(SpanAttributes)) AS tags,
        arrayMap(key -> map('key', key, 'value', ResourceAttributes[key]), mapKeys(ResourceAttributes)) AS serviceTags,
        if(StatusCode IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) AS statusCode
      FROM ${db}.otel_traces
      WHERE traceID = trace_id AND Timestamp >= trace_start AND Timestamp <= trace_end
      ORDER BY startTime LIMIT 1000`,
      { id: TRACE },
    );
    expect(whole).toMatchObject([
      { operationName: 'add', duration: 5, statusCode: 0, serviceTags: [{}, {}] },
      { operationName: 'GET', duration: 1, statusCode: 2, tags: [{ value: '500' }] },
    ]);
    const found = await test.store.query(
      `SELECT TraceId AS traceID, ServiceName AS serviceName, SpanName AS operationName, Timestamp AS startTime,
        multiply(Duration, 0.000001) AS duration
      FROM ${db}.otel_traces
      WHERE ( Timestamp >= fromUnixTimestamp64Milli({from:Int64}) AND Timestamp <= fromUnixTimestamp64Milli({to:Int64}) )
        AND ( ParentSpanId = '' ) AND ( Duration > 0 ) AND ( SpanAttributes['faas.coldstart'] = 'true' )
      ORDER BY Timestamp DESC, Duration DESC LIMIT 1000`,
      { from: START_MILLIS - 60_000, to: START_MILLIS + 60_000 },
    );
    expect(found).toMatchObject([{ traceID: TRACE, operationName: 'add' }]);
  });
});
