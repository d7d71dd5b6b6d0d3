import type { FastifyInstance, FastifyReply } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { toOtlpJson } from '../store/index.ts';
import type { Store, StoredSpan } from '../store/index.ts';
import { answerV3Error, sayLimit } from './answers.ts';
import { listOperations, listServices } from './catalog.ts';
import { findTraceIds } from './find-traces.ts';
import { boolean, Parameters, rfc3339, traceId } from './parameters.ts';
import { summarise } from './summaries.ts';
import { v3Query } from './trace-query.ts';
import { loadOutlines, loadTraces } from './traces.ts';

/** Version 3 of Jaeger's API: spans are OTLP/JSON. */
export function v3Routes(app: FastifyInstance, store: () => Store): void {
  app.setErrorHandler(answerV3Error);

  app.get('/api/v3/services', async () => ({ services: await listServices(store()) }));

  app.get('/api/v3/operations', async ({ url }) => {
    const given = new Parameters(url);
    const kind = given.text('spanKind', 'span_kind').toLowerCase();
    return { operations: await listOperations(store(), given.text('service'), kind) };
  });

  app.get<{ Params: { traceId: string } }>('/api/v3/traces/:traceId', async (request, reply) => {
    const id = traceId(request.params.traceId, 'trace_id');
    const given = new Parameters(request.url);
    given.read(boolean, 'rawTraces', 'raw_traces'); // the raw form is the only one
    const start = given.read(rfc3339, 'startTime', 'start_time');
    const end = given.read(rfc3339, 'endTime', 'end_time');
    // The time is a hint where to search, but the store knows it: the trace is complete even if the hint is wrong.
    if (start !== undefined && end !== undefined && start > end) {
      throw new CollectorError('ERR_BAD_TIME_RANGE', 'endTime is before startTime', { statusCode: 400 });
    }
    const spans = await loadTraces(store(), [id]);
    if (spans.length > 0) return sendSpans(reply, spans);
    throw new CollectorError('ERR_TRACE_NOT_FOUND', 'No traces found', { statusCode: 404 });
  });

  app.get('/api/v3/traces', async ({ url }, reply) => {
    const given = new Parameters(url);
    given.read(boolean, 'query.rawTraces', 'query.raw_traces');
    const query = v3Query(given);
    const ids = await findTraceIds(store(), query);
    sayLimit(reply, query);
    return sendSpans(reply, await loadTraces(store(), ids));
  });

  app.get('/api/v3/trace-summaries', async ({ url }, reply) => {
    const query = v3Query(new Parameters(url));
    const ids = await findTraceIds(store(), query);
    sayLimit(reply, query);
    return { summaries: summarise(ids, await loadOutlines(store(), ids)) };
  });
}

/** The spans of all traces together, as OTLP/JSON in the wrapper of a gRPC gateway. */
function sendSpans(reply: FastifyReply, spans: readonly StoredSpan[]): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(`{"result":${toOtlpJson(spans)}}`);
}
