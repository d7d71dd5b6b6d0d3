import { Type } from '@fastify/type-provider-typebox';
import {
  betweenSql,
  filterSql,
  IS_COLD,
  loadActivity,
  loadReports,
  readAsOfView,
  scopeParams,
} from '../correlate/index.ts';
import type { Report, Scope } from '../correlate/index.ts';
import type { Store } from '../store/index.ts';
import {
  CursorParameter,
  NextCursor,
  Time,
  badCursor,
  isoNanos,
  limit,
  listQuery,
  rangeAnswers,
  rangeOf,
  readCursor,
  writeCursor,
} from '../schema/index.ts';
import type { Range } from '../schema/index.ts';
import { scopeOf } from './api.ts';
import type { Api, QueryApiOptions } from './api.ts';
import { INVOCATION_COLUMNS, INVOCATION_PROPERTIES, REPORT_PROPERTIES } from './invocation-columns.ts';
import { listed } from './list.ts';

const Invocation = Type.Object(
  {
    ...INVOCATION_PROPERTIES,
    start: Time('Function-side start, nine decimals.'),
    startUnixNano: Type.String({ description: 'Nanoseconds since the epoch.' }),
    durationMs: Type.Number({ description: 'Milliseconds.' }),
    ...REPORT_PROPERTIES,
  },
  { title: 'Invocation' },
);

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
        'Values that a span does not contain are absent. Integers keep all their digits, even beyond 2^53. ' +
        'Follow `nextCursor` for older rows; it carries the time range of the first page.',
      tags: ['functions'],
      querystring: listQuery({
        sandbox: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 256,
            description: 'Only this sandbox; for a clone `ID@NAME`.',
          }),
        ),
        cold: Type.Optional(Type.Boolean({ description: 'Only cold ones, or only warm ones.' })),
        limit: limit(100, 1000),
        cursor: CursorParameter,
      }),
      response: rangeAnswers(
        {
          invocations: Type.Array(Invocation, { description: 'The newest first.' }),
          nextCursor: NextCursor,
        },
        'InvocationsAnswer',
      ),
    },
    handler: async (request, reply) => {
      const { sandbox, cold, format, limit: wanted = 100 } = request.query;
      const cursor = positionOf(request.query.cursor);
      const given = cursor ? { ...request.query, from: cursor.from, to: cursor.to } : request.query;
      const { store, scope: asked } = await scopeOf(options, given);
      const selection = { sandbox, cold, cursor };
      const readPage = async (scope: Scope) => ({
        range: rangeOf(scope),
        rows: await withReports(store, await readNewest(store, scope, selection, wanted + 1)),
      });
      // Pages poll the newest invocations of all functions, so that query uses the kept view; other queries are not
      // repeated.
      const { range, rows } =
        sandbox === undefined && cursor === undefined
          ? await readAsOfView(store, asked, `invocations ${wanted} ${cold}`, readPage)
          : await readPage(asked);
      const page = rows.slice(0, wanted);
      const last = page.at(-1)?.row;
      const truncated = rows.length > wanted;
      const answer = {
        ...range,
        truncated,
        invocations: page.map(({ row, report }) => shown(row, report)),
        ...(truncated && last && { nextCursor: writeCursor(range, keyOf(last)) }),
      };
      return listed(reply, format, answer, 'invocations', Invocation);
    },
  });
}

/** The last row of a page, and the time range of all pages. */
interface Position extends Range {
  /** Nanoseconds since the epoch. */
  readonly start: string;
  readonly trace: string;
  readonly span: string;
}

const keyOf = (row: Row): string[] => [row['start_ns'], row['trace_id'], row['span_id']].map(String);

function positionOf(text: string | undefined): Position | undefined {
  const cursor = readCursor(text, 3);
  if (cursor === undefined) return undefined;
  const { from, to, key } = cursor;
  const [start = '', trace = '', span = ''] = key;
  if (!/^-?\d{1,19}$/.test(start)) throw badCursor();
  return { from, to, start, trace, span };
}

interface Selection {
  readonly sandbox: string | undefined;
  readonly cold: boolean | undefined;
  readonly cursor: Position | undefined;
}

/** Factor by which the number of examined rows grows when too few of them matched. */
const WIDER = 16;
/** A busy store has its newest row within this time, and a page of rows within the same time before that row. */
const NEWEST_WITHIN_MS = 60_000;
const PAGE_SECONDS = 1;

