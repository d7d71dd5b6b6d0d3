import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import {
  DEPLOYMENT_OF_SPAN,
  ENVIRONMENT_OF_SPAN,
  hasAttribute,
  IS_CLIENT,
  spanNumber,
  spanText,
} from '../../span-sql.ts';

/** Lower bounds of the ranges of idle time before an invocation, ms. */
export const GAPS_MS = [0, 1_000, 10_000, 60_000, 300_000, 900_000] as const;

/** HTTP requests of one sandbox after idle times of one range, on new or on reused sockets. */
export interface RequestGroup extends DeploymentRow {
  readonly environment: string;
  readonly isReused: boolean;
  /** Index into {@link GAPS_MS}; absent on the first invocation of a sandbox. */
  readonly gap: number | undefined;
  readonly n: number;
  /** Requests that failed without a response. */
  readonly broken: number;
  /** Time to the response headers, for those with a response. */
  readonly answered: number;
  readonly firstByteMs: number;
  /** Their errors. */
  readonly errors: readonly string[];
}

const MAX_GROUPS = 100_000;

interface Row extends DeploymentRow {
  readonly environment: string;
  readonly reused: number;
  readonly gap: number | null;
  readonly n: string;
  readonly broken: string;
  readonly answered: string;
  readonly first_byte: number;
  readonly errors: readonly string[];
}

/** Requests that have their own spans: the slowest of each invocation, and failed ones among them. */
export async function loadRequests(
  store: Store,
  scope: Scope,
): Promise<{ readonly groups: readonly RequestGroup[]; readonly truncated: boolean }> {
  const bins = GAPS_MS.map((_, index) => `idle < ${GAPS_MS[index + 1] ?? 'inf'}, ${index}`).join(', ');
  const rows = await store.query<Row>(
    `SELECT ${DEPLOYMENT_COLUMNS}, environment, reused, if(idle IS NULL, NULL, multiIf(${bins}, NULL)) AS gap, count() AS n,
      countIf(broke) AS broken, countIf(first_byte_ms IS NOT NULL) AS answered, sum(ifNull(first_byte_ms, 0)) AS first_byte,
      arrayFilter(x -> x != '', topK(3)(error)) AS errors
    FROM (
      SELECT s.*, i.idle AS idle
      FROM (
        SELECT ${DEPLOYMENT_OF_SPAN}, ${ENVIRONMENT_OF_SPAN} AS environment, TraceId AS trace_id, ParentSpanId AS span_id,
          toUInt8(${spanText(semconv.ATTR_IO_SOCKET_REUSED)} = 'true') AS reused,
          ${spanText(semconv.ATTR_HTTP_RESPONSE_STATUS_CODE)} = '' AND ${spanText(semconv.ATTR_ERROR_TYPE)} != '' AS broke,
          if(broke, ${spanText(semconv.ATTR_ERROR_TYPE)}, '') AS error,
          ${spanNumber(semconv.ATTR_IO_FIRST_BYTE_MS)} AS first_byte_ms
        FROM ${store.database}.otel_traces
        PREWHERE ${betweenSql('Timestamp')} AND ${IS_CLIENT} AND ${hasAttribute(semconv.ATTR_IO_SOCKET_REUSED)}
        WHERE true${filterSql(scope)}
        LIMIT 1 BY TraceId, SpanId, SpanKind, ServiceName, Timestamp
      ) AS s
      LEFT ANY JOIN (
        SELECT trace_id, span_id, idle_ms AS idle FROM ${store.database}.invocations
        WHERE ${betweenSql('start')}
      ) AS i USING (trace_id, span_id)
    )
    GROUP BY ${DEPLOYMENT_COLUMNS}, environment, reused, gap
    ORDER BY n DESC, ${DEPLOYMENT_COLUMNS}, environment, reused, gap LIMIT ${MAX_GROUPS}`,
    scopeParams(scope),
  );
  return { groups: rows.map(groupOf), truncated: rows.length >= MAX_GROUPS };
}

function groupOf(row: Row): RequestGroup {
  const { function: name, version, account_id, region, platform, environment } = row;
  return {
    function: name,
    version,
    account_id,
    region,
    platform,
    environment,
    isReused: row.reused === 1,
    gap: row.gap ?? undefined,
    n: Number(row.n),
    broken: Number(row.broken),
    answered: Number(row.answered),
    firstByteMs: row.first_byte,
    errors: row.errors,
  };
}
