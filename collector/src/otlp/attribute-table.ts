import { isUtf8 } from 'node:buffer';
import { RowBuffer } from '../store/row-buffer.ts';
import { doubleText, textOf, typeOf } from './any-value.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import type { ProtoReader } from './proto-reader.ts';
import { int64Text } from './proto-reader.ts';
import type { ValueBudget } from './proto-value.ts';
import { readArray, readKeyValues } from './proto-value.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  EMPTY,
  FALSE,
  INT,
  SMALL_INT,
  STRING,
  TEXT,
  TRUE,
  TYPES,
  TYPE_TEXTS,
} from './value-kinds.ts';

/** Attributes of one owner: entries `from` to `to` of the table. */
export interface Bag {
  readonly from: number;
  readonly to: number;
}

/** Where the numbers of an entry stand. What A and B are depends on the kind. */
const KEY_START = 0;
const KEY_END = 1;
const KIND = 2;
const A = 3;
const B = 4;
const HASH = 5;
const STRIDE = 6;

const MAX_SMALL_INT_BYTES = 4;
const KEPT_ENTRIES = 16_384;
const KEPT_TEXT_BYTES = 1024 * 1024;

/**
 * The attributes of one span with its events and links, as places in the bytes of the request: nothing becomes a
 * JavaScript string that is only copied. A key that comes twice in one bag keeps its place and takes the last value.
 */
