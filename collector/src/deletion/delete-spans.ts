import { FUNCTION_OF_SPAN } from '../store/catalogue/span-columns.ts';
import type { Store } from '../store/index.ts';

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
 * Requires that nothing is inserted meanwhile. On a single server only: the rows of a cluster cannot be deleted through
 * its common tables.
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
  for (const only of portionsOf(database, condition, count)) {
    for (const table of TABLES_OF_SPANS) {
      await store.command(
        `DELETE FROM ${database}.${table} WHERE (trace_id, span_id, function) IN (${only})`,
      );
    }
    await store.command(
      `DELETE FROM ${database}.report_joins WHERE (report_trace_id, report_span_id, function) IN (${only}) OR (trace_id, span_id, function) IN (${only})`,
    );
  }
  for (const statement of forgetSums(database, spans)) await store.command(statement);
  await store.command(`DELETE FROM ${spans}`);
  return count;
}

/**
 * SELECTs of the ids and functions of spans that fulfil a condition, however often they arrived; a bounded number each.
 * Functions may share ids, as where one answers on behalf of another.
 */
export function portionsOf(database: string, condition: string, count: number): string[] {
  const portions = Math.ceil(count / SPANS_A_PORTION);
  return Array.from({ length: portions }, (_, portion) => {
    const traces = `cityHash64(TraceId) % ${portions} = ${portion}`;
    return `SELECT TraceId, SpanId, toString(${FUNCTION_OF_SPAN}) AS name FROM ${database}.otel_traces
      WHERE ${traces} AND TraceId IN (SELECT TraceId FROM ${database}.otel_traces WHERE (${condition}) AND ${traces})
      GROUP BY TraceId, SpanId, name HAVING min(${condition})`;
  });
}

/** Deletes the rollups of the hours with such spans, function by function. */
function forgetSums(database: string, spans: string): string[] {
  const hours = `SELECT ${FUNCTION_OF_SPAN} AS f, intDiv(toUnixTimestamp(Timestamp), ${HOUR_SECONDS}) AS hour FROM ${spans}`;
  const within = (seconds: string): string =>
    `(function, intDiv(${seconds}, ${HOUR_SECONDS})) IN (SELECT toString(f), hour FROM (${hours}))`;
  const times = `SELECT intDiv(toUnixTimestamp(Timestamp), ${SLOT_SECONDS}) FROM ${spans}`;
  return [
    `DELETE FROM ${database}.sandboxes WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.function_rollup WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.minute_rollup WHERE ${within('toUnixTimestamp(minute)')}`,
    `DELETE FROM ${database}.first_calls WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.warm_rollup WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.service_calls
      WHERE slot IN (${times}) AND slot * ${SLOT_SECONDS} > toUnixTimestamp(now()) - ${CALLS_DAYS * 86_400}`,
    `DELETE FROM ${database}.activity WHERE ${within(`slot * ${SLOT_SECONDS}`)}`,
    // Marks the remaining data as changed, so that it is aggregated again.
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, count() AS rows
    FROM ${database}.invocations WHERE ${within('toUnixTimestamp(start)')}
    GROUP BY slot, function`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, toUInt64(0) AS rows
    FROM ${database}.idle_outcomes WHERE ${within('toUnixTimestamp(start)')}
    GROUP BY slot, function`,
    renewSeals(database, `SELECT hour FROM (${hours})`),
  ];
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
