import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import {
  DEPLOYMENT_OF_SPAN,
  ENVIRONMENT_OF_SPAN,
  invocationSpans,
  resourceText,
  spanNumber,
} from '../../span-sql.ts';
import { SLOT_SECONDS } from '../cpu/evidence.ts';

/** What a program does outward. */
export const KINDS = ['dns', 'connect', 'http', 'fs'] as const;
export type Kind = (typeof KINDS)[number];

const ATTRIBUTES: Readonly<Record<Kind, readonly [count: string, ms: string]>> = {
  dns: [semconv.ATTR_IO_DNS_COUNT, semconv.ATTR_IO_DNS_MS],
  connect: [semconv.ATTR_IO_CONNECT_COUNT, semconv.ATTR_IO_CONNECT_MS],
  http: [semconv.ATTR_IO_HTTP_COUNT, semconv.ATTR_IO_HTTP_MS],
  fs: [semconv.ATTR_IO_FS_COUNT, semconv.ATTR_IO_FS_MS],
};

/** Operations of one kind, and how long they took together. */
export interface Tally {
  readonly count: number;
  readonly ms: number;
}

/** What one sandbox did outward in a few minutes. */
export interface IoSlot extends DeploymentRow {
  readonly memoryMb: number;
  readonly environment: string;
  readonly slot: number;
  readonly calls: number;
  readonly busyMs: number;
  /** Of the kinds that were watched. */
  readonly tallies: ReadonlyMap<Kind, Tally>;
}

const MAX_SLOTS = 100_000;

interface Row extends DeploymentRow {
  readonly mb: string;
  readonly environment: string;
  readonly slot: string;
  readonly calls: string;
  readonly busy: number;
  readonly watched: readonly string[];
  readonly counts: readonly number[];
  readonly ms: readonly number[];
}

/** Operations by sandbox and slot, from what invocations count: all of them, not the slowest alone. */
export async function loadOperations(
  store: Store,
  scope: Scope,
): Promise<{ readonly slots: readonly IoSlot[]; readonly truncated: boolean }> {
  const columns = KINDS.map((kind) => {
    const [count, ms] = ATTRIBUTES[kind];
    return `${spanNumber(count)} AS ${kind}_n, ${spanNumber(ms)} AS ${kind}_ms`;
  }).join(', ');
  const list = (of: (kind: Kind) => string): string => `[${KINDS.map(of).join(', ')}]`;
  const rows = await store.query<Row>(
    `SELECT ${DEPLOYMENT_COLUMNS}, mb, environment, slot, count() AS calls, sum(wall) AS busy,
      ${list((kind) => `countIf(${kind}_n IS NOT NULL)`)} AS watched,
      ${list((kind) => `sum(ifNull(${kind}_n, 0))`)} AS counts,
      ${list((kind) => `sum(ifNull(${kind}_ms, 0))`)} AS ms
    FROM (
      SELECT ${DEPLOYMENT_OF_SPAN}, ${ENVIRONMENT_OF_SPAN} AS environment, Duration / 1e6 AS wall,
        intDiv(toUInt64(ifNull(toFloat64OrNull(${resourceText(semconv.ATTR_FAAS_MAX_MEMORY)}), 0)), 1048576) AS mb,
        intDiv(toUnixTimestamp(Timestamp), ${SLOT_SECONDS}) AS slot, ${columns}
      FROM ${store.database}.otel_traces FINAL
      WHERE ${invocationSpans(scope)}
    )
    GROUP BY ${DEPLOYMENT_COLUMNS}, mb, environment, slot
    ORDER BY slot DESC, ${DEPLOYMENT_COLUMNS}, mb, environment LIMIT ${MAX_SLOTS}`,
    scopeParams(scope),
  );
  return { slots: rows.map(slotOf), truncated: rows.length >= MAX_SLOTS };
}

function slotOf(row: Row): IoSlot {
  const { function: name, version, account_id, region, platform, environment } = row;
  const tallies = new Map<Kind, Tally>();
  for (const [index, kind] of KINDS.entries()) {
    if (Number(row.watched[index]) === 0) continue;
    tallies.set(kind, { count: row.counts[index] ?? 0, ms: row.ms[index] ?? 0 });
  }
  return {
    function: name,
    version,
    account_id,
    region,
    platform,
    memoryMb: Number(row.mb),
    environment,
    slot: Number(row.slot),
    calls: Number(row.calls),
    busyMs: row.busy,
    tallies,
  };
}
