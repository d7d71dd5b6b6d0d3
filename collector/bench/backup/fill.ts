import type { Connection } from '../../src/store/client.ts';
import { connect } from '../../src/store/client.ts';

/** Copies made by one statement: enough to amortise its overhead, few enough for its memory. */
const COPIES_A_STATEMENT = 200;

/**
 * Multiplies the existing spans; each copy has its own ids, times and sandboxes. The engine does it, and its views
 * create the invocations.
 */
export async function multiplySpans(connection: Connection, copies: number): Promise<void> {
  const client = connect(connection, 600_000);
  const other = (id: string, chars: number): string =>
    `if(${id} = '', '', substring(lower(hex(MD5(concat(${id}, toString(k))))), 1, ${chars}))`;
  try {
    await client.command({
      query: `CREATE TABLE ${connection.database}.bench_template ENGINE = Memory AS SELECT * FROM ${connection.database}.otel_traces`,
    });
    for (let from = 1; from < copies; from += COPIES_A_STATEMENT) {
      const to = Math.min(copies, from + COPIES_A_STATEMENT);
      const query = `INSERT INTO ${connection.database}.otel_traces
        SELECT * EXCEPT k REPLACE (
          ${other('TraceId', 32)} AS TraceId, ${other('SpanId', 16)} AS SpanId, ${other('ParentSpanId', 16)} AS ParentSpanId,
          Timestamp - toIntervalMillisecond(k * 400) AS Timestamp,
          mapUpdate(SpanAttributes, map('sandscope.sandbox.id', concat(SpanAttributes['sandscope.sandbox.id'], toString(intDiv(k, 50))))) AS SpanAttributes)
        FROM ${connection.database}.bench_template ARRAY JOIN range(${from}, ${to}) AS k
        SETTINGS max_threads=1, max_insert_threads=1`;
      await client.command({ query });
    }
    await client.command({ query: `DROP TABLE ${connection.database}.bench_template SYNC` });
  } finally {
    await client.close();
  }
}
