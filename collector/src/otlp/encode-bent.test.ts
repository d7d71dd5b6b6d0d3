import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { field, rowsOf, summarizeTraces, TIMES, varint } from './encode.fixture.ts';

// One part of a request in both encodings, written by hand: a library would not write malformed data.
interface Part {
  readonly json: unknown;
  readonly proto: Buffer;
}
/** A message as its fields, by their JSON names. */
type Fields = Readonly<Record<string, Part>>;

const number = (at: number, value: number | bigint): Part => ({
  json: typeof value === 'bigint' ? String(value) : value,
  proto: Buffer.from([...varint(at * 8), ...longVarint(BigInt.asUintN(64, BigInt(value)))]),
});
const text = (at: number, value: string): Part => ({ json: value, proto: field(at, Buffer.from(value)) });
const id = (at: number, hex: string): Part => ({
  json: hex,
  proto: field(at, Buffer.from(hex, 'hex')),
});
const fixed64 = (at: number, value: bigint): Part => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return { json: String(value), proto: Buffer.concat([Buffer.from(varint(at * 8 + 1)), bytes]) };
};
const fixed32 = (at: number, value: number): Part => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return { json: value, proto: Buffer.concat([Buffer.from(varint(at * 8 + 5)), bytes]) };
};
const message = (at: number, fields: Fields): Part => {
  const parts = Object.entries(fields);
  return {
    json: Object.fromEntries(parts.map(([name, { json }]) => [name, json])),
    proto: field(at, Buffer.concat(parts.map(([, { proto }]) => proto))),
  };
};
const list = (...items: readonly Part[]): Part => ({
  json: items.map(({ json }) => json),
  proto: Buffer.concat(items.map(({ proto }) => proto)),
});
const value = (at: number, fields: Fields): Part => message(at, fields);
const attribute = (at: number, key: string, of: Fields): Part =>
  message(at, { key: text(1, key), value: value(2, of) });

function longVarint(whole: bigint): number[] {
  return whole < 0x80n ? [Number(whole)] : [Number(whole & 0x7fn) | 0x80, ...longVarint(whole >> 7n)];
}

const TRACE = '5b8efff798038103d269b633813fc60c';
const SPAN = 'eee19b7ec3c1b174';

const event = (fields: Fields): Part => message(11, fields);
const link = (fields: Fields): Part => message(13, fields);
const EVENT: Fields = {
  timeUnixNano: fixed64(1, 1_500_000_000_000_000_001n),
  name: text(2, 'half'),
  attributes: list(attribute(3, 'n', { intValue: number(3, 1n) })),
  droppedAttributesCount: number(4, 1),
};
const LINK: Fields = {
  traceId: id(1, TRACE),
  spanId: id(2, SPAN),
  traceState: text(3, 'a=1'),
  attributes: list(attribute(4, 'n', { intValue: number(3, 1n) })),
  droppedAttributesCount: number(5, 1),
  flags: fixed32(6, 1),
};
const ATTRIBUTE = attribute(9, 'kept', { stringValue: text(1, 'as it is') });
const WHOLE: Fields = {
  traceId: id(1, TRACE),
  spanId: id(2, SPAN),
  traceState: text(3, 'a=1'),
  parentSpanId: id(4, SPAN),
  name: text(5, 'op'),
  kind: number(6, 2),
  startTimeUnixNano: fixed64(7, BigInt(TIMES.startTimeUnixNano)),
  endTimeUnixNano: fixed64(8, BigInt(TIMES.endTimeUnixNano)),
  attributes: list(ATTRIBUTE),
  droppedAttributesCount: number(10, 1),
  events: list(event(EVENT)),
  droppedEventsCount: number(12, 1),
  links: list(link(LINK)),
  droppedLinksCount: number(14, 1),
  status: message(15, { message: text(2, 'why'), code: number(3, 1) }),
  flags: fixed32(16, 1),
};

