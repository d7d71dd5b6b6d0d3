import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { EnginePool, Lane } from './engine-pool.ts';
import { bindParams, QueryParamError } from './query-params.ts';

const MAX_BODY_BYTES = 256 * 1024 * 1024;
const READING = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN']);
/** What a client may ask for in the URL: each is either how this interface works anyway or has no effect here. */
const URL_CONSTANTS: Readonly<Record<string, string | undefined>> = {
  output_format_json_quote_64bit_integers: '1',
  enable_http_compression: undefined,
  wait_end_of_query: undefined,
  query_id: undefined,
  session_id: undefined,
};

interface Statement {
  readonly sql: string;
  readonly lane: Lane;
  readonly format: string;
  readonly database: string | undefined;
}

class HttpFault extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}`);
    this.status = status;
    this.code = code;
  }
}

/**
 * The ClickHouse HTTP interface over chDB, as much of it as `@clickhouse/client` uses: `GET /ping`, `POST /` with
 * the statement in the URL or the body, `param_*`, gzip bodies, output formats, error codes. Settings come inline in
 * the SQL; one in the URL that is not constant is refused, because the engine would keep it for later statements.
 */
export function createEngineServer(pool: EnginePool, auth: { user: string; password: string }): Server {
  const server = createServer({ maxHeaderSize: 256 * 1024, requestTimeout: 0 }, (request, response) => {
    serve(pool, auth, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else fail(response, error);
    });
  });
  server.keepAliveTimeout = 30_000;
  return server;
}

async function serve(
  pool: EnginePool,
  auth: { user: string; password: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if (!authorised(request, auth))
    throw new HttpFault(403, 516, 'Authentication failed. (AUTHENTICATION_FAILED)');
  const statement = await readStatement(request, url.searchParams);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const result = await pool.run(statement.lane, { ...statement, signal: gone.signal });
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.setHeader('X-ClickHouse-Format', statement.format);
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  response.setHeader(
    'X-ClickHouse-Summary',
    JSON.stringify({
      read_rows: String(result.rowsRead),
      read_bytes: String(result.bytesRead),
      elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
    }),
  );
  response.end(result.bytes);
}

async function readStatement(request: IncomingMessage, query: URLSearchParams): Promise<Statement> {
  const params = new Map<string, string>();
  for (const [key, value] of query) {
    if (key.startsWith('param_')) params.set(key.slice('param_'.length), value);
    else if (key !== 'query' && key !== 'database' && key !== 'default_format') checkConstant(key, value);
  }
  const body = request.method === 'POST' ? await readBody(request) : '';
  const head = query.get('query') ?? '';
  const text = trimStatement(head === '' ? body : head);
  if (text === '') throw new HttpFault(400, 62, 'Empty query (SYNTAX_ERROR)');
  const lane = laneOf(text);
  if (lane === 'write' && request.method !== 'POST') {
    throw new HttpFault(400, 164, 'only reading statements over GET (READONLY)');
  }
  // An insert's rows follow its statement and are never searched for placeholders.
  const bound = /^INSERT\b/i.test(text) && head === '' ? text : bindParams(text, params);
  return {
    sql: head === '' ? bound : `${bound}\n${body}`,
    lane,
    format: /\bFORMAT\s+(\w+)$/i.exec(text)?.[1] ?? query.get('default_format') ?? 'TabSeparated',
    database: query.get('database') ?? undefined,
  };
}

function checkConstant(key: string, value: string): void {
  if (Object.hasOwn(URL_CONSTANTS, key) && (URL_CONSTANTS[key] ?? value) === value) return;
  throw new HttpFault(400, 115, `setting ${key} must be inline in the statement (UNKNOWN_SETTING)`);
}

function trimStatement(sql: string): string {
  return sql.replace(/[\s;]+$/, '').replace(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
}

function laneOf(sql: string): Lane {
  const word = /^[\s(]*([A-Za-z]+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
  if (word === 'KILL') return 'control';
  return READING.has(word) ? 'read' : 'write';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip' && encoding !== 'identity') {
    throw new HttpFault(400, 432, `unknown content encoding ${encoding} (UNKNOWN_CODEC)`);
  }
  const source: Readable = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new HttpFault(413, 307, 'the body is too large (TOO_MANY_BYTES)');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function authorised(request: IncomingMessage, auth: { user: string; password: string }): boolean {
  const header = request.headers.authorization ?? '';
  const basic = header.startsWith('Basic ') ? Buffer.from(header.slice(6), 'base64').toString() : undefined;
  const given =
    basic ?? `${one(request.headers['x-clickhouse-user'])}:${one(request.headers['x-clickhouse-key'])}`;
  const expected = Buffer.from(`${auth.user}:${auth.password}`);
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

function fail(response: ServerResponse, error: unknown): void {
  const { status, code, message } = describe(error);
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.setHeader('X-ClickHouse-Exception-Code', String(code));
  response.end(`${message}\n`);
}

const STATUS_OF_CODE: Readonly<Record<number, number>> = { 60: 404, 81: 404, 62: 400, 456: 400, 159: 408 };

function describe(error: unknown): { status: number; code: number; message: string } {
  if (error instanceof HttpFault) return { status: error.status, code: error.code, message: error.message };
  if (error instanceof QueryParamError) {
    return {
      status: 400,
      code: 456,
      message: `Code: 456. DB::Exception: ${error.message}. (UNKNOWN_QUERY_PARAMETER)`,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)\./.exec(message)?.[1] ?? 1002);
  return { status: STATUS_OF_CODE[code] ?? 500, code, message };
}
