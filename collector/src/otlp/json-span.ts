import type { SharedColumns, TraceBlock } from '../store/trace-block.ts';
import type { AttributeBag } from './attributes.ts';
import { FAULTS } from './limits.ts';
import { arePlausible } from './plausible-times.ts';
import { kindEntry, statusEntry } from './span-names.ts';

export interface RawEvent {
  timeUnixNano: bigint | undefined;
  name: string;
  attributes: AttributeBag;
  droppedAttributesCount: number;
}

export interface RawLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: AttributeBag;
  droppedAttributesCount: number;
  flags: number;
}

// DateTime64(9) counts nanoseconds in a signed 64-bit integer.
const MAX_UNIX_NANO = 2n ** 63n - 1n;

/** A span as read from JSON. Ids are lower-case hex of any length; an invalid id or time is `undefined`. */
export class RawSpan {
  /** Why it cannot be kept, as far as the reader knows. */
  fault: string | undefined;
  traceId: string | undefined = '';
  spanId: string | undefined = '';
  parentSpanId: string | undefined = '';
  traceState = '';
  name = '';
  kind = 0;
  startUnixNano: bigint | undefined = 0n;
  endUnixNano: bigint | undefined = 0n;
  attributes: AttributeBag;
  events: RawEvent[] = [];
  links: RawLink[] = [];
  statusCode = 0;
  statusMessage = '';
  flags = 0;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;

  constructor(attributes: AttributeBag) {
    this.attributes = attributes;
  }

  /** Why it cannot be kept. */
  findFault(): string | undefined {
    if (!isId(this.traceId, 32)) return FAULTS.traceId;
    if (!isId(this.spanId, 16)) return FAULTS.spanId;
    if (this.parentSpanId !== '' && this.parentSpanId?.length !== 16) return FAULTS.parentSpanId;
    if (!isTime(this.startUnixNano)) return FAULTS.startTime;
    if (this.endUnixNano === undefined) return FAULTS.endTime;
    if (!this.events.every((event) => isTime(event.timeUnixNano))) return FAULTS.eventTime;
    if (this.links.some((link) => link.traceId.length !== 32 || link.spanId.length !== 16))
      return FAULTS.link;
    return this.fault;
  }

  /** Whether its times are plausible for a span that arrives now. */
  isPlausible(nowMillis: number): boolean {
    const { startUnixNano = 0n, endUnixNano = 0n } = this;
    return (
      endUnixNano >= startUnixNano && arePlausible(Number(startUnixNano), Number(endUnixNano), nowMillis)
    );
  }

  /** Appends its row. Only for a span without a fault. */
  write(out: TraceBlock, shared: SharedColumns, isPlausible: boolean): void {
    const { columns } = out;
    const { parentSpanId = '', startUnixNano = 0n, endUnixNano = 0n } = this;
    const nanoseconds = endUnixNano - startUnixNano;
    columns.Timestamp.cells.int64(startUnixNano);
    columns.ImplausibleTimes.cells.uint8(isPlausible ? 0 : 1);
    columns.TraceId.cells.text(this.traceId ?? '');
    columns.SpanId.cells.text(this.spanId ?? '');
    columns.ParentSpanId.cells.text(isZero(parentSpanId) ? '' : parentSpanId);
    columns.TraceState.cells.text(this.traceState);
    columns.SpanName.addText(this.name);
    columns.SpanKind.addEntry(kindEntry(this.kind));
    columns.Duration.cells.uint64(nanoseconds > 0n ? nanoseconds : 0n);
    columns.StatusCode.addEntry(statusEntry(this.statusCode));
    columns.StatusMessage.cells.text(this.statusMessage);
    columns.Flags.cells.uint32(this.flags);
    columns.DroppedAttributesCount.cells.uint32(this.droppedAttributesCount);
    columns.DroppedEventsCount.cells.uint32(this.droppedEventsCount);
    columns.DroppedLinksCount.cells.uint32(this.droppedLinksCount);
    this.attributes.writeMap(columns.SpanAttributes);
    this.attributes.writeTypes(columns.SpanAttributeTypes);
    this.#writeEvents(out);
    this.#writeLinks(out);
    out.addShared(shared);
    out.endRow();
  }

  #writeEvents(out: TraceBlock): void {
    const { columns } = out;
    const { events } = this;
    for (const event of events) {
      columns['Events.Timestamp'].items.cells.int64(event.timeUnixNano ?? 0n);
      columns['Events.Name'].items.addText(event.name);
      event.attributes.writeMap(columns['Events.Attributes'].items);
      event.attributes.writeTypes(columns.EventAttributeTypes.items);
      columns.EventDroppedAttributesCounts.items.cells.uint32(event.droppedAttributesCount);
    }
    out.endEvents(events.length);
  }

  #writeLinks(out: TraceBlock): void {
    const { columns } = out;
    const { links } = this;
    for (const link of links) {
      columns['Links.TraceId'].items.cells.text(link.traceId);
      columns['Links.SpanId'].items.cells.text(link.spanId);
      columns['Links.TraceState'].items.cells.text(link.traceState);
      link.attributes.writeMap(columns['Links.Attributes'].items);
      link.attributes.writeTypes(columns.LinkAttributeTypes.items);
      columns.LinkDroppedAttributesCounts.items.cells.uint32(link.droppedAttributesCount);
      columns.LinkFlags.items.cells.uint32(link.flags);
    }
    out.endLinks(links.length);
  }
}

function isTime(time: bigint | undefined): boolean {
  return time !== undefined && time <= MAX_UNIX_NANO;
}

function isId(id: string | undefined, digits: number): boolean {
  return id?.length === digits && !isZero(id);
}

function isZero(id: string): boolean {
  return id.startsWith('0') && /^0+$/.test(id);
}
