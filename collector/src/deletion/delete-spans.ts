import { FUNCTION_OF_SPAN } from '../store/catalogue/span-columns.ts';
import type { Store } from '../store/index.ts';
import { conditionsIn, NAMED_A_STATEMENT } from './named-rows.ts';

/** Most spans whose rows are looked up by one statement, which limits its memory. */
const SPANS_A_PORTION = 200_000;
/** Older calls between services are not counted again. */
const CALLS_DAYS = 28;
const SLOT_SECONDS = 600;
const HOUR_SECONDS = 3600;

/** Tables with one row per span. */
export const TABLES_OF_SPANS = [
  'invocations',
  'sandbox_ends',
  'invocation_reports',
  'idle_outcomes',
] as const;

/**
 * Deletes spans, the data derived from them, and the affected rollups, which are then computed again from the remaining
 * data. A span that also arrived without fulfilling the condition stays. An interrupted deletion is completed by
 * repeating it: the spans themselves are deleted last.
 *
 * Requires that nothing is inserted meanwhile.
 *
 * @param condition on rows of `otel_traces`; it must not read other tables, which deletions would wait for
 * @returns the number of spans
 * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function deleteSpans(store: Store, condition: string): Promise<number> {
  const { database } = store;
  const spans = `${database}.otel_traces WHERE (${condition})`;
  const [found] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${spans}`);
  const count = Number(found?.n ?? 0);
  if (count === 0) return 0;
  const most = store.isCluster ? NAMED_A_STATEMENT : SPANS_A_PORTION;
  for (const only of portionsOf(database, condition, count, most)) {
    for await (const isIn of conditionsIn(store, only, ['TraceId', 'SpanId', 'name'])) {
      const own = isIn('(trace_id, span_id, function)');
      for (const table of TABLES_OF_SPANS) await store.deleteRows(table, own);
      await store.deleteRows(
        'report_joins',
        `${isIn('(report_trace_id, report_span_id, function)')} OR ${own}`,
      );
    }
  }
  await forgetSums(store, spans);
  await store.deleteRows('otel_traces', `(${condition})`);
  return count;
}

/**
 * SELECTs of the ids and functions of spans that fulfil a condition, however often they arrived; a bounded number each.
 * Functions may share ids, as where one answers on behalf of another.
 */
export function portionsOf(
  database: string,
  condition: string,
  count: number,
  most = SPANS_A_PORTION,
): string[] {
  const portions = Math.ceil(count / most);
  return Array.from({ length: portions }, (_, portion) => {
    const traces = `cityHash64(TraceId) % ${portions} = ${portion}`;
    return `SELECT TraceId, SpanId, toString(${FUNCTION_OF_SPAN}) AS name FROM ${database}.otel_traces
      WHERE ${traces} AND TraceId IN (SELECT TraceId FROM ${database}.otel_traces WHERE (${condition}) AND ${traces})
      GROUP BY TraceId, SpanId, name HAVING min(${condition})`;
  });
}

/** Deletes the rollups of the hours with such spans, function by function. */
async function forgetSums(store: Store, spans: string): Promise<void> {
  const { database } = store;
  const hours = `SELECT toString(${FUNCTION_OF_SPAN}) AS f, toUInt32(intDiv(toUnixTimestamp(Timestamp), ${HOUR_SECONDS})) AS hour FROM ${spans}`;
  for await (const isIn of conditionsIn(store, hours, ['f', 'hour'])) {
    const within = (seconds: string): string => isIn(`(function, intDiv(${seconds}, ${HOUR_SECONDS}))`);
    await store.deleteRows('sandboxes', within('toUnixTimestamp(bucket)'));
    await store.deleteRows('function_rollup', within('toUnixTimestamp(bucket)'));
    await store.deleteRows('minute_rollup', within('toUnixTimestamp(minute)'));
    await store.deleteRows('first_calls', within('toUnixTimestamp(bucket)'));
    await store.deleteRows('warm_rollup', within('toUnixTimestamp(bucket)'));
    await store.deleteRows('activity', within(`slot * ${SLOT_SECONDS}`));
    // Marks the remaining data as changed, so that it is aggregated again.
    await store.command(activityOf(database, 'invocations', within('toUnixTimestamp(start)'), 'count()'));
    await store.command(
      activityOf(database, 'idle_outcomes', within('toUnixTimestamp(start)'), 'toUInt64(0)'),
    );
  }
  const slots = `SELECT toUInt32(intDiv(toUnixTimestamp(Timestamp), ${SLOT_SECONDS})) AS slot FROM ${spans}`;
  const fromSeconds = Math.floor(Date.now() / 1000) - CALLS_DAYS * 86_400;
  for await (const isIn of conditionsIn(store, slots, ['slot']))
    await store.deleteRows('service_calls', `${isIn('slot')} AND slot * ${SLOT_SECONDS} > ${fromSeconds}`);
  await store.command(renewSeals(database, `SELECT hour FROM (${hours})`));
}

/** Notes down that data of a table changed. @param rows how many of it are evidence */
export function activityOf(
  database: string,
  table: 'invocations' | 'idle_outcomes',
  condition: string,
  rows: string,
): string {
  return `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, ${rows} AS rows
    FROM ${database}.${table} WHERE ${condition}
    GROUP BY slot, function`;
}

/**
 * Invalidates sums in memory, which depend on the times of the seals. @param hours a SELECT of hours since the epoch
 */
export function renewSeals(database: string, hours: string): string {
  return `INSERT INTO ${database}.seals (width, bucket, sealed_at, form)
    SELECT width, bucket, now(), max(form) FROM ${database}.seals
    WHERE intDiv(toUnixTimestamp(bucket), ${HOUR_SECONDS}) IN (${hours})
    GROUP BY width, bucket`;
}
