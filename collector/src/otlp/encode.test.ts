import { describe, expect, it } from 'vitest';
import {
  TRACE_ID,
  SPAN_ID,
  PARENT_ID,
  requestOf,
  spanWith,
  rowsOf,
  summarizeTraces,
  jsonRows,
  spanJson,
  field,
} from './encode.fixture.ts';
import { encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

const FULL = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'process.pid', value: { intValue: '42' } },
        ],
      },
      schemaUrl: 'https://schema/resource',
      scopeSpans: [
        {
          scope: {
            name: 'lib',
            version: '1.2',
            attributes: [{ key: 'beta', value: { boolValue: true } }],
          },
          schemaUrl: 'https://schema/scope',
          spans: [
            {
              traceId: TRACE_ID,
              spanId: SPAN_ID,
              parentSpanId: PARENT_ID,
              traceState: 'a=1,b=2',
              name: 'GET /',
              kind: 2,
              startTimeUnixNano: '1780000000013800049',
              endTimeUnixNano: '1780000000113800050',
              flags: 0x101,
              attributes: [
                { key: 'text', value: { stringValue: 'ä☃𝄞' } },
                { key: 'large', value: { intValue: '-9223372036854775808' } },
                { key: 'ratio', value: { doubleValue: 0.1 } },
                { key: 'zero', value: { doubleValue: -0 } },
                { key: 'raw', value: { bytesValue: Buffer.from([0, 255, 16]).toString('base64') } },
                { key: 'nothing', value: {} },
                {
                  key: 'ints',
                  value: { arrayValue: { values: [{ intValue: '9007199254740993' }, { intValue: '-1' }] } },
                },
                {
                  key: 'mixed',
                  value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: false }, {}] } },
                },
                { key: 'none', value: { arrayValue: { values: [] } } },
                {
                  key: 'map',
                  value: {
                    kvlistValue: {
                      values: [{ key: 'k', value: { arrayValue: { values: [{ doubleValue: 1.5 }] } } }],
                    },
                  },
                },
                { key: '__proto__', value: { intValue: '1' } },
              ],
              droppedAttributesCount: 1,
              events: [
                {
                  timeUnixNano: '1780000000013800051',
                  name: 'exception',
                  attributes: [{ key: 'n', value: { intValue: '3' } }],
                  droppedAttributesCount: 1,
                },
              ],
              droppedEventsCount: 2,
              links: [
                {
                  traceId: TRACE_ID,
                  spanId: PARENT_ID,
                  traceState: 'c=3',
                  attributes: [],
                  droppedAttributesCount: 4,
                  flags: 0x301,
                },
              ],
              droppedLinksCount: 3,
              status: { code: 2, message: 'failed' },
            },
          ],
        },
      ],
    },
  ],
};

