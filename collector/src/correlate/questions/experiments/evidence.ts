import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { ENVIRONMENT, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, isPartOfFunctions, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { HAS_TIMES, hasAttribute, IS_CLIENT, IS_FAILED, spanText } from '../../span-sql.ts';

/** Calls of one run with the same kind of start. */
export interface RunGroup {
  readonly experiment: string;
  readonly runId: string;
  /** Absent if no invocation of the call arrived, or it does not say. */
  readonly isCold: boolean | undefined;
  readonly calls: number;
  readonly failed: number;
  /** Calls whose span has impossible times. */
  readonly impossible: number;
  /** Calls whose invocation arrived too. */
  readonly joined: number;
  /** Time of the first call sent and of the last answer, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** For answered calls with possible times, ms; the newest of very many. */
  readonly durationsMs: readonly number[];
  readonly functions: readonly string[];
  readonly environments: readonly string[];
  /** Error codes, the most frequent first. */
  readonly errors: readonly string[];
}

/** Service names of measuring clients: this prefix plus the experiment. */
const SERVICE = 'sandscope-probe-';
/** Span names: this prefix plus the function. */
const CALL = 'call ';
const MAX_GROUPS = 5_000;
const MAX_DURATIONS = 5_000;
const MAX_ENVIRONMENTS = 1_000;

interface Row {
  readonly experiment: string;
  readonly run: string;
  readonly cold: boolean | null;
  readonly calls: string;
  readonly failed: string;
  readonly impossible: string;
  readonly joined: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly durations: readonly number[];
  readonly functions: readonly string[];
  readonly environments: readonly string[];
  readonly errors: readonly string[];
}

/**
 * Runs whose client spans arrived, with the function spans of the same traces. Of some functions: the runs in which they
 * recorded spans, with the calls of theirs that nothing recorded, such as those that failed on the way.
 */
export async function loadRuns(
  store: Store,
  scope: Scope,
): Promise<{ readonly groups: readonly RunGroup[]; readonly truncated: boolean }> {
  const { database } = store;
  const isPart = scope.function !== undefined || isPartOfFunctions(scope);
  const isCallOf = scope.function === undefined ? 'true' : 'called = {function:String}';
  const calls = `SELECT TraceId AS trace_id, SpanId AS span_id, ${spanText(semconv.ATTR_PROBE_EXPERIMENT)} AS experiment,
        ${spanText(semconv.ATTR_PROBE_RUN_ID)} AS run, substring(SpanName, ${CALL.length + 1}) AS called,
        toUnixTimestamp64Nano(Timestamp) / 1e6 AS sent_ms, Duration / 1e6 AS took_ms, ${IS_FAILED} AS has_failed, ${HAS_TIMES} AS has_times,
        ${spanText(semconv.ATTR_ERROR_TYPE)} AS error
      FROM ${database}.otel_traces FINAL
      WHERE startsWith(ServiceName, '${SERVICE}') AND ${IS_CLIENT} AND ${betweenSql('Timestamp')}
        AND ${hasAttribute(semconv.ATTR_PROBE_RUN_ID)}`;
  const rows = await store.query<Row>(
    `SELECT experiment, run, cold, count() AS calls, countIf(has_failed) AS failed, countIf(NOT has_times) AS impossible, countIf(is_joined) AS joined,
      min(sent_ms) AS from_ms, max(sent_ms + if(has_times, took_ms, 0)) AS to_ms,
      groupArraySortedIf(${MAX_DURATIONS})((-sent_ms, took_ms), NOT has_failed AND has_times).2 AS durations,
      arraySort(groupUniqArray(100)(called)) AS functions,
      arrayFilter(x -> x != '', groupUniqArray(${MAX_ENVIRONMENTS})(environment)) AS environments,
      arrayFilter(x -> x != '', topKIf(5)(error, has_failed)) AS errors
    FROM (
      SELECT c.*, i.environment AS environment, i.is_joined = 1 AS is_joined, if(is_joined, i.cold, NULL) AS cold,
        i.is_asked = 1 AS is_asked, max(i.is_asked) OVER (PARTITION BY c.experiment, c.run) AS in_run
      FROM (${calls}) AS c
      LEFT ANY JOIN (
        SELECT trace_id, parent_span_id AS span_id, ${ENVIRONMENT} AS environment, ${IS_COLD} AS cold, toUInt8(1) AS is_joined,
          toUInt8(true${filterSql(scope)}) AS is_asked
        FROM ${database}.invocations
        WHERE trace_id IN (SELECT trace_id FROM (${calls}))
        ORDER BY is_asked DESC, start
      ) AS i USING (trace_id, span_id)
    )
    ${isPart ? `WHERE is_asked OR (in_run = 1 AND NOT is_joined AND ${isCallOf})` : ''}
    GROUP BY experiment, run, cold ORDER BY max(sent_ms) DESC, run, cold LIMIT ${MAX_GROUPS}`,
    scopeParams(scope),
  );
  return { groups: rows.map(groupOf), truncated: rows.length >= MAX_GROUPS };
}

function groupOf(row: Row): RunGroup {
  return {
    experiment: row.experiment,
    runId: row.run,
    isCold: row.cold ?? undefined,
    calls: Number(row.calls),
    failed: Number(row.failed),
    impossible: Number(row.impossible),
    joined: Number(row.joined),
    fromMs: row.from_ms,
    toMs: row.to_ms,
    durationsMs: row.durations,
    functions: row.functions,
    environments: row.environments,
    errors: row.errors,
  };
}
