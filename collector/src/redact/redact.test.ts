import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceEncoder } from '../otlp/index.ts';
import { decodeMessage, encodeMessage } from '../otlp/trace-proto.fixture.ts';
import { TraceBlock } from '../store/trace-block.ts';
import { createRedact, DEFAULT_KEY_PATTERNS, KeyMatcher } from './index.ts';

const redact = createRedact(DEFAULT_KEY_PATTERNS);
const matcher = new KeyMatcher(DEFAULT_KEY_PATTERNS);
const HIDDEN = { stringValue: '[REDACTED]' };

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const redactJson = (value: unknown): unknown => JSON.parse(redactText(JSON.stringify(value)));
const redactText = (text: string): string => Buffer.from(redact(bytesOf(text), 'json')).toString();

const key = fc.oneof(
  fc.constantFrom(
    'authorization',
    'x-api-key',
    'user.password',
    'http.route',
    'n',
    'value',
    'key',
    '__proto__',
  ),
  fc.string({ maxLength: 12, unit: 'binary' }).map((text) => text.toWellFormed()),
);
const { value: anyValue } = fc.letrec<{ value: object; pair: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.string({ maxLength: 300 }).map((stringValue) => ({ stringValue: stringValue.toWellFormed() })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ intValue: String(int) })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.constant({}),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('pair'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
  ),
  pair: fc.record({ key, value: tie('value') }, { requiredKeys: ['key'] }),
}));
const attributes = fc.array(fc.record({ key, value: anyValue }, { requiredKeys: ['key'] }), { maxLength: 5 });
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes, droppedAttributesCount: fc.nat(9) }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: fc.string({ maxLength: 5 }), attributes }),
          spans: fc.array(
            fc.record({
              traceId: fc.constant('AQIDBAUGBwgJCgsMDQ4PEA=='),
              name: fc.constantFrom('authorization', 'op'),
              attributes,
              events: fc.array(fc.record({ name: fc.constant('password'), attributes }), { maxLength: 2 }),
              links: fc.array(fc.record({ attributes }), { maxLength: 2 }),
            }),
            { maxLength: 3 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
});

