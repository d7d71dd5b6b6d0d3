import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { Turns } from '../querier/turns.ts';
import { SQL_PATHS } from '../security/sql-paths.ts';

/** The embedded engine's endpoint for users' SQL. */
export interface SqlEngine {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export interface SqlRouteOptions {
  /** Undefined until the views exist. */
  readonly engine: () => SqlEngine | undefined;
}

const MAX_BODY_BYTES = 128 * 1024;
/** Maximum number of concurrent and of waiting statements. */
const TURNS = { maxRunning: 2, maxWaiting: 16, maxWaitMillis: 10_000 };
/** The engine ends a statement after this time. */
const ENGINE_SECONDS = 20;
/** A statement and the two that check it. */
const ANSWER_MILLIS = 65_000;
/** Settings that a client may send without effect: the fixed behaviour here, or without influence on an answer. */
const WITHOUT_EFFECT = new Set([
  'add_http_cors_header',
  'async_insert',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'enable_http_compression',
  'http_headers_progress_interval_ms',
  'log_comment',
  'query_id',
  'readonly',
  'send_progress_in_http_headers',
  'session_id',
  'session_timeout',
  'wait_end_of_query',
  'wait_for_async_insert',
]);
const PASSED_ON = new Set(['query', 'default_format', 'client_protocol_version']);
const DATABASES = new Set(['sandscope', 'default', '']);
const HANDED_ON = [
  'content-type',
  'x-clickhouse-format',
  'x-clickhouse-timezone',
  'x-clickhouse-summary',
  'x-clickhouse-exception-code',
];

/**
 * ClickHouse's HTTP interface over the public views: `GET` and `POST /sql` with `query`, `param_*`, `default_format`,
 * `database`, and `/sql/ping`. The engine's process decides which statements may run; this route checks access, limits
 * concurrency, and refuses settings. Errors have ClickHouse's format.
 */
export const sqlRoute: FastifyPluginAsync<SqlRouteOptions> = async (app, { engine }) => {
  const turns = new Turns(TURNS);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler(answerAsClickHouse);
  app.get(SQL_PATHS.ping, async (_request, reply) => {
    if (engine() === undefined) throw unavailable();
    return reply.type('text/plain; charset=UTF-8').send('Ok.\n');
  });
  app.route({
    method: ['GET', 'POST'],
    url: SQL_PATHS.statement,
    handler: async (request, reply) => {
      const target = engine();
      if (target === undefined) throw unavailable();
      const url = engineUrl(target, request);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const turn = await turns.take(gone.signal);
      if (typeof turn === 'string')
        throw new CollectorError('ERR_QUERIER_BUSY', `too many concurrent statements: ${turn}`, {
          statusCode: 503,
          retryAfterSeconds: 2,
        });
      try {
        return await handOn(target, url, request, reply, gone.signal);
      } finally {
        turn();
      }
    },
  });
};

function engineUrl(target: SqlEngine, { query, headers }: FastifyRequest): URL {
  const url = new URL('/sql', target.url);
  const format = headers['x-clickhouse-format'];
  if (typeof format === 'string') url.searchParams.set('default_format', format);
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (typeof value !== 'string') throw badRequest(`${name} is given more than once`);
    if (PASSED_ON.has(name) || name.startsWith('param_')) url.searchParams.set(name, value);
    else if (name === 'database') checkDatabase(value);
    else if (name === 'max_execution_time') url.searchParams.set(name, shorterThanOurs(value));
    else if (name === 'compress' && value === '1')
      throw new CollectorError(
        'ERR_SQL_SETTING',
        'Answers are not compressed with LZ4: set compress=false in the client',
        { statusCode: 403 },
      );
    else if (name === 'user' || name === 'password')
      throw badRequest(
        'a token in the address ends up in logs: send it as the password of Basic authentication, or in X-ClickHouse-Key',
      );
    else if (name === 'output_format_json_quote_64bit_integers' && value === '1') continue;
    else if (!WITHOUT_EFFECT.has(name))
      throw new CollectorError('ERR_SQL_SETTING', `Cannot modify '${name}' setting in readonly mode`, {
        statusCode: 403,
      });
  }
  if (!/^\w*$/.test(url.searchParams.get('default_format') ?? ''))
    throw badRequest('default_format is not the name of a format');
  return url;
}

/** A client may end its statement earlier than the engine would. 0: as late as the engine. */
function shorterThanOurs(seconds: string): string {
  if (!/^\d+(?:\.\d+)?$/.test(seconds)) throw badRequest('max_execution_time is not a number of seconds');
  return String(Math.min(Number(seconds), ENGINE_SECONDS));
}

function checkDatabase(name: string): void {
  if (!DATABASES.has(name))
    throw new CollectorError('ERR_SQL_DATABASE', `Database ${name} does not exist`, { statusCode: 404 });
}

async function handOn(
  target: SqlEngine,
  url: URL,
  { body, headers }: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<FastifyReply> {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw badRequest('compressed request bodies are not accepted');
  const database = headers['x-clickhouse-database'];
  if (typeof database === 'string') checkDatabase(database);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-clickhouse-user': target.user, 'x-clickhouse-key': target.password },
      body: typeof body === 'string' ? body : '',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLIS)]),
    });
  } catch (error) {
    if (signal.aborted) return reply.hijack();
    throw unavailable(error);
  }
  for (const name of HANDED_ON) {
    const value = answer.headers.get(name);
    if (value !== null) void reply.header(name, value);
  }
  void reply.code(answer.status);
  // A turn lasts until the complete answer has arrived: its size is limited, and the engine also holds all of it.
  return reply.send(Readable.from([Buffer.from(await answer.arrayBuffer())]));
}

/** ClickHouse codes for our errors. */
const CLICKHOUSE_CODES: Readonly<Record<string, readonly [number, string]>> = {
  ERR_UNAUTHENTICATED: [516, 'AUTHENTICATION_FAILED'],
  ERR_SQL_SETTING: [164, 'READONLY'],
  ERR_SQL_DATABASE: [81, 'UNKNOWN_DATABASE'],
  ERR_QUERIER_BUSY: [202, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  ERR_BAD_PARAMETER: [36, 'BAD_ARGUMENTS'],
};

function answerAsClickHouse(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500, message, code = '', retryAfterSeconds } = error as Partial<CollectorError>;
  const shown =
    statusCode < 500 || error instanceof CollectorError
      ? (message ?? '')
      : 'an unexpected error; see the log';
  const [number, name] =
    CLICKHOUSE_CODES[code] ?? (statusCode < 500 ? [36, 'BAD_ARGUMENTS'] : [1002, 'UNKNOWN_EXCEPTION']);
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  void reply
    .code(statusCode)
    .header('x-clickhouse-exception-code', String(number))
    .type('text/plain; charset=UTF-8')
    .send(`Code: ${number}. DB::Exception: ${shown}. (${name})\n`);
}

function badRequest(message: string): CollectorError {
  return new CollectorError('ERR_BAD_PARAMETER', message, { statusCode: 400 });
}

function unavailable(cause?: unknown): CollectorError {
  return new CollectorError('ERR_ENGINE_UNAVAILABLE', 'the engine is not available at the moment', {
    statusCode: 503,
    retryAfterSeconds: 1,
    cause,
  });
}
