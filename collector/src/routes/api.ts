import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CollectorError } from '../errors/errors.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { loadStoredTime, loadWindow } from '../correlate/index.ts';
import type { Scope, Window } from '../correlate/index.ts';
import type { Question as AnyQuestion } from '../correlate/questions/index.ts';
import type { PriceBook } from '../prices/index.ts';
import type { Store } from '../store/index.ts';
import { rangeOf } from '../schema/index.ts';
import type { Range } from '../schema/index.ts';
import { parseTimeRange } from './time-range.ts';
import type { TimeRange } from './time-range.ts';

export interface QueryApiOptions {
  /** Undefined until the store is open. */
  readonly store: () => Store | undefined;
  readonly status: () => Promise<CollectorStatus>;
  /** Price plans of the functions. Default the built-in plans. */
  readonly prices?: PriceBook;
  /** Default all registered questions. */
  readonly questions?: readonly AnyQuestion[];
}

/** The Fastify instance of the routes: types come from the schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The open store. @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` (503) while there is none. */
export function openStore({ store }: Pick<QueryApiOptions, 'store'>): Store {
  const open = store();
  if (open) return open;
  throw new CollectorError('ERR_ENGINE_UNAVAILABLE', 'the engine is still starting', {
    statusCode: 503,
    retryAfterSeconds: 1,
  });
}

/**
 * The scope of a query, and the store to query.
 *
 * @throws {CollectorError} `ERR_BAD_TIME_RANGE`, `ERR_ENGINE_UNAVAILABLE`, `ERR_FUNCTION_NOT_FOUND` for a function that
 *   was never seen, inside or outside the range.
 */
export async function scopeOf(
  options: QueryApiOptions,
  query: Question,
): Promise<{ store: Store; scope: Scope; range: Range }> {
  const asked = parseTimeRange(query, Date.now());
  const store = openStore(options);
  const { fromMs, toMs } = await cutToStored(store, asked);
  if (query.function !== undefined) await requireFunction(store, query.function);
  return {
    store,
    scope: {
      fromMs,
      toMs,
      function: query.function,
      version: query.version,
      region: query.region,
      account: query.account,
    },
    range: rangeOf({ fromMs, toMs }),
  };
}

/** A range up to this length is answered exactly as given, even if there is no data at its ends. */
const LONG_MS = 31 * 86_400_000;
const DAY_MS = 86_400_000;

/** A long range is cut to the days with stored data; the answer reports the range used. */
async function cutToStored(store: Store, range: TimeRange): Promise<TimeRange> {
  if (range.toMs - range.fromMs <= LONG_MS) return range;
  const stored = await loadStoredTime(store);
  if (stored === undefined) return range;
  const fromMs = Math.max(range.fromMs, Math.floor(stored.fromMs / DAY_MS) * DAY_MS);
  const toMs = Math.min(range.toMs, Math.max(Date.now(), Math.ceil(stored.toMs / DAY_MS) * DAY_MS));
  return fromMs < toMs ? { fromMs, toMs } : range;
}

/** The parameters every question about a time range has. */
export interface Question {
  readonly from?: string;
  readonly to?: string;
  readonly function?: string;
  readonly version?: string;
  readonly region?: string;
  readonly account?: string;
}

/** The judged window of a query. @throws {CollectorError} as {@link scopeOf}, and `ERR_QUERY_LIMIT`. */
export async function windowOf(
  options: QueryApiOptions,
  query: Question,
): Promise<{ store: Store; window: Window; range: Range }> {
  const { store, scope } = await scopeOf(options, query);
  const window = await loadWindow(store, scope);
  return { store, window, range: rangeOf(window.scope) };
}

async function requireFunction(store: Store, name: string): Promise<void> {
  const found = await store.query(
    `SELECT 1 FROM ${store.database}.invocations WHERE function = {name:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM ${store.database}.idle_outcomes WHERE function = {name:String} LIMIT 1`,
    { name },
  );
  if (found.length > 0) return;
  throw new CollectorError('ERR_FUNCTION_NOT_FOUND', `no function ${JSON.stringify(name)} was seen`, {
    statusCode: 404,
    details: { function: name },
  });
}
