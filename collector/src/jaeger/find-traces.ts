import { CollectorError } from '../errors/errors.ts';
import { hashesOf } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import { storedServices } from './service-name.ts';
import type { TraceQuery } from './trace-query.ts';

/** Where a search continues: below this span in the search order. */
interface Position {
  readonly ns: string;
  readonly TraceId: string;
  readonly SpanId: string;
}

/** A trace usually has a few matching spans, so a search page is several times the number of traces. */
const SPANS_A_TRACE = 8;
const MIN_PAGE_SPANS = 500;
const MAX_PAGE_SPANS = 200_000;
/** Each page is four times the previous one. */
const MAX_PAGES = 6;

/**
 * Length of the first slice, counted back from the end of the range. Frequent matches are found in it. If it shows that
 * matches are rare, all the rest is searched at once, because each slice has a fixed cost.
 */
const SLICES = [1 / 64, 1 / 8, 1];

/**
 * Ids of the traces with a matching span, ordered by their newest such span, newest first.
 *
 * It reads the newest matching spans page by page instead of grouping all of them by trace: the engine then keeps one
 * page in memory, however many match. Attributes are searched in slices of time, the newest first.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT` (422) if one trace has so many matching spans that others are not reached
 */
export async function findTraceIds(store: Store, query: TraceQuery): Promise<string[]> {
  const { where, params, places } = conditions(query);
  const found = new Set<string>();
  let pageSpans = Math.max(MIN_PAGE_SPANS, query.depth * SPANS_A_TRACE);
  let pages = 0;
  const slices = places === undefined ? [wholeOf(query)] : slicesOf(query);
  for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) {
    const [min, max] = slice;
    let after: Position | undefined;
    for (; pages < MAX_PAGES; pages++) {
      const rows = await store.query<Position>(
        newestSpans(`${store.database}.otel_traces`, after ? [...where, BELOW] : where, places),
        {
          ...params,
          min: String(min),
          max: String(max),
          pageSpans,
          ...(after && { ns: after.ns, traceId: after.TraceId, spanId: after.SpanId }),
        },
      );
      for (const { TraceId } of rows) {
        found.add(TraceId);
        if (found.size === query.depth) return [...found];
      }
      after = rows.at(-1);
      if (after === undefined || rows.length < pageSpans) break;
      pageSpans = Math.min(pageSpans * 4, MAX_PAGE_SPANS);
    }
    if (found.size === 0 && slices.length > 1) slices.splice(0, slices.length, joined(slices));
  }
  if (pages < MAX_PAGES) return [...found];
  // A shorter list would look as if there were no more traces.
  throw new CollectorError(
    'ERR_QUERY_LIMIT',
    `too many spans match: the newest of them are in ${found.size} traces; search a shorter time or more specifically`,
    { statusCode: 422 },
  );
}

type Range = readonly [minNanos: bigint, maxNanos: bigint];

const wholeOf = ({ startMinNanos, startMaxNanos }: TraceQuery): Range => [startMinNanos, startMaxNanos];

/** The range in slices, newest first; both ends of each are included. */
function slicesOf({ startMinNanos, startMaxNanos }: TraceQuery): Range[] {
  const length = startMaxNanos - startMinNanos;
  const slices: Range[] = [];
  let max = startMaxNanos;
  for (const share of SLICES) {
    const min = share === 1 ? startMinNanos : startMaxNanos - length / BigInt(Math.round(1 / share));
    if (min > max) continue;
    slices.push([min, max]);
    max = min - 1n;
  }
  return slices;
}

const joined = (slices: readonly Range[]): Range => [slices.at(-1)?.[0] ?? 0n, slices[0]?.[1] ?? 0n];

/**
 * The newest spans of one page, possibly with repeats. Ids are long texts, so the start time of the page is determined
 * first, and ids are read only from there on; that takes a quarter of the time of sorting all of them.
 *
 * An attribute is searched separately in each place, because an index helps in some of them and would not help if they
 * were alternatives in one condition. The slice limits the time range of such a search.
 */