/** Reference implementation on plain data. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => expected(item));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  const isSecret = typeof object['key'] === 'string' && matcher.test(object['key']);
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [
      name,
      isSecret && name === 'value' ? HIDDEN : expected(member),
    ]),
  );
}

const toText = (value: object, space?: number): string => JSON.stringify(value, undefined, space);

describe('a request', () => {
  it('loses the values of secret keys and nothing else, in protobuf', () => {
    fc.assert(
      fc.property(request, (given) => {
        const body = encodeMessage('Request', given);
        const before = decodeMessage('Request', body);
        const redacted = redact(body, 'protobuf');
        expect(decodeMessage('Request', redacted)).toEqual(expected(before));
        expect(redacted === body).toBe(toText(before) === toText(expected(before) as object));
      }),
      { numRuns: 400 },
    );
  });

  it('loses the values of secret keys and nothing else, in JSON', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(0, 1), (given, space) => {
        const text = toText(given, space);
        const redacted = redactText(text);
        expect(JSON.parse(redacted)).toEqual(expected(JSON.parse(text)));
        expect(redact(bytesOf(redacted), 'json')).toEqual(bytesOf(redacted));
      }),
      { numRuns: 400 },
    );
  });

  it('comes back as the same object when nothing matches', () => {
    const given = {
      resourceSpans: [{ resource: { attributes: [{ key: 'a', value: { stringValue: 'password' } }] } }],
    };
    const protobuf = encodeMessage('Request', given);
    const json = bytesOf(toText(given));
    expect(redact(protobuf, 'protobuf')).toBe(protobuf);
    expect(redact(json, 'json')).toBe(json);
    const untouched = encodeMessage('Request', {
      resourceSpans: [{ resource: { attributes: [{ key: 'token' }] } }],
    });
    expect(createRedact([])(untouched, 'protobuf')).toBe(untouched);
  });

  it('leaves every other byte of JSON as it was written', () => {
    const head =
      '\uFEFF { "unknown": [1e400, 12345678901234567890, {"key": 5}] ,\n "attributes":[ {"value" : ';
    const tail = ' ,"key" :"To\\u006ben"},{"\\u006bey":"password","value":null},{"key":"a\\"token","x":[]}]}';
    expect(redactText(`${head}{"stringValue":"}\\"{ secret"}${tail}`)).toBe(
      `${head}{"stringValue":"[REDACTED]"}${tail}`,
    );
    const strange = '{"\\u006bey":"token","v\\u0061lue":{"intValue":"7"},"value":{"kvlistValue":{}}}';
    expect(redactJson(JSON.parse(strange))).toEqual({ key: 'token', value: HIDDEN });
    expect(redactText(strange)).not.toContain('kvlist');
  });

  it.each([
    [
      '{"key":"token","value":{"stringValue":"}{\\"]"}}',
      '{"key":"token","value":{"stringValue":"[REDACTED]"}}',
    ],
    ['{"key":"token","value":{}}', '{"key":"token","value":{"stringValue":"[REDACTED]"}}'],
    // Another key or value in the same object, on either side.
    [
      '{"key":"a","key":"token","value":{}}',
      '{"key":"a","key":"token","value":{"stringValue":"[REDACTED]"}}',
    ],
    [
      '{"key":"token","value":{},"value":{}}',
      '{"key":"token","value":{"stringValue":"[REDACTED]"},"value":{"stringValue":"[REDACTED]"}}',
    ],
    ['{"value":{},"key":"token"}', '{"value":{"stringValue":"[REDACTED]"},"key":"token"}'],
    [
      '{"key":"a","value":{"kvlistValue":{"values":[{"key":"token","value":{}}]}}}',
      '{"key":"a","value":{"kvlistValue":{"values":[{"key":"token","value":{"stringValue":"[REDACTED]"}}]}}}',
    ],
    // Not keys, although they look similar.
    ['{"a\\"key":"token","value":{}}', '{"a\\"key":"token","value":{}}'],
    ['["key","token",{"value":{}}]', '["key","token",{"value":{}}]'],
    ['{"a":"{\\"key\\":\\"token\\",\\"value\\":{}}"}', '{"a":"{\\"key\\":\\"token\\",\\"value\\":{}}"}'],
    // Truncated.
    ['{"key', '{"key'],
    ['{"key":"token', '{"key":"token'],
    ['{"key":"token","value":', '{"key":"token","value":'],
    ['{"key":"token","value":{"a', '{"key":"token","value":{"a'],
  ])('of %s makes %s', (given, wanted) => {
    expect(redactText(given)).toBe(wanted);
  });

  it('finds keys and values in any order and number, in protobuf', () => {
    const field = (tag: number, bytes: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
    const value = (text: string): Buffer => field(0x12, field(0x0a, Buffer.from(text)));
    const pair = [
      value('first'),
      field(0x0a, Buffer.from('pass_word')),
      Buffer.from([0x98, 0x06, 1]),
      value('second'),
    ];
    const body = field(0x0a, field(0x0a, field(0x0a, Buffer.concat(pair))));
    const redacted = Buffer.from(redact(new Uint8Array(body), 'protobuf'));
    expect(redacted.includes('first') || redacted.includes('second')).toBe(false);
    expect(redacted.includes(Buffer.from([0x98, 0x06, 1]))).toBe(true);
    expect(decodeMessage('Request', redacted)).toEqual({
      resourceSpans: [{ resource: { attributes: [{ key: 'pass_word', value: HIDDEN }] } }],
    });
  });

  it('does not keep what is nested too deeply to look into', () => {
    let nested: object = {
      kvlistValue: { values: [{ key: 'password', value: { stringValue: 'hunter2' } }] },
    };
    for (let depth = 0; depth < 100; depth++) nested = { arrayValue: { values: [nested] } };
    expect(redactText(toText(nested))).not.toContain('hunter2');

    const field = (tag: number, bytes: Uint8Array): Buffer => {
      const length = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
      return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
    };
    let value = field(0x0a, Buffer.from('hunter2'));
    for (let depth = 0; depth < 100; depth++) value = field(0x2a, field(0x0a, value));
    const pair = Buffer.concat([field(0x0a, Buffer.from('a')), field(0x12, value)]);
    const body = new Uint8Array(field(0x0a, field(0x0a, field(0x0a, pair))));
    expect(Buffer.from(redact(body, 'protobuf')).includes('hunter2')).toBe(false);
    const tooDeep = `{"key":"token","value":${'['.repeat(200_000)}`;
    expect(() => redactText(tooDeep)).toThrow(expect.objectContaining({ code: 'ERR_OTLP_DECODE' }));
    const deep = '['.repeat(200_000);
    expect(redactText(deep)).toBe(deep);
  });
});

describe('a body of nothing but secrets', () => {
  const PAIRS = 300_000;

  it.each(['protobuf', 'json'] as const)(
    'costs time and memory in proportion to its size, in %s',
    (encoding) => {
      const pair = Buffer.from('\x0a\x09\x0a\x05token\x12\x00', 'latin1');
      const list = Buffer.concat(Array.from({ length: PAIRS }, () => pair));
      const wrap = (tag: number, bytes: Buffer): Buffer =>
        Buffer.concat([
          Buffer.from([
            tag,
            ...[0, 7, 14].map((shift) => ((bytes.length >> shift) & 0x7f) | 0x80),
            bytes.length >> 21,
          ]),
          bytes,
        ]);
      const protobuf = wrap(0x0a, wrap(0x0a, list));
      const json = Buffer.from(
        `[${Array.from({ length: PAIRS }, () => '{"key":"token","value":{}}').join(',')}]`,
      );
      const body = new Uint8Array(encoding === 'json' ? json : protobuf);
      const redacted = Buffer.from(redact(body, encoding));
      expect(redacted.length).toBeLessThan(body.length * 2.5);
      expect(redacted.toString('latin1').split('[REDACTED]').length - 1).toBe(PAIRS);
    },
  );
});

/** Every attribute of a message, at any position. */
function pairsOf(value: unknown): { key?: string; value?: unknown }[] {
  if (Array.isArray(value)) return value.flatMap((item) => pairsOf(item));
  if (typeof value !== 'object' || value === null) return [];
  const own = 'key' in value ? [value as { key?: string }] : [];
  return [...own, ...Object.values(value).flatMap((member) => pairsOf(member))];
}

