import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { SQL_PATHS } from './sql-paths.ts';
import { ASSETS_PATH, PAGE_PATHS } from '../web/paths.ts';
import { presentedToken } from './bearer-token.ts';
import { clickHouseToken } from './clickhouse-token.ts';
import type { Tokens } from './tokens.ts';
import { endUnreadBody } from './unread-body.ts';
import { WrongTokens } from './wrong-tokens.ts';

/** Who may do what. Without tokens of a kind everyone may; only deletion is then forbidden for everyone. */
export interface Access {
  /** For sending spans. */
  readonly ingest?: Tokens | undefined;
  /** For everything that shows data. */
  readonly query?: Tokens | undefined;
  /** For deleting. */
  readonly admin?: Tokens | undefined;
}

/** Routes that show no received data: the page's program, the API description, and the liveness check. */
const PUBLIC_ROUTES = new Set<string>([
  ...PAGE_PATHS,
  ASSETS_PATH,
  '/viewer',
  '/viewer.js',
  '/viewer.css',
  '/docs',
  '/docs/',
  '/docs/*',
  '/docs/static/*',
  '/docs/static/swagger-initializer.js',
  '/docs/json',
  '/docs/yaml',
  '/openapi.json',
  '/healthz',
  '/readyz',
]);
const INGEST_PREFIX = '/v1/';
/** Routes whose clients send the token in the ways of ClickHouse clients. */
const CLICKHOUSE_ROUTES = new Set<string>(Object.values(SQL_PATHS));
/** Routes that delete. */
export const ADMIN_ROUTE = '/api/v1/data/:kind/:name';

/**
 * Guards every route of the application, including those of plugins and unknown ones, before any of the body is read.
 * OTLP routes require the ingest tokens, deletion the admin tokens, and all others the query tokens; public routes need
 * none. Call it before the routes are registered. A request without a valid token is answered 401 `ERR_UNAUTHENTICATED`
 * with `WWW-Authenticate` by the error handler of its route; wrong tokens are reported to `warn` and slowed down.
 */
export function guard(
  app: FastifyInstance,
  access: Access,
  warn: (message: string) => void = () => undefined,
): void {
  const wrongTokens = new WrongTokens(warn);
  app.addHook('onRequest', async (request, reply) => {
    if (isAdmin(request) && access.admin === undefined) {
      endUnreadBody(request.raw);
      throw new CollectorError(
        'ERR_FORBIDDEN',
        'deletion over HTTP is off: start the collector with --admin-token-file, or run sandscope delete on its machine',
        { statusCode: 403 },
      );
    }
    const tokens = tokensFor(request, access);
    if (tokens === undefined) return;
    const presented = CLICKHOUSE_ROUTES.has(request.routeOptions.url ?? '')
      ? clickHouseToken(request.headers)
      : presentedToken(request.headers.authorization);
    if (presented !== undefined && tokens.accepts(presented)) return;
    endUnreadBody(request.raw);
    if (presented !== undefined) {
      const opens = tokens === access.ingest ? 'send spans' : tokens === access.admin ? 'delete' : 'read';
      const isAnswered = await wrongTokens.strike(request.socket.remoteAddress, opens);
      if (!isAnswered) request.raw.destroy();
    }
    const challenge = 'Bearer realm="sandscope"';
    void reply.header(
      'www-authenticate',
      presented === undefined ? challenge : `${challenge}, error="invalid_token"`,
    );
    throw new CollectorError(
      'ERR_UNAUTHENTICATED',
      presented === undefined
        ? 'a token is needed: send "Authorization: Bearer …"'
        : 'the token is not valid for this request',
      { statusCode: 401 },
    );
  });
}

const isAdmin = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'DELETE' && routeOptions.url === ADMIN_ROUTE;

function tokensFor(request: FastifyRequest, access: Access): Tokens | undefined {
  if (isAdmin(request)) return access.admin;
  const { routeOptions } = request;
  const { url } = routeOptions; // of the matched route, so that no spelling of a path can bypass the check
  if (url?.startsWith(INGEST_PREFIX) === true) return access.ingest;
  return url !== undefined && PUBLIC_ROUTES.has(url) ? undefined : access.query;
}
