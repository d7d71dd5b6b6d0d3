import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectorError } from '../errors.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { decodeTraces, summarizeTraces } from './decode.ts';
import type { OtlpEncoding } from './encoding.ts';
import { encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

const TRACE_ID = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex').toString('base64');
const SPAN_ID = Buffer.from('eee19b7ec3c1b174', 'hex').toString('base64');
const PARENT_ID = Buffer.from('eee19b7ec3c1b173', 'hex').toString('base64');

function requestOf(...spans: object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

function spanWith(fields: object): object {
  return { traceId: TRACE_ID, spanId: SPAN_ID, name: 'op', startTimeUnixNano: '1', ...fields };
}

function rowsOf(body: Uint8Array, encoding: OtlpEncoding): TraceRow[] {
  return [...decodeTraces(body, encoding)].flatMap(({ row }) => (row === undefined ? [] : [row]));
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
    return requestOf(spanWith({ attributes: [{ key: 'deep', value }] }));
  };

  it('takes values nested 32 deep and refuses 33', () => {
    expect(rowsOf(encodeMessage('Request', nested(32)), 'protobuf')).toHaveLength(1);
    expect(rowsOf(toOtlpJson(nested(32)), 'json')).toHaveLength(1);
    for (const [encoding, body] of [
      ['protobuf', encodeMessage('Request', nested(33))],
      ['json', toOtlpJson(nested(33))],
    ] as const) {
      expect(() => rowsOf(body, encoding)).toThrow(expect.objectContaining({ code: 'ERR_OTLP_DECODE' }));
    }
  });

  it('refuses a small body whose rows would be huge', () => {
    const resource = { attributes: [{ key: 'k', value: { stringValue: 'x'.repeat(1_000_000) } }] };
    const spans = Array.from({ length: 600 }, () => spanWith({}));
    const body = encodeMessage('Request', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    expect(() => summarizeTraces(body, 'protobuf')).toThrow(
      expect.objectContaining({ code: 'ERR_OTLP_TOO_LARGE', statusCode: 413 }),
    );
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

describe('any request', () => {
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
