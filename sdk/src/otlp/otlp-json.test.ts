import { describe, expect, test } from 'vitest';
import { encodeAttributes } from './otlp-json.ts';
import { describeError } from '../span/span-error.ts';

describe('the encoding', () => {
  test('types follow the name, not the value', () => {
    const text = encodeAttributes({
      a_ms: 2,
      b_bytes: 2 ** 40,
      c: true,
      d: 'x',
      e: ['y'],
      f: undefined,
      g: [],
      h_ms: Number.NaN,
      '"\n': 'lone \ud800 "\\\u2028',
      i_ratio: -0.00049,
      j: 1e21,
    });
    expect(JSON.parse(text)).toEqual([
      { key: 'a_ms', value: { doubleValue: 2 } },
      { key: 'b_bytes', value: { intValue: '1099511627776' } },
      { key: 'c', value: { boolValue: true } },
      { key: 'd', value: { stringValue: 'x' } },
      { key: 'e', value: { arrayValue: { values: [{ stringValue: 'y' }] } } },
      { key: '"\n', value: { stringValue: 'lone \ufffd "\\\u2028' } },
      { key: 'i_ratio', value: { doubleValue: 0 } },
      { key: 'j', value: { doubleValue: 1e21 } },
    ]);
  });

  test('a value that repeats, and one that changes', () => {
    const valuesOf = (...values: (string | number | undefined)[]): unknown[] =>
      values.map((again) => JSON.parse(encodeAttributes({ again })) as unknown);
    const told = (value: object): object[] => [{ key: 'again', value }];
    expect(valuesOf('x', 'x', undefined, 'x', 7, 'y', Number.NaN, 'y')).toEqual([
      ...[told({ stringValue: 'x' }), told({ stringValue: 'x' }), [], told({ stringValue: 'x' })],
      ...[told({ intValue: '7' }), told({ stringValue: 'y' }), [], told({ stringValue: 'y' })],
    ]);
  });

  test.each([
    [new TypeError('no'), { type: 'TypeError', message: 'no' }],
    ['text', { type: 'string', message: 'text' }],
    [undefined, { type: 'undefined', message: 'undefined' }],
    [null, { type: 'null', message: 'null' }],
    [{ message: 'like an error' }, { type: 'Object', message: 'like an error' }],
    [Object.create(null), { type: 'Object', message: '' }],
    [{ message: 'x'.repeat(5000) }, { message: 'x'.repeat(1024) }],
  ])('any thrown value can be described: %#', (thrown, expected) => {
    expect(describeError(thrown)).toMatchObject(expected);
  });

  test('an error whose properties throw can be described', () => {
    class Hostile extends Error {
      override get message(): string {
        throw new Error('no');
      }
      override get stack(): string {
        throw new Error('no');
      }
    }
    expect(describeError(new Hostile()).type).toBe('Error');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(describeError(proxy)).toEqual({ type: 'Object', message: '' });
  });
});
