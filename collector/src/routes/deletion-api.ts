import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import { deletionRoutes } from './deletion.ts';
import type { DeletionRouteOptions } from './deletion.ts';
import { answerError, parameterError } from './errors.ts';
import { validatorCompiler } from './validator.ts';

/** `DELETE /api/v1/data/{kind}/{name}`, for the server: the process that answers questions may only read. */
export const deletionApi: FastifyPluginAsync<DeletionRouteOptions> = async (app, options) => {
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSchemaErrorFormatter(parameterError);
  api.setErrorHandler(answerError);
  deletionRoutes(api, options);
};
