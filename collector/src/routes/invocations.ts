import { Type } from '@fastify/type-provider-typebox';
import type { TSchema } from '@fastify/type-provider-typebox';
import { betweenSql, filterSql, loadActivity, readAsOfView, scopeParams } from '../correlate/index.ts';
import type { Scope } from '../correlate/index.ts';
import { CollectorError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { rangeOf, scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { listed } from './list.ts';
import { limit, listQuery, rangeAnswers, Time } from './schemas.ts';
import { isoNanos } from './time-range.ts';

/** Columns shown, by kind. Each is camel case in the answer, and absent where the span did not say. */
const COLUMNS = {
  text: [
    'function',
    'version',
    'region',
    'platform',
    'trace_id',
    'span_id',
    'parent_span_id',
    'sandbox_id',
    'instance',
    'init_type',
    'boot_id',
    'isolation',
    'host_declared_id',
    'host_declared_ip',
    'host_fingerprint',
    'cpu_model',
    'host_arch',
    'status',
    'error_type',
    'invocation_id',
    'trigger',
  ],
  whole: [
    'ordinal',
    'process_start_ticks',
    'concurrent',
    'memory_rss_bytes',
    'memory_peak_rss_bytes',
    'memory_total_bytes',
    'memory_available_bytes',
    'memory_limit_bytes',
    'faults_major',
    'faults_minor',
    'context_switches_voluntary',
    'context_switches_involuntary',
    'io_read_bytes',
    'io_write_bytes',
    'network_rx_bytes',
    'network_tx_bytes',
    'http_count',
    'dropped_spans',
  ],
  real: [
    'init_duration_ms',
    'init_runtime_ms',
    'init_module_ms',
    'init_pool_dwell_ms',
    'age_ms',
    'idle_ms',
    'freeze_ms',
    'boot_time_unix_ms',
    'cpu_user_ms',
    'cpu_system_ms',
    'machine_cpu_user_ms',
    'machine_cpu_system_ms',
    'machine_cpu_iowait_ms',
    'machine_cpu_steal_ms',
    'machine_cpu_idle_ms',
    'cgroup_throttled_ms',
    'cgroup_quota_ratio',
    'http_ms',
    'overhead_us',
    'export_ms',
  ],
  truth: ['cold', 'window_shared'],
} as const;

const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const optional = (names: readonly string[], schema: TSchema): [string, TSchema][] =>
  names.map((name) => [camel(name), Type.Optional(schema)]);

const Invocation = Type.Object({
  ...Object.fromEntries([
    ...optional(COLUMNS.text, Type.String()),
    ...optional(COLUMNS.whole, Type.Integer()),
    ...optional(COLUMNS.real, Type.Number()),
    ...optional(COLUMNS.truth, Type.Boolean()),
  ]),
  start: Time('Function-side start, nine decimals.'),
  startUnixNano: Type.String({ description: 'Nanoseconds since the epoch.' }),
  durationMs: Type.Number({ description: 'Milliseconds.' }),
});

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** `GET /api/v1/invocations`: the typed rows, newest first, page by page. */
export function invocationRoutes(app: Api, options: QueryApiOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/invocations',
    schema: {
      operationId: 'listInvocations',
      summary: 'Invocations, newest first',
      description:
        'What a span did not say is absent. Integers have all their digits, beyond 2^53 too. ' +
        'Follow `nextCursor` for older rows; it carries the time range of the first page.',
      tags: ['functions'],
      querystring: listQuery({
        sandbox: Type.Optional(
          Type.String({ minLength: 1, maxLength: 256, description: 'Only of this sandbox.' }),
        ),
        cold: Type.Optional(Type.Boolean({ description: 'Only cold ones, or only warm ones.' })),
        limit: limit(100, 1000),
        cursor: Type.Optional(
          Type.String({ maxLength: 512, description: '`nextCursor` of the page before.' }),
        ),
      }),
      response: rangeAnswers({
        invocations: Type.Array(Invocation),
        nextCursor: Type.Optional(Type.String()),
      }),
    },
    handler: async (request, reply) => {
      const { sandbox, cold, format, limit: wanted = 100 } = request.query;
      const cursor = request.query.cursor === undefined ? undefined : readCursor(request.query.cursor);
      const given = cursor ? { ...request.query, from: cursor.from, to: cursor.to } : request.query;
      const { store, scope: asked } = await scopeOf(options, given);
      const selection = { sandbox, cold, cursor };
      const readPage = async (scope: Scope) => ({
        range: rangeOf(scope),
        rows: await readNewest(store, scope, selection, wanted + 1),
      });
      // What a page shows again and again is the newest of all; the rest is asked once.
      const { range, rows } =
        sandbox === undefined && cursor === undefined
          ? await readAsOfView(store, asked, `invocations ${wanted} ${cold}`, readPage)
          : await readPage(asked);
      const page = rows.slice(0, wanted);
      const last = page.at(-1);
      const truncated = rows.length > wanted;
      const answer = {
        ...range,
        truncated,
        invocations: page.map((row) => shown(row)),
        ...(truncated && last && { nextCursor: writeCursor(last, range) }),
      };
      return listed(reply, format, answer, 'invocations', Invocation);
    },
  });
}

