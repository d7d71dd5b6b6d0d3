import * as semconv from '@sandscope/probes/semconv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAbout } from '../correlate/questions/test-question.ts';
import type { AskedApi } from '../correlate/questions/test-question.ts';
import type { TraceRow } from '../store/index.ts';
import { spanRow } from '../store/test-rows.ts';
import type { Json } from './json.fixture.ts';

const START_MS = Date.now() - 1_800_000;
let api: AskedApi;

beforeAll(async () => {
  api = await askAbout([]);
}, 60_000);
afterAll(() => api.close());

it('a trace comes back as it was sent', async () => {
  const traceId = 'abcdef0123456789'.repeat(2);
  const row: TraceRow = {
    ...spanRow({
      name: 'typed',
      kind: 'Client',
      startMs: START_MS,
      durationMs: 1.5,
      traceId,
      status: 'Error',
    }),
    Timestamp: '1700000000.123456789',
    TraceState: 'v=1',
    ParentSpanId: '00000000000000ab',
    StatusMessage: 'no',
    ResourceAttributes: { 'service.name': 's', 'process.pid': '7' },
    ResourceAttributeTypes: { 'process.pid': 'int' },
    SpanAttributes: {
      text: '1',
      bool: 'true',
      int: '9223372036854775807',
      double: '0.1',
      nan: 'NaN',
      bytes: 'AAE=',
      empty: '',
      strings: '["a,b","c"]',
      ints: '[9223372036854775807,-1]',
      doubles: '[1.5,"NaN"]',
      bools: '[true,false]',
      none: '[]',
      mixed: '{"values":[{"intValue":"1"},{"stringValue":"x"}]}',
      list: '{"values":[{"key":"k","value":{"boolValue":true}}]}',
      ['__proto__']: 'safe',
    },
    SpanAttributeTypes: {
      bool: 'bool',
      int: 'int',
      double: 'double',
      nan: 'double',
      bytes: 'bytes',
      empty: 'empty',
      strings: 'string[]',
      ints: 'int[]',
      doubles: 'double[]',
      bools: 'bool[]',
      none: 'string[]',
      mixed: 'array',
      list: 'kvlist',
    },
    'Events.Timestamp': ['1700000000.123456790'],
    'Events.Name': ['event'],
    'Events.Attributes': [{ n: '5' }],
    EventAttributeTypes: [{ n: 'int' }],
    'Links.TraceId': ['1'.repeat(32)],
    'Links.SpanId': ['2'.repeat(16)],
    'Links.TraceState': [''],
    'Links.Attributes': [{ l: 'x' }],
    LinkAttributeTypes: [{}],
    ScopeAttributes: { scoped: 'yes' },
    Flags: 257,
    DroppedEventsCount: 3,
  };
  await api.insert([row], 'trace-1');
  await api.insert([row], 'trace-2');
  const { resourceSpans } = await api.ask<Json>(`traces/${traceId.toUpperCase()}`);
  expect(resourceSpans).toHaveLength(1);
  expect(resourceSpans[0].resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 's' } },
    { key: 'process.pid', value: { intValue: '7' } },
  ]);
  const [{ scope, spans }] = resourceSpans[0].scopeSpans;
  expect(scope).toMatchObject({ name: semconv.SCOPE_NAME, attributes: [{ key: 'scoped' }] });
  expect(spans).toHaveLength(1);
  const [{ attributes, ...span }] = spans;
  expect(span).toEqual({
    traceId,
    spanId: row.SpanId,
    parentSpanId: '00000000000000ab',
    traceState: 'v=1',
    name: 'typed',
    kind: 3,
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000000124956789',
    events: [
      {
        timeUnixNano: '1700000000123456790',
        name: 'event',
        attributes: [{ key: 'n', value: { intValue: '5' } }],
      },
    ],
    links: [
      {
        traceId: '1'.repeat(32),
        spanId: '2'.repeat(16),
        attributes: [{ key: 'l', value: { stringValue: 'x' } }],
      },
    ],
    status: { code: 2, message: 'no' },
    flags: 257,
    droppedEventsCount: 3,
  });
  expect(Object.fromEntries(attributes.map(({ key, value }: Json) => [`_${key}`, value]))).toEqual({
    _text: { stringValue: '1' },
    _bool: { boolValue: true },
    _int: { intValue: '9223372036854775807' },
    _double: { doubleValue: 0.1 },
    _nan: { doubleValue: 'NaN' },
    _bytes: { bytesValue: 'AAE=' },
    _empty: {},
    _strings: { arrayValue: { values: [{ stringValue: 'a,b' }, { stringValue: 'c' }] } },
    _ints: { arrayValue: { values: [{ intValue: '9223372036854775807' }, { intValue: '-1' }] } },
    _doubles: { arrayValue: { values: [{ doubleValue: 1.5 }, { doubleValue: 'NaN' }] } },
    _bools: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } },
    _none: { arrayValue: { values: [] } },
    _mixed: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'x' }] } },
    _list: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
    ___proto__: { stringValue: 'safe' },
  });
});