describe('a trace request', () => {
  it.each(['protobuf', 'json'] as const)('keeps everything a span says, from %s', (encoding) => {
    const body = encoding === 'json' ? toOtlpJson(FULL) : encodeMessage('Request', FULL);
    const [row, ...others] = rowsOf(body, encoding);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      Timestamp: '1780000000.013800049',
      TraceId: '5b8efff798038103d269b633813fc60c',
      SpanId: 'eee19b7ec3c1b174',
      ParentSpanId: 'eee19b7ec3c1b173',
      TraceState: 'a=1,b=2',
      SpanName: 'GET /',
      SpanKind: 'Server',
      ServiceName: 'shop',
      ResourceAttributes: { 'service.name': 'shop', 'process.pid': '42' },
      ResourceAttributeTypes: { 'process.pid': 'int' },
      ScopeName: 'lib',
      ScopeVersion: '1.2',
      ScopeAttributes: { beta: 'true' },
      ScopeAttributeTypes: { beta: 'bool' },
      ResourceSchemaUrl: 'https://schema/resource',
      ScopeSchemaUrl: 'https://schema/scope',
      Duration: '100000001',
      StatusCode: 'Error',
      StatusMessage: 'failed',
      'Events.Timestamp': ['1780000000.013800051'],
      'Events.Name': ['exception'],
      'Events.Attributes': [{ n: '3' }],
      EventAttributeTypes: [{ n: 'int' }],
      'Links.TraceId': ['5b8efff798038103d269b633813fc60c'],
      'Links.SpanId': ['eee19b7ec3c1b173'],
      'Links.TraceState': ['c=3'],
      'Links.Attributes': [{}],
      LinkAttributeTypes: [{}],
      EventDroppedAttributesCounts: [1],
      LinkDroppedAttributesCounts: [4],
      LinkFlags: [0x301],
      Flags: 0x101,
      DroppedAttributesCount: 1,
      DroppedEventsCount: 2,
      DroppedLinksCount: 3,
    });
    expect(Object.entries(row?.SpanAttributes ?? {})).toEqual([
      ['text', 'ä☃𝄞'],
      ['large', '-9223372036854775808'],
      ['ratio', '0.1'],
      ['zero', encoding === 'json' ? '0' : '-0'], // JSON.stringify writes -0 as 0
      ['raw', 'AP8Q'],
      ['nothing', ''],
      ['ints', '[9007199254740993,-1]'],
      ['mixed', '{"values":[{"stringValue":"a"},{"boolValue":false},{}]}'],
      ['none', '[]'],
      ['map', '{"values":[{"key":"k","value":{"arrayValue":{"values":[{"doubleValue":1.5}]}}}]}'],
      ['__proto__', '1'],
    ]);
    expect(Object.entries(row?.SpanAttributeTypes ?? {})).toEqual([
      ['large', 'int'],
      ['ratio', 'double'],
      ['zero', 'double'],
      ['raw', 'bytes'],
      ['nothing', 'empty'],
      ['ints', 'int[]'],
      ['mixed', 'array'],
      ['none', 'string[]'],
      ['map', 'kvlist'],
      ['__proto__', 'int'],
    ]);
  });

  it.each([
    ['protobuf', new Uint8Array(0)],
    ['json', new TextEncoder().encode('{}')],
    ['json', new TextEncoder().encode('{"resourceSpans":null}')],
    ['json', new TextEncoder().encode('{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}')],
  ] as const)('may be empty in %s', (encoding, body) => {
    expect(summarizeTraces(body, encoding)).toEqual({ spans: 0, rejected: 0, message: '' });
  });

  it('takes the resource from behind the spans too', () => {
    const head = encodeMessage('Request', {
      resourceSpans: [{ scopeSpans: [{ spans: [spanWith({})] }] }],
    });
    const tail = encodeMessage('Request', {
      resourceSpans: [
        { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'late' } }] } },
      ],
    });
    const inner = Buffer.concat([head.subarray(2), tail.subarray(2)]);
    const rows = rowsOf(Buffer.concat([Buffer.from([0x0a, inner.length]), inner]), 'protobuf');
    expect(rows.map((row) => row.ServiceName)).toEqual(['late']);
  });
});

