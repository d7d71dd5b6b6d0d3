import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS, PLAIN_WARM } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, MEMORY_MB } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** Warm successful calls of one sandbox in a few minutes. */
export interface SandboxSlot extends DeploymentRow {
  readonly memoryMb: number;
  readonly architecture: string;
  /** Empty if unknown. */
  readonly cpuModel: string;
  /** Its environment. */
  readonly environment: string;
  /** Number of the slot since the epoch. */
  readonly slot: number;
  readonly n: number;
  /** Mean logarithm of the duration of a call, ms. */
  readonly logWall: number;
  /** Mean logarithm of CPU time, and of duration divided by CPU time; absent if CPU time is not reported. */
  readonly logCpu?: number;
  readonly logStretch?: number;
  /** Mean duration, ms. */
  readonly meanMs: number;
  /** Time with a call in progress, all calls, ms. */
  readonly busyMs: number;
  /**
   * Throttled share of time, steal as a share of the machine's CPU time, share of time with waiting tasks; absent if
   * not reported.
   */
  readonly throttled?: number;
  readonly steal?: number;
  readonly pressure?: number;
}

/** How long a sandbox held calls in a few minutes. */
export type BusySlot = Pick<SandboxSlot, 'function' | 'environment' | 'slot' | 'busyMs'>;

/** Length of a slot, s: the influence of a neighbour lasts this long, and drift is slower. */
export const SLOT_SECONDS = 300;
/** Most rows examined, the newest. */
const MAX_SLOTS = 100_000;

interface Row extends DeploymentRow {
  readonly mb: string;
  readonly host_arch: string;
  readonly cpu_model: string;
  readonly environment: string;
  readonly slot: string;
  readonly n: string;
  readonly log_wall: number;
  readonly log_cpu: number | null;
  readonly log_stretch: number | null;
  readonly mean_ms: number;
  readonly busy_ms: number;
  readonly throttled: number | null;
  readonly steal: number | null;
  /** From the machine, because a cgroup's own quota counts as waiting too. */
  readonly pressure: number | null;
}

/** Slots of sandboxes, the newest first. */
export async function loadSlots(
  store: Store,
  scope: Scope,
): Promise<{ readonly slots: readonly SandboxSlot[]; readonly truncated: boolean }> {
  const group = `${DEPLOYMENT_COLUMNS}, mb, host_arch, cpu_model, environment, slot`;
  const plain = `plain AND wall > 0`;
  const cpu = `${plain} AND used_cpu > 0`;
  const or = (condition: string, value: string): string => `if(countIf(${condition}) > 0, ${value}, NULL)`;
  const machine = `machine_cpu_user_ms + machine_cpu_system_ms + ifNull(machine_cpu_iowait_ms, 0) + machine_cpu_idle_ms + machine_cpu_steal_ms`;
  const rows = await store.query<Row>(
    `SELECT ${group}, countIf(${plain}) AS n, avgIf(log(wall), ${plain}) AS log_wall,
        ${or(cpu, `avgIf(log(used_cpu), ${cpu})`)} AS log_cpu,
        ${or(cpu, `avgIf(log(wall / used_cpu), ${cpu})`)} AS log_stretch,
        avgIf(wall, ${plain}) AS mean_ms, sum(wall) AS busy_ms,
        ${or(`${plain} AND cgroup_throttled_ms IS NOT NULL`, `sumIf(cgroup_throttled_ms, ${plain}) / sumIf(wall, ${plain} AND cgroup_throttled_ms IS NOT NULL)`)} AS throttled,
        ${or(`${plain} AND all_cpu > 0`, `sumIf(machine_cpu_steal_ms, ${plain} AND all_cpu > 0) / sumIf(all_cpu, ${plain} AND all_cpu > 0)`)} AS steal,
        avg(machine_pressure_cpu_ratio) AS pressure
      FROM (
        SELECT *, ${ENVIRONMENT} AS environment, ${MEMORY_MB} AS mb, duration_ns / 1e6 AS wall,
          cpu_user_ms + cpu_system_ms AS used_cpu, ${machine} AS all_cpu, ifNull(${PLAIN_WARM}, false) AS plain,
          intDiv(toUnixTimestamp(start), ${SLOT_SECONDS}) AS slot
        FROM ${store.database}.invocations FINAL
        WHERE ${betweenSql('start')}${filterSql(scope)}
      )
      GROUP BY ${group} HAVING n > 0 ORDER BY slot DESC, ${group} LIMIT ${MAX_SLOTS}`,
    scopeParams(scope),
  );
  return { truncated: rows.length >= MAX_SLOTS, slots: rows.map(slotOf) };
}

/** Most rows examined, the newest. */
const MAX_BUSY = 200_000;

/**
 * How long the sandboxes of all functions held calls, the newest first: those beside a sandbox may be of another
 * function than the one asked about.
 *
 * @param slots none are needed outside of their time
 */
export async function loadBusy(
  store: Store,
  slots: readonly Pick<SandboxSlot, 'slot'>[],
): Promise<readonly BusySlot[]> {
  const times = slots.map(({ slot }) => slot);
  const [first, last] = times.reduce(([low, high], slot) => [Math.min(low, slot), Math.max(high, slot)], [
    Infinity,
    -Infinity,
  ] as readonly [number, number]);
  if (first > last) return [];
  const rows = await store.query<{ f: string; e: string; s: string; busy: number }>(
    `SELECT function AS f, ${ENVIRONMENT} AS e, intDiv(toUnixTimestamp(start), ${SLOT_SECONDS}) AS s, sum(duration_ns) / 1e6 AS busy
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}
    GROUP BY f, e, s ORDER BY s DESC, f, e LIMIT ${MAX_BUSY}`,
    scopeParams({ fromMs: first * SLOT_SECONDS * 1000, toMs: (last + 1) * SLOT_SECONDS * 1000 }),
  );
  return rows.map(({ f, e, s, busy }) => ({ function: f, environment: e, slot: Number(s), busyMs: busy }));
}

function slotOf(row: Row): SandboxSlot {
  return {
    function: row.function,
    version: row.version,
    account_id: row.account_id,
    region: row.region,
    platform: row.platform,
    memoryMb: Number(row.mb),
    architecture: row.host_arch,
    cpuModel: row.cpu_model,
    environment: row.environment,
    slot: Number(row.slot),
    n: Number(row.n),
    logWall: row.log_wall,
    ...(row.log_cpu !== null && { logCpu: row.log_cpu }),
    ...(row.log_stretch !== null && { logStretch: row.log_stretch }),
    meanMs: row.mean_ms,
    busyMs: row.busy_ms,
    ...(row.throttled !== null && { throttled: row.throttled }),
    ...(row.steal !== null && { steal: row.steal }),
    ...(row.pressure !== null && { pressure: row.pressure }),
  };
}
