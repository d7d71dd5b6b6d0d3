import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, MEMORY_MB, NAMES_ITSELF } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { SLOT_SECONDS } from '../cpu/evidence.ts';

/** Kinds of outgoing operations. */
export const KINDS = ['dns', 'connect', 'http', 'fs'] as const;
export type Kind = (typeof KINDS)[number];

/** Operations of one kind, and their total duration. */
export interface Tally {
  readonly count: number;
  readonly ms: number;
}

/** Outgoing operations of one sandbox in a few minutes. */
export interface IoSlot extends DeploymentRow {
  readonly memoryMb: number;
  readonly environment: string;
  readonly slot: number;
  readonly calls: number;
  readonly busyMs: number;
  /** For the kinds that were recorded. */
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

/** Operations by sandbox and slot, from counters of invocations: all of them, not only the slowest. */
export async function loadOperations(
  store: Store,
  scope: Scope,
): Promise<{ readonly slots: readonly IoSlot[]; readonly truncated: boolean }> {
  const list = (of: (kind: Kind) => string): string => `[${KINDS.map(of).join(', ')}]`;
  const rows = await store.query<Row>(
    `SELECT ${DEPLOYMENT_COLUMNS}, mb, environment, slot, count() AS calls, sum(wall) AS busy,
      ${list((kind) => `countIf(${kind}_count IS NOT NULL)`)} AS watched,
      ${list((kind) => `toFloat64(sum(ifNull(${kind}_count, 0)))`)} AS counts,
      ${list((kind) => `sum(ifNull(${kind}_ms, 0))`)} AS ms
    FROM (
      SELECT *, ${ENVIRONMENT} AS environment, duration_ns / 1e6 AS wall, ${MEMORY_MB} AS mb,
        intDiv(toUnixTimestamp(start), ${SLOT_SECONDS}) AS slot
      FROM ${store.database}.invocations FINAL
      WHERE ${betweenSql('start')}${filterSql(scope)} AND ${NAMES_ITSELF}
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