/** Undefined if it is correctly refused. */
function redactedOrRefused(body: Uint8Array<ArrayBuffer>): Uint8Array | undefined {
  try {
    return redact(body, 'protobuf');
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_OTLP_DECODE') return undefined;
    throw error;
  }
}

describe('bytes of any kind', () => {
  const mutated = fc.tuple(
    request,
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
  );
  const mutate = (body: Uint8Array<ArrayBuffer>, edits: [number, number][]): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(body);
    for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  };

  it('are refused where attributes have the wire type of a number', () => {
    const secret = { key: 'authorization', value: { stringValue: 'x' } };
    const body = encodeMessage('Request', {
      resourceSpans: [{ resource: { attributes: [secret] } }],
    });
    const at = body.lastIndexOf(0x0a, Buffer.from(body).indexOf('authorization') - 3);
    const changed = new Uint8Array(body);
    changed[at] = 0x0d;
    expect(() => redact(changed, 'protobuf')).toThrow('wire type 5 of field 1');
  });

  it('are refused or come out without secrets, in protobuf', () => {
    let understood = 0;
    fc.assert(
      fc.property(mutated, ([given, edits]) => {
        const body = mutate(encodeMessage('Request', given), edits);
        const redacted = redactedOrRefused(body);
        if (redacted === undefined) return;
        let message: unknown;
        try {
          // A field of the wrong wire type is refused here, while the other decoder reads it as if it were correct.
          for (const _ of new TraceEncoder().encode(redacted, 'protobuf', new TraceBlock()));
          message = decodeMessage('Request', redacted);
        } catch {
          return; // a decoder refuses it
        }
        understood++;
        // The decoder here omits bytes that are not UTF-8, which changes such a key.
        const isWhole = (name: string): boolean => Buffer.from(redacted).includes(Buffer.from(name));
        const secrets = pairsOf(message).filter(
          ({ key: name = '', value }) => value !== undefined && matcher.test(name) && isWhole(name),
        );
        for (const { value } of secrets) expect(value).toEqual(HIDDEN);
      }),
      { numRuns: 1500 },
    );
    expect(understood).toBeGreaterThan(100);
  });

  it('are left alone or come out without secrets, in JSON', () => {
    let understood = 0;
    fc.assert(
      fc.property(mutated, ([given, edits]) => {
        const body = mutate(bytesOf(toText(given)), edits);
        const text = Buffer.from(redact(body, 'json')).toString();
        let message: unknown;
        try {
          message = JSON.parse(text);
        } catch {
          return;
        }
        understood++;
        expect(message).toEqual(expected(message));
      }),
      { numRuns: 1500 },
    );
    expect(understood).toBeGreaterThan(100);
  });
});
