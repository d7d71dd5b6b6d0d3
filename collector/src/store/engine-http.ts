import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BinaryInserts, isBinaryInsert } from './binary-insert.ts';
import { reachesFiles } from './engine-access.ts';
import type { EnginePool, Lane, StatementResult } from './engine-pool.ts';
import { nativeFor } from './native-blocks.ts';
import { bindParams, QueryParamError } from './query-params.ts';
import { RefusedStatement } from './sql/index.ts';
import { OthersSql } from './others-sql.ts';

const MAX_BODY_BYTES = 256 * 1024 * 1024;
const READING = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN']);
/** URL settings that a client may send: each is either the behaviour of this interface anyway or has no effect here. */
const URL_CONSTANTS: Readonly<Record<string, string | undefined>> = {
  output_format_json_quote_64bit_integers: '1',
  cancel_http_readonly_queries_on_client_close: '1',
  enable_http_compression: undefined,
  wait_end_of_query: undefined,
  query_id: undefined,
  session_id: undefined,
  // About clusters, which the embedded engine does not have.
  distributed_foreground_insert: undefined,
  distributed_product_mode: undefined,
  distributed_ddl_task_timeout: undefined,
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
 * The ClickHouse HTTP interface over chDB, as far as `@clickhouse/client` uses it: `GET /ping`, `GET /health` (runs a
 * statement; our addition), `POST /` with the statement in the URL or the body, `param_*`, gzip bodies, output formats,
 * error codes. Settings are inline in the SQL. A URL setting that is not constant is refused, because the engine would
 * keep it for later statements.
 */
export function createEngineServer(
  pool: EnginePool,
  auth: { user: string; password: string; dataDir: string },
): Server {
  const inserts = new BinaryInserts(auth.dataDir);
  const others = new OthersSql(pool);
  const server = createServer({ maxHeaderSize: 256 * 1024, requestTimeout: 0 }, (request, response) => {
    serve({ pool, inserts, others, auth }, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else fail(response, error);
    });
  });
  server.keepAliveTimeout = 30_000;
  return server;
}

interface Served {
  readonly pool: EnginePool;
  readonly inserts: BinaryInserts;
  readonly others: OthersSql;
  readonly auth: { readonly user: string; readonly password: string };
}

async function serve(
  { pool, inserts, others, auth }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if (url.pathname === '/health') {
    await pool.probe();
    response.end('Ok.\n');
    return;
  }
  if (!authorised(request, auth))
    throw new HttpFault(403, 516, 'Authentication failed. (AUTHENTICATION_FAILED)');
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  if (url.pathname === OTHERS_PATH) {
    await serveOthers(others, request, url.searchParams, response, gone.signal);
    return;
  }
  const insert = trimStatement(url.searchParams.get('query') ?? '');
  if (isBinaryInsert(insert)) {
    answer(response, await insertBinary(pool, inserts, insert, request), 'RowBinary');
    return;
  }
  const statement = await readStatement(request, url.searchParams);
  const result = await pool.run(statement.lane, { ...statement, signal: gone.signal });
  answer(response, result, statement.format);
}

/** Entry point of users' SQL; the check of the statement is here, as close to the engine as possible. */
export const OTHERS_PATH = '/sql';

async function serveOthers(
  others: OthersSql,
  request: IncomingMessage,
  query: URLSearchParams,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const { statement, params } = await readOthers(request, query);
  const seconds = Number(query.get('max_execution_time') ?? 0);
  const tooLong = seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [];
  try {
    const { result, format } = await others.run(
      bindParams(statement, params),
      query.get('default_format') ?? 'TabSeparated',
      AbortSignal.any([gone, ...tooLong]),
    );
    const clientVersion = Number(query.get('client_protocol_version') ?? 0);
    const bytes = format === 'Native' ? nativeFor(clientVersion, result.bytes) : result.bytes;
    answer(response, { ...result, bytes }, format);
  } catch (error) {
    if (tooLong.some(({ aborted }) => aborted))
      throw new HttpFault(
        408,
        159,
        `Timeout exceeded: max_execution_time is ${seconds} s. (TIMEOUT_EXCEEDED)`,
      );
    throw error;
  }
}

async function readOthers(
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<{ statement: string; params: Map<string, string> }> {
  const params = new Map<string, string>();
  for (const [key, value] of query) {
    if (key.startsWith('param_')) params.set(key.slice('param_'.length), value);
  }
  const body = request.method === 'POST' ? await readBody(request) : '';
  const parts = [query.get('query') ?? '', body].filter((part) => part !== '');
  const statement = trimStatement(parts.join('\n'));
  if (statement === '') throw new HttpFault(400, 62, 'Empty query (SYNTAX_ERROR)');
  return { statement, params };
}

function insertBinary(
  pool: EnginePool,
  inserts: BinaryInserts,
  sql: string,
  request: IncomingMessage,
): Promise<StatementResult> {
  if (request.method !== 'POST') throw new HttpFault(400, 164, 'only reading statements over GET (READONLY)');
  const { signal } = new AbortController(); // an insert runs to completion
  return inserts.run(sql, bodyOf(request), limited, (statement) =>
    pool.run('write', { sql: statement, format: 'TabSeparated', database: undefined, signal }),
  );
}

function answer(response: ServerResponse, result: StatementResult, format: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.setHeader('X-ClickHouse-Format', format);
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
  if (lane !== 'read' && request.method !== 'POST') {
    throw new HttpFault(400, 164, 'only reading statements over GET (READONLY)');
  }
  const refused = lane === 'read' ? reachesFiles(text) : undefined;
  if (refused !== undefined) throw new HttpFault(400, 164, `${refused} (READONLY)`);
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
  if (/^INSERT\s+INTO\s+[\w.`]+\s*(?:\([^)]*\)\s*)?SELECT\b/i.test(sql)) return 'background';
  return READING.has(word) ? 'read' : 'write';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of limited(bodyOf(request))) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function bodyOf(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip' && encoding !== 'identity') {
    throw new HttpFault(400, 432, `unknown content encoding ${encoding} (UNKNOWN_CODEC)`);
  }
  return encoding === 'gzip' ? pipeline(request, createGunzip(), () => undefined) : request;
}

async function* limited(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new HttpFault(413, 307, 'the body is too large (TOO_MANY_BYTES)');
    yield chunk;
  }
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
  if (error instanceof RefusedStatement) {
    return { status: 403, code: 497, message: `Code: 497. DB::Exception: ${error.message} (ACCESS_DENIED)` };
  }
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
