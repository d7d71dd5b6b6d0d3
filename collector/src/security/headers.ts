import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Security headers on every answer. Answers are data: a browser that opens one as a page may load and run nothing. Page
 * and `/docs` have wider policies of their own. No Strict-Transport-Security: it would bind every port of the host, and
 * whoever has a name for this collector has a proxy that can set it.
 */
export async function sendSecurityHeaders(app: FastifyInstance): Promise<void> {
  // What was received is nothing for a cache, neither a browser's nor a proxy's. Files of the page say otherwise themselves.
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
}
