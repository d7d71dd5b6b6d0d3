/** How long each kind of data is kept after it arrived, days. */
export interface Retention {
  /** Spans as sent. Default 30. */
  readonly traces?: number;
  /** Typed rows of invocations, and goodbyes. Default 90. */
  readonly invocations?: number;
  /** Rollups for questions about busy or long ranges. Default 400. */
  readonly rollups?: number;
}

export const DEFAULT_RETENTION: Required<Retention> = { traces: 30, invocations: 90, rollups: 400 };

/** The tables of each kind, and the column that determines their age. */
const TABLES: Readonly<Record<keyof Retention, readonly (readonly [table: string, column: string])[]>> = {
  traces: [
    ['otel_traces', 'ReceivedAt'],
    ['otel_traces_trace_id_ts', 'ReceivedAt'],
  ],
  invocations: [
    ['invocations', 'received_at'],
    ['sandbox_ends', 'received_at'],
    ['invocation_reports', 'received_at'],
    ['report_joins', 'joined_at'],
    ['idle_outcomes', 'received_at'],
    ['invocation_fills', 'changed_at'],
  ],
  rollups: [
    ['activity', 'changed_at'],
    ['seals', 'sealed_at'],
    ['sandboxes', 'sealed_at'],
    ['function_rollup', 'sealed_at'],
    ['minute_rollup', 'sealed_at'],
    ['first_calls', 'sealed_at'],
    ['warm_rollup', 'sealed_at'],
    ['span_activity', 'changed_at'],
    ['service_calls', 'sealed_at'],
  ],
};

/** A table and the expression after which its rows are dropped. */
export interface TableTtl {
  readonly table: string;
  readonly expression: string;
}

/** The intended TTL of every table. Rollups are kept at least as long as their source. */
export function ttls(retention: Retention): TableTtl[] {
  const days = { ...DEFAULT_RETENTION, ...retention };
  const kept = { ...days, rollups: Math.max(days.rollups, days.invocations, days.traces) };
  return (Object.keys(TABLES) as (keyof Retention)[]).flatMap((kind) =>
    TABLES[kind].map(([table, column]) => ({
      table,
      expression: `${column} + toIntervalDay(${kept[kind]})`,
    })),
  );
}
