import type { FastifyInstance } from 'fastify';
import { CollectorError } from '../errors/errors.ts';

/** Answers 405 with `Allow`, not 404, to any other method on a path that supports GET. Call it before the routes. */
export function refuseOtherMethods(app: FastifyInstance): void {
  app.addHook('onRoute', function answerOthers(this: FastifyInstance, { method, routePath }) {
    if (method !== 'GET') return;
    this.route({
      method: app.supportedMethods.filter((other) => other !== 'GET' && other !== 'HEAD'),
      url: routePath,
      schema: { hide: true },
      // Before any of the body is read.
      onRequest: async (request, reply) => {
        void reply.header('allow', 'GET, HEAD');
        throw new CollectorError('ERR_METHOD', `${request.method} is not supported here, only GET`, {
          statusCode: 405,
        });
      },
      handler: async () => undefined,
    });
  });
}
