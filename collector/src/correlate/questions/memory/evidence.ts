import { groupBy } from '../../lifelines.ts';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS, deploymentKey, PLAIN_WARM } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { FIRST_PERIOD } from './cpu-time.ts';

/** Calls that needed about the same CPU time. */
export interface Cell {
  readonly n: number;
  /** Means, ms. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Warm calls of one deployment at one memory size on one CPU model. */
export interface SizeEvidence {
  readonly row: DeploymentRow;
  readonly memoryMb: number;
  /** Empty if unknown. */
  readonly cpuModel: string;
  readonly architecture: string;
  readonly n: number;
  readonly sandboxes: number;
  readonly meanMs: number;
  readonly p05Ms: number;
  readonly p50Ms: number;
  /** Median of those that ended in the first period of 20 ms, and of 100 ms. */
  readonly firstPeriodP50Ms: ReadonlyMap<number, number>;
  /** Standard error of the mean, with whole sandboxes as independent units; absent with fewer than two. */
  readonly standardErrorMs?: number;
  readonly peakRssBytes?: number;
  /** By CPU time; empty if not measured. */
  readonly cells: readonly Cell[];
}

/** Most deployments, sizes and models examined, those with most calls first. */
const MAX_SIZES = 2_000;
const MAX_CELLS = 50_000;

interface GroupRow extends DeploymentRow {
  readonly mb: string;
  readonly cpu_model: string;
  readonly host_arch: string;
}

interface SizeRow extends GroupRow {
  readonly n: string;
  readonly mean: number;
  readonly quantiles: readonly [number, number];
  readonly first20: number | null;
  readonly first100: number | null;
  readonly peak: string | null;
}

interface ClusterRow extends GroupRow {
  readonly sandboxes: string;
  readonly ww: number;
  readonly wk: number;
  readonly kk: number;
}

interface CellRow extends GroupRow {
  readonly n: string;
  readonly cpu: number;
  readonly wall: number;
}

const GROUP = `${DEPLOYMENT_COLUMNS}, mb, cpu_model, host_arch`;
const WALL_MS = 'duration_ns / 1e6';

/** Calls by memory size and CPU model, each once. CPU times within 5 % of each other form one cell. */
export async function loadSizes(
  store: Store,
  scope: Scope,
): Promise<{ readonly sizes: readonly SizeEvidence[]; readonly truncated: boolean }> {
  const calls = `SELECT ${DEPLOYMENT_COLUMNS}, intDiv(memory_limit_bytes, 1048576) AS mb, cpu_model, host_arch,
      ${ENVIRONMENT} AS environment, ${WALL_MS} AS wall, cpu_user_ms + cpu_system_ms AS cpu, memory_peak_rss_bytes AS peak_rss
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)} AND ${PLAIN_WARM} AND memory_limit_bytes > 0`;
  const params = scopeParams(scope);
  const within = (periodMs: number): string => `wall < ${periodMs * FIRST_PERIOD}`;
  const [sizes, clusters, cells] = await Promise.all([
    store.query<SizeRow>(
      `SELECT ${GROUP}, count() AS n, avg(wall) AS mean, quantilesExact(0.05, 0.5)(wall) AS quantiles,
        if(countIf(${within(20)}) > 0, quantileExactIf(0.5)(wall, ${within(20)}), NULL) AS first20,
        if(countIf(${within(100)}) > 0, quantileExactIf(0.5)(wall, ${within(100)}), NULL) AS first100,
        max(peak_rss) AS peak
      FROM (${calls}) GROUP BY ${GROUP} ORDER BY n DESC, ${GROUP} LIMIT ${MAX_SIZES}`,
      params,
    ),
    store.query<ClusterRow>(
      `SELECT ${GROUP}, count() AS sandboxes, sum(w * w) AS ww, sum(w * k) AS wk, sum(k * k) AS kk
      FROM (SELECT ${GROUP}, environment, sum(wall) AS w, count() AS k FROM (${calls}) GROUP BY ${GROUP}, environment)
      GROUP BY ${GROUP} ORDER BY kk DESC, ${GROUP} LIMIT ${MAX_SIZES}`,
      params,
    ),
    store.query<CellRow>(
      `SELECT ${GROUP}, count() AS n, avg(cpu) AS cpu, avg(wall) AS wall
      FROM (SELECT *, floor(log(cpu) / log(1.05)) AS bin FROM (${calls}) WHERE cpu > 0)
      GROUP BY ${GROUP}, bin ORDER BY n DESC, ${GROUP}, bin LIMIT ${MAX_CELLS}`,
      params,
    ),
  ]);
  const clustersOf = new Map(clusters.map((row) => [keyOf(row), row]));
  const cellsOf = groupBy(cells, keyOf);
  return {
    truncated: sizes.length >= MAX_SIZES || cells.length >= MAX_CELLS,
    sizes: sizes.map((row) => evidenceOf(row, clustersOf.get(keyOf(row)), cellsOf.get(keyOf(row)) ?? [])),
  };
}

function evidenceOf(row: SizeRow, cluster: ClusterRow | undefined, cells: readonly CellRow[]): SizeEvidence {
  const n = Number(row.n);
  const sandboxes = Number(cluster?.sandboxes ?? 0);
  const firstPeriodP50Ms = new Map(
    [
      [20, row.first20],
      [100, row.first100],
    ].flatMap(([period, p50]) => (period == null || p50 == null ? [] : [[period, p50]])),
  );
  return {
    row,
    memoryMb: Number(row.mb),
    cpuModel: row.cpu_model,
    architecture: row.host_arch,
    n,
    sandboxes,
    meanMs: row.mean,
    p05Ms: row.quantiles[0],
    p50Ms: row.quantiles[1],
    firstPeriodP50Ms,
    ...(cluster && sandboxes > 1 && { standardErrorMs: standardError(row.mean, n, sandboxes, cluster) }),
    ...(row.peak !== null && { peakRssBytes: Number(row.peak) }),
    cells: cells.map(({ n: count, cpu, wall }) => ({ n: Number(count), cpuMs: cpu, wallMs: wall })),
  };
}

/** Linearised error of a ratio over clusters (Cochran, Sampling Techniques, section 6.4). */
function standardError(mean: number, n: number, sandboxes: number, { ww, wk, kk }: ClusterRow): number {
  const residuals = Math.max(0, ww - 2 * mean * wk + mean * mean * kk);
  return Math.sqrt((sandboxes / (sandboxes - 1)) * residuals) / n;
}

function keyOf(row: GroupRow): string {
  return [deploymentKey(row), row.mb, row.cpu_model, row.host_arch].join('\n');
}
