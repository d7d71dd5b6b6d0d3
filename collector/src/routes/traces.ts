import { Type } from '@fastify/type-provider-typebox';
import { CollectorError } from '../errors/errors.ts';
import { readSpans, toOtlpJson } from '../store/index.ts';
import { ErrorAnswer, storeErrors } from '../schema/index.ts';
import { openStore } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';

/** A trace of more spans than this is refused rather than truncated. */
const MAX_SPANS = 20_000;

/** `GET /api/v1/traces/{traceId}`: one trace as OTLP/JSON, each span once, values with the types that were sent. */
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
        200: Type.Object(
          {
            resourceSpans: Type.Array(Type.Unknown({ description: 'OTLP ResourceSpans.' }), {
              description: 'The spans of the trace, in OTLP form.',
            }),
          },
          { title: 'Trace' },
        ),
        404: ErrorAnswer,
        ...storeErrors,
      },
    },
    handler: async (request, reply) => {
      const traceId = request.params.traceId.toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(traceId) || /^0+$/.test(traceId)) {
        throw new CollectorError(
          'ERR_BAD_PARAMETER',
          'path parameter traceId is not 32 hex digits, or all of them are 0',
          {
            statusCode: 400,
            details: { parameter: 'traceId' },
          },
        );
      }
      const spans = await readSpans(openStore(options), [traceId], MAX_SPANS);
      if (spans.length === 0) {
        throw new CollectorError('ERR_TRACE_NOT_FOUND', `no trace ${traceId} is stored`, {
          statusCode: 404,
          details: { traceId },
        });
      }
      return reply.type('application/json; charset=utf-8').send(toOtlpJson(spans) as never);
    },
  });
}
