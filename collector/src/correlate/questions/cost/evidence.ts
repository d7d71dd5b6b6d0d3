import type { PricePlan } from '../../../prices/index.ts';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, HAS_FAILED, IS_COLD } from '../../invocation-sql.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** The properties of a call that select its price plan. */
export interface PayerRow {
  readonly platform: string;
  readonly region: string;
  readonly host_arch: string;
}

/** A unique name of those. */
export function payerKey({ platform, region, host_arch }: PayerRow): string {
  return [platform, region, host_arch].join('\n');
}

/** Resources used by calls of one deployment at one memory size, and the part that their plan bills. */
export interface UseRow extends DeploymentRow {
  readonly host_arch: string;
  /** 0 if unknown. */
  readonly mb: string;
  readonly n: string;
  readonly sandboxes: string;
  readonly errors: string;
  readonly cold: string;
  readonly provisioned: string;
  readonly duration_ms: number;
  readonly init_ms: number;
  readonly billed_ms: number;
  /** Billed GB · ms, for calls with known memory. */
  readonly billed_gb_ms: number;
  readonly billed_known: string;
  /** Over sandboxes: sums of squares and products of billed ms and calls. */
  readonly ww: number;
  readonly wk: number;
  readonly kk: number;
  readonly cpu_ms: number;
  readonly cpu_known: string;
  readonly cpu_billed_ms: number;
  readonly rss_gb_ms: number;
  readonly rss_billed_gb_ms: number;
  /** Temporary storage beyond what is included, GB · ms of billed time; and the calls and billed time with a known size. */
  readonly storage_gb_ms: number;
  readonly storage_known: string;
  readonly storage_billed_ms: number;
  readonly quota: number | null;
  readonly tx_bytes: string;
  readonly tx_known: string;
  readonly overhead_ms: number;
  readonly export_ms: number;
  readonly export_known: string;
  /** Its first call in the range, ms since the epoch. */
  readonly first_ms: number;
}

/** Most groups examined, those with most calls first. */
const MAX_GROUPS = 5_000;

/** A file system is larger than the storage that was ordered, by what its own structures need, but by less than this. */
const STORAGE_OVERHEAD = 1.1;
const ANY_STORAGE_MB = 1e9;

/** Everything that is billed. */
export function loadPayers(store: Store, scope: Scope): Promise<readonly PayerRow[]> {
  return store.query<PayerRow>(
    `SELECT DISTINCT platform, region, host_arch FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)} ORDER BY platform, region, host_arch LIMIT ${MAX_GROUPS}`,
    scopeParams(scope),
  );
}

/**
 * Usage by deployment and memory size; each call counts once and is rounded up separately as its plan requires.
 *
 * @param plans by {@link payerKey}; calls without one are billed per millisecond
 */
