import { Type } from '@fastify/type-provider-typebox';
import { CollectorError } from '../errors.ts';
import { openStore } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { toOtlpJson } from './otlp-json.ts';
import type { StoredSpan } from './otlp-json.ts';
import { ErrorAnswer, storeErrors } from './schemas.ts';

/** A trace of more spans than this is refused rather than cut. */
const MAX_SPANS = 20_000;

/** `GET /api/v1/traces/{traceId}`: one trace as OTLP/JSON, each span once, values with the types they were sent with. */
export function traceRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/traces/:traceId',
    schema: {
      operationId: 'getTrace',
      summary: 'One trace as OTLP JSON',
      tags: ['traces'],
      params: Type.Object({ traceId: Type.String({ description: '32 hex digits.' }) }),
      querystring: Type.Object({}, { additionalProperties: false }),
      response: {
        200: Type.Object({
          resourceSpans: Type.Array(Type.Unknown({ description: 'OTLP ResourceSpans.' })),
        }),
        404: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async (request, reply) => {
      const traceId = request.params.traceId.toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(traceId) || /^0+$/.test(traceId)) {
        throw new CollectorError('ERR_BAD_PARAMETER', 'path parameter traceId is not 32 hex digits', {
          statusCode: 400,
          details: { parameter: 'traceId' },
        });
      }
      const store = openStore(options);
      const [when] = await store.query<{ n: string; first: string; last: string }>(
        `SELECT count() AS n, toUnixTimestamp64Nano(min(Start)) AS first, toUnixTimestamp64Nano(max(End)) AS last
        FROM ${store.database}.otel_traces_trace_id_ts WHERE TraceId = {id:String}`,
        { id: traceId },
      );
      if (!when || when.n === '0') {
        throw new CollectorError('ERR_TRACE_NOT_FOUND', `no trace ${traceId} is stored`, {
          statusCode: 404,
          details: { traceId },
        });
      }
      const spans = await store.query<StoredSpan>(
        `SELECT toUnixTimestamp64Nano(Timestamp) AS start_ns, toUnixTimestamp64Nano(Timestamp) + Duration AS end_ns,
          TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ResourceAttributes, ResourceAttributeTypes,
          ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeAttributeTypes, ScopeSchemaUrl,
          SpanAttributes, SpanAttributeTypes, StatusCode, StatusMessage,
          arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS event_ns, Events.Name AS event_names,
          Events.Attributes AS event_attributes, EventAttributeTypes, Links.TraceId AS link_trace_ids,
          Links.SpanId AS link_span_ids, Links.TraceState AS link_states, Links.Attributes AS link_attributes,
          LinkAttributeTypes, EventDroppedAttributesCounts, LinkDroppedAttributesCounts, LinkFlags, Flags, DroppedAttributesCount, DroppedEventsCount, DroppedLinksCount
        FROM ${store.database}.otel_traces
        WHERE TraceId = {id:String} AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
          AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
        ORDER BY Timestamp, SpanId
        LIMIT 1 BY ServiceName, SpanName, Timestamp, SpanId`,
        { id: traceId, first: when.first, last: when.last },
        { maxRows: MAX_SPANS },
      );
      return reply.type('application/json; charset=utf-8').send(toOtlpJson(spans) as never);
    },
  });
}
