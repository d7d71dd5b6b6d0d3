import { ATTR_SERVICE_NAME } from '@sandscope/probes/semconv';
import type { TraceBlock } from '../store/trace-block.ts';
import { makeSharedColumns, SCOPE_COLUMNS } from '../store/trace-block.ts';
import { decodeError } from './decode-error.ts';
import type { JsonObject } from './json-fields.ts';
import { listField, objectField, objectOf, parseExactJson } from './json-fields.ts';
import { JsonReader } from './json-reader.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import type { Remarks } from './remarks.ts';
import { foreign, IMPLAUSIBLE_TIMES } from './remarks.ts';

/** Encodes OTLP/JSON ExportTraceServiceRequests into rows. It handles one request at a time. */
export class JsonEncoder {
  readonly #limits: SpanLimits;
  /** One row of it. */
  readonly #shared = makeSharedColumns();

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /**
   * Appends the rows to `out` one at a time. After each span it yields the reason for leaving it out, or undefined.
   * @throws `ERR_OTLP_DECODE`
   */
  *encode(body: Uint8Array, out: TraceBlock, remarks: Remarks): Generator<string | undefined> {
    const request = objectOf(parseExactJson(body));
    if (request === undefined) throw decodeError('the body is not an object');
    const reader = new JsonReader(this.#limits);
    const groups = listField(request, 'resourceSpans');
    const isReadable = groups?.length === 0 || groups?.some((item) => objectOf(item) !== undefined);
    if (isReadable !== true) throw decodeError(FAULTS.resourceSpans);
    if (groups?.length === 0) remarkForeign(request, REQUEST_FIELDS, remarks);
    for (const item of groups ?? []) {
      reader.countPart();
      const group = objectOf(item);
      if (group === undefined) yield FAULTS.resourceSpans;
      else yield* this.#resourceSpans(reader, group, out, remarks);
    }
  }

  *#resourceSpans(
    reader: JsonReader,
    group: JsonObject,
    out: TraceBlock,
    remarks: Remarks,
  ): Generator<string | undefined> {
    const shared = this.#shared;
    for (const column of Object.values(shared)) column.clear();
    const object = objectField(group, 'resource');
    const resource = reader.attributesOf(object ?? {});
    if (object === undefined) resource.reject(FAULTS.resource);
    shared.ServiceName.addText(resource.textOf(ATTR_SERVICE_NAME));
    resource.writeMap(shared.ResourceAttributes);
    resource.writeTypes(shared.ResourceAttributeTypes);
    shared.ResourceSchemaUrl.addText(reader.text(group, 'schemaUrl', resource));
    remarks.add(resource.remark);
    const fault = resource.fault && `the resource has ${resource.fault}`;
    const scopes = listField(group, 'scopeSpans');
    if (scopes === undefined) yield FAULTS.scopeSpans;
    if (scopes?.length === 0) remarkForeign(group, RESOURCE_SPANS_FIELDS, remarks);
    for (const item of scopes ?? []) {
      reader.countPart();
      const scope = objectOf(item);
      if (scope === undefined) yield FAULTS.scopeSpans;
      else yield* this.#scopeSpans(reader, scope, fault, out, remarks);
    }
  }

  *#scopeSpans(
    reader: JsonReader,
    group: JsonObject,
    resourceFault: string | undefined,
    out: TraceBlock,
    remarks: Remarks,
  ): Generator<string | undefined> {
    const shared = this.#shared;
    for (const column of SCOPE_COLUMNS) shared[column].clear();
    const object = objectField(group, 'scope');
    const scope = reader.attributesOf(object ?? {});
    if (object === undefined) scope.lose('scope');
    shared.ScopeName.cells.text(reader.text(object ?? {}, 'name', scope));
    shared.ScopeVersion.cells.text(reader.text(object ?? {}, 'version', scope));
    scope.writeMap(shared.ScopeAttributes);
    scope.writeTypes(shared.ScopeAttributeTypes);
    shared.ScopeSchemaUrl.addText(reader.text(group, 'schemaUrl', scope));
    remarks.add(scope.remark);
    const sharedFault = (scope.fault && `the scope has ${scope.fault}`) ?? resourceFault;
    const spans = listField(group, 'spans');
    if (spans === undefined) yield FAULTS.span;
    if (spans?.length === 0) remarkForeign(group, SCOPE_SPANS_FIELDS, remarks);
    for (const item of spans ?? []) {
      const span = reader.span(item);
      const fault = span.findFault() ?? sharedFault;
      if (fault === undefined) {
        const isPlausible = span.isPlausible(Date.now());
        span.write(out, shared, isPlausible);
        remarks.add(span.attributes.remark);
        if (!isPlausible) remarks.add(IMPLAUSIBLE_TIMES);
      }
      yield fault;
    }
  }
}

const REQUEST_FIELDS = ['resourceSpans'];
const RESOURCE_SPANS_FIELDS = ['resource', 'scopeSpans', 'schemaUrl'];
const SCOPE_SPANS_FIELDS = ['scope', 'spans', 'schemaUrl'];

/** Notes unknown keys where spans are expected: another signal, or another spelling of the keys. */
function remarkForeign(object: JsonObject, known: readonly string[], remarks: Remarks): void {
  const others = Object.keys(object).filter((key) => !known.includes(key));
  if (others.length > 0) remarks.add(foreign(others));
}
