import { CollectorError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { storedServices } from './service-name.ts';
import type { TraceQuery } from './trace-query.ts';

/** Where a search goes on: below this span in the order of the search. */
interface Position {
  readonly ns: string;
  readonly TraceId: string;
  readonly SpanId: string;
}

/** A trace has a few matching spans as a rule, so that a page of the search is several times the traces wanted. */
const SPANS_A_TRACE = 8;
const MIN_PAGE_SPANS = 500;
const MAX_PAGE_SPANS = 200_000;
/** Each page is four times the one before. */
const MAX_PAGES = 6;

/**
 * Ids of the traces with a matching span, the one with the newest such span first.
 *
 * It asks for the newest matching spans, page by page, rather than grouping all of them by trace: the engine then
 * keeps one page in memory however much matches.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT` (422) when one trace has so many matching spans that the others are not reached
 */
export async function findTraceIds(store: Store, query: TraceQuery): Promise<string[]> {
  const { where, params, readsMaps } = conditions(query);
  const found = new Set<string>();
  let after: Position | undefined;
  let pageSpans = Math.max(MIN_PAGE_SPANS, query.depth * SPANS_A_TRACE);
  for (let page = 0; page < MAX_PAGES; page++) {
    const rows = await store.query<Position>(
      newestSpans(`${store.database}.otel_traces`, after ? [...where, BELOW] : where, readsMaps),
      { ...params, pageSpans, ...(after && { ns: after.ns, traceId: after.TraceId, spanId: after.SpanId }) },
    );
    for (const { TraceId } of rows) {
      found.add(TraceId);
      if (found.size === query.depth) return [...found];
    }
    after = rows.at(-1);
    if (after === undefined || rows.length < pageSpans) return [...found];
    pageSpans = Math.min(pageSpans * 4, MAX_PAGE_SPANS);
  }
  // A shorter list would look as if there were no more traces.
  throw new CollectorError(
    'ERR_QUERY_LIMIT',
    `too many spans match: the newest of them are in ${found.size} traces; ask for less time or more exactly`,
    { statusCode: 422 },
  );
}

/**
 * The newest spans of one page. Ids are long texts: the time the page goes back to is looked for first, and ids are
 * read from there on only, which takes a quarter of the time of sorting all of them. Where attributes have to be
 * read for every span, doing so twice would cost more than it saves.
 */
function newestSpans(table: string, where: readonly string[], readsMaps: boolean): string {
  const matching = where.join(' AND ');
  const edge = `SELECT Timestamp FROM ${table} WHERE ${matching} ORDER BY Timestamp DESC LIMIT 1 OFFSET {pageSpans:UInt64} - 1`;
  const fromEdge = readsMaps ? '' : `AND Timestamp >= ifNull((${edge}), toDateTime64(0, 9))`;
  return `SELECT ns, TraceId, SpanId FROM (
    SELECT toUnixTimestamp64Nano(Timestamp) AS ns, TraceId, SpanId
    FROM ${table}
    WHERE ${matching} ${fromEdge}
    ORDER BY Timestamp DESC, TraceId DESC, SpanId DESC
    LIMIT {pageSpans:UInt64}
    SETTINGS max_bytes_before_remerge_sort = ${SORT_BYTES}
  )
  ORDER BY ns DESC, TraceId DESC, SpanId DESC`;
}

/** What a sort holds before it drops what is beyond the page; by default as much as a query may use. */
const SORT_BYTES = 16 * 1024 ** 2;

/** The first part is implied by the second, and is what an index understands. */
const BELOW = `Timestamp <= fromUnixTimestamp64Nano({ns:Int64}) AND
  (Timestamp, TraceId, SpanId) < (fromUnixTimestamp64Nano({ns:Int64}), {traceId:String}, {spanId:String})`;

interface Conditions {
  readonly where: string[];
  readonly params: Record<string, unknown>;
  /** Whether attributes have to be read to decide. */
  readonly readsMaps: boolean;
}

function conditions(query: TraceQuery): Conditions {
  const where = [
    'Timestamp >= fromUnixTimestamp64Nano({min:Int64})',
    'Timestamp <= fromUnixTimestamp64Nano({max:Int64})',
  ];
  const params: Record<string, unknown> = {
    min: String(query.startMinNanos),
    max: String(query.startMaxNanos),
  };
  const add = (condition: string, name: string, value: unknown): void => {
    where.push(condition);
    params[name] = value;
  };
  if (query.service !== '') {
    add('ServiceName IN {services:Array(String)}', 'services', storedServices(query.service));
  }
  if (query.operation !== '') add('SpanName = {operation:String}', 'operation', query.operation);
  const { durationMinNanos: shortest, durationMaxNanos: longest } = query;
  if (shortest !== undefined) add('Duration >= {shortest:UInt64}', 'shortest', String(shortest));
  if (longest !== undefined) add('Duration <= {longest:UInt64}', 'longest', String(longest));
  for (const [at, [key, value]] of query.attributes.entries()) {
    const known = knownKey(key, value)?.(`{value${at}:String}`);
    add(known ?? attributeCondition(at, value), `value${at}`, value);
    if (known === undefined) params[`key${at}`] = key;
  }
  const readsMaps = query.attributes.some(([key, value]) => knownKey(key, value) === undefined);
  return { where, params, readsMaps };
}

function attributeCondition(at: number, value: string): string {
  const [key, wanted] = [`{key${at}:String}`, `{value${at}:String}`];
  const has = (map: string): string =>
    // A map gives the empty text for a key it does not have.
    value === '' ? `(mapContains(${map}, ${key}) AND ${map}[${key}] = '')` : `${map}[${key}] = ${wanted}`;
  const maps = ['SpanAttributes', 'ResourceAttributes', 'ScopeAttributes'].map(has);
  return `(${[...maps, `arrayExists(event -> ${has('event')}, Events.Attributes)`].join(' OR ')})`;
}

/** An attribute `error` may also be a text of the sender's. */
const knownKey = (key: string, value: string): ((value: string) => string) | undefined =>
  key === 'error' && value !== 'true' && value !== 'false' ? undefined : KNOWN_KEYS[key];

/** Names of SPAN_KIND_SERVER and STATUS_CODE_ERROR, which older exporters wrote, without their prefix. */
const word = (column: string): string =>
  `lower(replaceRegexpOne(${column}, '^(SPAN_KIND_|STATUS_CODE_)', ''))`;

/** What Jaeger shows as tags of a span though a span has it in fields of its own. */
const KNOWN_KEYS: Readonly<Record<string, ((value: string) => string) | undefined>> = {
  __proto__: null as never,
  error: (value) => `(${word('StatusCode')} = 'error') = (${value} = 'true')`,
  'span.kind': (value) => `${word('SpanKind')} = lower(${value})`,
  'otel.status_code': (value) => `${word('StatusCode')} = lower(${value})`,
  'otel.status_description': (value) => `StatusMessage = ${value}`,
  'otel.scope.name': (value) => `ScopeName = ${value}`,
  'otel.scope.version': (value) => `ScopeVersion = ${value}`,
  'w3c.tracestate': (value) => `TraceState = ${value}`,
};
