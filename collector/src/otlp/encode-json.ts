import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import type { TraceBlock } from '../store/trace-block.ts';
import { makeSharedColumns } from '../store/trace-block.ts';
import type { JsonObject } from './json-fields.ts';
import { asObject, listField, objectField, parseExactJson } from './json-fields.ts';
import { JsonReader } from './json-reader.ts';
import type { SpanLimits } from './limits.ts';

/** OTLP/JSON ExportTraceServiceRequests to rows. It serves one at a time. */
export class JsonEncoder {
  readonly #limits: SpanLimits;
  /** One row of them. */
  readonly #shared = makeSharedColumns();
  readonly #sharedColumns = Object.values(this.#shared);

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
    const resource = reader.attributesOf(objectField(group, 'resource') ?? {});
    const resourceSchemaUrl = reader.text(group, 'schemaUrl', resource);
    for (const item of listField(group, 'scopeSpans')) {
      reader.countPart();
      const spans = asObject(item, 'scopeSpans');
      const scopeObject = objectField(spans, 'scope') ?? {};
      const scope = reader.attributesOf(scopeObject);
      for (const column of this.#sharedColumns) column.clear();
      const shared = this.#shared;
      shared.ServiceName.addText(resource.textOf(ATTR_SERVICE_NAME));
      resource.writeMap(shared.ResourceAttributes);
      resource.writeTypes(shared.ResourceAttributeTypes);
      shared.ResourceSchemaUrl.addText(resourceSchemaUrl);
      shared.ScopeName.cells.text(reader.text(scopeObject, 'name', scope));
      shared.ScopeVersion.cells.text(reader.text(scopeObject, 'version', scope));
      scope.writeMap(shared.ScopeAttributes);
      scope.writeTypes(shared.ScopeAttributeTypes);
      shared.ScopeSchemaUrl.addText(reader.text(spans, 'schemaUrl', scope));
      const sharedFault =
        (scope.fault && `the scope has ${scope.fault}`) ??
        (resource.fault && `the resource has ${resource.fault}`);
      for (const spanItem of listField(spans, 'spans')) {
        const span = reader.span(asObject(spanItem, 'spans'));
        const fault = span.findFault() ?? sharedFault;
        if (fault === undefined) span.write(out, shared);
        yield fault;
      }
    }
  }
}
