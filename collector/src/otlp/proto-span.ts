import type { ByteWriter } from '../store/columns/byte-writer.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { SharedColumns, TraceBlock } from '../store/trace-block.ts';
import type { Bag } from './attribute-entries.ts';
import type { AttributeTable } from './attribute-table.ts';
import { isDecodeError } from './decode-error.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import { arePlausible } from './plausible-times.ts';
import type { ProtoReader } from './proto-reader.ts';
import { WIRE_FIXED32, WIRE_FIXED64, WIRE_LENGTH, WIRE_VARINT } from './proto-reader.ts';
import { EVENT_FIELDS, LINK_FIELDS, SPAN_FAULTS, SPAN_FIELDS, WIRE_TYPES } from './span-fields.ts';
import { clear, lengthOf, Parts, place, see } from './span-parts.ts';
import type { Part, Place } from './span-parts.ts';
import { KIND_NAMES, kindEntry, STATUS_NAMES, statusEntry } from './span-names.ts';

/**
 * One span on its way from protobuf to a row: `read` locates all parts in the bytes, `write` copies them into the
 * columns. One object serves all spans of a thread.
 */
export class ProtoSpan {
  /** Why the span read last cannot be kept. */
  fault: string | undefined;
  readonly #limits: SpanLimits;
  readonly #attributes: AttributeTable;
  readonly #traceId = place();
  readonly #spanId = place();
  readonly #parentSpanId = place();
  readonly #traceState = place();
  readonly #name = place();
  readonly #statusMessage = place();
  readonly #events = new Parts();
  readonly #links = new Parts();
  #bag: Bag = { from: 0, to: 0 };
  #source: Buffer = Buffer.alloc(0);
  #kind = 0;
  #statusCode = 0;
  #startAt = -1;
  #endAt = -1;
  #flags = 0;
  #droppedAttributesCount = 0;
  #droppedEventsCount = 0;
  #droppedLinksCount = 0;

  constructor(limits: SpanLimits, attributes: AttributeTable) {
    this.#limits = limits;
    this.#attributes = attributes;
  }