/** The field with a value of a wrong kind. */
const asNumber = (at: number): Part => number(at, 5);
const asText = (at: number): Part => ({ json: 'text', proto: field(at, Buffer.from('text')) });

const isLost = 'lost' as const;
const isRejected = 'rejected' as const;
const isKept = 'kept' as const;
type Verdict = typeof isLost | typeof isRejected | typeof isKept;
type Bend = readonly [what: string, verdict: Verdict, fields: Fields];

const withValue = (of: Fields): Fields => ({ attributes: list(ATTRIBUTE, attribute(9, 'bent', of)) });
const withEvent = (fields: Fields): Fields => ({
  events: list(event({ ...EVENT, ...fields }), event(EVENT)),
});
const withLink = (fields: Fields): Fields => ({ links: list(link({ ...LINK, ...fields }), link(LINK)) });
const withStatus = (fields: Fields): Fields => ({ status: message(15, fields) });

const BENDS: readonly Bend[] = [
  ['nothing', isKept, {}],
  ['a trace id that is a number', isRejected, { traceId: asNumber(1) }],
  ['a short trace id', isRejected, { traceId: id(1, 'abcd') }],
  ['a trace id of zeros', isRejected, { traceId: id(1, '00'.repeat(16)) }],
  ['a span id that is a number', isRejected, { spanId: asNumber(2) }],
  ['a long span id', isRejected, { spanId: id(2, TRACE) }],
  ['a trace state that is a number', isLost, { traceState: asNumber(3) }],
  ['a parent that is a number', isRejected, { parentSpanId: asNumber(4) }],
  ['a short parent', isRejected, { parentSpanId: id(4, 'ab') }],
  ['a name that is a number', isLost, { name: asNumber(5) }],
  ['a kind nobody knows', isRejected, { kind: number(6, 6) }],
  ['a negative kind', isRejected, { kind: number(6, -1) }],
  ['a kind that is 2 in 32 bits only', isRejected, { kind: number(6, 2n ** 32n + 2n) }],
  ['a kind that is text', isRejected, { kind: asText(6) }],
  ['a start that is text', isRejected, { startTimeUnixNano: asText(7) }],
  ['a start after 2262', isRejected, { startTimeUnixNano: fixed64(7, 2n ** 63n) }],
  ['a start in 1970', isKept, { startTimeUnixNano: fixed64(7, 1n) }],
  ['an end that is text', isRejected, { endTimeUnixNano: asText(8) }],
  ['an end before 1970', isKept, { endTimeUnixNano: fixed64(8, 2n ** 64n - 191_305n) }],
  ['an end before the start', isKept, { endTimeUnixNano: fixed64(8, 1_400_000_000_000_000_000n) }],
  ['an attribute that is a number', isLost, { attributes: list(ATTRIBUTE, asNumber(9)) }],
  [
    'an attribute whose key is a number',
    isLost,
    {
      attributes: list(
        message(9, { key: asNumber(1), value: value(2, { boolValue: number(2, 1) }) }),
        ATTRIBUTE,
      ),
    },
  ],
  [
    'an attribute whose value is a number',
    isLost,
    { attributes: list(message(9, { key: text(1, 'bent'), value: asNumber(2) }), ATTRIBUTE) },
  ],
  ['a text that is a number', isLost, withValue({ stringValue: asNumber(1) })],
  ['a truth that is text', isLost, withValue({ boolValue: asText(2) })],
  ['an integer that is text', isLost, withValue({ intValue: asText(3) })],
  ['a double that is text', isLost, withValue({ doubleValue: asText(4) })],
  ['a list that is a number', isLost, withValue({ arrayValue: asNumber(5) })],
  ['a map that is a number', isLost, withValue({ kvlistValue: asNumber(6) })],
  ['bytes that are a number', isLost, withValue({ bytesValue: asNumber(7) })],
  [
    'a number in a list of values',
    isLost,
    withValue({
      arrayValue: message(5, { values: list(asNumber(1), value(1, { intValue: number(3, 7n) })) }),
    }),
  ],
  [
    'a bent value in a list',
    isLost,
    withValue({ arrayValue: message(5, { values: list(value(1, { intValue: asText(3) })) }) }),
  ],
  [
    'a bent key in a map',
    isLost,
    withValue({
      kvlistValue: message(6, {
        values: list(
          message(1, { key: asNumber(1), value: value(2, { intValue: number(3, 7n) }) }),
          attribute(1, 'k', { intValue: number(3, 7n) }),
        ),
      }),
    }),
  ],
  ['a count of attributes that is text', isLost, { droppedAttributesCount: asText(10) }],
  ['a count of attributes beyond 32 bits', isLost, { droppedAttributesCount: number(10, 2n ** 32n + 5n) }],
  ['a negative count of events', isLost, { droppedEventsCount: number(12, -1) }],
  ['a count of links that is text', isLost, { droppedLinksCount: asText(14) }],
  ['an event that is a number', isRejected, { events: list(event(EVENT), asNumber(11)) }],
  ['an event whose time is text', isRejected, withEvent({ timeUnixNano: asText(1) })],
  ['an event after 2262', isRejected, withEvent({ timeUnixNano: fixed64(1, 2n ** 64n - 1n) })],
  ['an event whose name is a number', isLost, withEvent({ name: asNumber(2) })],
  ['an event with a bent attribute', isLost, withEvent({ attributes: list(asNumber(3)) })],
  ['an event with a count that is text', isLost, withEvent({ droppedAttributesCount: asText(4) })],
  ['a link that is a number', isRejected, { links: list(asNumber(13)) }],
  ['a link whose trace id is a number', isRejected, withLink({ traceId: asNumber(1) })],
  ['a link whose span id is short', isRejected, withLink({ spanId: id(2, 'ab') })],
  ['a link whose state is a number', isLost, withLink({ traceState: asNumber(3) })],
  [
    'a link with a bent attribute',
    isLost,
    withLink({ attributes: list(attribute(4, 'b', { intValue: asText(3) })) }),
  ],
  ['a link whose count is text', isLost, withLink({ droppedAttributesCount: asText(5) })],
  ['a link whose flags are text', isLost, withLink({ flags: asText(6) })],
  ['a status that is a number', isRejected, { status: asNumber(15) }],
  ['a status nobody knows', isRejected, withStatus({ code: number(3, 3) })],
  ['a status code that is text', isRejected, withStatus({ code: asText(3) })],
  ['a status whose message is a number', isLost, withStatus({ message: asNumber(2), code: number(3, 2) })],
  ['flags that are text', isLost, { flags: asText(16) }],
];

