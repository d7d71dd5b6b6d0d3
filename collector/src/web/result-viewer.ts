import { readFileSync } from 'node:fs';
import type { FastifyPluginAsync } from 'fastify';
import { REPORT_STYLE } from '../report/style.ts';
import { viewerScript } from './bundle-viewer.ts';

const VIEWER_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves `/viewer` and its files: it draws the result in the fragment of its own URL, without any requests. */
export const resultViewer: FastifyPluginAsync = async (app) => {
  const html = readFileSync(new URL('./viewer/index.html', import.meta.url), 'utf8');
  const files = {
    '/viewer': ['text/html; charset=utf-8', async () => html],
    '/viewer.css': ['text/css; charset=utf-8', async () => REPORT_STYLE],
    '/viewer.js': ['text/javascript; charset=utf-8', viewerScript],
  } as const;
  for (const [path, [type, body]] of Object.entries(files)) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .header('content-type', type)
        .header('content-security-policy', VIEWER_POLICY)
        .header('cache-control', 'no-cache')
        .send(await body()),
    );
  }
};