  /** Reads the field at the cursor, which holds a Span. State that is not the span's own remains unchanged. */
  read(reader: ProtoReader, source: Buffer): void {
    this.#reset(source);
    if (reader.wireType !== WIRE_LENGTH) {
      this.fault = FAULTS.span;
      reader.skip();
      return;
    }
    const attributes = this.#attributes;
    const outer = reader.enter();
    const end = reader.limit;
    try {
      attributes.begin();
      while (reader.next()) this.#readField(reader);
      this.#bag = attributes.end();
      for (let at = 0; at < this.#events.count; at++) this.#readEvent(reader, this.#events.at(at));
      for (let at = 0; at < this.#links.count; at++) this.#readLink(reader, this.#links.at(at));
    } catch (error) {
      if (!isDecodeError(error)) throw error;
      this.fault = FAULTS.span;
    }
    reader.abandon(end, outer);
    this.fault ??= this.#findFault() ?? attributes.fault;
  }

  #reset(source: Buffer): void {
    this.#source = source;
    this.fault = undefined;
    this.#attributes.clear();
    for (const field of [this.#traceId, this.#spanId, this.#parentSpanId, this.#traceState, this.#name])
      clear(field);
    clear(this.#statusMessage);
    this.#events.count = 0;
    this.#links.count = 0;
    this.#kind = 0;
    this.#statusCode = 0;
    this.#startAt = -1;
    this.#endAt = -1;
    this.#flags = 0;
    this.#droppedAttributesCount = 0;
    this.#droppedEventsCount = 0;
    this.#droppedLinksCount = 0;
  }

  #readField(reader: ProtoReader): void {
    const { field } = reader;
    if (field < WIRE_TYPES.length && WIRE_TYPES[field] !== reader.wireType) {
      this.#misread(reader, SPAN_FIELDS[field], SPAN_FAULTS[field]);
      return;
    }
    switch (field) {
      case 1:
        see(reader, this.#traceId);
        return;
      case 2:
        see(reader, this.#spanId);
        return;
      case 3:
        this.#seeText(reader, this.#traceState);
        return;
      case 4:
        see(reader, this.#parentSpanId);
        return;
      case 5:
        this.#seeText(reader, this.#name);
        return;
      case 6:
        this.#kind = reader.uint32OrNone();
        return;
      case 7:
        this.#startAt = reader.fixed64At();
        return;
      case 8:
        this.#endAt = reader.fixed64At();
        return;
      case 9:
        this.#attributes.read(reader);
        return;
      case 10:
        this.#droppedAttributesCount = this.#count(reader, 'droppedAttributesCount');
        return;
      case 11:
        this.#addPart(reader, this.#events);
        return;
      case 12:
        this.#droppedEventsCount = this.#count(reader, 'droppedEventsCount');
        return;
      case 13:
        this.#addPart(reader, this.#links);
        return;
      case 14:
        this.#droppedLinksCount = this.#count(reader, 'droppedLinksCount');
        return;
      case 15:
        this.#readStatus(reader);
        return;
      case 16:
        this.#flags = reader.fixed32();
        return;
      default:
        reader.skip();
    }
  }

  /** Skips a field with the wrong wire type. Rejects the span if it is meaningless without that field. */
  #misread(reader: ProtoReader, what: string | undefined, fault: string | undefined): void {
    if (fault !== undefined) this.#attributes.fault ??= fault;
    else if (what !== undefined) this.#attributes.lose(what);
    reader.skip();
  }

  #count(reader: ProtoReader, what: string): number {
    const count = reader.uint32OrNone();
    if (count < 0) this.#attributes.lose(what);
    return Math.max(0, count);
  }

  #addPart(reader: ProtoReader, parts: Parts): void {
    reader.view();
    if (parts.count < this.#limits.maxEvents) parts.add(reader.start, reader.end);
    else this.#attributes.fault ??= FAULTS.tooMany(this.#limits);
  }

  #readStatus(reader: ProtoReader): void {
    const outer = reader.enter();
    while (reader.next()) {
      const { field, wireType } = reader;
      if (field === 2 && wireType === WIRE_LENGTH) this.#seeText(reader, this.#statusMessage);
      else if (field === 3 && wireType === WIRE_VARINT) this.#statusCode = reader.uint32OrNone();
      else
        this.#misread(reader, field === 2 ? 'message' : undefined, field === 3 ? FAULTS.status : undefined);
    }
    reader.leave(outer);
  }

  #readEvent(reader: ProtoReader, event: Part): void {
    this.#attributes.begin();
    const outer = reader.enterAt(event.start, event.end);
    while (reader.next()) {
      const { field, wireType } = reader;
      if (field === 1 && wireType === WIRE_FIXED64) event.timeAt = reader.fixed64At();
      else if (field === 2 && wireType === WIRE_LENGTH) this.#seeText(reader, event.name);
      else if (field === 3) this.#attributes.read(reader);
      else if (field === 4 && wireType === WIRE_VARINT)
        event.droppedAttributesCount = this.#count(reader, 'droppedAttributesCount');
      else this.#misread(reader, EVENT_FIELDS[field], field === 1 ? FAULTS.eventTime : undefined);
    }
    reader.leave(outer);
    event.bag = this.#attributes.end();
  }

  #readLink(reader: ProtoReader, link: Part): void {
    this.#attributes.begin();
    const outer = reader.enterAt(link.start, link.end);
    while (reader.next()) {
      const { field, wireType } = reader;
      if (field === 1 && wireType === WIRE_LENGTH) see(reader, link.traceId);
      else if (field === 2 && wireType === WIRE_LENGTH) see(reader, link.spanId);
      else if (field === 3 && wireType === WIRE_LENGTH) this.#seeText(reader, link.traceState);
      else if (field === 4) this.#attributes.read(reader);
      else if (field === 5 && wireType === WIRE_VARINT)
        link.droppedAttributesCount = this.#count(reader, 'droppedAttributesCount');
      else if (field === 6 && wireType === WIRE_FIXED32) link.flags = reader.fixed32();
      else this.#misread(reader, LINK_FIELDS[field], field <= 2 ? FAULTS.link : undefined);
    }
    reader.leave(outer);
    link.bag = this.#attributes.end();
  }

  #seeText(reader: ProtoReader, field: Place): void {
    see(reader, field);
    this.#attributes.checkLength(field.end - field.start);
  }

