import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import type { QueryApiOptions } from './api.ts';
import { answerError, parameterError } from './errors.ts';
import { statusRoutes } from './status.ts';
import { validatorCompiler } from './validator.ts';

/** `GET /api/v1/status` alone, for the server, which knows it: it answers also while there is nobody else to ask. */
export const statusApi: FastifyPluginAsync<Pick<QueryApiOptions, 'status'>> = async (app, options) => {
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSchemaErrorFormatter(parameterError);
  api.setErrorHandler(answerError);
  statusRoutes(api, options);
};
