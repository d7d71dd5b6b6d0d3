import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { answerErrors } from '../http/error-answer.ts';
import { functionMetrics } from '../function-metrics/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { jaegerApi } from '../jaeger/index.ts';
import type { PriceBook } from '../prices/index.ts';
import { queryApi } from '../routes/index.ts';
import { cancelledBy } from '../store/cancellation.ts';
import type { Store } from '../store/store.ts';
import { ROUTE_HEADER } from './messages.ts';

export interface QuerierAppDeps {
  /** Undefined until the tables exist. */
  readonly store: () => Store | undefined;
  /** Default the built-in plans. */
  readonly prices?: PriceBook;
}

/** The query API and Jaeger's, as the querier serves them. When a client disconnects, its queries are cancelled. */
export async function buildQuerierApp({ store, prices }: QuerierAppDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({ logger: { level: 'warn', stream: process.stderr } });
  app.addHook('onRequest', (_request, reply, done) => {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    cancelledBy(gone.signal, done);
  });
  app.addHook('onSend', async ({ routeOptions }, reply, payload) => {
    void reply.header(ROUTE_HEADER, routeOptions.url ?? 'none');
    return payload;
  });
  answerErrors(app);
  await app.register(queryApi, { store, status: answeredByTheServer, ...(prices && { prices }) });
  await app.register(jaegerApi, { store });
  await app.register(functionMetrics, { store, ...(prices && { prices }) });
  return app;
}

/** This route only exists for the API description. */
async function answeredByTheServer(): Promise<never> {
  throw new CollectorError('ERR_QUERIER_UNAVAILABLE', 'the status is known to the server', {
    statusCode: 503,
  });
}