function newestSpans(table: string, where: readonly string[], places: readonly Place[] | undefined): string {
  const matching = where.join(' AND ');
  const edge = `SELECT Timestamp FROM ${table} WHERE ${matching} ORDER BY Timestamp DESC LIMIT 1 OFFSET {pageSpans:UInt64} - 1`;
  const select = (filter: string): string => `SELECT toUnixTimestamp64Nano(Timestamp) AS ns, TraceId, SpanId
    FROM ${table}
    ${filter}
    ORDER BY Timestamp DESC, TraceId DESC, SpanId DESC
    LIMIT {pageSpans:UInt64}
    SETTINGS max_bytes_before_remerge_sort = ${SORT_BYTES}`;
  const selects = places?.map(({ coarse, exact }) =>
    select(`PREWHERE ${TIMES} AND ${coarse} WHERE ${exact} AND ${matching}`),
  ) ?? [select(`WHERE ${matching} AND Timestamp >= ifNull((${edge}), toDateTime64(0, 9))`)];
  return `SELECT ns, TraceId, SpanId FROM (
    ${selects.map((one) => `SELECT ns, TraceId, SpanId FROM (${one})`).join('\n    UNION ALL\n    ')}
  )
  ORDER BY ns DESC, TraceId DESC, SpanId DESC
  LIMIT {pageSpans:UInt64}`;
}

/** Memory of a sort before it drops rows beyond the page; the default is the limit of the query. */
const SORT_BYTES = 16 * 1024 ** 2;

/** The second part implies the first, which the index can evaluate. */
const BELOW = `Timestamp <= fromUnixTimestamp64Nano({ns:Int64}) AND
  (Timestamp, TraceId, SpanId) < (fromUnixTimestamp64Nano({ns:Int64}), {traceId:String}, {spanId:String})`;

const TIMES =
  'Timestamp >= fromUnixTimestamp64Nano({min:Int64}) AND Timestamp <= fromUnixTimestamp64Nano({max:Int64})';

/** One place where an attribute may be: a cheap condition that rules it out, and the exact one. */
interface Place {
  readonly coarse: string;
  readonly exact: string;
}

interface Conditions {
  readonly where: string[];
  readonly params: Record<string, unknown>;
  /** For the first attribute without its own column in the table of spans; undefined if there is none. */
  readonly places?: readonly Place[];
}

function conditions(query: TraceQuery): Conditions {
  const where = [TIMES];
  const params: Record<string, unknown> = {};
  let places: readonly Place[] | undefined;
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
    params[`value${at}`] = value;
    const known = knownKey(key, value)?.(`{value${at}:String}`);
    if (known !== undefined) {
      where.push(known);
      continue;
    }
    params[`key${at}`] = key;
    const own = placesOf(at, value);
    if (places === undefined) places = own;
    else where.push(`(${own.map(({ exact }) => exact).join(' OR ')})`);
  }
  return { where, params, ...(places && { places }) };
}

function placesOf(at: number, value: string): Place[] {
  const [key, wanted] = [`{key${at}:String}`, `{value${at}:String}`];
  const has = (map: string): string =>
    // A map returns the empty text for a missing key.
    value === '' ? `(mapContains(${map}, ${key}) AND ${map}[${key}] = '')` : `${map}[${key}] = ${wanted}`;
  const keyIn = (map: string): string => `has(${map}.keys, ${key})`;
  return [
    ...(['SpanAttributes', 'ResourceAttributes'] as const).map((map) => ({
      coarse: `indexHint(has(${hashesOf(map)}, cityHash64(${key}, ${wanted}))) AND ${keyIn(map)}`,
      exact: has(map),
    })),
    { coarse: keyIn('ScopeAttributes'), exact: has('ScopeAttributes') },
    { coarse: 'notEmpty(Events.Name)', exact: `arrayExists(event -> ${has('event')}, Events.Attributes)` },
  ];
}

/** An attribute `error` may also be a text from the sender. */
const knownKey = (key: string, value: string): ((value: string) => string) | undefined =>
  key === 'error' && value !== 'true' && value !== 'false' ? undefined : KNOWN_KEYS[key];

/** Names without their prefix for SPAN_KIND_SERVER and STATUS_CODE_ERROR, which older exporters wrote. */
const word = (column: string): string =>
  `lower(replaceRegexpOne(${column}, '^(SPAN_KIND_|STATUS_CODE_)', ''))`;

/** Fields that Jaeger shows as tags of a span. */
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
