import type { FastifyPluginAsync } from 'fastify';
import { openStore, type QueryApiOptions } from '../routes/api.ts';
import { v1Routes } from './v1-routes.ts';
import { v3Routes } from './v3-routes.ts';

/**
 * What Jaeger's page and Grafana's Jaeger data source ask of a Jaeger query service, answered from the stored spans:
 * `/api/v3/*` and the older `/api/traces`, `/api/services`, `/api/operations`, `/api/dependencies`. Answers and errors
 * have the form Jaeger gives them; parameters nobody knows are ignored, as Jaeger does.
 */
export const jaegerApi: FastifyPluginAsync<Pick<QueryApiOptions, 'store'>> = async (app, options) => {
  const store = () => openStore(options);
  await app.register(async (scope) => v3Routes(scope, store));
  await app.register(async (scope) => v1Routes(scope, store));
};
