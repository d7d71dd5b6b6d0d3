import { describe, expect, it } from 'vitest';
import { TRACE_ID, SPAN_ID, rowsOf, field } from './encode.fixture.ts';

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
