import type { FastifyInstance } from 'fastify';
import { CollectorError } from '../errors/errors.ts';

/**
 * Answers 405 with `Allow`, not 404, to every method that a path does not support. Call it before the routes. A path
 * that only supports POST does that itself: the receiver of spans has a code of its own for it.
 */
export function refuseOtherMethods(app: FastifyInstance): void {
  const seen = new Set<string>();
  app.addHook('onRoute', function answerOthers(this: FastifyInstance, { method, url, routePath }) {
    const methods = [method].flat();
    if (methods.includes('HEAD') || seen.has(url)) return;
    seen.add(url);
    const allowed = methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]));
    const others = app.supportedMethods.filter((other) => !allowed.includes(other));
    if (allowed.join() === 'POST' || others.length === 0) return;
    const message = `is not supported here, only ${methods.join(' and ')}`;
    this.route({
      method: others,
      url: routePath,
      schema: { hide: true },
      // Before any of the body is read.
      onRequest: async (request, reply) => {
        void reply.header('allow', allowed.join(', '));
        throw new CollectorError('ERR_METHOD', `${request.method} ${message}`, { statusCode: 405 });
      },
      handler: async () => undefined,
    });
  });
}
