import type { FastifyInstance } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import type { Store } from '../store/index.ts';
import { answerV1Error, sayLimit, v1Answer } from './answers.ts';
import { listOperations, listServices } from './catalog.ts';
import { listDependencies } from './dependencies/index.ts';
import { findTraceIds } from './find-traces.ts';
import { boolean, Parameters, traceId, unixMicros, wholeMillis } from './parameters.ts';
import { v1Query } from './trace-query.ts';
import { loadTraces } from './traces.ts';
import { toV1Traces } from './v1-trace.ts';

const DAY_NANOS = 86_400_000_000_000n;
/** Most traces requested by id at once. */
const MAX_IDS = 100;

/** Version 1 of Jaeger's API, which its own page and Grafana's data source still use. */
export function v1Routes(app: FastifyInstance, store: () => Store): void {
  app.setErrorHandler(answerV1Error);

  app.get('/api/services', async () => {
    const services = await listServices(store());
    return v1Answer(services, { total: services.length });
  });

  app.get<{ Params: { service: string } }>('/api/services/:service/operations', async ({ params }) => {
    const operations = await listOperations(store(), params.service, '');
    const names = [...new Set(operations.map(({ name }) => name))];
    return v1Answer(names, { total: names.length });
  });

  app.get('/api/operations', async ({ url }) => {
    const given = new Parameters(url);
    const service = given.text('service');
    if (service === '') {
      throw new CollectorError('ERR_BAD_PARAMETER', "parameter 'service' is required", { statusCode: 400 });
    }
    const operations = await listOperations(store(), service, given.text('spanKind').toLowerCase());
    return v1Answer(operations, { total: operations.length });
  });

  app.get<{ Params: { traceId: string } }>('/api/traces/:traceId', async ({ params, url }) => {
    const id = traceId(params.traceId, 'traceID');
    const given = new Parameters(url);
    given.read(unixMicros, 'start');
    given.read(unixMicros, 'end');
    const raw = given.read(boolean, 'raw') ?? false;
    const traces = toV1Traces([id], await loadTraces(store(), [id]), !raw);
    if (traces.length > 0) return v1Answer(traces);
    throw new CollectorError('ERR_TRACE_NOT_FOUND', 'trace not found', { statusCode: 404 });
  });

  app.get('/api/traces', async ({ url }, reply) => {
    const given = new Parameters(url);
    const raw = given.read(boolean, 'raw') ?? false;
    const wanted = wantedIds(given);
    const query = wanted.length > 0 ? undefined : v1Query(given, Date.now());
    const ids = query === undefined ? wanted : await findTraceIds(store(), query);
    const traces = toV1Traces(ids, await loadTraces(store(), ids), !raw);
    if (query !== undefined) {
      sayLimit(reply, query);
      return v1Answer(traces, query.isCapped ? { limit: query.depth } : {});
    }
    if (wanted.length === traces.length) return v1Answer(traces);
    const found = new Set(traces.map(({ traceID }) => traceID.padStart(32, '0')));
    const missing = wanted.filter((id) => !found.has(id));
    return v1Answer(traces, { errors: missing.map((traceID) => ({ msg: 'trace not found', traceID })) });
  });

  app.get('/api/dependencies', async ({ url }) => {
    const given = new Parameters(url);
    const to = given.read(wholeMillis, 'endTs') ?? BigInt(Date.now()) * 1_000_000n;
    const lookback = given.read(wholeMillis, 'lookback') ?? DAY_NANOS;
    const from = to > lookback ? to - lookback : 0n;
    const service = given.text('service');
    const all = await listDependencies(store(), { from, to });
    return v1Answer(all.filter(({ parent, child }) => service === '' || [parent, child].includes(service)));
  });
}

function wantedIds(given: Parameters): string[] {
  const ids = [...new Set(given.all('traceID').map((text) => traceId(text, 'traceID')))];
  if (ids.length <= MAX_IDS) return ids;
  throw new CollectorError('ERR_BAD_PARAMETER', `more than ${MAX_IDS} trace ids`, { statusCode: 400 });
}
