import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import { ByteWriter } from '../store/columns/byte-writer.ts';
import { makeSharedColumns, SCOPE_COLUMNS } from '../store/trace-block.ts';
import type { TraceBlock } from '../store/trace-block.ts';
import { AttributeTable } from './attribute-table.ts';
import type { SpanLimits } from './limits.ts';
import { MAX_PARTS, tooManyParts } from './limits.ts';
import { ProtoReader } from './proto-reader.ts';
import { ProtoSpan } from './proto-span.ts';

// Field numbers: opentelemetry-proto 1.9, trace/v1/trace.proto, common/v1/common.proto, resource/v1/resource.proto.

const SERVICE_NAME = Buffer.from(ATTR_SERVICE_NAME);

/**
 * Protobuf ExportTraceServiceRequests to rows, straight from bytes to bytes. It keeps its working memory
 * from request to request and serves one at a time.
 */
export class ProtoEncoder {
  readonly #attributes: AttributeTable;
  readonly #span: ProtoSpan;
  /** One row of them. */
  readonly #shared = makeSharedColumns();
  readonly #serviceName = new ByteWriter(256);
  #source: Buffer = Buffer.alloc(0);
  #reader = new ProtoReader(this.#source);
  #resourceFault: string | undefined;
  #scopeFault: string | undefined;
  #parts = 0;

  constructor(limits: SpanLimits) {
    this.#attributes = new AttributeTable(limits);
    this.#span = new ProtoSpan(limits, this.#attributes);
  }

  /**
   * Appends the rows to `out` one at a time. After each span it yields the reason why that one was left out, else
   * undefined. @throws `ERR_OTLP_DECODE`
   */
  *encode(body: Uint8Array, out: TraceBlock): Generator<string | undefined> {
    this.#source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#attributes.open(this.#source);
    this.#parts = 0;
    const reader = new ProtoReader(this.#source);
    this.#reader = reader;
    while (reader.next()) {
      if (reader.field === 1) yield* this.#resourceSpans(out);
      else reader.skip();
    }
  }

  /** Fields may come in any order: what the spans share is read first, then the spans. */
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
      if (reader.field === 1) this.#attributesOf(1);
      else if (reader.field === 3) {
        reader.view();
        urlStart = reader.start;
        urlEnd = reader.end;
      } else reader.skip();
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
    reader.rewind(start);
    while (reader.next()) {
      if (reader.field !== 2) {
        reader.skip();
        continue;
      }
      yield* this.#scopeSpans(out);
    }
    reader.leave(outer);
  }

  *#scopeSpans(out: TraceBlock): Generator<string | undefined> {
    const reader = this.#reader;
    this.#countPart();
    const outer = reader.enter();
    const start = reader.position;
    this.#readScope();
    reader.rewind(start);
    while (reader.next()) {
      if (reader.field === 2) yield this.#encodeSpan(out);
      else reader.skip();
    }
    reader.leave(outer);
  }

  #readScope(): void {
    const reader = this.#reader;
    const attributes = this.#attributes;
    const shared = this.#shared;
    attributes.clear();
    attributes.begin();
    const texts = [0, 0, 0, 0, 0, 0]; // start and end of name, version and schema URL
    const see = (index: number): void => {
      reader.view();
      texts[index] = reader.start;
      texts[index + 1] = reader.end;
      attributes.checkLength(reader.end - reader.start);
    };
    while (reader.next()) {
      if (reader.field === 1) {
        const outer = reader.enter();
        while (reader.next()) {
          if (reader.field === 1) see(0);
          else if (reader.field === 2) see(2);
          else if (reader.field === 3) attributes.read(reader);
          else reader.skip();
        }
        reader.leave(outer);
      } else if (reader.field === 3) see(4);
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
  }

  #encodeSpan(out: TraceBlock): string | undefined {
    const span = this.#span;
    this.#countPart();
    span.read(this.#reader, this.#source);
    const fault = span.fault ?? this.#scopeFault ?? this.#resourceFault;
    if (fault === undefined) span.write(out, this.#shared);
    return fault;
  }

  #countPart(): void {
    if (++this.#parts > MAX_PARTS) throw tooManyParts();
  }

  /** Adds the attributes of the message at the cursor to the open bag. */
  #attributesOf(field: number): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.next()) {
      if (reader.field === field) this.#attributes.read(reader);
      else reader.skip();
    }
    reader.leave(outer);
  }
}
