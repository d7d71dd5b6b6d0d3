import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { describeFormats } from './formats.ts';
import { nameSchemas } from './named-schemas.ts';

/** Converts the routes to an OpenAPI 3.1 document. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  transformObject: (given) => {
    if (!('openapiObject' in given)) return given.swaggerObject;
    describeFormats(given);
    return nameSchemas(given);
  },
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Sandscope',
      description: 'What the servers behind serverless functions did, inferred from ordinary traffic.',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The collector that serves this document.' }],
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A query token, if the collector requires one.',
        },
      },
    },
    security: [{}, { token: [] }],
    tags: [
      { name: 'functions', description: 'What was seen' },
      { name: 'sandboxes', description: 'Reuse, lifelines, evictions' },
      { name: 'hosts', description: 'Servers, as far as they are known' },
      { name: 'cost', description: 'Time and money: cold starts, memory, cheaper alternatives' },
      { name: 'traces', description: 'The spans themselves' },
      { name: 'collector', description: 'The collector itself' },
    ],
  },
};