export class AttributeTable {
  /** Why the span that owns these attributes cannot be kept. */
  fault: string | undefined;
  readonly #limits: SpanLimits;
  readonly #seed = (Math.random() * 2 ** 32) | 0;
  readonly #texts = new RowBuffer();
  #source: Buffer = Buffer.alloc(0);
  /** The source with repaired keys behind it, once one was not UTF-8. */
  #repaired: RowBuffer | undefined;
  #entries = new Int32Array(STRIDE * 256);
  #count = 0;
  #bagFrom = 0;
  // An open hash table over the entries of the bag being read; a slot of another bag counts as empty.
  readonly #slots: Int32Array;
  readonly #slotBags: Int32Array;
  #bag = 0;
  #kind = EMPTY;
  #a = 0;
  #b = 0;
  readonly #budget: ValueBudget = {
    items: 0,
    tooDeep: () => {
      this.fault ??= FAULTS.nesting(this.#limits);
    },
    tooLong: () => {
      this.fault ??= FAULTS.string(this.#limits);
    },
  };

  constructor(limits: SpanLimits) {
    this.#limits = limits;
    const slots = 2 ** Math.ceil(Math.log2(limits.maxAttributes * 2));
    this.#slots = new Int32Array(slots);
    this.#slotBags = new Int32Array(slots);
  }

  /** Begins another request. */
  open(source: Buffer): void {
    this.#source = source;
    this.#repaired = undefined;
    this.clear();
  }

  /** Forgets the bags of the span before. */
  clear(): void {
    this.#count = 0;
    this.fault = undefined;
    this.#texts.length = 0;
    if (this.#entries.length > KEPT_ENTRIES * STRIDE) this.#entries = new Int32Array(STRIDE * 256);
    if (this.#texts.bytes.length > KEPT_TEXT_BYTES)
      this.#texts.bytes = Buffer.allocUnsafeSlow(KEPT_TEXT_BYTES);
  }

  /** From here on `read` adds to a new bag. */
  begin(): void {
    this.#bagFrom = this.#count;
    this.#bag = (this.#bag + 1) | 0;
    if (this.#bag === 0) this.#slotBags.fill(-1);
  }

  /** The bag that is complete now. */
  end(): Bag {
    return { from: this.#bagFrom, to: this.#count };
  }

  /** Reads the KeyValue message at the cursor. */
  read(reader: ProtoReader): void {
    if (this.#count - this.#bagFrom >= this.#limits.maxAttributes) {
      this.fault ??= FAULTS.attributes(this.#limits);
      reader.skip();
      return;
    }
    let keyStart = 0;
    let keyEnd = 0;
    this.#kind = EMPTY;
    const outer = reader.enter();
    while (reader.next()) {
      if (reader.field === 1) {
        reader.view();
        keyStart = reader.start;
        keyEnd = reader.end;
      } else if (reader.field === 2) this.#readValue(reader);
      else reader.skip();
    }
    reader.leave(outer);
    this.checkLength(keyEnd - keyStart);
    this.#put(keyStart, keyEnd);
  }

  /** Rejects the span for a text that is too long. */
  checkLength(byteLength: number): void {
    if (byteLength > this.#limits.maxStringBytes) this.fault ??= FAULTS.string(this.#limits);
  }

  #readValue(reader: ProtoReader): void {
    const outer = reader.enter();
    this.#kind = EMPTY;
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          reader.view();
          this.#set(STRING, reader.start, reader.end);
          this.checkLength(reader.end - reader.start);
          break;
        case 2:
          this.#set(BOOL, reader.bool() ? 1 : 0, 0);
          break;
        case 3: {
          const start = reader.position;
          const small = reader.smallVarint(MAX_SMALL_INT_BYTES);
          if (small >= 0) this.#set(SMALL_INT, small, 0);
          else this.#set(INT, start, 0);
          break;
        }
        case 4:
          this.#set(DOUBLE, reader.fixed64At(), 0);
          break;
        case 5:
          this.#setText(readArray(reader, this.#limits.maxNesting, this.#freshBudget()));
          break;
        case 6:
          this.#setText(readKeyValues(reader, this.#limits.maxNesting, this.#freshBudget()));
          break;
        case 7:
          reader.view();
          this.#set(BYTES, reader.start, reader.end);
          this.checkLength(Math.ceil((reader.end - reader.start) / 3) * 4);
          break;
        default:
          reader.skip();
      }
    }
    reader.leave(outer);
  }

  /** Every item takes a byte of text at least. */
  #freshBudget(): ValueBudget {
    this.#budget.items = this.#limits.maxStringBytes;
    return this.#budget;
  }

  #set(kind: number, a: number, b: number): void {
    this.#kind = kind;
    this.#a = a;
    this.#b = b;
  }

  #setText(value: Parameters<typeof textOf>[0]): void {
    const type = typeOf(value) ?? 'array';
    const start = this.#texts.length;
    const text = textOf(value);
    this.#texts.text(text);
    this.checkLength(Buffer.byteLength(text));
    this.#set(TYPES.indexOf(type, TEXT), start, this.#texts.length);
  }

  /** Puts the value just read under its key. */
  #put(givenStart: number, givenEnd: number): void {
    let start = givenStart;
    let end = givenEnd;
    let source = this.#source;
    let hash = this.#seed;
    let seen = 0;
    for (let index = start; index < end; index++) {
      const byte = source[index] as number;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (seen > 0x7f && !isUtf8(source.subarray(start, end))) {
      start = this.#repair(start, end);
      source = this.#source;
      end = (this.#repaired as RowBuffer).length;
      hash = this.#seed;
      for (let index = start; index < end; index++)
        hash = Math.imul(hash ^ (source[index] as number), 0x01000193);
    }
    hash ^= hash >>> 15;
    const entry = this.#find(start, end, hash);
    const entries = this.#entries;
    entries[entry + KEY_START] = start;
    entries[entry + KEY_END] = end;
    entries[entry + KIND] = this.#kind;
    entries[entry + A] = this.#a;
    entries[entry + B] = this.#b;
    entries[entry + HASH] = hash;
  }

  /** Where the entry of this key stands, a new one if the bag has none. */
  #find(start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (this.#slotBags[slot] === this.#bag) {
      const entry = slots[slot] as number;
      if (this.#entries[entry + HASH] === hash && this.#isKey(entry, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    const entry = this.#count * STRIDE;
    this.#count++;
    if (entry + STRIDE > this.#entries.length) {
      const grown = new Int32Array(this.#entries.length * 2);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#slotBags[slot] = this.#bag;
    slots[slot] = entry;
    return entry;
  }

  #isKey(entry: number, start: number, end: number): boolean {
    const source = this.#source;
    let at = this.#entries[entry + KEY_START] as number;
    if ((this.#entries[entry + KEY_END] as number) - at !== end - start) return false;
    for (let index = start; index < end; index++) if (source[index] !== source[at++]) return false;
    return true;
  }

  /** Puts a key that is not UTF-8 behind the source, made readable; gives its start. */
  #repair(start: number, end: number): number {
    const text = Buffer.from(this.#source.toString('utf8', start, end));
    if (this.#repaired === undefined) {
      this.#repaired = new RowBuffer(this.#source.length * 2);
      this.#repaired.raw(this.#source);
    }
    const place = this.#repaired.length;
    this.#repaired.raw(text);
    this.#source = this.#repaired.bytes;
    return place;
  }

  /** Writes the bag as a map of texts. */
  writeMap(out: RowBuffer, { from, to }: Bag): void {
    out.varint(to - from);
    for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
      this.#writeKey(out, entry);
      this.#writeValue(out, entry);
    }
  }

  /** Writes the bag as a map from the keys of values that are not strings to their types. */
  writeTypes(out: RowBuffer, { from, to }: Bag): void {
    const entries = this.#entries;
    let typed = 0;
    for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
      if (entries[entry + KIND] !== STRING) typed++;
    }
    out.varint(typed);
    if (typed === 0) return;
    for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
      const kind = entries[entry + KIND] as number;
      if (kind === STRING) continue;
      this.#writeKey(out, entry);
      out.raw(TYPE_TEXTS[kind] as Buffer);
    }
  }

  /** Writes the text of one key's value, empty when the bag has none. */
  writeValueOf(out: RowBuffer, { from, to }: Bag, key: Buffer): void {
    for (let entry = from * STRIDE; entry < to * STRIDE; entry += STRIDE) {
      const start = this.#entries[entry + KEY_START] as number;
      const end = this.#entries[entry + KEY_END] as number;
      if (end - start !== key.length || key.compare(this.#source, start, end) !== 0) continue;
      this.#writeValue(out, entry);
      return;
    }
    out.varint(0);
  }

  /** A key is UTF-8: it was looked at, or repaired, when it was read. */
  #writeKey(out: RowBuffer, entry: number): void {
    const start = this.#entries[entry + KEY_START] as number;
    const end = this.#entries[entry + KEY_END] as number;
    out.varint(end - start);
    out.raw(this.#source, start, end);
  }

  #writeValue(out: RowBuffer, entry: number): void {
    const a = this.#entries[entry + A] as number;
    const b = this.#entries[entry + B] as number;
    switch (this.#entries[entry + KIND]) {
      case EMPTY:
        out.varint(0);
        return;
      case STRING:
        out.utf8Text(this.#source, a, b);
        return;
      case BOOL:
        out.raw(a === 1 ? TRUE : FALSE);
        return;
      case SMALL_INT:
        out.decimalText(a);
        return;
      case INT:
        out.text(int64Text(this.#source, a));
        return;
      case DOUBLE:
        out.text(doubleText(this.#source.readDoubleLE(a)));
        return;
      case BYTES:
        out.text(this.#source.toString('base64', a, b));
        return;
      default:
        out.raw(this.#texts.bytes, a, b);
    }
  }
}
