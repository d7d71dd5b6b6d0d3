import { CollectorError } from '../errors/errors.ts';
import type { Store } from '../store/index.ts';
import { quote } from '../store/query-params.ts';
import { portionsOf, TABLES_OF_SPANS } from './delete-spans.ts';
import { isOfTarget, nameOf } from './target.ts';
import type { DeletionTarget } from './target.ts';

/** The data that a deletion would delete. */
export interface Listed {
  readonly spans: number;
  readonly invocations: number;
  /** Goodbyes of sandboxes. */
  readonly goodbyes: number;
  /** Lines of the platform's log. */
  readonly reports: number;
  /** Outcomes of idle sandboxes whose invocations were not recorded. */
  readonly outcomes: number;
  /** Rollup rows. Those of other functions are computed again, and not counted here. */
  readonly sums: number;
  /** Start of the first and last span or invocation, ms since the epoch; absent if there are none. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

const SUMS = ['sandboxes', 'function_rollup', 'minute_rollup', 'first_calls', 'warm_rollup'] as const;

/**
 * Lists what {@link deleteData} would delete.
 *
 * @throws {CollectorError} `ERR_NOT_FOUND` when there is nothing with that name, `ERR_QUERY_LIMIT`,
 *   `ERR_ENGINE_UNAVAILABLE`
 */
export async function listData(store: Store, target: DeletionTarget): Promise<Listed> {
  const { database } = store;
  const condition = isOfTarget(target, database);
  const [found] = await store.query<Spans>(
    `SELECT count() AS n, toFloat64(min(toUnixTimestamp64Milli(Timestamp))) AS first, toFloat64(max(toUnixTimestamp64Milli(Timestamp))) AS last
    FROM ${database}.otel_traces WHERE (${condition})`,
    {},
    LIMITS,
  );
  const spans = Number(found?.n ?? 0);
  const own = `function = ${quote(target.name)}`;
  const isFunction = target.kind === 'function';
  const rows = isFunction
    ? await countRows(store, own)
    : await countOfSpans(store, portionsOf(database, condition, spans));
  const sums = isFunction ? await countAll(store, SUMS, own) : 0;
  const [typed] = isFunction
    ? await store.query<Spans>(
        `SELECT count() AS n, toFloat64(min(toUnixTimestamp64Milli(start))) AS first, toFloat64(max(toUnixTimestamp64Milli(start))) AS last
        FROM ${database}.invocations WHERE ${own}`,
      )
    : [];
  const ranges = [found, typed].filter((range) => range !== undefined && range.n !== '0') as Spans[];
  const listed: Listed = {
    spans,
    ...rows,
    sums,
    ...(ranges.length > 0 && {
      fromMs: Math.min(...ranges.map(({ first }) => first)),
      toMs: Math.max(...ranges.map(({ last }) => last)),
    }),
  };
  const { invocations, goodbyes, reports, outcomes } = listed;
  if (spans + invocations + goodbyes + reports + outcomes + sums === 0)
    throw new CollectorError('ERR_NOT_FOUND', `no data of ${nameOf(target)} is stored`, { statusCode: 404 });
  return listed;
}

interface Spans {
  readonly n: string;
  readonly first: number;
  readonly last: number;
}

/** Speed is not important here, and it may read all data. */
const LIMITS = { maxSeconds: 300 } as const;

type Rows = Pick<Listed, 'invocations' | 'goodbyes' | 'reports' | 'outcomes'>;

async function countRows(store: Store, condition: string): Promise<Rows> {
  const [invocations = 0, goodbyes = 0, reports = 0, outcomes = 0] = await Promise.all(
    TABLES_OF_SPANS.map((table) => countAll(store, [table], condition)),
  );
  return { invocations, goodbyes, reports, outcomes };
}

async function countOfSpans(store: Store, portions: readonly string[]): Promise<Rows> {
  const total = { invocations: 0, goodbyes: 0, reports: 0, outcomes: 0 };
  for (const only of portions) {
    const rows = await countRows(store, `(trace_id, span_id, function) IN (${only})`);
    for (const kind of Object.keys(total) as (keyof Rows)[]) total[kind] += rows[kind];
  }
  return total;
}

async function countAll(store: Store, tables: readonly string[], condition: string): Promise<number> {
  const counts = tables.map(
    (table) => `(SELECT count() FROM ${store.database}.${table} FINAL WHERE ${condition})`,
  );
  const [row] = await store.query<{ n: string }>(`SELECT ${counts.join(' + ')} AS n`, {}, LIMITS);
  return Number(row?.n ?? 0);
}
