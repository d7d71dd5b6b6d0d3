import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Security headers for every answer. Answers are data: a browser that opens one as a page may load and run nothing. The
 * page and `/docs` have their own, wider policies. There is no Strict-Transport-Security: it would apply to every port
 * of the host, and a deployment with a host name has a proxy that can set it.
 */
export async function sendSecurityHeaders(app: FastifyInstance): Promise<void> {
  // Received data must not be cached, by a browser or a proxy. Files of the page override this.
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
