import type { ByteWriter } from '../store/columns/byte-writer.ts';
import type { MapColumn } from '../store/columns/map-column.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { PlainColumn } from '../store/columns/plain-column.ts';
import { doubleText } from './any-value.ts';
import type { AttributeEntries, Bag } from './attribute-entries.ts';
import { A, B, HASH, KEY_END, KEY_START, KIND, STRIDE } from './attribute-entries.ts';
import { int64Text } from './proto-reader.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  EMPTY,
  FALSE,
  INT,
  SMALL_INT,
  STRING,
  TRUE,
  TYPE_TEXTS,
} from './value-kinds.ts';

/** Writes a bag as a map of texts; `texts` holds the texts of lists and maps. */
export function writeMap(
  column: MapColumn<PlainColumn>,
  { numbers, source }: AttributeEntries,
  texts: Buffer,
  { from, to }: Bag,
): void {
  const { keys, values } = column;
  for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
    writeKey(keys, source, numbers, entry);
    writeValue(values.cells, source, texts, numbers, entry);
  }
  column.end(to - from);
}

/** Writes a bag as a map from the keys of values that are not strings to their types. */
export function writeTypes(
  column: MapColumn<NameColumn>,
  { numbers, source }: AttributeEntries,
  { from, to }: Bag,
): void {
  let typed = 0;
  for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
    const kind = numbers[entry + KIND] as number;
    if (kind === STRING) continue;
    writeKey(column.keys, source, numbers, entry);
    column.values.addEntry(TYPE_TEXTS[kind] as Buffer);
    typed++;
  }
  column.end(typed);
}

/** Writes the text of one key's value, empty when the bag has none. */
export function writeValueOf(
  out: ByteWriter,
  { numbers, source }: AttributeEntries,
  texts: Buffer,
  { from, to }: Bag,
  key: Buffer,
): void {
  for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
    const start = numbers[entry + KEY_START] as number;
    const end = numbers[entry + KEY_END] as number;
    if (end - start !== key.length || key.compare(source, start, end) !== 0) continue;
    writeValue(out, source, texts, numbers, entry);
    return;
  }
  out.varint(0);
}

/** A key is valid UTF-8: it was checked, or repaired, when it was read. */
function writeKey(keys: NameColumn, source: Buffer, numbers: Int32Array, entry: number): void {
  const start = numbers[entry + KEY_START] as number;
  keys.addValid(source, start, numbers[entry + KEY_END] as number, numbers[entry + HASH]);
}

function writeValue(
  out: ByteWriter,
  source: Buffer,
  texts: Buffer,
  numbers: Int32Array,
  entry: number,
): void {
  const a = numbers[entry + A] as number;
  const b = numbers[entry + B] as number;
  switch (numbers[entry + KIND]) {
    case EMPTY:
      out.varint(0);
      return;
    case STRING:
      out.utf8Text(source, a, b);
      return;
    case BOOL:
      out.raw(a === 1 ? TRUE : FALSE);
      return;
    case SMALL_INT:
      out.decimalText(a);
      return;
    case INT:
      out.text(int64Text(source, a));
      return;
    case DOUBLE:
      out.text(doubleText(source.readDoubleLE(a)));
      return;
    case BYTES:
      out.text(source.toString('base64', a, b));
      return;
    default:
      out.raw(texts, a, b);
  }
}
