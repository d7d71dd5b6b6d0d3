import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectorError } from '../errors/errors.ts';
import { rowsOf, summarizeTraces } from './encode.fixture.ts';
import type { OtlpEncoding } from './encoding.ts';
import { decodeMessage, encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const unixNano = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
// JSON.stringify loses the sign of -0.
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
    kind: fc.integer({ min: 0, max: 5 }),
    startTimeUnixNano: unixNano,
    endTimeUnixNano: unixNano,
    flags: fc.nat(),
    attributes,
    events: fc.array(fc.record({ timeUnixNano: unixNano, name: text, attributes }), { maxLength: 2 }),
    links: fc.array(fc.record({ traceId: id(16), spanId: id(8), attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
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

/** A protobuf varint. */
describe('any request', () => {
  it('with bytes changed that protobufjs reads too gives the rows it reads', () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    let compared = 0;
    fc.assert(
      fc.property(request, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        const body = encodeMessage('Request', value);
        for (const { at, to } of changes) body[at % Math.max(1, body.length)] = to;
        const expected = readByProtobufjs(body);
        // protobufjs accepts some wrong wire types and lengths.
        if (expected === undefined || !isReadWhole(body)) return;
        const rows = rowsOf(body, 'protobuf');
        if (JSON.stringify(rows).includes('\uFFFD')) return; // protobufjs decodes invalid UTF-8 differently
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

/** The code of a refused body; undefined when it is readable. */
function codeOf(body: Uint8Array, encoding: OtlpEncoding): string | undefined {
  try {
    summarizeTraces(body, encoding);
    return undefined;
  } catch (error) {
    return error instanceof CollectorError ? error.code : String(error);
  }
}

function isReadWhole(body: Uint8Array): boolean {
  if (codeOf(body, 'protobuf') !== undefined) return false;
  const { rejected, message } = summarizeTraces(body, 'protobuf');
  return rejected === 0 && !message.includes('could not be read');
}

/** The result of protobufjs; undefined when it refuses the bytes. */
function readByProtobufjs(body: Uint8Array): object | undefined {
  try {
    return decodeMessage('Request', body);
  } catch {
    return undefined;
  }
}