const asJson = (request: object): Uint8Array => new TextEncoder().encode(JSON.stringify(request));
const bentSpan = fc.constantFrom(...BENDS);

function bodiesOf(spans: readonly Part[]): { json: Uint8Array; proto: Uint8Array } {
  const request = list(message(1, { scopeSpans: list(message(2, { spans: list(...spans) })) }));
  return { json: asJson({ resourceSpans: request.json }), proto: request.proto };
}

describe('a span with something bent', () => {
  it('has one verdict in both encodings, and costs its neighbours nothing', () => {
    fc.assert(
      fc.property(fc.array(bentSpan, { minLength: 1, maxLength: 6 }), (bends) => {
        const spans = bends.map(([, , fields]) => message(2, { ...WHOLE, ...fields }));
        const { json, proto } = bodiesOf(spans);
        const rows = rowsOf(proto, 'protobuf');
        expect(rowsOf(json, 'json')).toEqual(rows);
        const summary = summarizeTraces(proto, 'protobuf');
        expect(summarizeTraces(json, 'json')).toEqual(summary);
        const rejected = bends.filter(([, verdict]) => verdict === isRejected).length;
        expect(summary).toMatchObject({ spans: bends.length - rejected, rejected });
        expect(summary.message.includes('could not be read and is absent')).toBe(
          bends.some(([, verdict]) => verdict === isLost),
        );
        const own = bends
          .filter(([, verdict]) => verdict !== isRejected)
          .flatMap(([, , fields]) =>
            rowsOf(bodiesOf([message(2, { ...WHOLE, ...fields })]).proto, 'protobuf'),
          );
        expect(rows).toEqual(own);
      }),
      { numRuns: 150 },
    );
  });

  it.each(BENDS)('is judged: %s', (_what, verdict, fields) => {
    const { json, proto } = bodiesOf([message(2, { ...WHOLE, ...fields })]);
    const summary = summarizeTraces(proto, 'protobuf');
    expect(summarizeTraces(json, 'json')).toEqual(summary);
    expect(summary.rejected).toBe(verdict === isRejected ? 1 : 0);
    expect(summary.message.includes('could not be read and is absent')).toBe(verdict === isLost);
    const [row] = rowsOf(proto, 'protobuf');
    expect(rowsOf(json, 'json')).toEqual(row === undefined ? [] : [row]);
    expect(row?.SpanAttributes['kept'] ?? 'as it is').toBe('as it is');
  });

  it('loses an integer beyond 64 bits, as a number or text, and nothing else', () => {
    for (const bent of ['18446744073709552000', '"9223372036854775808"', '1.5', '"abc"', 'true']) {
      const span = (intValue: string): string =>
        `{"traceId":"${TRACE}","spanId":"${SPAN}","startTimeUnixNano":${TIMES.startTimeUnixNano},"endTimeUnixNano":${TIMES.endTimeUnixNano},` +
        `"attributes":[{"key":"order","value":{"intValue":${intValue}}},{"key":"n","value":{"intValue":1}}]}`;
      const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span('1')},${span(bent)},${span('2')}]}]}]}`;
      const body = new TextEncoder().encode(text);
      expect(summarizeTraces(body, 'json')).toEqual({
        spans: 3,
        rejected: 0,
        message: 'the value of an attribute could not be read and is absent (1×)',
      });
      expect(rowsOf(body, 'json').map((row) => row.SpanAttributes)).toEqual([
        { order: '1', n: '1' },
        { order: '', n: '1' },
        { order: '2', n: '1' },
      ]);
    }
  });

  it('is rejected alone when its own bytes end early', () => {
    const whole = message(2, WHOLE);
    const cut = field(2, whole.proto.subarray(3, -2));
    const { proto } = bodiesOf([whole, { json: {}, proto: cut }, whole]);
    expect(summarizeTraces(proto, 'protobuf')).toEqual({
      spans: 2,
      rejected: 1,
      message: 'a span that cannot be read (1 span)',
    });
  });
});

describe('what spans share', () => {
  const requestOf = (resource: Part, scope: Part): { json: Uint8Array; proto: Uint8Array } => {
    const spans = list(message(2, WHOLE));
    const request = list(
      message(1, { resource, scopeSpans: list(message(2, { scope, spans })) }),
      message(1, { scopeSpans: list(message(2, { spans })) }),
    );
    return { json: asJson({ resourceSpans: request.json }), proto: request.proto };
  };
  const named = message(1, {
    attributes: list(attribute(1, 'service.name', { stringValue: text(1, 'shop') }), asNumber(1)),
  });

  it.each([
    ['a resource that is a number', asNumber(1), message(1, {}), 1],
    ['a resource with a bent attribute', named, message(1, {}), 0],
    ['a scope that is a number', message(1, {}), asNumber(1), 0],
    ['a scope whose name is a number', message(1, {}), message(1, { name: asNumber(1) }), 0],
  ])('costs only its own: %s', (_what, resource, scope, rejected) => {
    const { json, proto } = requestOf(resource, scope);
    const summary = summarizeTraces(proto, 'protobuf');
    expect(summarizeTraces(json, 'json')).toEqual(summary);
    expect(summary).toMatchObject({ spans: 2 - rejected, rejected });
    expect(summary.message).not.toBe('');
    expect(rowsOf(json, 'json')).toEqual(rowsOf(proto, 'protobuf'));
  });
});
