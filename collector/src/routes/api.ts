import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CollectorError } from '../errors.ts';
import type { CollectorStatus } from '../status.ts';
import { loadWindow } from '../correlate/index.ts';
import type { Scope, Window } from '../correlate/index.ts';
import type { Store } from '../store/index.ts';
import { isoTime, parseTimeRange } from './time-range.ts';

export interface QueryApiOptions {
  /** Undefined until the store is open. */
  readonly store: () => Store | undefined;
  readonly status: () => Promise<CollectorStatus>;
}

/** The instance the routes are written against: schemas give the types. */
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
 * What a query asks about, and the store to ask.
 *
 * @throws {CollectorError} `ERR_BAD_TIME_RANGE`, `ERR_ENGINE_UNAVAILABLE`, `ERR_FUNCTION_NOT_FOUND` for a function
 *   that was never seen, in the range or out of it.
 */
export async function scopeOf(
  options: QueryApiOptions,
  query: Question,
): Promise<{ store: Store; scope: Scope; range: Range }> {
  const { fromMs, toMs } = parseTimeRange(query, Date.now());
  const store = openStore(options);
  if (query.function !== undefined) await requireFunction(store, query.function);
  return {
    store,
    scope: { fromMs, toMs, function: query.function, version: query.version, region: query.region },
    range: rangeOf({ fromMs, toMs }),
  };
}

/** The parameters every question about a time range has. */
export interface Question {
  readonly from?: string;
  readonly to?: string;
  readonly function?: string;
  readonly version?: string;
  readonly region?: string;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** The range of an answer. */
export function rangeOf({ fromMs, toMs }: Pick<Scope, 'fromMs' | 'toMs'>): Range {
  return { from: isoTime(fromMs), to: isoTime(toMs) };
}

/** The judged window a query asks about. @throws {CollectorError} as {@link scopeOf}, and `ERR_QUERY_LIMIT`. */
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
    `SELECT 1 FROM ${store.database}.invocations WHERE function = {name:String} LIMIT 1`,
    { name },
  );
  if (found.length > 0) return;
  throw new CollectorError('ERR_FUNCTION_NOT_FOUND', `no function ${JSON.stringify(name)} was seen`, {
    statusCode: 404,
    details: { function: name },
  });
}
