import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { loadBundle } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { ASSETS_PATH, PAGE_PATHS } from './paths.ts';

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page. Its files are read on first use. */
export const webPage: FastifyPluginAsync = async (app) => {
  let reading: Promise<Bundle> | undefined;
  const bundle = (): Promise<Bundle> => {
    reading ??= loadBundle().catch((error: unknown) => {
      reading = undefined;
      throw new CollectorError(
        'ERR_INTERNAL',
        'the page could not be built from its sources; see the log for the reason',
        {
          cause: error,
        },
      );
    });
    return reading;
  };
  const secured = (reply: FastifyReply): FastifyReply => reply.header('content-security-policy', POLICY);

  for (const path of PAGE_PATHS) {
    app.get(path, async (_request, reply) => {
      const { document } = await bundle();
      return secured(reply)
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(document);
    });
  }
  app.get<{ Params: { file: string } }>(ASSETS_PATH, async ({ params: { file } }, reply) => {
    const asset = (await bundle()).assets.get(file);
    if (asset === undefined) {
      const message = `the page has no file ${JSON.stringify(file)}`;
      throw new CollectorError('ERR_NOT_FOUND', message, { statusCode: 404 });
    }
    // The name changes with the content.
    return secured(reply)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(asset.type)
      .send(asset.content);
  });
};
