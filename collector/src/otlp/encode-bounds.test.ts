import { describe, expect, it } from 'vitest';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import {
  TRACE_ID,
  SPAN_ID,
  requestOf,
  spanWith,
  encoder,
  rowsOf,
  summarizeTraces,
  jsonRows,
  spanJson,
  field,
} from './encode.fixture.ts';
import { TraceEncoder } from './encode.ts';
import { encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

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
        message: 'a value nested deeper than 32 levels (1 span)',
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
    const span = encodeMessage('Request', requestOf(spanWith({}))).subarray(6);
    const spans = [field(2, span), field(2, Buffer.concat([span, list]))];
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
