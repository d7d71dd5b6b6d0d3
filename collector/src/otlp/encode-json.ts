import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import type { TraceBlock } from '../store/trace-block.ts';
import { makeSharedColumns, SCOPE_COLUMNS } from '../store/trace-block.ts';
import type { JsonObject } from './json-fields.ts';
import { asObject, listField, objectField, parseExactJson } from './json-fields.ts';
import { JsonReader } from './json-reader.ts';
import type { SpanLimits } from './limits.ts';

/** OTLP/JSON ExportTraceServiceRequests to rows. It serves one at a time. */
export class JsonEncoder {
  readonly #limits: SpanLimits;
  /** One row of them. */
  readonly #shared = makeSharedColumns();

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /**
   * Appends the rows to `out` one at a time. After each span it yields the reason why that one was left out, else
   * undefined. @throws `ERR_OTLP_DECODE`
   */
  *encode(body: Uint8Array, out: TraceBlock): Generator<string | undefined> {
    const request = asObject(parseExactJson(body), 'the body');
    const reader = new JsonReader(this.#limits);
    for (const item of listField(request, 'resourceSpans'))
      yield* this.#resourceSpans(reader, asObject(item, 'resourceSpans'), out);
  }

  *#resourceSpans(reader: JsonReader, group: JsonObject, out: TraceBlock): Generator<string | undefined> {
    reader.countPart();
    const shared = this.#shared;
    for (const column of Object.values(shared)) column.clear();
    const resource = reader.attributesOf(objectField(group, 'resource') ?? {});
    shared.ServiceName.addText(resource.textOf(ATTR_SERVICE_NAME));
    resource.writeMap(shared.ResourceAttributes);
    resource.writeTypes(shared.ResourceAttributeTypes);
    shared.ResourceSchemaUrl.addText(reader.text(group, 'schemaUrl', resource));
    const fault = resource.fault && `the resource has ${resource.fault}`;
    for (const item of listField(group, 'scopeSpans'))
      yield* this.#scopeSpans(reader, asObject(item, 'scopeSpans'), fault, out);
  }

  *#scopeSpans(
    reader: JsonReader,
    group: JsonObject,
    resourceFault: string | undefined,
    out: TraceBlock,
  ): Generator<string | undefined> {
    reader.countPart();
    const shared = this.#shared;
    for (const column of SCOPE_COLUMNS) shared[column].clear();
    const object = objectField(group, 'scope') ?? {};
    const scope = reader.attributesOf(object);
    shared.ScopeName.cells.text(reader.text(object, 'name', scope));
    shared.ScopeVersion.cells.text(reader.text(object, 'version', scope));
    scope.writeMap(shared.ScopeAttributes);
    scope.writeTypes(shared.ScopeAttributeTypes);
    shared.ScopeSchemaUrl.addText(reader.text(group, 'schemaUrl', scope));
    const sharedFault = (scope.fault && `the scope has ${scope.fault}`) ?? resourceFault;
    for (const item of listField(group, 'spans')) {
      const span = reader.span(asObject(item, 'spans'));
      const fault = span.findFault() ?? sharedFault;
      if (fault === undefined) span.write(out, shared);
      yield fault;
    }
  }
}
