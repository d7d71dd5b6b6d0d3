import { ByteWriter } from '../store/columns/byte-writer.ts';
import type { MapColumn } from '../store/columns/map-column.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { PlainColumn } from '../store/columns/plain-column.ts';
import { textOf, typeOf } from './any-value.ts';
import type { Bag } from './attribute-entries.ts';
import { AttributeEntries } from './attribute-entries.ts';
import { writeMap, writeTypes, writeValueOf } from './attribute-writer.ts';
import { isDecodeError } from './decode-error.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import type { ProtoReader } from './proto-reader.ts';
import { WIRE_LENGTH } from './proto-reader.ts';
import type { ValueBudget } from './proto-value.ts';
import { isMiswritten, readArray, readKeyValues } from './proto-value.ts';
import { LOST, unreadable } from './remarks.ts';
import { BOOL, BYTES, DOUBLE, EMPTY, INT, SMALL_INT, STRING, TEXT, TYPES } from './value-kinds.ts';

const MAX_SMALL_INT_BYTES = 4;
const KEPT_TEXT_BYTES = 1024 * 1024;

/**
 * The attributes of one span, with its events and links, between the request and a block of rows. A scalar stays in
 * place in the request, and no JavaScript string is created for data that is only copied.
 */
export class AttributeTable {
  /** Why the span that owns these attributes cannot be kept. */
  fault: string | undefined;
  /** Parts that were unreadable and are absent. */
  remark: string | undefined;
  readonly #limits: SpanLimits;
  readonly #entries: AttributeEntries;
  /** Texts of lists and maps, each with its length before it. */
  readonly #texts = new ByteWriter();
  // The key read last; its end is before its start if it was no text.
  #keyStart = 0;
  #keyEnd = 0;
  // The value read last; the meaning of A and B depends on the kind.
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
    lose: (what) => this.lose(what),
  };

  constructor(limits: SpanLimits) {
    this.#limits = limits;
    this.#entries = new AttributeEntries(limits.maxAttributes);
  }

  /** Starts another request. */
  open(source: Buffer): void {
    this.#entries.open(source);
    this.clear();
  }

  /** Forgets the bags of the previous span. */
  clear(): void {
    this.fault = undefined;
    this.remark = undefined;
    this.#entries.clear();
    this.#texts.length = 0;
    if (this.#texts.bytes.length > KEPT_TEXT_BYTES)
      this.#texts.bytes = Buffer.allocUnsafeSlow(KEPT_TEXT_BYTES);
  }

  /** From here on, `read` adds to a new bag. */
  begin(): void {
    this.#entries.begin();
  }

  /** Completes the open bag and returns it. */
  end(): Bag {
    return this.#entries.end();
  }

  /** Notes that a part of the owner was unreadable and is absent. */
  lose(what: string): void {
    this.remark ??= unreadable(what);
  }

  /** Reads the field at the cursor, which holds a KeyValue; only its unreadable parts are lost. */
  read(reader: ProtoReader): void {
    if (reader.wireType !== WIRE_LENGTH) {
      this.lose(LOST.attribute);
      reader.skip();
      return;
    }
    if (this.#entries.bagSize >= this.#limits.maxAttributes) {
      this.fault ??= FAULTS.attributes(this.#limits);
      reader.skip();
      return;
    }
    const outer = reader.enter();
    const end = reader.limit;
    this.#kind = EMPTY;
    this.#keyStart = 0;
    this.#keyEnd = 0;
    try {
      while (reader.next()) {
        if (reader.wireType !== WIRE_LENGTH || reader.field > 2) this.#readOther(reader);
        else if (reader.field === 2) this.#readValue(reader);
        else {
          reader.view();
          this.#keyStart = reader.start;
          this.#keyEnd = reader.end;
        }
      }
    } catch (error) {
      if (!isDecodeError(error)) throw error;
      this.lose(LOST.value);
      this.#kind = EMPTY;
    }
    reader.abandon(end, outer);
    if (this.#keyEnd < 0) {
      this.lose(LOST.attribute);
      return;
    }
    this.checkLength(this.#keyEnd - this.#keyStart);
    this.#entries.put(this.#keyStart, this.#keyEnd, this.#kind, this.#a, this.#b);
  }

  /** Skips fields that are neither key nor value, or have the wrong wire type. */
  #readOther(reader: ProtoReader): void {
    if (reader.field === 1) this.#keyEnd = -1;
    else if (reader.field === 2) {
      this.lose(LOST.value);
      this.#kind = EMPTY;
    }
    reader.skip();
  }

  /** Rejects the span for a text that is too long. */
  checkLength(byteLength: number): void {
    if (byteLength > this.#limits.maxStringBytes) this.fault ??= FAULTS.string(this.#limits);
  }

  #readValue(reader: ProtoReader): void {
    const outer = reader.enter();
    this.#kind = EMPTY;
    while (reader.next()) {
      if (isMiswritten(reader)) {
        this.lose(LOST.value);
        this.#kind = EMPTY;
        reader.skip();
        continue;
      }
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

  /** Every item takes at least one byte of text. */
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
