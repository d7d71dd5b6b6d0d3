import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import { ByteWriter } from '../store/columns/byte-writer.ts';
import { makeSharedColumns, SCOPE_COLUMNS } from '../store/trace-block.ts';
import type { TraceBlock } from '../store/trace-block.ts';
import { AttributeTable } from './attribute-table.ts';
import { decodeError, isDecodeError } from './decode-error.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS, MAX_PARTS, tooManyParts } from './limits.ts';
import { ProtoReader, WIRE_LENGTH } from './proto-reader.ts';
import { ProtoSpan } from './proto-span.ts';
import { foreign, IMPLAUSIBLE_TIMES, Remarks } from './remarks.ts';

// Field numbers: opentelemetry-proto 1.9, trace/v1/trace.proto, common/v1/common.proto, resource/v1/resource.proto.

const SERVICE_NAME = Buffer.from(ATTR_SERVICE_NAME);

/**
 * Encodes Protobuf ExportTraceServiceRequests into rows, straight from bytes to bytes. It reuses its working memory
 * between requests and handles one request at a time.
 */
export class ProtoEncoder {
  readonly #attributes: AttributeTable;
  readonly #span: ProtoSpan;
  /** One row of it. */
  readonly #shared = makeSharedColumns();
  readonly #serviceName = new ByteWriter(256);
  #source: Buffer = Buffer.alloc(0);
  #reader = new ProtoReader(this.#source);
  #resourceFault: string | undefined;
  #scopeFault: string | undefined;
  #parts = 0;
  #remarks = new Remarks();
  /** Whether the current message contained a span, or something in the place of one. */
  #hasSpans = false;
  /** The number of a field that OTLP traces do not have; 0 when there is none. */
  #foreignField = 0;

  constructor(limits: SpanLimits) {
    this.#attributes = new AttributeTable(limits);
    this.#span = new ProtoSpan(limits, this.#attributes);
  }

  /**
   * Appends the rows to `out` one at a time. After each span it yields the reason for leaving it out, or undefined.
   * @throws `ERR_OTLP_DECODE`
   */
  *encode(body: Uint8Array, out: TraceBlock, remarks: Remarks): Generator<string | undefined> {
    this.#remarks = remarks;
    this.#source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#attributes.open(this.#source);
    this.#parts = 0;
    const reader = new ProtoReader(this.#source);
    this.#reader = reader;
    this.#open();
    let faulty = 0;
    let isReadable = false;
    while (reader.next()) {
      if (reader.field !== 1) this.#skipForeign();
      else if (reader.wireType === WIRE_LENGTH) {
        this.#hasSpans = true;
        isReadable = true;
        yield* this.#resourceSpans(out);
      } else {
        this.#skipFaulty();
        faulty++;
      }
    }
    if (faulty > 0 && !isReadable) throw decodeError(FAULTS.resourceSpans);
    for (; faulty > 0; faulty--) yield FAULTS.resourceSpans;
    this.#remarkForeign();
  }

  /** Starts tracking unknown fields where spans are expected. */
  #open(): void {
    this.#hasSpans = false;
    this.#foreignField = 0;
  }

