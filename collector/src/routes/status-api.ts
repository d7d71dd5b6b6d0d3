import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import type { QueryApiOptions } from './api.ts';
import { answerError, parameterError } from './errors.ts';
import { statusRoutes } from './status.ts';
import { validatorCompiler } from './validator.ts';

/**
 * `GET /api/v1/status` alone, registered by the server, which knows the status. It works even while the querier is not
 * running.
 */
export const statusApi: FastifyPluginAsync<Pick<QueryApiOptions, 'status'>> = async (app, options) => {
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSchemaErrorFormatter(parameterError);
  api.setErrorHandler(answerError);
  statusRoutes(api, options);
};