/**
 * The newest rows of the scope. The most recent time is searched first: rows are sorted by function, so finding the
 * newest rows of all functions would otherwise mean a scan of the whole range.
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

/** Clones share one id; the platform's name of the environment tells them apart. */
const IS_SANDBOX =
  "(sandbox_id = {sandbox:String} OR (sandbox_id = {cloned:String} AND instance = {environment:String} AND instance != ''))";

/** An id that contains an `@` may be that of a clone. */
function cloneOf(sandbox: string): { readonly cloned: string; readonly environment: string } {
  const at = sandbox.indexOf('@');
  if (at < 0) return { cloned: sandbox, environment: '' };
  return { cloned: sandbox.slice(0, at), environment: sandbox.slice(at + 1) };
}

/** @param lastSeconds how much time before the newest row of the scope to read; default all */
async function read(
  store: Store,
  scope: Scope,
  { sandbox, cold, cursor }: Selection,
  limit: number,
  lastSeconds?: number,
): Promise<Row[]> {
  const table = `${store.database}.invocations`;
  const order = 'start DESC, trace_id DESC, span_id DESC';
  // The key alone identifies the page, and is the same for a row that arrived twice. Only the page's rows are read
  // whole.
  return store.query<Row>(
    `SELECT ${INVOCATION_COLUMNS.map(({ name }) => name).join(', ')}, toUnixTimestamp64Nano(start) AS start_ns, duration_ns / 1e6 AS duration_ms
    FROM ${table} FINAL
    WHERE ${betweenSql('start')} AND (function, start, trace_id, span_id) IN (
      SELECT DISTINCT function, start, trace_id, span_id FROM ${table}
      WHERE ${betweenSql('start')}${filterSql(scope)}
      ${lastSeconds === undefined ? '' : `AND start > (SELECT max(start) FROM ${table} WHERE ${betweenSql('start')}${filterSql(scope)}) - toIntervalSecond(${lastSeconds})`}
      ${sandbox === undefined ? '' : `AND ${IS_SANDBOX} AND function IN (SELECT DISTINCT function FROM ${table} WHERE sandbox_id IN ({sandbox:String}, {cloned:String}))`}
      ${cold === undefined ? '' : `AND ${IS_COLD} = {cold:Bool}`}
      ${cursor ? 'AND (start, trace_id, span_id) < (fromUnixTimestamp64Nano({start:Int64}), {trace:String}, {span:String})' : ''}
      ORDER BY ${order}
      LIMIT {limit:UInt32}
    )
    ORDER BY ${order}`,
    {
      ...scopeParams(scope),
      limit,
      ...(sandbox !== undefined && { sandbox, ...cloneOf(sandbox) }),
      ...(cold !== undefined && { cold }),
      ...(cursor && { start: cursor.start, trace: cursor.trace, span: cursor.span }),
    },
  );
}

/** A row, with what the platform's log says about it. */
interface Told {
  readonly row: Row;
  readonly report: Report | undefined;
}

async function withReports(store: Store, rows: readonly Row[]): Promise<Told[]> {
  const asked = rows.map((row) => ({
    function: String(row['function']),
    invocationId: String(row['invocation_id'] ?? ''),
    startMs: Number(row['start_ns']) / 1e6,
  }));
  const reports = await loadReports(store, asked);
  return rows.map((row, index) => ({ row, report: reports[index] }));
}

function shown(row: Row, report: Report | undefined) {
  const out: Record<string, unknown> = {};
  for (const { name, property, kind } of INVOCATION_COLUMNS) {
    const value = row[name] ?? null;
    if (value === null || (kind === 'text' && value === '')) continue;
    out[property] = kind === 'whole' ? integer(String(value)) : value;
  }
  const startUnixNano = String(row['start_ns']);
  return {
    ...out,
    start: isoNanos(startUnixNano),
    startUnixNano,
    durationMs: Number(row['duration_ms']),
    ...(report && reported(row, report)),
  };
}

function reported(row: Row, report: Report) {
  const { traceId, spanId, durationMs, billedMs, billedRestoreMs, memoryMaxUsedBytes } = report;
  const isOfReport = row['trace_id'] === traceId && row['span_id'] === spanId;
  return {
    recordedBy: isOfReport ? ('report' as const) : ('both' as const),
    reportedDurationMs: durationMs,
    ...(billedMs !== undefined && { billedMs }),
    ...(billedRestoreMs !== undefined && { billedRestoreMs }),
    ...(memoryMaxUsedBytes !== undefined && { memoryMaxUsedBytes }),
  };
}

/** The serialiser writes a bigint as digits, so no precision is lost above 2^53. */
function integer(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}
