/** The page on `/`: static files and scripts, served with a policy that lets nothing else run. */
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { FastifyPluginAsync } from 'fastify';

const page = new URL('./page/', import.meta.url);

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A script of the page: as built, or straight from its source with the types blanked out. */
function script(name: string): string {
  const built = new URL(`${name}.js`, page);
  if (existsSync(built)) return readFileSync(built, 'utf8');
  const source = stripTypeScriptTypes(readFileSync(new URL(`${name}.ts`, page), 'utf8'));
  return source.replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.js'");
}

/** Serves `/`, `/app.js`, `/timeline.js`, `/token.js` and `/style.css`; read once, when the server starts. */
export const webPage: FastifyPluginAsync = async (app) => {
  const files = {
    '/': ['text/html; charset=utf-8', readFileSync(new URL('index.html', page), 'utf8')],
    '/style.css': ['text/css; charset=utf-8', readFileSync(new URL('style.css', page), 'utf8')],
    '/app.js': ['text/javascript; charset=utf-8', script('app')],
    '/timeline.js': ['text/javascript; charset=utf-8', script('timeline')],
    '/token.js': ['text/javascript; charset=utf-8', script('token')],
  } as const;
  for (const [path, [type, body]] of Object.entries(files)) {
    app.get(path, async (_request, reply) =>
      reply
        .header('content-type', type)
        .header('content-security-policy', POLICY)
        .header('cache-control', 'no-cache')
        .send(body),
    );
  }
};
