import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import { ENVIRONMENT, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { HAS_TIMES, IS_CLIENT, resourceText, spanNumber } from '../../span-sql.ts';

/** One call as seen by both sides. Times are ms since the start of the scope, each by that side's clock. */
export interface ClientPair extends DeploymentRow {
  /** Identity of the client's clock: service, and instance or host if present. */
  readonly client: string;
  /** Identity of the function's clock: the kernel, else the sandbox; empty where neither is known. */
  readonly kernel: string;
  readonly sentMs: number;
  /** Absent if the client did not wait for the function to end, for example when it sent an event. */
  readonly receivedMs: number | undefined;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly cold: boolean | undefined;
  readonly initMs: number | undefined;
  readonly payloadBytes: number | undefined;
}

/** Most pairs examined, the newest. */
const MAX_PAIRS = 50_000;

interface Row extends DeploymentRow {
  readonly client: string;
  readonly kernel: string;
  readonly sent: number;
  readonly took: number;
  readonly began: number;
  readonly ran: number;
  readonly cold: boolean | null;
  readonly init: number | null;
  readonly payload: number | null;
}

/** Calls whose client span is the parent of the function span, in the order of sending. */
export async function loadClientPairs(
  store: Store,
  scope: Scope,
): Promise<{ readonly pairs: readonly ClientPair[]; readonly truncated: boolean }> {
  const since = (column: string): string => `(toUnixTimestamp64Nano(${column}) - {from:Int64}) / 1e6`;
  const clock = [semconv.ATTR_HOST_NAME, 'service.instance.id', 'host.id'].map(resourceText).join(", '/', ");
  const called = `FROM ${store.database}.invocations FINAL
      WHERE ${betweenSql('start')}${filterSql(scope)} AND parent_span_id != ''
      ORDER BY start DESC LIMIT ${MAX_PAIRS}`;
  const rows = await store.query<Row>(
    `SELECT ${DEPLOYMENT_COLUMNS}, client, kernel, sent, took, began, ran, cold, init, payload
    FROM (
      SELECT ${DEPLOYMENT_COLUMNS}, trace_id, parent_span_id, if(boot_id != '', boot_id, ${ENVIRONMENT}) AS kernel,
        ${since('start')} AS began, duration_ns / 1e6 AS ran, ${IS_COLD} AS cold, init_duration_ms AS init
      ${called}
    ) AS i
    INNER JOIN (
      SELECT TraceId AS trace_id, SpanId AS parent_span_id, concat(ServiceName, '/', ${clock}) AS client,
        ${since('Timestamp')} AS sent, Duration / 1e6 AS took, ${spanNumber(semconv.ATTR_HTTP_REQUEST_BODY_SIZE)} AS payload
      FROM ${store.database}.otel_traces FINAL
      WHERE Timestamp >= fromUnixTimestamp64Nano({early:Int64}) AND Timestamp < fromUnixTimestamp64Nano({late:Int64}) AND ${IS_CLIENT}
        AND ${HAS_TIMES} AND (TraceId, SpanId) IN (SELECT trace_id, parent_span_id ${called})
    ) AS c USING (trace_id, parent_span_id)
    ORDER BY sent`,
    {
      ...scopeParams(scope),
      // Clocks differ, and a call may have waited for a long time.
      early: String(BigInt(Math.round(scope.fromMs - APART_MS)) * 1_000_000n),
      late: String(BigInt(Math.round(scope.toMs + APART_MS)) * 1_000_000n),
    },
  );
  return { pairs: rows.map(pairOf), truncated: rows.length >= MAX_PAIRS };
}

const APART_MS = 3_600_000;

function pairOf(row: Row): ClientPair {
  const { function: name, version, account_id, region, platform, client, kernel } = row;
  return {
    function: name,
    version,
    account_id,
    region,
    platform,
    client: client.replace(/\/+$/, ''),
    kernel,
    sentMs: row.sent,
    // Uses only durations, so that clocks do not matter.
    receivedMs: row.took < row.ran ? undefined : row.sent + row.took,
    beganMs: row.began,
    endedMs: row.began + row.ran,
    cold: row.cold ?? undefined,
    initMs: row.init ?? undefined,
    payloadBytes: row.payload ?? undefined,
  };
}
