import { expect, it } from 'vitest';
import { nativeFor } from './native-blocks.ts';

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
const uint64 = (...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      return bytes;
    }),
  );
const bytes = (...values: number[]): Buffer => Buffer.from(values);
const INFO = bytes(1, 0, 2, 255, 255, 255, 255, 0);

/** Columns of two rows: type, values. */
const COLUMNS: readonly (readonly [string, Buffer])[] = [
  ['UInt8', bytes(1, 2)],
  ["DateTime64(9, 'UTC')", uint64(1, 2)],
  ['Decimal(18, 2)', uint64(1, 2)],
  ['FixedString(3)', Buffer.from('abcdef')],
  ["Enum8('a, (b' = 1, 'c\\')' = 2)", bytes(1, 2)],
  ['IntervalSecond', uint64(1, 2)],
  ['String', Buffer.concat([text('x'.repeat(100)), text('')])],
  ['Nullable(UInt64)', Buffer.concat([bytes(0, 1), uint64(1, 0)])],
  ['Array(String)', Buffer.concat([uint64(0, 2), text('a'), text('bc')])],
  ['Tuple(`a b` UInt8, c Array(UInt8))', Buffer.concat([bytes(1, 2), uint64(1, 1), bytes(9)])],
  // Version 1; one-byte indexes; two keys, the first for NULL; two indexes.
  [
    'LowCardinality(Nullable(String))',
    Buffer.concat([uint64(1), uint64(0x600, 2), text(''), text('b'), uint64(2), bytes(0, 1)]),
  ],
  [
    'Map(LowCardinality(String), UInt16)',
    Buffer.concat([
      uint64(1),
      uint64(0, 1),
      uint64(0x600, 2),
      text(''),
      text('k'),
      uint64(1),
      bytes(1),
      bytes(7, 0),
    ]),
  ],
  // Empty maps have no dictionary.
  ['Map(LowCardinality(String), String)', Buffer.concat([uint64(1), uint64(0, 0)])],
];

function block(rows: number, flag: Buffer, columns: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([
    bytes(columns.length, rows),
    ...columns.flatMap(([type, values]) => [text('name'), text(type), flag, values]),
  ]);
}

it('adds block information and a flag to each column, in every block', () => {
  const empty: readonly (readonly [string, Buffer])[] = [['LowCardinality(String)', bytes()]];
  const plain = Buffer.concat([
    block(2, bytes(), COLUMNS),
    block(0, bytes(), empty),
    block(2, bytes(), COLUMNS),
  ]);
  const expected = [
    ...[INFO, block(2, bytes(0), COLUMNS)],
    ...[INFO, block(0, bytes(0), empty)],
    ...[INFO, block(2, bytes(0), COLUMNS)],
  ];
  expect(Buffer.from(nativeFor(54_460, plain)).equals(Buffer.concat(expected))).toBe(true);
});

it.each([0, Number.NaN, 54_405])('leaves blocks as they are for version %s', (version) => {
  const plain = block(2, bytes(), COLUMNS);
  expect(nativeFor(version, plain)).toBe(plain);
});

it('refuses a type whose length it cannot tell, and a block that ends too early', () => {
  expect(() => nativeFor(54_460, block(2, bytes(), [['Dynamic', bytes()]]))).toThrow('Code: 50.');
  expect(() => nativeFor(54_460, block(2, bytes(), [['UInt64', bytes(1)]]))).toThrow('ends too early');
});