  #findFault(): string | undefined {
    if (lengthOf(this.#traceId) !== 16 || this.#isZero(this.#traceId)) return FAULTS.traceId;
    if (lengthOf(this.#spanId) !== 8 || this.#isZero(this.#spanId)) return FAULTS.spanId;
    const parentBytes = lengthOf(this.#parentSpanId);
    if (parentBytes !== 0 && parentBytes !== 8) return FAULTS.parentSpanId;
    if (this.#isAfter2262(this.#startAt)) return FAULTS.startTime;
    const { takesUnknownEnums = false } = this.#limits;
    if (!takesUnknownEnums && KIND_NAMES[this.#kind] === undefined) return FAULTS.kind;
    if (!takesUnknownEnums && STATUS_NAMES[this.#statusCode] === undefined) return FAULTS.status;
    for (let index = 0; index < this.#events.count; index++) {
      if (this.#isAfter2262(this.#events.at(index).timeAt)) return FAULTS.eventTime;
    }
    for (let index = 0; index < this.#links.count; index++) {
      const link = this.#links.at(index);
      if (lengthOf(link.traceId) !== 16 || lengthOf(link.spanId) !== 8) return FAULTS.link;
    }
    return undefined;
  }

  #isZero({ start, end }: Place): boolean {
    for (let index = start; index < end; index++) if (this.#source[index] !== 0) return false;
    return true;
  }

  /** The engine counts nanoseconds in a signed 64-bit integer. */
  #isAfter2262(timeAt: number): boolean {
    return timeAt >= 0 && (this.#source[timeAt + 7] as number) > 0x7f;
  }

  /** Whether its times are plausible for a span that arrives now. */
  isPlausible(nowMillis: number): boolean {
    const startHigh = this.#uint32At(this.#startAt, 4);
    const endHigh = this.#uint32At(this.#endAt, 4);
    const startLow = this.#uint32At(this.#startAt, 0);
    const endLow = this.#uint32At(this.#endAt, 0);
    if (endHigh < startHigh || (endHigh === startHigh && endLow < startLow)) return false;
    return arePlausible(startHigh * 2 ** 32 + startLow, endHigh * 2 ** 32 + endLow, nowMillis);
  }

  /** Appends the row of a span without a fault. `shared` are the columns of its resource and scope. */
  write(out: TraceBlock, shared: SharedColumns, isPlausible: boolean): void {
    const source = this.#source;
    const attributes = this.#attributes;
    const { columns } = out;
    this.#writeTime(columns.Timestamp.cells, this.#startAt);
    columns.ImplausibleTimes.cells.uint8(isPlausible ? 0 : 1);
    writeHex(columns.TraceId.cells, source, this.#traceId);
    writeHex(columns.SpanId.cells, source, this.#spanId);
    if (this.#isZero(this.#parentSpanId)) columns.ParentSpanId.cells.varint(0);
    else writeHex(columns.ParentSpanId.cells, source, this.#parentSpanId);
    writeText(columns.TraceState.cells, source, this.#traceState);
    addName(columns.SpanName, source, this.#name);
    columns.SpanKind.addEntry(kindEntry(this.#kind));
    this.#writeDuration(columns.Duration.cells);
    columns.StatusCode.addEntry(statusEntry(this.#statusCode));
    writeText(columns.StatusMessage.cells, source, this.#statusMessage);
    columns.Flags.cells.uint32(this.#flags);
    columns.DroppedAttributesCount.cells.uint32(this.#droppedAttributesCount);
    columns.DroppedEventsCount.cells.uint32(this.#droppedEventsCount);
    columns.DroppedLinksCount.cells.uint32(this.#droppedLinksCount);
    attributes.writeMap(columns.SpanAttributes, this.#bag);
    attributes.writeTypes(columns.SpanAttributeTypes, this.#bag);
    this.#writeEvents(out);
    this.#writeLinks(out);
    out.addShared(shared);
    out.endRow();
  }

  #writeEvents(out: TraceBlock): void {
    const { columns } = out;
    const { count } = this.#events;
    for (let index = 0; index < count; index++) {
      const event = this.#events.at(index);
      this.#writeTime(columns['Events.Timestamp'].items.cells, event.timeAt);
      addName(columns['Events.Name'].items, this.#source, event.name);
      this.#attributes.writeMap(columns['Events.Attributes'].items, event.bag);
      this.#attributes.writeTypes(columns.EventAttributeTypes.items, event.bag);
      columns.EventDroppedAttributesCounts.items.cells.uint32(event.droppedAttributesCount);
    }
    out.endEvents(count);
  }

  #writeLinks(out: TraceBlock): void {
    const { columns } = out;
    const { count } = this.#links;
    for (let index = 0; index < count; index++) {
      const link = this.#links.at(index);
      writeHex(columns['Links.TraceId'].items.cells, this.#source, link.traceId);
      writeHex(columns['Links.SpanId'].items.cells, this.#source, link.spanId);
      writeText(columns['Links.TraceState'].items.cells, this.#source, link.traceState);
      this.#attributes.writeMap(columns['Links.Attributes'].items, link.bag);
      this.#attributes.writeTypes(columns.LinkAttributeTypes.items, link.bag);
      columns.LinkDroppedAttributesCounts.items.cells.uint32(link.droppedAttributesCount);
      columns.LinkFlags.items.cells.uint32(link.flags);
    }
    out.endLinks(count);
  }

  #writeTime(out: ByteWriter, timeAt: number): void {
    if (timeAt >= 0) out.raw(this.#source, timeAt, timeAt + 8);
    else writeZero64(out);
  }

  /** End − start in ns; 0 when the end is before the start. */
  #writeDuration(out: ByteWriter): void {
    const startLow = this.#uint32At(this.#startAt, 0);
    const startHigh = this.#uint32At(this.#startAt, 4);
    const endLow = this.#uint32At(this.#endAt, 0);
    const endHigh = this.#uint32At(this.#endAt, 4);
    if (endHigh < startHigh || (endHigh === startHigh && endLow <= startLow)) {
      writeZero64(out);
      return;
    }
    out.uint32(endLow - startLow);
    out.uint32(endHigh - startHigh - (endLow < startLow ? 1 : 0));
  }

  #uint32At(timeAt: number, offset: number): number {
    return timeAt < 0 ? 0 : this.#source.readUInt32LE(timeAt + offset);
  }
}

function addName(column: NameColumn, source: Buffer, { start, end }: Place): void {
  column.add(source, start, end);
}

function writeHex(out: ByteWriter, source: Buffer, { start, end }: Place): void {
  out.hexText(source, start, end);
}

function writeText(out: ByteWriter, source: Buffer, { start, end }: Place): void {
  out.utf8Text(source, start, end);
}

function writeZero64(out: ByteWriter): void {
  out.uint32(0);
  out.uint32(0);
}
