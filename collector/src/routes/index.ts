import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginAsync } from 'fastify';
import type { QueryApiOptions } from './api.ts';
import { answerError, parameterError } from './errors.ts';
import { evictionRoutes } from './evictions.ts';
import { functionRoutes } from './functions.ts';
import { describeFormats } from './formats.ts';
import { hopRoutes } from './hops.ts';
import { hostRoutes } from './hosts.ts';
import { invocationRoutes } from './invocations.ts';
import { reuseRoutes } from './reuse.ts';
import { sandboxRoutes } from './sandboxes.ts';
import { statusRoutes } from './status.ts';
import { timelineRoutes } from './timeline.ts';
import { traceRoutes } from './traces.ts';
import { validatorCompiler } from './validator.ts';

/** Nothing from elsewhere, and no upgrade to https, which would break plain addresses in a private network. */
const DOCS_CSP =
  "default-src 'none'; base-uri 'self'; connect-src 'self'; font-src 'self' data:; form-action 'self'; " +
  "frame-ancestors 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'";

/**
 * The query API: `/api/v1/*`, its OpenAPI 3.1 document at `/openapi.json`, and a browser for it at `/docs` that needs
 * no network. Every failure is answered as `{code, message, details}`.
 */
export const queryApi: FastifyPluginAsync<QueryApiOptions> = async (app, options) => {
  const api = app.withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSchemaErrorFormatter(parameterError);
  api.setErrorHandler(answerError);
  await api.register(swagger, {
    transformObject: describeFormats,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sandscope',
        description: 'What the servers behind serverless functions did, inferred from ordinary traffic.',
        version: '1',
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A query token, where the collector wants one.',
          },
        },
      },
      security: [{}, { token: [] }],
      tags: [
        { name: 'functions', description: 'What was seen' },
        { name: 'sandboxes', description: 'Reuse, lifelines, evictions' },
        { name: 'hosts', description: 'Servers, as far as they can be known' },
        { name: 'traces', description: 'The spans themselves' },
        { name: 'collector', description: 'The collector itself' },
      ],
    },
  });
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
  hopRoutes(api, options);
  reuseRoutes(api, options);
  evictionRoutes(api, options);
  timelineRoutes(api, options);
  traceRoutes(api, options);
};
