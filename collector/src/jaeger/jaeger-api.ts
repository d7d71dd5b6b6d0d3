import type { FastifyPluginAsync } from 'fastify';
import { openStore, type QueryApiOptions } from '../routes/api.ts';
import { v1Routes } from './v1-routes.ts';
import { v3Routes } from './v3-routes.ts';

/**
 * The part of Jaeger's query API that its page and Grafana's Jaeger data source use, answered from the stored spans:
 * `/api/v3/*` and the older `/api/traces`, `/api/services`, `/api/operations`, `/api/dependencies`. Answers and errors
 * have Jaeger's format; unknown parameters are ignored, as in Jaeger.
 */
export const jaegerApi: FastifyPluginAsync<Pick<QueryApiOptions, 'store'>> = async (app, options) => {
  const store = () => openStore(options);
  await app.register(async (scope) => v3Routes(scope, store));
  await app.register(async (scope) => v1Routes(scope, store));
};
