import type { HostConfidence } from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { sandboxesIn } from '../../rollup/starts.ts';
import { ENVIRONMENT } from '../../invocation-sql.ts';
import { lifelineKey } from '../../lifelines.ts';
import type { Window } from '../../window.ts';

/** A sandbox with its host and lifetime. */
export interface Placed {
  readonly key: string;
  readonly platform: string;
  readonly region: string;
  readonly accountId: string;
  readonly isolation: string;
  readonly bootId: string;
  /** Absent if unknown. */
  readonly host?: string;
  readonly confidence: HostConfidence;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isGone: boolean;
  readonly memoryLimitBytes?: number;
  readonly memoryTotalBytes?: number;
  readonly vcpus?: number;
  readonly cpuModel: string;
}

/** Most sandboxes whose machine is looked up. */
const MOST_SANDBOXES = 50_000;

interface Row {
  readonly function: string;
  readonly environment: string;
  readonly total_bytes: string | null;
  readonly quota: number | null;
}

/** The sandboxes of a window within the scope. */
export async function loadPlaced(
  store: Store,
  { scope, functions, facts, hosts, asOfMs }: Window,
): Promise<Placed[]> {
  const sandboxes = await sandboxesIn(store, scope, {
    function: 'function',
    environment: ENVIRONMENT,
    last_start_ns: 'toUnixTimestamp64Nano(start)',
    memory_total_bytes: 'memory_total_bytes',
    cgroup_quota_ratio: 'cgroup_quota_ratio',
  });
  const rows = await store.query<Row>(
    `SELECT function, environment, max(memory_total_bytes) AS total_bytes, max(cgroup_quota_ratio) AS quota
    FROM ${sandboxes.sql}
    GROUP BY function, environment
    ORDER BY max(last_start_ns) DESC
    LIMIT ${MOST_SANDBOXES}`,
    sandboxes.params,
  );
  const told = new Map(rows.map((row) => [lifelineKey(row), row]));
  return [...functions.values()].flatMap(({ lives, fates }) =>
    lives.map((life): Placed => {
      const own = facts.get(life.key);
      const host = hosts.get(life.key);
      const row = told.get(life.key);
      const fate = fates.get(life.key);
      const goneMs = fate?.evicted && (fate.evicted.afterMs + fate.evicted.beforeMs) / 2;
      return {
        key: life.key,
        platform: own?.platform ?? '',
        region: own?.region ?? '',
        accountId: own?.accountId ?? '',
        isolation: own?.isolation ?? '',
        bootId: own?.bootId ?? '',
        ...(host?.id !== undefined && { host: host.id }),
        confidence: host?.confidence ?? 'none',
        fromMs: life.firstStartMs,
        toMs: Math.max(life.lastEndMs, goneMs ?? asOfMs),
        isGone: goneMs !== undefined,
        ...(own?.memoryBytes !== undefined && { memoryLimitBytes: own.memoryBytes }),
        ...(row?.total_bytes != null && { memoryTotalBytes: Number(row.total_bytes) }),
        ...(row?.quota != null && { vcpus: row.quota }),
        cpuModel: own?.cpuModel ?? '',
      };
    }),
  );
}
