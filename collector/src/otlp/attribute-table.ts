import { ByteWriter } from '../store/columns/byte-writer.ts';
import type { MapColumn } from '../store/columns/map-column.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { PlainColumn } from '../store/columns/plain-column.ts';
import { textOf, typeOf } from './any-value.ts';
import type { Bag } from './attribute-entries.ts';
import { AttributeEntries } from './attribute-entries.ts';
import { writeMap, writeTypes, writeValueOf } from './attribute-writer.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import type { ProtoReader } from './proto-reader.ts';
import type { ValueBudget } from './proto-value.ts';
import { readArray, readKeyValues } from './proto-value.ts';
import { BOOL, BYTES, DOUBLE, EMPTY, INT, SMALL_INT, STRING, TEXT, TYPES } from './value-kinds.ts';

const MAX_SMALL_INT_BYTES = 4;
const KEPT_TEXT_BYTES = 1024 * 1024;

/**
 * The attributes of one span with its events and links on their way from the request into a block of rows: a scalar stays where it
 * is in the request, and nothing becomes a JavaScript string that is only copied.
 */
export class AttributeTable {
  /** Why the span that owns these attributes cannot be kept. */
  fault: string | undefined;
  readonly #limits: SpanLimits;
  readonly #entries: AttributeEntries;
  /** Those of lists and maps, which are kept as texts, each with its length before it. */
  readonly #texts = new ByteWriter();
  // The value read last; what A and B are depends on the kind.
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
    this.#entries = new AttributeEntries(limits.maxAttributes);
  }

  /** Begins another request. */
  open(source: Buffer): void {
    this.#entries.open(source);
    this.clear();
  }

  /** Forgets the bags of the span before. */
  clear(): void {
    this.fault = undefined;
    this.#entries.clear();
    this.#texts.length = 0;
    if (this.#texts.bytes.length > KEPT_TEXT_BYTES)
      this.#texts.bytes = Buffer.allocUnsafeSlow(KEPT_TEXT_BYTES);
  }

  /** From here on `read` adds to a new bag. */
  begin(): void {
    this.#entries.begin();
  }

  /** The bag that is complete now. */
  end(): Bag {
    return this.#entries.end();
  }

  /** Reads the KeyValue message at the cursor. */
  read(reader: ProtoReader): void {
    if (this.#entries.bagSize >= this.#limits.maxAttributes) {
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
    this.#entries.put(keyStart, keyEnd, this.#kind, this.#a, this.#b);
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

  /** Writes the bag as a map of texts. */
  writeMap(column: MapColumn<PlainColumn>, bag: Bag): void {
    writeMap(column, this.#entries, this.#texts.bytes, bag);
  }

  /** Writes the bag as a map from the keys of values that are not strings to their types. */
  writeTypes(column: MapColumn<NameColumn>, bag: Bag): void {
    writeTypes(column, this.#entries, bag);
  }

  /** Writes the text of one key's value, empty when the bag has none. */
  writeValueOf(out: ByteWriter, bag: Bag, key: Buffer): void {
    writeValueOf(out, this.#entries, this.#texts.bytes, bag, key);
  }
}
