import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, NAMES_ITSELF } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** Resources that a sandbox may accumulate. */
export const RESOURCES = [
  'rss',
  'heap',
  'external',
  'descriptors',
  'sockets',
  'threads',
  'temp-bytes',
  'temp-files',
] as const;
export type Resource = (typeof RESOURCES)[number];

/** Their columns in `invocations`. */
const COLUMNS: Readonly<Record<Resource, string>> = {
  rss: 'memory_rss_bytes',
  heap: 'memory_heap_used_bytes',
  external: 'memory_external_bytes',
  descriptors: 'process_descriptor_count',
  sockets: 'process_connection_count',
  threads: 'process_thread_count',
  'temp-bytes': 'tmp_file_bytes',
  'temp-files': 'tmp_file_count',
};

/** Part of the life of one process: means over some consecutive calls. */
export interface Segment {
  /** Mean ordinal of the calls that reported it. */
  readonly call: number;
  readonly level: number;
}

/** The life of one process without its warm-up, divided into parts with equal numbers of ordinals. */
export interface Life {
  readonly calls: number;
  readonly segments: ReadonlyMap<Resource, readonly Segment[]>;
}

/** The lives in a deployment, and its limits. */
export interface DeploymentLives {
  readonly row: DeploymentRow;
  readonly lives: readonly Life[];
  readonly memoryLimitBytes: number | undefined;
  /** Size of the temp directory's file system. */
  readonly tempBytes: number | undefined;
}

/** Number of parts of a life. */
export const SEGMENTS = 8;
/** Initial share of a life that counts as warm-up: caches fill, code is compiled. */
const WARM_UP = 0.25;
/** Minimum number of calls in a life. */
export const LIFE_CALLS = 40;
/** Most parts of lives examined. */
const MAX_PARTS = 100_000;

interface Row extends DeploymentRow {
  readonly sandbox: string;
  readonly ticks: string;
  readonly segment: string;
  readonly calls: string;
  readonly limit_bytes: number | null;
  readonly temp: number | null;
  readonly levels: readonly (number | null)[];
  readonly at: readonly (number | null)[];
}

/** Lives of processes of a scope, by deployment. */
export async function loadLives(
  store: Store,
  scope: Scope,
): Promise<{ readonly deployments: readonly DeploymentLives[]; readonly truncated: boolean }> {
  const columns = RESOURCES.map((name, index) => `${COLUMNS[name]} AS v${index}`).join(', ');
  const levels = RESOURCES.map((_, index) => `avg(v${index})`).join(', ');
  const ordinals = RESOURCES.map((_, index) => `avgIf(ordinal, v${index} IS NOT NULL)`).join(', ');
  // Clones of one snapshot share their id, and a process that is started again may have the same start ticks.
  const process = `PARTITION BY function, version, account_id, region, platform, sandbox, ticks`;
  const rows = await store.query<Row>(
    `SELECT ${DEPLOYMENT_COLUMNS}, sandbox, ticks, segment, any(life) AS calls, max(limit_bytes) AS limit_bytes, max(temp) AS temp,
      [${levels}] AS levels, [${ordinals}] AS at
    FROM (
      SELECT *, last - first + 1 AS life, first + ${WARM_UP} * life AS warm,
        toUInt8(least(${SEGMENTS - 1}, floor((ordinal - warm) / (last + 1 - warm) * ${SEGMENTS}))) AS segment
      FROM (
        SELECT *, min(ordinal) OVER (${process}) AS first, max(ordinal) OVER (${process}) AS last
        FROM (
          SELECT ${DEPLOYMENT_COLUMNS}, concat(${ENVIRONMENT}, ' ', sandbox_id) AS sandbox, ifNull(toString(process_start_ticks), '') AS ticks, ordinal,
            toFloat64(memory_limit_bytes) AS limit_bytes, toFloat64(tmp_total_bytes) AS temp, ${columns}
          FROM ${store.database}.invocations FINAL
          WHERE ${betweenSql('start')}${filterSql(scope)} AND ${NAMES_ITSELF} AND ordinal IS NOT NULL
        )
      )
      WHERE life >= ${LIFE_CALLS} AND ordinal >= warm
    )
    GROUP BY ${DEPLOYMENT_COLUMNS}, sandbox, ticks, segment
    ORDER BY ${DEPLOYMENT_COLUMNS}, sandbox, ticks, segment LIMIT ${MAX_PARTS}`,
    scopeParams(scope),
  );
  return { deployments: deploymentsOf(rows), truncated: rows.length >= MAX_PARTS };
}

/** Rows are ordered by deployment, process and part. */
function deploymentsOf(rows: readonly Row[]): DeploymentLives[] {
  const found = new Map<string, { row: Row; processes: Map<string, Row[]> }>();
  for (const row of rows) {
    const name = [row.function, row.version, row.account_id, row.region, row.platform].join('\n');
    const deployment = found.get(name) ?? { row, processes: new Map<string, Row[]>() };
    found.set(name, deployment);
    const process = `${row.sandbox} ${row.ticks}`;
    const parts = deployment.processes.get(process);
    if (parts) parts.push(row);
    else deployment.processes.set(process, [row]);
  }
  return [...found.values()].map(({ row, processes }) => {
    const lives = [...processes.values()].map(lifeOf);
    const parts = [...processes.values()].flat();
    // Of several sizes the smallest is reached first.
    const least = (of: (part: Row) => number | null): number | undefined => {
      const told = parts.flatMap((part) => of(part) ?? []);
      return told.length === 0 ? undefined : told.reduce((a, b) => Math.min(a, b));
    };
    return {
      row,
      lives,
      memoryLimitBytes: least(({ limit_bytes }) => limit_bytes),
      tempBytes: least(({ temp }) => temp),
    };
  });
}

function lifeOf(parts: readonly Row[]): Life {
  const segments = new Map<Resource, Segment[]>();
  for (const [index, name] of RESOURCES.entries()) {
    const told = parts.flatMap(({ levels, at }) => {
      const [level, call] = [levels[index], at[index]];
      return level == null || call == null ? [] : [{ call, level }];
    });
    if (told.length > 0) segments.set(name, told);
  }
  return { calls: Number(parts[0]?.calls ?? 0), segments };
}