export async function loadUse(
  store: Store,
  scope: Scope,
  plans: ReadonlyMap<string, PricePlan>,
): Promise<{ readonly rows: readonly UseRow[]; readonly truncated: boolean }> {
  // The engine accepts no empty list; no payer has this name.
  const keys = [...plans.keys(), '\n\n\n'];
  const of = (value: (plan: PricePlan) => number): number[] => [...[...plans.values()].map(value), 1];
  const pick = (name: string, otherwise: number): string =>
    `transform(payer, {keys:Array(String)}, {${name}:Array(UInt64)}, toUInt64(${otherwise}))`;
  const group = `${DEPLOYMENT_COLUMNS}, host_arch, mb`;
  const rows = await store.query<UseRow>(
    `SELECT ${group}, sum(k) AS n, count() AS sandboxes, sum(e) AS errors, sum(c) AS cold, sum(pc) AS provisioned,
      sum(d) AS duration_ms, sum(i) AS init_ms, sum(b) AS billed_ms, sum(gb) AS billed_gb_ms, sum(gk) AS billed_known,
      sum(b * b) AS ww, sum(b * k) AS wk, sum(k * k) AS kk,
      sum(cpu) AS cpu_ms, sum(cpuk) AS cpu_known, sum(cpub) AS cpu_billed_ms,
      sum(rss) AS rss_gb_ms, sum(rssb) AS rss_billed_gb_ms, avg(q) AS quota,
      sumIf(b * greatest(0, tmp_mb - included) / 1024, tmp_mb > included * ${STORAGE_OVERHEAD}) AS storage_gb_ms,
      sumIf(k, has_tmp) AS storage_known, sumIf(b, has_tmp) AS storage_billed_ms,
      sum(tx) AS tx_bytes, sum(txk) AS tx_known, sum(o) AS overhead_ms, sum(x) AS export_ms, sum(xk) AS export_known,
      ${millisSql('toUnixTimestamp64Nano(min(s))')} AS first_ms
    FROM (
      SELECT ${group}, max(tmp_total_bytes) / 1048576 AS told_mb, any(storage_most) * ${STORAGE_OVERHEAD} AS most,
        ifNull(told_mb, 0) > 0 AND told_mb <= most AS has_tmp, if(has_tmp, told_mb, 0) AS tmp_mb, any(storage_included) AS included,
        count() AS k, min(start) AS s, countIf(failed) AS e, countIf(is_cold) AS c, countIf(init_type = 'provisioned') AS pc,
        sum(duration_ns) / 1e6 AS d, sum(init_ns) / 1e6 AS i, sum(billed) AS b,
        sumIf(billed * memory_mb / 1024, memory_mb > 0) AS gb, countIf(memory_mb > 0) AS gk,
        sum(ifNull(used_cpu, 0)) AS cpu, countIf(used_cpu IS NOT NULL) AS cpuk, sumIf(billed, used_cpu IS NOT NULL) AS cpub,
        sumIf(duration_ns / 1e6 * memory_peak_rss_bytes / 1073741824, memory_mb > 0 AND memory_peak_rss_bytes > 0) AS rss,
        sumIf(billed * memory_mb / 1024, memory_mb > 0 AND memory_peak_rss_bytes > 0) AS rssb,
        avg(cgroup_quota_ratio) AS q,
        sum(ifNull(network_tx_bytes, 0)) AS tx, countIf(network_tx_bytes IS NOT NULL) AS txk,
        sum(ifNull(overhead_us, 0)) / 1e3 AS o, sum(ifNull(export_ms, 0)) AS x, countIf(export_ms IS NOT NULL) AS xk
      FROM (
        SELECT *, intDiv(ifNull(memory_limit_bytes, 0), 1048576) AS mb,
          concat(platform, '\\n', region, '\\n', host_arch) AS payer,
          ${HAS_FAILED} AS failed, ${ENVIRONMENT} AS environment, ifNull(${IS_COLD}, false) AS is_cold, cpu_user_ms + cpu_system_ms AS used_cpu,
          if(is_cold, toUInt64(1e6 * greatest(0., ifNull(init_duration_ms, 0.))), toUInt64(0)) AS init_ns,
          ${pick('steps', 1)} * 1000000 AS step_ns,
          greatest(intDiv(duration_ns + init_ns * ${pick('inits', 0)} + step_ns - 1, step_ns) * step_ns / 1e6,
            toFloat64(${pick('minima', 0)})) AS billed,
          ${pick('storageIncluded', 0)} AS storage_included, ${pick('storageMost', 0)} AS storage_most,
          ${pick('used', 0)} AS by_used, ${pick('memorySteps', 1)} AS memory_step,
          if(by_used > 0, ceil(ifNull(memory_peak_rss_bytes, 0) / 1048576 / memory_step) * memory_step, mb) AS memory_mb
        FROM ${store.database}.invocations FINAL
        WHERE ${betweenSql('start')}${filterSql(scope)}
      )
      GROUP BY ${group}, environment
    )
    GROUP BY ${group} ORDER BY n DESC, ${group} LIMIT ${MAX_GROUPS}`,
    {
      ...scopeParams(scope),
      keys,
      steps: of(({ billing }) => Math.max(1, Math.round(billing.granularityMs))),
      minima: of(({ billing }) => Math.round(billing.minimumMs)),
      inits: of(({ billing }) => Number(billing.initialisation)),
      storageIncluded: of(({ storage }) => Math.round(storage?.includedMb ?? 0)),
      storageMost: of(({ storage }) =>
        storage === undefined ? 0 : Math.round(storage.maximumMb ?? ANY_STORAGE_MB),
      ),
      used: of(({ billing }) => Number(billing.memory === 'used')),
      memorySteps: of(({ billing }) => Math.max(1, Math.round(billing.memoryStepMb ?? 1))),
    },
  );
  return { rows, truncated: rows.length >= MAX_GROUPS };
}
