import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { quote } from '../../../store/query-params.ts';
import { DEPLOYMENT_COLUMNS, deploymentKey } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, HAS_FAILED, IS_COLD } from '../../invocation-sql.ts';
import { groupBy } from '../../lifelines.ts';
import { sandboxesIn, warmCallsIn } from '../../rollup/starts.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { DEPLOYMENT_OF_SPAN } from '../../span-sql.ts';

/** One version and memory size of a deployment. */
interface OneVersion extends DeploymentRow {
  /** 0 where unknown. */
  readonly memoryBytes: number;
}

/** A version as a whole. */
export interface VersionUse extends OneVersion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly invocations: number;
  readonly coldStarts: number;
  readonly errors: number;
}

/** The same with its sandboxes, which cost more to count than everything else. */
export interface VersionCounts extends VersionUse {
  readonly sandboxes: number;
}

/** The measurements of one sandbox of a version. */
export interface SandboxSample extends OneVersion {
  readonly initMs?: number;
  readonly moduleMs?: number;
  readonly firstCallMs?: number;
  /** For some of its warm calls. */
  readonly warmMs: readonly number[];
  readonly memoryPeakBytes?: number;
  readonly invocations: number;
  readonly errors: number;
}

export interface PackageTime extends DeploymentRow {
  readonly name: string;
  readonly selfMs: number;
}

/** Most sandboxes examined per version. */
const MOST_SANDBOXES = 400;
/** Most versions per deployment. */
const MOST_VERSIONS = 20;
const WARM_CALLS = 25;
const MOST_PACKAGE_ROWS = 50_000;

/** The versions with the latest last call of each deployment that may have several. */
export async function loadVersions(store: Store, scope: Scope): Promise<VersionUse[]> {
  const names = await loadChanged(store, scope);
  if (names.length === 0) return [];
  const rows = await store.query<
    DeploymentRow & { m: string; from_ms: number; to_ms: number; n: string; c: string; e: string }
  >(
    `SELECT ${DEPLOYMENT_COLUMNS}, ifNull(memory_limit_bytes, 0) AS m,
      ${millisSql('toUnixTimestamp64Nano(min(start))')} AS from_ms, ${millisSql('toUnixTimestamp64Nano(max(start))')} AS to_ms,
      count() AS n, countIf(${IS_COLD}) AS c, countIf(${HAS_FAILED}) AS e
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)} AND function IN (${names.map(quote).join(', ')})
    GROUP BY ${DEPLOYMENT_COLUMNS}, m
    ORDER BY function, account_id, region, platform, to_ms DESC
    LIMIT ${MOST_VERSIONS} BY function, account_id, region, platform`,
    scopeParams(scope),
  );
  return knownVersions(
    rows.map((row) =>
      Object.assign(rowOf(row), {
        memoryBytes: Number(row.m),
        fromMs: row.from_ms,
        toMs: row.to_ms,
        invocations: Number(row.n),
        coldStarts: Number(row.c),
        errors: Number(row.e),
      }),
    ),
  );
}

/**
 * Functions with more than one version or memory size, from rollups: only their calls need to be looked at. Sandboxes
 * tell of every version; of calls without a sandbox, only the warm ones tell each memory size.
 */
async function loadChanged(store: Store, scope: Scope): Promise<string[]> {
  const sandboxes = await sandboxesIn(store, scope, {
    function: 'function',
    version: 'version',
    memory_limit_bytes: 'memory_limit_bytes',
  });
  const warm = await warmCallsIn(store, scope);
  const rows = await store.query<{ function: string }>(
    `SELECT function
    FROM (
      SELECT function, version, ifNull(memory_limit_bytes, 0) AS m FROM ${sandboxes.sql}
      UNION ALL
      SELECT function, version, memory_limit_bytes AS m FROM ${warm.sql}
    )
    GROUP BY function
    HAVING uniqExact(version, m) > 1
    ORDER BY function`,
    { ...sandboxes.params, ...warm.params },
  );
  return rows.map((row) => row.function);
}

/**
 * Calls that do not tell their memory belong to the only known size of their version; with several, and without a
 * version among others, it is not known what they belong to.
 */
function knownVersions(uses: readonly VersionUse[]): VersionUse[] {
  return [...groupBy(uses, placeOf).values()].flatMap((own) => {
    const named = own.filter(({ version }) => version !== '');
    const told = named.length > 0 ? named : own;
    return [...groupBy(told, ({ version }) => version).values()].flatMap((sizes) => {
      const known = sizes.filter(({ memoryBytes }) => memoryBytes > 0);
      if (known.length === 0) return sizes;
      return known.length === 1 ? [sizes.reduce(joined)] : known;
    });
  });
}

function joined(a: VersionUse, b: VersionUse): VersionUse {
  return {
    ...a,
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    invocations: a.invocations + b.invocations,
    coldStarts: a.coldStarts + b.coldStarts,
    errors: a.errors + b.errors,
  };
}

/** The deployment of a version, as one text. */
export const placeOf = (row: DeploymentRow): string => deploymentKey({ ...row, version: '' });

function rowOf({ function: name, version, account_id, region, platform }: DeploymentRow): DeploymentRow {
  return { function: name, version, account_id, region, platform };
}

