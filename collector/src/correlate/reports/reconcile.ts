import type { Store } from '../../store/index.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';

/** What spans and the platform's log say about the invocations of one function. */
export interface Reconciliation {
  readonly function: string;
  /** Invocations that both report. */
  readonly both: number;
  /** Invocations missing from the log, within the time that the log covers for the function. */
  readonly withoutReport: number;
  /** Invocations without a span, within the time that spans cover. */
  readonly withoutSpan: number;
  /** The handler's duration, for invocations that both report, ms. */
  readonly measuredMs: number;
  /** The platform's measurement, ms. */
  readonly reportedMs: number;
  /** Absent if no line has it. */
  readonly billedMs: number | undefined;
  /** Invocations whose handler took longer than the platform's own measurement, by more than the tolerance. */
  readonly measuredLonger: number;
  /**
   * Invocations billed for something other than the duration in whole milliseconds, with or without initialisation or
   * restore.
   */
  readonly billedOtherwise: number;
}

/** REPORT lines have whole billed milliseconds, and there are two clocks. */
export const SLACK_MS = 1;

interface Row {
  readonly f: string;
  readonly both: string;
  readonly lines: string;
  readonly rows: string;
  readonly lonely: string;
  readonly measured: number;
  readonly reported: number;
  readonly billed: number | null;
  readonly longer: string;
  readonly otherwise: string;
}

/**
 * Compares measured with billed durations, per function; only for functions in the log.
 *
 * @param limit most functions, by name
 */
export async function reconcile(store: Store, scope: Scope, limit: number): Promise<Reconciliation[]> {
  const { database } = store;
  const inScope = `${betweenSql('start')}${filterSql(scope)}`;
  const lines = `SELECT * FROM ${database}.invocation_reports FINAL WHERE ${inScope}`;
  const spans = `SELECT * FROM ${database}.invocations FINAL WHERE ${inScope}
      AND function IN (SELECT DISTINCT function FROM ${database}.invocation_reports WHERE ${inScope})
      AND (trace_id, span_id) NOT IN (SELECT trace_id, span_id FROM ${database}.invocation_reports WHERE ${inScope})`;
  const took = 'r.duration_ns / 1e6';
  const asBilled = (more: string): string => `abs(r.billed_ms - ceil(${took} + ${more})) <= ${SLACK_MS}`;
  const rows = await store.query<Row>(
    `SELECT l.f AS f, both, lines, rows, lonely, measured, reported, billed, longer, otherwise
    FROM (
      SELECT r.function AS f, count() AS lines, countIf(j.span_id != '') AS both,
        countIf(j.span_id = '' AND r.start >= t.first AND r.start <= t.last) AS lonely,
        sumIf(j.duration_ns, j.span_id != '') / 1e6 AS measured, sumIf(r.duration_ns, j.span_id != '') / 1e6 AS reported,
        sumOrNullIf(r.billed_ms, j.span_id != '') AS billed,
        countIf(j.span_id != '' AND j.duration_ns / 1e6 > ${took} + ${SLACK_MS}) AS longer,
        countIf(isNotNull(r.billed_ms) AND NOT (${asBilled('0')} OR ${asBilled('ifNull(r.init_duration_ms, 0)')})) AS otherwise
      FROM (${lines}) AS r
      LEFT JOIN (
        SELECT j.function AS function, j.report_trace_id AS report_trace_id, j.report_span_id AS report_span_id,
          s.span_id AS span_id, s.duration_ns AS duration_ns
        FROM (SELECT * FROM ${database}.report_joins FINAL WHERE start >= fromUnixTimestamp64Nano({from:Int64}) - toIntervalMinute(20) AND start < fromUnixTimestamp64Nano({to:Int64})) AS j
        INNER JOIN (${spans}) AS s ON s.function = j.function AND s.trace_id = j.trace_id AND s.span_id = j.span_id
      ) AS j ON j.function = r.function AND j.report_trace_id = r.trace_id AND j.report_span_id = r.span_id
      LEFT JOIN (SELECT function, min(start) AS first, max(start) AS last FROM (${spans}) GROUP BY function) AS t
        ON t.function = r.function
      GROUP BY f
    ) AS l
    LEFT JOIN (
      SELECT s.function AS f, countIf(s.start >= t.first - toIntervalMillisecond(${SLACK_MS}) AND s.start <= t.last + toIntervalMillisecond(intDiv(t.longest, 1000000) + ${SLACK_MS})) AS rows
      FROM (${spans}) AS s
      INNER JOIN (SELECT function, min(start) AS first, max(start) AS last, argMax(duration_ns, start) AS longest FROM (${lines}) GROUP BY function) AS t
        ON t.function = s.function
      GROUP BY f
    ) AS s ON s.f = l.f
    ORDER BY f LIMIT {limit:UInt32}`,
    { ...scopeParams(scope), limit },
  );
  return rows.map((row) => ({
    function: row.f,
    both: Number(row.both),
    withoutReport: Math.max(0, Number(row.rows) - Number(row.both)),
    withoutSpan: Number(row.lonely),
    measuredMs: row.measured,
    reportedMs: row.reported,
    billedMs: row.billed ?? undefined,
    measuredLonger: Number(row.longer),
    billedOtherwise: Number(row.otherwise),
  }));
}