describe('OTLP/JSON', () => {
  it('keeps every digit of a bare 64-bit integer', () => {
    const [row] = jsonRows(
      spanJson(
        '"startTimeUnixNano":1780000000013800049,"endTimeUnixNano": 1780000000013800050,' +
          '"attributes":[{"key":"n","value":{"intValue":-9223372036854775807}},' +
          '{"key":"d","value":{"doubleValue":12345678901234567890}}]',
      ),
    );
    expect(row).toMatchObject({
      Timestamp: '1780000000.013800049',
      Duration: '1',
      SpanAttributes: { n: '-9223372036854775807', d: '12345678901234567000' },
    });
  });

  it('leaves everything but bare long integers alone', () => {
    const long = '12345678901234567890';
    const [row] = jsonRows(
      spanJson(
        `"name":"a\\\\\\",:${long},\\\\","unknown":[${long},-${long},0.${long},${long}.5,1e5,-0],"attributes":[` +
          `{"key":"${long}","value":{"stringValue":": ${long}"}},{"key":"d","value":{"doubleValue":0.28084251284599304}},` +
          `{"key":"e","value":{"doubleValue":1.2345678901234567e+20}},{"key":"i","value":{"intValue": -9007199254740993}}]`,
      ),
    );
    expect(row?.SpanName).toBe(`a\\",:${long},\\`);
    expect(row?.SpanAttributes).toEqual({
      [long]: `: ${long}`,
      d: '0.28084251284599304',
      e: '123456789012345670000',
      i: '-9007199254740993',
    });
  });

  it('is read at the same price with bare long integers in it', () => {
    const numbers = `[${'1,'.repeat(1_000_000)}1234567890123456789]`;
    const before = process.cpuUsage();
    expect(jsonRows(spanJson(`"name":"n","unknown":${numbers}`))).toHaveLength(1);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });

  it('takes names of enums, null for a default, words for doubles, and any unknown field', () => {
    const [row] = jsonRows(
      spanJson(
        '"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_OK","message":null},"parentSpanId":null,' +
          '"dropped_attributes_count":9,"constructor":1,"__proto__":{"name":"x"},"toString":null,' +
          '"attributes":[{"key":"d","value":{"doubleValue":"-Infinity"}},{"key":"e","value":null}]',
      ),
    );
    expect(row).toMatchObject({
      SpanKind: 'Client',
      StatusCode: 'Ok',
      ParentSpanId: '',
      SpanName: '',
      DroppedAttributesCount: 0,
      SpanAttributes: { d: '-Infinity', e: '' },
      SpanAttributeTypes: { d: 'double', e: 'empty' },
    });
  });

  it('repairs half a surrogate pair', () => {
    const [row] = jsonRows(spanJson(String.raw`"name":"a\ud800b"`));
    expect(row?.SpanName).toBe('a\uFFFDb');
  });

  it.each([
    ['no JSON', '{'],
    ['an integer with a leading zero', '{"unknown":0123456789012345678}'],
    ['a string that does not end', '{"unknown":1234567890123456789,"'],
    ['no object', '[]'],
    ['text for the list of everything', '{"resourceSpans":"none"}'],
    ['nothing but numbers in it', '{"resourceSpans":[1,2]}'],
  ])('refuses %s', (_what, text) => {
    expect(() => jsonRows(text)).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_DECODE', statusCode: 400 }),
    );
  });

  it('keeps what an unknown spelling of a kind or status says, and rejects what says nothing', () => {
    const said = (kind: string, code: string): unknown => {
      const [row] = jsonRows(spanJson(`"kind":${kind},"status":{"code":${code}}`));
      return row && [row.SpanKind, row.StatusCode];
    };
    expect(said('"CLIENT"', '"ERROR"')).toEqual(['Client', 'Error']);
    expect(said('"span_kind_server"', '"Ok"')).toEqual(['Server', 'Ok']);
    expect(said('"Span-Kind Producer"', '"status code error"')).toEqual(['Producer', 'Error']);
    expect(said('"3"', '"2"')).toEqual(['Client', 'Error']);
    expect(said('null', 'null')).toEqual(['Unspecified', 'Unset']);
    expect(said('"SPAN_KIND_BANANA"', '0')).toBeUndefined();
    expect(said('"STATUS_CODE_SERVER"', '0')).toBeUndefined();
    expect(said('6', '0')).toBeUndefined();
    expect(said('1.5', '0')).toBeUndefined();
    expect(said('0', '"WHO_KNOWS"')).toBeUndefined();
    expect(said('0', '3')).toBeUndefined();
    expect(said('0', '-1')).toBeUndefined();
    expect(said('0', 'true')).toBeUndefined();
  });
});

describe('spans that cannot be kept', () => {
  const zero = (bytes: number): string => Buffer.alloc(bytes).toString('base64');
  const kept = spanWith({});
  const bad = [
    spanWith({ traceId: zero(16) }),
    spanWith({ traceId: SPAN_ID }),
    spanWith({ spanId: '' }),
    spanWith({ spanId: zero(8) }),
    spanWith({ parentSpanId: TRACE_ID }),
    spanWith({ links: [{ traceId: SPAN_ID, spanId: SPAN_ID }] }),
    spanWith({ startTimeUnixNano: '9223372036854775808' }),
    spanWith({ events: [{ timeUnixNano: '18446744073709551615' }] }),
  ];

  it.each(['protobuf', 'json'] as const)('are counted and named, the others kept (%s)', (encoding) => {
    const request = requestOf(kept, ...bad);
    const body = encoding === 'json' ? toOtlpJson(request) : encodeMessage('Request', request);
    const { spans, rejected, message } = summarizeTraces(body, encoding);
    expect({ spans, rejected }).toEqual({ spans: 1, rejected: 8 });
    expect(message).toContain('trace_id is not 16 bytes, or all of them are zero (2 spans)');
  });

  it('are counted too when there are no others', () => {
    const body = encodeMessage('Request', requestOf(...bad));
    expect(summarizeTraces(body, 'protobuf')).toMatchObject({ spans: 0, rejected: bad.length });
  });

  it('do not include those whose parent is all zero: they are roots', () => {
    const [row] = rowsOf(
      encodeMessage('Request', requestOf(spanWith({ parentSpanId: zero(8) }))),
      'protobuf',
    );
    expect(row?.ParentSpanId).toBe('');
  });
});

