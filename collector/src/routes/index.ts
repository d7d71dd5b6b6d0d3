import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import type { QueryApiOptions } from './api.ts';
import { answerError, parameterError } from './errors.ts';
import { deletionRoutes } from './deletion.ts';
import { functionRoutes } from './functions.ts';
import { hostRoutes } from './hosts.ts';
import { documentOptions } from './openapi/index.ts';
import { invocationRoutes } from './invocations.ts';
import { questionRoutes } from './questions.ts';
import { sandboxRoutes } from './sandboxes.ts';
import { statusRoutes } from './status.ts';
import { traceRoutes } from './traces.ts';
import { validatorCompiler } from './validator.ts';

/**
 * Allows no external resources, and no upgrade to https, which would break plain http addresses in a private network.
 */
const DOCS_CSP =
  "default-src 'none'; base-uri 'self'; connect-src 'self'; font-src 'self' data:; form-action 'self'; " +
  "frame-ancestors 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

/**
 * The query API: `/api/v1/*`, its OpenAPI 3.1 document at `/openapi.json`, and an API browser at `/docs` that needs no
 * network. Every error is answered as `{code, message, details}`.
 */
export const queryApi: FastifyPluginAsync<QueryApiOptions> = async (app, options) => {
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSchemaErrorFormatter(parameterError);
  api.setErrorHandler(answerError);
  await api.register(swagger, documentOptions);
  await api.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    uiConfig: { validatorUrl: null, docExpansion: 'list' },
  });
  api.get('/openapi.json', { schema: { hide: true } }, async () => api.swagger());
  statusRoutes(api, options);
  functionRoutes(api, options);
  invocationRoutes(api, options);
  sandboxRoutes(api, options);
  hostRoutes(api, options);
  questionRoutes(api, options, options.questions);
  traceRoutes(api, options);
  // Documented here, served by the server: this process may only read.
  deletionRoutes(api, {});
};