interface SampleRow extends DeploymentRow {
  readonly m: string;
  readonly i: number;
  readonly o: number;
  readonly d: number;
  readonly w: readonly number[];
  readonly p: string;
  readonly n: string;
  readonly e: string;
  /** Sandboxes of the same version. */
  readonly s: string;
}

export interface VersionSandboxes {
  /** Sampled independently of their properties. */
  readonly samples: readonly SandboxSample[];
  /** How many there are, sampled or not. */
  readonly countOf: (version: OneVersion) => number;
}

/** The sandboxes of each version of some functions. */
export async function loadSandboxes(
  store: Store,
  scope: Scope,
  names: readonly string[],
): Promise<VersionSandboxes> {
  if (names.length === 0) return { samples: [], countOf: () => 0 };
  const rows = await store.query<SampleRow>(
    `SELECT *, count() OVER (PARTITION BY ${DEPLOYMENT_COLUMNS}, m) AS s
    FROM (
      SELECT ${DEPLOYMENT_COLUMNS}, max(ifNull(memory_limit_bytes, 0)) AS m, ${ENVIRONMENT} AS environment,
        maxIf(ifNull(init_duration_ms, -1), is_cold) AS i, maxIf(ifNull(init_module_ms, -1), is_cold) AS o,
        maxIf(duration_ns / 1e6, is_cold) AS d,
        arraySlice(arraySort(x -> intHash64(reinterpretAsUInt64(x)), groupArrayIf(1000)(duration_ns / 1e6, NOT is_cold)), 1, ${WARM_CALLS}) AS w,
        max(greatest(ifNull(memory_peak_rss_bytes, 0), ifNull(memory_rss_bytes, 0))) AS p, count() AS n, countIf(${HAS_FAILED}) AS e
      FROM (SELECT *, ${IS_COLD} AS is_cold FROM ${store.database}.invocations FINAL
        WHERE ${betweenSql('start')}${filterSql(scope)} AND function IN (${names.map(quote).join(', ')}) AND sandbox_id != '')
      GROUP BY ${DEPLOYMENT_COLUMNS}, environment
    )
    ORDER BY ${DEPLOYMENT_COLUMNS}, m, cityHash64(environment)
    LIMIT ${MOST_SANDBOXES} BY ${DEPLOYMENT_COLUMNS}, m`,
    scopeParams(scope),
  );
  const sizesOf = groupBy(
    rows.filter(({ m }) => m !== '0'),
    deploymentKey,
  );
  /** A sandbox that does not tell its memory has the only known size of its version. */
  const memoryOf = (row: SampleRow): number => {
    const [first, ...others] = sizesOf.get(deploymentKey(row)) ?? [];
    const isOnly = first !== undefined && others.every(({ m }) => m === first.m);
    return Number(row.m === '0' && isOnly ? first.m : row.m);
  };
  const counts = new Map<string, number>();
  const distinct = new Map(rows.map((row) => [`${deploymentKey(row)} ${row.m}`, row]));
  for (const row of distinct.values()) {
    const key = keyOf({ ...row, memoryBytes: memoryOf(row) });
    counts.set(key, (counts.get(key) ?? 0) + Number(row.s));
  }
  return {
    samples: rows.map((row) => sampleOf(row, memoryOf(row))),
    countOf: (version) => counts.get(keyOf(version)) ?? 0,
  };
}

/** One version and memory size as one text. */
export function keyOf(one: OneVersion): string {
  return `${deploymentKey(one)} ${one.memoryBytes}`;
}

function sampleOf(row: SampleRow, memoryBytes: number): SandboxSample {
  const { i, o, d, w, p, n, e } = row;
  return {
    ...rowOf(row),
    memoryBytes,
    ...(i >= 0 && d > 0 && { initMs: i }),
    ...(o >= 0 && d > 0 && { moduleMs: o }),
    ...(d > 0 && { firstCallMs: d }),
    warmMs: w,
    ...(Number(p) > 0 && { memoryPeakBytes: Number(p) }),
    invocations: Number(n),
    errors: Number(e),
  };
}

/** Own load times of packages, from initialisations whose spans report them. */
export async function loadPackages(
  store: Store,
  scope: Scope,
  names: readonly string[],
): Promise<PackageTime[]> {
  if (names.length === 0) return [];
  const rows = await store.query<DeploymentRow & { k: string; t: number }>(
    `SELECT ${DEPLOYMENT_OF_SPAN},
      attributes['${semconv.ATTR_PACKAGE_NAME}'] AS k, toFloat64OrZero(attributes['${semconv.ATTR_PACKAGE_SELF_MS}']) AS t
    FROM ${store.database}.otel_traces
    ARRAY JOIN Events.Name AS name, Events.Attributes AS attributes
    WHERE ${betweenSql('Timestamp')} AND SpanName = '${semconv.SPAN_INIT}' AND name = '${semconv.EVENT_PACKAGE}'
      AND function IN (${names.map(quote).join(', ')})
    ORDER BY Timestamp DESC, TraceId, SpanId
    LIMIT ${MOST_PACKAGE_ROWS}`,
    scopeParams({ fromMs: scope.fromMs, toMs: scope.toMs }),
  );
  return rows.map((row) => Object.assign(rowOf(row), { name: row.k, selfMs: row.t }));
}
