import { ATTR_IMPORT_NAME } from '@sandscope/probes/semconv';
import { CollectorError } from '../../errors.ts';
import type { Store } from '../../store/index.ts';
import { FUNCTION_OF_SPAN } from '../../store/catalogue/span-columns.ts';
import { quote } from '../../store/query-params.ts';

/** Spans whose rows are looked up by one statement, so that its memory has a bound. */
const SPANS_A_PORTION = 200_000;
/** Calls between services of longer ago are not counted again. */
const CALLS_DAYS = 28;
const SLOT_SECONDS = 600;
const HOUR_SECONDS = 3600;

/**
 * Deletes every span of an import, the invocations made from them and what was summed up of those, so that it is made
 * again of what is left. A span that came with another import too, or was sent, stays. What was cut off half-way is
 * finished by doing it again: the spans themselves go last.
 *
 * Nobody may insert meanwhile. On a single server only: rows of a cluster cannot be deleted through its common tables.
 *
 * @returns how many spans the import had
 * @throws {CollectorError} `ERR_NOT_FOUND` when there is none of that name, `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function deleteImport(store: Store, name: string): Promise<number> {
  const { database } = store;
  const ofImport = `ResourceAttributes['${ATTR_IMPORT_NAME}'] = ${quote(name)}`;
  const spans = `${database}.otel_traces WHERE ${ofImport}`;
  const [found] = await store.query<{ n: string }>(`SELECT count() AS n FROM ${spans}`);
  const count = Number(found?.n ?? 0);
  if (count === 0) throw new CollectorError('ERR_NOT_FOUND', `there are no spans of an import "${name}"`);
  const portions = Math.ceil(count / SPANS_A_PORTION);
  for (let portion = 0; portion < portions; portion++) {
    const traces = `cityHash64(TraceId) % ${portions} = ${portion}`;
    const only = `SELECT TraceId, SpanId FROM ${database}.otel_traces
      WHERE ${traces} AND TraceId IN (SELECT TraceId FROM ${spans} AND ${traces})
      GROUP BY TraceId, SpanId HAVING min(${ofImport})`;
    for (const table of ['invocations', 'sandbox_ends', 'invocation_reports', 'idle_outcomes']) {
      await store.command(`DELETE FROM ${database}.${table} WHERE (trace_id, span_id) IN (${only})`);
    }
    await store.command(
      `DELETE FROM ${database}.report_joins WHERE (report_trace_id, report_span_id) IN (${only}) OR (trace_id, span_id) IN (${only})`,
    );
  }
  for (const statement of forgetSums(database, spans)) await store.command(statement);
  await store.command(`DELETE FROM ${database}.otel_traces WHERE ${ofImport}`);
  return count;
}

/** What was summed up of the hours an import has spans in, function by function. */
function forgetSums(database: string, spans: string): string[] {
  const hours = `SELECT ${FUNCTION_OF_SPAN} AS f, intDiv(toUnixTimestamp(Timestamp), ${HOUR_SECONDS}) AS hour FROM ${spans}`;
  const within = (seconds: string): string =>
    `(function, intDiv(${seconds}, ${HOUR_SECONDS})) IN (SELECT toString(f), hour FROM (${hours}))`;
  const times = `SELECT intDiv(toUnixTimestamp(Timestamp), ${SLOT_SECONDS}) FROM ${spans}`;
  return [
    `DELETE FROM ${database}.sandboxes WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.function_rollup WHERE ${within('toUnixTimestamp(bucket)')}`,
    `DELETE FROM ${database}.minute_rollup WHERE ${within('toUnixTimestamp(minute)')}`,
    `DELETE FROM ${database}.service_calls
      WHERE slot IN (${times}) AND slot * ${SLOT_SECONDS} > toUnixTimestamp(now()) - ${CALLS_DAYS * 86_400}`,
    `DELETE FROM ${database}.activity WHERE ${within(`slot * ${SLOT_SECONDS}`)}`,
    // What is left has changed, so that it is summed up again.
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, count() AS rows
    FROM ${database}.invocations WHERE ${within('toUnixTimestamp(start)')}
    GROUP BY slot, function`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, toUInt64(0) AS rows
    FROM ${database}.idle_outcomes WHERE ${within('toUnixTimestamp(start)')}
    GROUP BY slot, function`,
    // Sums that are kept in memory go by the times of the seals.
    `INSERT INTO ${database}.seals (width, bucket, sealed_at, form)
    SELECT width, bucket, now(), max(form) FROM ${database}.seals
    WHERE intDiv(toUnixTimestamp(bucket), ${HOUR_SECONDS}) IN (SELECT hour FROM (${hours}))
    GROUP BY width, bucket`,
  ];
}
