import { lengthAndText } from '../store/columns/byte-writer.ts';
import type { AttributeType } from '../store/trace-row.ts';

// The meaning of an entry's two numbers A and B, by the kind of its value.
export const EMPTY = 0;
export const STRING = 1; // A to B in the source
export const BOOL = 2; // A is 0 or 1
export const SMALL_INT = 3; // A is the integer
export const INT = 4; // its varint begins at A in the source
export const DOUBLE = 5; // its eight bytes begin at A in the source
export const BYTES = 6; // A to B in the source
export const TEXT = 7; // A to B in `texts`; every kind from here on is a list or map of the type TYPES[kind]

export const TYPES: readonly (AttributeType | '')[] = [
  'empty',
  '',
  'bool',
  'int',
  'int',
  'double',
  'bytes',
  'string[]',
  'bool[]',
  'int[]',
  'double[]',
  'array',
  'kvlist',
];
export const TYPE_TEXTS: readonly Buffer[] = TYPES.map((type) => lengthAndText(type));
export const TRUE = lengthAndText('true');
export const FALSE = lengthAndText('false');
