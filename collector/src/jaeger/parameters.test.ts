import { describe, expect, it } from 'vitest';
import { boolean, goDuration, keyValue, Parameters, rfc3339, traceId, unixMicros } from './parameters.ts';

const LATEST = 2n ** 63n - 1n;

describe('parameters', () => {
  it('takes the first name that is given, and counts an empty one as absent', () => {
    const given = new Parameters('/api?query.serviceName=&query.service_name=a+b%2Bc&tag=1&tag=&tag=2');
    expect(given.find('query.serviceName', 'query.service_name')).toEqual({
      name: 'query.service_name',
      text: 'a b+c',
    });
    expect(given.text('absent')).toBe('');
    expect(given.all('tag')).toEqual(['1', '2']);
  });
});

describe('values', () => {
  /** The result of a parser for several texts; `refused` for an error that names the parameter. */
  function read<T>(form: (text: string, name: string) => T, texts: readonly string[]): (T | 'refused')[] {
    return texts.map((text) => {
      try {
        return form(text, 'p');
      } catch (error) {
        if ((error as Error).message.startsWith('malformed parameter p: ')) return 'refused';
        throw error;
      }
    });
  }
  /** Valid texts with their values, then texts that are refused. */
  const cases = <T>(
    form: (text: string, name: string) => T,
    good: readonly [string, T][],
    bad: string[],
  ) => ({
    read: read(form, [...good.map(([text]) => text), ...bad]),
    expected: [...good.map(([, value]) => value), ...bad.map(() => 'refused')],
  });

  it('durations as Go writes them', () => {
    const result = cases(
      goDuration,
      [
        ['0', 0n],
        ['10s', 10_000_000_000n],
        ['1.5ms', 1_500_000n],
        ['1h30m', 5_400_000_000_000n],
        ['2m3.5s', 123_500_000_000n],
        ['.5s', 500_000_000n],
        ['7us', 7_000n],
        ['7µs', 7_000n],
        ['7μs', 7_000n],
        ['1.9ns', 1n],
        ['3000000h', LATEST],
      ],
      ['', '10', 's', '.s', '1d', '1 s', '-1s', '1e3s', `${'9'.repeat(200)}h`],
    );
    expect(result.read).toEqual(result.expected);
  });

  it('times as of RFC 3339, to the nanosecond', () => {
    const result = cases(
      rfc3339,
      [
        ['1970-01-01T00:00:00.000000001Z', 1n],
        ['2024-05-17T10:00:00.5Z', 1_715_940_000_500_000_000n],
        ['2024-05-17T12:00:00+02:00', 1_715_940_000_000_000_000n],
        ['1969-12-31T23:59:59.9Z', 0n],
        ['2300-01-01T00:00:00Z', LATEST],
      ],
      ['', 'now', '2024-05-17', '2024-05-17T10:00:00', '2024-02-30T00:00:00Z', '2024-05-17T24:00:00Z'],
    );
    expect(result.read).toEqual(result.expected);
  });

  it('microseconds since the epoch', () => {
    const result = cases(
      unixMicros,
      [
        ['1', 1000n],
        ['-5', 0n],
        ['9'.repeat(16), LATEST],
      ],
      ['', '1.5', 'now', '1e3', '9'.repeat(19)],
    );
    expect(result.read).toEqual(result.expected);
  });

  it('trace ids in hex with or without zeros, and in base64', () => {
    const whole = '00f7651916cd43dd8448eb211c80319c';
    const result = cases(
      traceId,
      [
        [whole, whole],
        [whole.slice(2).toUpperCase(), whole],
        [Buffer.from(whole, 'hex').toString('base64'), whole],
        ['1', '1'.padStart(32, '0')],
      ],
      ['', 'x', `0${whole}`, 'AAA='],
    );
    expect(result.read).toEqual(result.expected);
  });

  it('truth as Go reads it', () => {
    expect(read(boolean, ['t', 'TRUE', '1', '0', 'False'])).toEqual([true, true, true, false, false]);
    expect(read(boolean, ['', 'yes', '2'])).toEqual(['refused', 'refused', 'refused']);
  });

  it('pairs, with more colons in the value', () => {
    expect(read(keyValue, ['a:b:c', 'a:', 'a'])).toEqual([['a', 'b:c'], ['a', ''], 'refused']);
  });
});