interface Selection {
  readonly sandbox: string | undefined;
  readonly cold: boolean | undefined;
  readonly cursor: Cursor | undefined;
}

/** How much more time is looked at when the newest invocations were not enough. */
const WIDER = 16;
/** A busy store has its newest row in this time, and a page in so much time before that row. */
const NEWEST_WITHIN_MS = 60_000;
const PAGE_SECONDS = 1;

/**
 * The newest rows of the scope. Its newest part is looked at first, because rows are sorted by function and the
 * newest of all functions would have to be looked for in all of it.
 */
async function readNewest(store: Store, scope: Scope, selection: Selection, wanted: number): Promise<Row[]> {
  const { sandbox, cursor } = selection;
  const toMs = cursor ? Math.min(scope.toMs, Math.ceil(Number(cursor.start) / 1e6) + 1) : scope.toMs;
  if (scope.function === undefined && sandbox === undefined && toMs - NEWEST_WITHIN_MS > scope.fromMs) {
    const lastMinute = { ...scope, fromMs: toMs - NEWEST_WITHIN_MS };
    const newest = await read(store, lastMinute, selection, wanted, PAGE_SECONDS);
    if (newest.length === wanted) return newest;
    for (let rows = 8 * wanted; ; rows *= WIDER) {
      const { newestFromMs } = await loadActivity(store, { ...scope, toMs }, rows);
      if (newestFromMs <= scope.fromMs) break;
      const found = await read(store, { ...scope, fromMs: newestFromMs }, selection, wanted);
      if (found.length === wanted) return found;
    }
  }
  return read(store, scope, selection, wanted);
}

/** @param lastSeconds only so much time before the newest row of the scope; default all */
async function read(
  store: Store,
  scope: Scope,
  { sandbox, cold, cursor }: Selection,
  limit: number,
  lastSeconds?: number,
): Promise<Row[]> {
  const names = Object.values(COLUMNS).flat();
  const table = `${store.database}.invocations`;
  const order = 'start DESC, trace_id DESC, span_id DESC';
  // The page is found by the key alone, which is the same for a row that came twice, and only its rows are read whole.
  return store.query<Row>(
    `SELECT ${names.join(', ')}, toUnixTimestamp64Nano(start) AS start_ns, duration_ns / 1e6 AS duration_ms
    FROM ${table} FINAL
    WHERE ${betweenSql('start')} AND (function, start, trace_id, span_id) IN (
      SELECT DISTINCT function, start, trace_id, span_id FROM ${table}
      WHERE ${betweenSql('start')}${filterSql(scope)}
      ${lastSeconds === undefined ? '' : `AND start > (SELECT max(start) FROM ${table} WHERE ${betweenSql('start')}${filterSql(scope)}) - toIntervalSecond(${lastSeconds})`}
      ${sandbox === undefined ? '' : `AND sandbox_id = {sandbox:String} AND function IN (SELECT DISTINCT function FROM ${table} WHERE sandbox_id = {sandbox:String})`}
      ${cold === undefined ? '' : 'AND cold = {cold:Bool}'}
      ${cursor ? 'AND (start, trace_id, span_id) < (fromUnixTimestamp64Nano({start:Int64}), {trace:String}, {span:String})' : ''}
      ORDER BY ${order}
      LIMIT {limit:UInt32}
    )
    ORDER BY ${order}`,
    {
      ...scopeParams(scope),
      limit,
      ...(sandbox !== undefined && { sandbox }),
      ...(cold !== undefined && { cold }),
      ...(cursor && { start: cursor.start, trace: cursor.trace, span: cursor.span }),
    },
  );
}

function shown(row: Row) {
  const out: Record<string, unknown> = {};
  for (const name of COLUMNS.text) if (row[name] !== '') out[camel(name)] = row[name];
  for (const name of COLUMNS.whole) if (row[name] !== null) out[camel(name)] = integer(String(row[name]));
  for (const name of [...COLUMNS.real, ...COLUMNS.truth])
    if (row[name] !== null) out[camel(name)] = row[name];
  const startUnixNano = String(row['start_ns']);
  return { ...out, start: isoNanos(startUnixNano), startUnixNano, durationMs: Number(row['duration_ms']) };
}

/** The serialiser writes a bigint as digits, so nothing is lost above 2^53. */
function integer(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

interface Cursor {
  readonly from: string;
  readonly to: string;
  readonly start: string;
  readonly trace: string;
  readonly span: string;
}

function writeCursor(row: Row, { from, to }: { from: string; to: string }): string {
  const parts = [from, to, row['start_ns'], row['trace_id'], row['span_id']];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function readCursor(text: string): Cursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  if (Array.isArray(parts) && parts.length === 5 && parts.every((part) => typeof part === 'string')) {
    const [from = '', to = '', start = '', trace = '', span = ''] = parts;
    if (/^-?\d{1,19}$/.test(start)) return { from, to, start, trace, span };
  }
  throw new CollectorError('ERR_BAD_PARAMETER', 'query parameter cursor is not one this API gave', {
    statusCode: 400,
    details: { parameter: 'cursor' },
  });
}
