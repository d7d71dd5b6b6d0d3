import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { CollectorError } from '../errors/errors.ts';

const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of these origins send spans: OTLP routes only, without credentials, `*` for every origin. Preflights are
 * answered here, before the guard, because a browser sends no token with them. Every other answer, including errors,
 * also has the headers; otherwise the page could not read it. Call it before `guard`.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    delegator: (request, done) => {
      const isPreflight = request.headers['access-control-request-method'] !== undefined;
      const isOtlp = /^\/+v1\//.test(request.url);
      if (
        !isOtlp ||
        (request.method === 'OPTIONS' && !(isPreflight && request.headers.origin !== undefined))
      ) {
        done(null, { origin: false });
        return;
      }
      done(null, {
        origin: origins.includes('*') ? '*' : [...origins],
        methods: ['POST'],
        allowedHeaders: ['authorization', 'content-type', 'content-encoding'],
        exposedHeaders: ['retry-after'],
        maxAge: PREFLIGHT_SECONDS,
      });
    },
  });
}

/**
 * An origin in the form that browsers send: scheme, host and port, nothing else; or `*`.
 *
 * @throws {CollectorError} `ERR_OPTION`
 */
export function parseOrigin(text: string): string {
  if (text === '*') return text;
  const url = URL.parse(text);
  if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`)
    return url.origin;
  throw new CollectorError(
    'ERR_OPTION',
    `--cors-origin is not an origin such as https://shop.example: ${JSON.stringify(text)}`,
  );
}
