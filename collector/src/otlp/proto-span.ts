import type { ByteWriter } from '../store/columns/byte-writer.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { SharedColumns, TraceBlock } from '../store/trace-block.ts';
import type { Bag } from './attribute-entries.ts';
import type { AttributeTable } from './attribute-table.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import type { ProtoReader } from './proto-reader.ts';
import { clear, lengthOf, Parts, place, see } from './span-parts.ts';
import type { Part, Place } from './span-parts.ts';
import { kindEntry, statusEntry } from './span-names.ts';

/**
 * One span on its way from protobuf to a row: `read` finds where everything stands in the bytes, `write` copies it into the
 * columns. One object serves all spans of a thread.
 */
export class ProtoSpan {
  /** Why the span just read cannot be kept. */
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

  /** Reads the Span message at the cursor. @throws `ERR_OTLP_DECODE` */
  read(reader: ProtoReader, source: Buffer): void {
    this.#reset(source);
    const attributes = this.#attributes;
    attributes.begin();
    const outer = reader.enter();
    while (reader.next()) this.#readField(reader);
    this.#bag = attributes.end();
    for (let index = 0; index < this.#events.count; index++) this.#readEvent(reader, this.#events.at(index));
    for (let index = 0; index < this.#links.count; index++) this.#readLink(reader, this.#links.at(index));
    reader.leave(outer);
    this.fault = this.#findFault() ?? attributes.fault;
  }

  #reset(source: Buffer): void {
    this.#source = source;
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
    switch (reader.field) {
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
        this.#kind = reader.uint32();
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
        this.#droppedAttributesCount = reader.uint32();
        return;
      case 11:
        this.#addPart(reader, this.#events);
        return;
      case 12:
        this.#droppedEventsCount = reader.uint32();
        return;
      case 13:
        this.#addPart(reader, this.#links);
        return;
      case 14:
        this.#droppedLinksCount = reader.uint32();
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

  #addPart(reader: ProtoReader, parts: Parts): void {
    reader.view();
    if (parts.count < this.#limits.maxEvents) parts.add(reader.start, reader.end);
    else this.#attributes.fault ??= FAULTS.events(this.#limits);
  }

  #readStatus(reader: ProtoReader): void {
    const outer = reader.enter();
    while (reader.next()) {
      if (reader.field === 2) this.#seeText(reader, this.#statusMessage);
      else if (reader.field === 3) this.#statusCode = reader.uint32();
      else reader.skip();
    }
    reader.leave(outer);
  }

  #readEvent(reader: ProtoReader, event: Part): void {
    this.#attributes.begin();
    const outer = reader.enterAt(event.start, event.end);
    while (reader.next()) {
      if (reader.field === 1) event.timeAt = reader.fixed64At();
      else if (reader.field === 2) this.#seeText(reader, event.name);
      else if (reader.field === 3) this.#attributes.read(reader);
      else if (reader.field === 4) event.droppedAttributesCount = reader.uint32();
      else reader.skip();
    }
    reader.leave(outer);
    event.bag = this.#attributes.end();
  }

  #readLink(reader: ProtoReader, link: Part): void {
    this.#attributes.begin();
    const outer = reader.enterAt(link.start, link.end);
    while (reader.next()) {
      if (reader.field === 1) see(reader, link.traceId);
      else if (reader.field === 2) see(reader, link.spanId);
      else if (reader.field === 3) this.#seeText(reader, link.traceState);
      else if (reader.field === 4) this.#attributes.read(reader);
      else if (reader.field === 5) link.droppedAttributesCount = reader.uint32();
      else if (reader.field === 6) link.flags = reader.fixed32();
      else reader.skip();
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

  /** Appends the row of a span without fault. `shared` are the columns of its resource and scope. */
  write(out: TraceBlock, shared: SharedColumns): void {
    const source = this.#source;
    const attributes = this.#attributes;
    const { columns } = out;
    this.#writeTime(columns.Timestamp.cells, this.#startAt);
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