  #skipForeign(): void {
    this.#foreignField = this.#reader.field;
    this.#reader.skip();
  }

  #skipFaulty(): void {
    this.#hasSpans = true;
    this.#reader.skip();
  }

  #remarkForeign(): void {
    if (!this.#hasSpans && this.#foreignField > 0)
      this.#remarks.add(foreign([`field ${this.#foreignField}`]));
    this.#hasSpans = true; // also for the enclosing message
  }

  /** Fields may come in any order, so the fields that spans share are read first, then the spans. */
  *#resourceSpans(out: TraceBlock): Generator<string | undefined> {
    const reader = this.#reader;
    const attributes = this.#attributes;
    this.#countPart();
    const outer = reader.enter();
    const start = reader.position;
    attributes.clear();
    attributes.begin();
    let urlStart = 0;
    let urlEnd = 0;
    while (reader.next()) {
      if (reader.field === 1) this.#readResource();
      else if (reader.field === 3 && reader.wireType === WIRE_LENGTH) {
        reader.view();
        urlStart = reader.start;
        urlEnd = reader.end;
      } else {
        if (reader.field === 3) attributes.lose('schemaUrl');
        reader.skip();
      }
    }
    attributes.checkLength(urlEnd - urlStart);
    const bag = attributes.end();
    const shared = this.#shared;
    for (const column of Object.values(shared)) column.clear();
    this.#serviceName.length = 0;
    attributes.writeValueOf(this.#serviceName, bag, SERVICE_NAME);
    shared.ServiceName.addEntry(this.#serviceName.bytes.subarray(0, this.#serviceName.length));
    attributes.writeMap(shared.ResourceAttributes, bag);
    attributes.writeTypes(shared.ResourceAttributeTypes, bag);
    shared.ResourceSchemaUrl.add(this.#source, urlStart, urlEnd);
    this.#resourceFault = attributes.fault && `the resource has ${attributes.fault}`;
    this.#remarks.add(attributes.remark);
    reader.rewind(start);
    this.#open();
    while (reader.next()) {
      if (reader.field === 1 || reader.field === 3) reader.skip();
      else if (reader.field !== 2) this.#skipForeign();
      else if (reader.wireType === WIRE_LENGTH) yield* this.#scopeSpans(out);
      else {
        this.#skipFaulty();
        yield FAULTS.scopeSpans;
      }
    }
    this.#remarkForeign();
    reader.leave(outer);
  }

  *#scopeSpans(out: TraceBlock): Generator<string | undefined> {
    const reader = this.#reader;
    this.#countPart();
    const outer = reader.enter();
    const start = reader.position;
    this.#readScope();
    reader.rewind(start);
    this.#open();
    while (reader.next()) {
      if (reader.field === 2) {
        this.#hasSpans = true;
        yield this.#encodeSpan(out);
      } else if (reader.field === 1 || reader.field === 3) reader.skip();
      else this.#skipForeign();
    }
    this.#remarkForeign();
    reader.leave(outer);
  }

  #readScope(): void {
    const reader = this.#reader;
    const attributes = this.#attributes;
    const shared = this.#shared;
    attributes.clear();
    attributes.begin();
    const texts = [0, 0, 0, 0, 0, 0]; // start and end of name, version and schema URL
    const see = (index: number, what: string): void => {
      if (reader.wireType !== WIRE_LENGTH) {
        attributes.lose(what);
        reader.skip();
        return;
      }
      reader.view();
      texts[index] = reader.start;
      texts[index + 1] = reader.end;
      attributes.checkLength(reader.end - reader.start);
    };
    while (reader.next()) {
      if (reader.field === 1) {
        const isRead = this.#readMessage(() => {
          if (reader.field === 3) attributes.read(reader);
          else if (reader.field === 1) see(0, 'name');
          else if (reader.field === 2) see(2, 'version');
          else reader.skip();
        });
        if (!isRead) attributes.lose('scope');
      } else if (reader.field === 3) see(4, 'schemaUrl');
      else reader.skip();
    }
    const bag = attributes.end();
    for (const column of SCOPE_COLUMNS) shared[column].clear();
    shared.ScopeName.cells.utf8Text(this.#source, texts[0] as number, texts[1] as number);
    shared.ScopeVersion.cells.utf8Text(this.#source, texts[2] as number, texts[3] as number);
    attributes.writeMap(shared.ScopeAttributes, bag);
    attributes.writeTypes(shared.ScopeAttributeTypes, bag);
    shared.ScopeSchemaUrl.add(this.#source, texts[4] as number, texts[5] as number);
    this.#scopeFault = attributes.fault && `the scope has ${attributes.fault}`;
    this.#remarks.add(attributes.remark);
  }

  #encodeSpan(out: TraceBlock): string | undefined {
    const span = this.#span;
    this.#countPart();
    span.read(this.#reader, this.#source);
    const fault = span.fault ?? this.#scopeFault ?? this.#resourceFault;
    if (fault !== undefined) return fault;
    const isPlausible = span.isPlausible(Date.now());
    span.write(out, this.#shared, isPlausible);
    this.#remarks.add(this.#attributes.remark);
    if (!isPlausible) this.#remarks.add(IMPLAUSIBLE_TIMES);
    return undefined;
  }

  #countPart(): void {
    if (++this.#parts > MAX_PARTS) throw tooManyParts();
  }

  /**
   * Adds the attributes of the Resource at the cursor to the open bag. If they cannot be read, the owner of the spans
   * is unknown.
   */
  #readResource(): void {
    const reader = this.#reader;
    const attributes = this.#attributes;
    const isRead = this.#readMessage(() => {
      if (reader.field === 1) attributes.read(reader);
      else reader.skip();
    });
    if (!isRead) attributes.fault ??= FAULTS.resource;
  }

  /** Reads the message at the cursor field by field; false when it is not readable to its end. */
  #readMessage(readField: () => void): boolean {
    const reader = this.#reader;
    if (reader.wireType !== WIRE_LENGTH) {
      reader.skip();
      return false;
    }
    const outer = reader.enter();
    const end = reader.limit;
    try {
      while (reader.next()) readField();
      reader.leave(outer);
      return true;
    } catch (error) {
      if (!isDecodeError(error)) throw error;
      reader.abandon(end, outer);
      return false;
    }
  }
}
