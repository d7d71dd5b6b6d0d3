import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectorError } from '../errors.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import { TraceBlock } from '../store/trace-block.ts';
import type { TraceRequestSummary } from './encode.ts';
import { TraceEncoder } from './encode.ts';
import type { OtlpEncoding } from './encoding.ts';
import { decodeMessage, encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

const TRACE_ID = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex').toString('base64');
const SPAN_ID = Buffer.from('eee19b7ec3c1b174', 'hex').toString('base64');
const PARENT_ID = Buffer.from('eee19b7ec3c1b173', 'hex').toString('base64');

function requestOf(...spans: object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

function spanWith(fields: object): object {
  return { traceId: TRACE_ID, spanId: SPAN_ID, name: 'op', startTimeUnixNano: '1', ...fields };
}

const encoder = new TraceEncoder();

/** What the engine would read. */
function rowsOf(body: Uint8Array, encoding: OtlpEncoding): TraceRow[] {
  const out = new TraceBlock();
  for (const _ of encoder.encode(body, encoding, out));
  return readTraceRows(out.take());
}

function summarizeTraces(body: Uint8Array, encoding: OtlpEncoding): TraceRequestSummary {
  return encoder.encodeRequest(body, encoding).summary;
}

function jsonRows(text: string): TraceRow[] {
  return rowsOf(new TextEncoder().encode(text), 'json');
}

function spanJson(fields: string): string {
  const ids = '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"';
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids},${fields}}]}]}]}`;
}

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
    ['a number for a name', spanJson('"name":5')],
    ['a fraction for a time', spanJson('"startTimeUnixNano":"1.5"')],
    ['a time too large', spanJson('"startTimeUnixNano":"18446744073709551616"')],
    [
      'an integer too large',
      spanJson('"attributes":[{"key":"n","value":{"intValue":"9223372036854775808"}}]'),
    ],
    ['text for a list', spanJson('"events":"none"')],
    ['no base64', spanJson('"attributes":[{"key":"n","value":{"bytesValue":"?"}}]')],
    ['text for a boolean', spanJson('"attributes":[{"key":"n","value":{"boolValue":"yes"}}]')],
  ])('refuses %s', (_what, text) => {
    expect(() => jsonRows(text)).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_DECODE', statusCode: 400 }),
    );
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
    expect(message).toContain('trace_id is not 16 bytes with one other than zero (2 spans)');
  });

  it('make the request undecodable when there are no others, as logs sent here are', () => {
    const body = encodeMessage('Request', requestOf(...bad));
    expect(() => summarizeTraces(body, 'protobuf')).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_DECODE' }),
    );
  });

  it('do not include those whose parent is all zero: they are roots', () => {
    const [row] = rowsOf(
      encodeMessage('Request', requestOf(spanWith({ parentSpanId: zero(8) }))),
      'protobuf',
    );
    expect(row?.ParentSpanId).toBe('');
  });
});

describe('bounds', () => {
  const nested = (depth: number): object => {
    let value: object = { stringValue: 'x' };
    for (let level = 1; level < depth; level++) value = { arrayValue: { values: [value] } };
    return { attributes: [{ key: 'deep', value }] };
  };

  const limits = { maxAttributes: 3, maxEvents: 2, maxStringBytes: 8, maxNesting: 32 };
  const strict = new TraceEncoder(limits);
  const texts = (count: number, of: object = { stringValue: 'x' }): object[] =>
    Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: of }));
  const times = (count: number, fields: object): object[] => Array.from({ length: count }, () => fields);
  const link = { traceId: TRACE_ID, spanId: SPAN_ID };

  it.each([
    ['attributes', { attributes: texts(3) }, { attributes: texts(4) }, 'more than 3 attributes'],
    [
      'attributes of an event',
      { events: [{ attributes: texts(3) }] },
      { events: [{ attributes: texts(4) }] },
      'more than 3 attributes',
    ],
    [
      'attributes of a link',
      { links: [{ ...link, attributes: texts(3) }] },
      { links: [{ ...link, attributes: texts(4) }] },
      'more than 3 attributes',
    ],
    ['events', { events: times(2, {}) }, { events: times(3, {}) }, 'more than 2 events or links'],
    ['links', { links: times(2, link) }, { links: times(3, link) }, 'more than 2 events or links'],
    ['a name', { name: '12345678' }, { name: '123456789' }, 'a text or value longer than 8 bytes'],
    ['a name in bytes', { name: 'ääää' }, { name: 'ääääa' }, 'a text or value longer than 8 bytes'],
    [
      'a text',
      { attributes: texts(1, { stringValue: '12345678' }) },
      { attributes: texts(1, { stringValue: '123456789' }) },
      'a text or value longer than 8 bytes',
    ],
    [
      'bytes as base64',
      { attributes: texts(1, { bytesValue: 'AAAAAAAA' }) },
      { attributes: texts(1, { bytesValue: 'AAAAAAAAAA==' }) },
      'a text or value longer than 8 bytes',
    ],
    [
      'a list as text',
      { attributes: texts(1, { arrayValue: { values: [{ intValue: '123456' }] } }) },
      { attributes: texts(1, { arrayValue: { values: [{ intValue: '1234567' }] } }) },
      'a text or value longer than 8 bytes',
    ],
    [
      'a message of its status',
      { status: { message: '12345678' } },
      { status: { message: '123456789' } },
      'a text or value longer than 8 bytes',
    ],
  ])('take %s up to the limit and reject the span beyond it', (_what, within, beyond, reason) => {
    const request = requestOf(spanWith({}), spanWith(within), spanWith(beyond));
    for (const [encoding, body] of [
      ['protobuf', encodeMessage('Request', request)],
      ['json', toOtlpJson(request)],
    ] as const) {
      const { summary, rows } = strict.encodeRequest(body, encoding);
      expect(summary).toEqual({ spans: 2, rejected: 1, message: `${reason} (1 span)` });
      expect(readTraceRows(rows ?? new Uint8Array())).toHaveLength(2);
    }
  });

  it('reject every span of a resource or scope beyond the limit, and only those', () => {
    const spans = [spanWith({})];
    const request = {
      resourceSpans: [
        { resource: { attributes: texts(4) }, scopeSpans: [{ spans }] },
        { scopeSpans: [{ scope: { name: '123456789' }, spans }] },
        { scopeSpans: [{ spans }] },
      ],
    };
    for (const [encoding, body] of [
      ['protobuf', encodeMessage('Request', request)],
      ['json', toOtlpJson(request)],
    ] as const) {
      expect(strict.encodeRequest(body, encoding).summary).toEqual({
        spans: 1,
        rejected: 2,
        message:
          'the resource has more than 3 attributes (1 span); the scope has a text or value longer than 8 bytes (1 span)',
      });
    }
  });

  it('are wide by default: values nested 32 deep are taken', () => {
    const request = requestOf(spanWith(nested(32)), spanWith(nested(33)));
    for (const [encoding, body] of [
      ['protobuf', encodeMessage('Request', request)],
      ['json', toOtlpJson(request)],
    ] as const) {
      expect(summarizeTraces(body, encoding)).toEqual({
        spans: 1,
        rejected: 1,
        message: 'a value that nests deeper than 32 (1 span)',
      });
    }
  });

  it.each([
    ['resources', Buffer.from([0x0a, 0x00])],
    ['scopes', Buffer.from([0x12, 0x00])],
    ['spans', Buffer.from([0x12, 0x00])],
  ])('refuses a quarter of a million empty %s at once', (what, one) => {
    const many = Buffer.alloc(one.length * 250_001, one);
    const bodies: Readonly<Record<string, Buffer>> = {
      resources: many,
      scopes: field(1, many),
      spans: field(1, field(2, many)),
    };
    const body = bodies[what] as Buffer;
    const before = process.cpuUsage();
    expect(() => summarizeTraces(body, 'protobuf')).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_TOO_LARGE', statusCode: 413 }),
    );
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });

  it.each([
    ['arrays', '[],'],
    ['objects', '{},'],
    ['nested arrays', '['],
  ])('refuses a million JSON %s before they are made', (_what, one) => {
    const before = process.memoryUsage().rss;
    expect(() => jsonRows(`{"unknown":[${one.repeat(4_000_000)}1]}`)).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_TOO_LARGE', statusCode: 413 }),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it('takes any number of brackets inside of texts', () => {
    const text = '[{'.repeat(100_000);
    const values = Array.from({ length: 12 }, (_, n) => `{"key":"${n}","value":{"stringValue":"${text}"}}`);
    expect(jsonRows(spanJson(`"attributes":[${values.join(',')}]`))).toHaveLength(1);
  });

  it('stops reading a list whose text would be too long', () => {
    const items = Buffer.alloc(2 * 1_000_000, Buffer.from([0x0a, 0x00]));
    const list = field(9, Buffer.concat([field(1, Buffer.from('k')), field(2, field(5, items))]));
    const ids = [field(1, Buffer.from(TRACE_ID, 'base64')), field(2, Buffer.from(SPAN_ID, 'base64'))];
    const spans = [field(2, Buffer.concat(ids)), field(2, Buffer.concat([...ids, list]))];
    const body = field(1, field(2, Buffer.concat(spans)));
    expect(summarizeTraces(body, 'protobuf')).toEqual({
      spans: 1,
      rejected: 1,
      message: 'a text or value longer than 262144 bytes (1 span)',
    });
  });

  it('refuses a small body whose rows would be huge', () => {
    const value = { stringValue: 'x'.repeat(250_000) };
    const resource = { attributes: texts(4, value) };
    const spans = Array.from({ length: 600 }, () => spanWith({}));
    const body = encodeMessage('Request', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    expect(() => summarizeTraces(body, 'protobuf')).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_TOO_LARGE', statusCode: 413 }),
    );
  });

  it('gives no whole rows of a request that is large, but the same rows one at a time', () => {
    const resource = { attributes: texts(1, { stringValue: 'x'.repeat(200_000) }) };
    const spans = Array.from({ length: 100 }, () => spanWith({}));
    const body = encodeMessage('Request', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    expect(encoder.encodeRequest(body, 'protobuf')).toEqual({
      summary: { spans: 100, rejected: 0, message: '' },
      rows: undefined,
    });
    expect(rowsOf(body, 'protobuf')).toHaveLength(100);
  });

  it.each([
    ['a length beyond the body', [0x0a, 0x05, 0x00]],
    ['a length beyond its message', [0x0a, 0x02, 0x12, 0x05, 0x0a, 0x00, 0x0a, 0x00, 0x0a]],
    ['a varint of eleven bytes', [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a varint that does not end', [0x10, 0xff]],
    ['field number 0', [0x02, 0x00]],
    ['a wire type nobody knows', [0x17]],
    ['a group that does not end', [0x13]],
    ['the wrong wire type', [0x08, 0x01]],
    ['text that ends early', [0x0a]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => rowsOf(Uint8Array.from(bytes), 'protobuf')).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_DECODE' }),
    );
  });

  it('passes over unknown fields of every wire type', () => {
    const unknown = [0x80, 0x3f, 0x01, 0x81, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0x82, 0x3f, 0x01, 0x61];
    const group = [0x83, 0x3f, 0x08, 0x01, 0x84, 0x3f];
    const body = Buffer.concat([
      Buffer.from([...unknown, ...group, 0x85, 0x3f, 0, 0, 0, 0]),
      encodeMessage('Request', requestOf(spanWith({}))),
    ]);
    expect(rowsOf(body, 'protobuf')).toHaveLength(1);
  });
});

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const unixNano = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
// -0 has no JSON of its own in JSON.stringify.
const double = fc.double().map((value) => (value === 0 ? 0 : value));
const base64 = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => Buffer.from(bytes).toString('base64'));

const { anyValue } = fc.letrec<{ anyValue: object }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: base64(0, 5) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('anyValue'), { maxLength: 4 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: text, value: tie('anyValue') }), { maxLength: 3 }),
      }),
    }),
  ),
}));
const attributes = fc.array(
  fc.record({
    key: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'service.name')),
    value: anyValue,
  }),
  { maxLength: 5 },
);
const id = (bytes: number): fc.Arbitrary<string> =>
  base64(bytes, bytes).map((value) =>
    /^A*=*$/.test(value) ? Buffer.alloc(bytes, 1).toString('base64') : value,
  );
const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: fc.oneof(id(8), fc.constant('')),
    name: text,
    traceState: text,
    kind: fc.integer({ min: 0, max: 6 }),
    startTimeUnixNano: unixNano,
    endTimeUnixNano: unixNano,
    flags: fc.nat(),
    attributes,
    events: fc.array(fc.record({ timeUnixNano: unixNano, name: text, attributes }), { maxLength: 2 }),
    links: fc.array(fc.record({ traceId: id(16), spanId: id(8), attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.integer({ min: 0, max: 3 }), message: text }),
    droppedLinksCount: fc.nat(),
  },
  { requiredKeys: ['traceId', 'spanId'] },
);
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeSpans: fc.array(
        fc.record({ scope: fc.record({ name: text, attributes }), spans: fc.array(span, { maxLength: 3 }) }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
});

/** A varint of protobuf. */
const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);

describe('bytes that are not UTF-8', () => {
  const broken = Buffer.from([0x61, 0xff, 0x62]);
  const attribute = (key: Uint8Array, value: Uint8Array): Buffer =>
    field(9, Buffer.concat([field(1, key), field(2, field(1, value))]));
  const ids = Buffer.concat([
    field(1, Buffer.from(TRACE_ID, 'base64')),
    field(2, Buffer.from(SPAN_ID, 'base64')),
  ]);
  const request = (...fields: Buffer[]): Buffer =>
    field(1, field(2, field(2, Buffer.concat([ids, ...fields]))));

  it('become U+FFFD, in names, keys and values of any length', () => {
    const long = Buffer.concat([Buffer.alloc(300, 'y'), broken]);
    const [row] = rowsOf(
      request(field(5, broken), attribute(broken, long), attribute(Buffer.from('k'), broken)),
      'protobuf',
    );
    expect(row?.SpanName).toBe('a\uFFFDb');
    expect(Object.entries(row?.SpanAttributes ?? {})).toEqual([
      ['a\uFFFDb', `${'y'.repeat(300)}a\uFFFDb`],
      ['k', 'a\uFFFDb'],
    ]);
  });

  it('make one key of two that are equal then, with the last value', () => {
    const [row] = rowsOf(
      request(
        attribute(broken, Buffer.from('1')),
        attribute(Buffer.from('k'), Buffer.from('2')),
        attribute(Buffer.from([0x61, 0xfe, 0x62]), Buffer.from('3')),
        attribute(Buffer.from('k'), Buffer.from('4')),
      ),
      'protobuf',
    );
    expect(Object.entries(row?.SpanAttributes ?? {})).toEqual([
      ['a\uFFFDb', '3'],
      ['k', '4'],
    ]);
  });
});

describe('any request', () => {
  it('with bytes changed that protobufjs reads too gives the rows it reads', () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    let compared = 0;
    fc.assert(
      fc.property(request, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        const body = encodeMessage('Request', value);
        for (const { at, to } of changes) body[at % Math.max(1, body.length)] = to;
        const expected = readByProtobufjs(body);
        if (expected === undefined || codeOf(body, 'protobuf') !== undefined) return;
        const rows = rowsOf(body, 'protobuf');
        if (JSON.stringify(rows).includes('\uFFFD')) return; // it reads what is not UTF-8 in its own way
        compared++;
        expect(rows).toEqual(rowsOf(toOtlpJson(expected), 'json'));
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('gives equal rows from protobuf and JSON', () => {
    fc.assert(
      fc.property(request, (value) => {
        const rows = rowsOf(encodeMessage('Request', value), 'protobuf');
        expect(rowsOf(toOtlpJson(value), 'json')).toEqual(rows);
      }),
    );
  });

  it.each(['protobuf', 'json'] as const)(
    'with bytes changed is read or refused, never worse (%s)',
    (encoding) => {
      const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
      fc.assert(
        fc.property(
          request,
          fc.array(change, { minLength: 1, maxLength: 5 }),
          fc.nat(),
          (value, changes, cut) => {
            const body = encoding === 'json' ? toOtlpJson(value) : encodeMessage('Request', value);
            for (const { at, to } of changes) body[at % Math.max(1, body.length)] = to;
            const code = codeOf(cut % 3 === 0 ? body.subarray(0, cut % (body.length + 1)) : body, encoding);
            expect([undefined, 'ERR_OTLP_DECODE']).toContain(code);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it.each(['protobuf', 'json'] as const)(
    'of random bytes is read or refused, never worse (%s)',
    (encoding) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
          expect([undefined, 'ERR_OTLP_DECODE']).toContain(codeOf(body, encoding));
        }),
      );
    },
  );
});

/** The code of a body that is refused; undefined when it can be read. */
function codeOf(body: Uint8Array, encoding: OtlpEncoding): string | undefined {
  try {
    summarizeTraces(body, encoding);
    return undefined;
  } catch (error) {
    return error instanceof CollectorError ? error.code : String(error);
  }
}

/** What protobufjs makes of the bytes; undefined when it refuses them. */
function readByProtobufjs(body: Uint8Array): object | undefined {
  try {
    return decodeMessage('Request', body);
  } catch {
    return undefined;
  }
}
