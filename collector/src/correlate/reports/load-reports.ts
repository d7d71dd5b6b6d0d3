import type { Store } from '../../store/index.ts';

/** The platform's own log record of an invocation. */
export interface Report {
  /** The key of the span that was made from it. */
  readonly traceId: string;
  readonly spanId: string;
  /** The platform's measurement, including the runtime's own work, ms. */
  readonly durationMs: number;
  readonly billedMs: number | undefined;
  readonly billedRestoreMs: number | undefined;
  /** The highest memory use of the sandbox so far. */
  readonly memoryMaxUsedBytes: number | undefined;
}

/** An invocation that may have a report. */
export interface Asked {
  readonly function: string;
  /** `faas.invocation_id`; empty if the span has none. */
  readonly invocationId: string;
  readonly startMs: number;
}

interface Row {
  readonly f: string;
  readonly i: string;
  readonly t: string;
  readonly s: string;
  readonly b: number;
  readonly d: number;
  readonly billed: number | null;
  readonly restore: number | null;
  readonly memory: string | null;
}

/** A line has whole milliseconds of another clock. */
const SLACK_MS = 1000;
const LONGEST_MS = 900_000;

/**
 * The log's reports about invocations, in their order; undefined for those without a report. A retried request has the
 * same id again: a line belongs to the invocation that began while it ran.
 */
export async function loadReports(
  store: Store,
  invocations: readonly Asked[],
): Promise<(Report | undefined)[]> {
  const named = invocations.filter(({ invocationId }) => invocationId !== '');
  if (named.length === 0) return invocations.map(() => undefined);
  const starts = named.map(({ startMs }) => startMs);
  const rows = await store.query<Row>(
    `SELECT function AS f, invocation_id AS i, trace_id AS t, span_id AS s, toUnixTimestamp64Nano(start) / 1e6 AS b,
      duration_ns / 1e6 AS d, billed_ms AS billed, billed_restore_ms AS restore, memory_max_used_bytes AS memory
    FROM ${store.database}.invocation_reports
    WHERE function IN {functions:Array(String)} AND invocation_id IN {ids:Array(String)}
      AND start >= fromUnixTimestamp64Milli({from:Int64}) AND start < fromUnixTimestamp64Milli({to:Int64})`,
    {
      functions: [...new Set(named.map((one) => one.function))],
      ids: [...new Set(named.map(({ invocationId }) => invocationId))],
      from: Math.floor(Math.min(...starts)) - LONGEST_MS,
      to: Math.ceil(Math.max(...starts)) + LONGEST_MS,
    },
  );
  const byRequest = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.f}\0${row.i}`;
    byRequest.set(key, [...(byRequest.get(key) ?? []), row]);
  }
  return invocations.map(({ function: name, invocationId, startMs }) => {
    const found = byRequest
      .get(`${name}\0${invocationId}`)
      ?.find(({ b, d }) => startMs >= b - SLACK_MS && startMs <= b + d + SLACK_MS);
    return found && reportOf(found);
  });
}

function reportOf({ t, s, d, billed, restore, memory }: Row): Report {
  return {
    traceId: t,
    spanId: s,
    durationMs: d,
    billedMs: billed ?? undefined,
    billedRestoreMs: restore ?? undefined,
    memoryMaxUsedBytes: memory === null ? undefined : Number(memory),
  };
}