describe('a request without spans', () => {
  it.each([
    ['logs', '{"resourceLogs":[{"scopeLogs":[]}]}', 'resourceLogs'],
    ['names of another spelling', '{"resource_spans":[{"scope_spans":[{"spans":[{}]}]}]}', 'resource_spans'],
    [
      'a form of before 2022',
      '{"resourceSpans":[{"instrumentationLibrarySpans":[{"spans":[]}]}]}',
      'instrumentationLibrarySpans',
    ],
    ['spans of another name', '{"resourceSpans":[{"scopeSpans":[{"span":[{}]}]}]}', 'span'],
  ])('says what it holds instead: %s', (_what, text, key) => {
    expect(summarizeTraces(new TextEncoder().encode(text), 'json')).toEqual({
      spans: 0,
      rejected: 0,
      message: `nothing in it was a span; it holds ${key} (1×)`,
    });
  });

  it('says so of protobuf too', () => {
    const old = field(1, field(1000, Buffer.from('spans')));
    expect(summarizeTraces(old, 'protobuf').message).toBe(
      'nothing in it was a span; it holds field 1000 (1×)',
    );
    const metrics = field(1, field(2, field(2, field(1, Buffer.from('http.server.duration')))));
    expect(summarizeTraces(metrics, 'protobuf')).toMatchObject({ spans: 0, rejected: 1 });
    const log = Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 1]); // time_unix_nano where trace_id would be
    expect(summarizeTraces(field(1, field(2, field(2, log))), 'protobuf')).toMatchObject({
      spans: 0,
      rejected: 1,
    });
  });
});

describe('times', () => {
  const NOW = BigInt(Date.now()) * 1_000_000n;
  const MINUTE = 60_000_000_000n;
  const Y2014 = 1_388_534_400_000_000_000n;
  const said = (start: bigint, end: bigint): unknown[] => {
    const request = requestOf(
      spanWith({ startTimeUnixNano: String(start), endTimeUnixNano: String(BigInt.asUintN(64, end)) }),
    );
    return (['json', 'protobuf'] as const).map((encoding) => {
      const body = encoding === 'json' ? toOtlpJson(request) : encodeMessage('Request', request);
      const [row] = rowsOf(body, encoding);
      const { spans, implausible = 0 } = summarizeTraces(body, encoding);
      expect(implausible).toBe(row?.ImplausibleTimes);
      return { spans, implausible, duration: row?.Duration };
    });
  };

  it.each([
    ['now', NOW, NOW + 5n, 0, '5'],
    ['nothing lasted', NOW, NOW, 0, '0'],
    ['the beginning of 2014', Y2014, NOW, 0, String(NOW - Y2014)],
    ['before it', Y2014 - MINUTE, NOW, 1, String(NOW - Y2014 + MINUTE)],
    ['an end four minutes ahead', NOW, NOW + 4n * MINUTE, 0, String(4n * MINUTE)],
    ['an end six minutes ahead', NOW, NOW + 6n * MINUTE, 1, String(6n * MINUTE)],
    ['an end before the start', NOW, NOW - 1n, 1, '0'],
    ['no start', 0n, NOW, 1, String(NOW)],
    ['no end', NOW, 0n, 1, '0'],
    ['an end before 1970', NOW, -191_305n, 1, String(2n ** 64n - 191_305n - NOW)],
  ])('are kept as told, and believed or not: %s', (_what, start, end, implausible, duration) => {
    const verdict = { spans: 1, implausible, duration };
    expect(said(start, end)).toEqual([verdict, verdict]);
  });

  it('before 1970 are the same time in JSON, however they are written', () => {
    const [row] = jsonRows(spanJson(`"startTimeUnixNano":"${NOW}","endTimeUnixNano":-191305`));
    expect(row).toMatchObject({
      Duration: String(2n ** 64n - 191_305n - NOW),
      ImplausibleTimes: 1,
    });
  });
});
