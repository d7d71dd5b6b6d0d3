import type { FastifyPluginAsync } from 'fastify';
import { PriceBook } from '../prices/index.ts';
import { openStore } from '../routes/api.ts';
import type { QueryApiOptions } from '../routes/api.ts';
import { FunctionMetrics } from './function-metrics.ts';

/** `GET /metrics/functions`, in Prometheus' text format. */
export const functionMetrics: FastifyPluginAsync<Pick<QueryApiOptions, 'store' | 'prices'>> = async (
  app,
  { store, prices = new PriceBook() },
) => {
  const metrics = new FunctionMetrics();
  app.get('/metrics/functions', async (_request, reply) => {
    const families = await metrics.scrape(openStore({ store }), prices);
    return reply.type(families.contentType).send(await families.text());
  });
};
