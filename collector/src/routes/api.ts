import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CollectorError } from '../errors.ts';
import type { CollectorStatus } from '../status.ts';
import type { Scope } from '../correlate/index.ts';
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
export function openStore({ store }: QueryApiOptions): Store {
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
  query: { from?: string; to?: string; function?: string },
): Promise<{ store: Store; scope: Scope; range: { from: string; to: string } }> {
  const { fromMs, toMs } = parseTimeRange(query, Date.now());
  const store = openStore(options);
  if (query.function !== undefined) await requireFunction(store, query.function);
  return {
    store,
    scope: { fromMs, toMs, function: query.function },
    range: { from: isoTime(fromMs), to: isoTime(toMs) },
  };
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
