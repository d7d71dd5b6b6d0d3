import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { quote } from '../../../store/query-params.ts';
import { ENVIRONMENT } from '../../invocation-sql.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** One version and memory size of a function. */
interface OneVersion {
  readonly function: string;
  readonly version: string;
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

export interface PackageTime {
  readonly function: string;
  readonly version: string;
  readonly name: string;
  readonly selfMs: number;
}

const FAILED = "status IN ('Error', 'STATUS_CODE_ERROR')";
/** Most sandboxes examined per version. */
const MOST_SANDBOXES = 400;
/** Most versions per function. */
const MOST_VERSIONS = 20;
const WARM_CALLS = 25;
const MOST_PACKAGE_ROWS = 50_000;

/** The versions of each function with the latest last call. */
export async function loadVersions(store: Store, scope: Scope): Promise<VersionUse[]> {
  const rows = await store.query<{
    f: string;
    v: string;
    m: string;
    a: number;
    z: number;
    n: string;
    c: string;
    e: string;
  }>(
    `SELECT function AS f, version AS v, ifNull(memory_limit_bytes, 0) AS m,
      ${millisSql('toUnixTimestamp64Nano(min(start))')} AS a, ${millisSql('toUnixTimestamp64Nano(max(start))')} AS z,
      count() AS n, countIf(cold = true) AS c, countIf(${FAILED}) AS e
    FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)}
    GROUP BY f, v, m
    ORDER BY f, z DESC
    LIMIT ${MOST_VERSIONS} BY f`,
    scopeParams(scope),
  );
  return rows.map(({ f, v, m, a, z, n, c, e }) => ({
    function: f,
    version: v,
    memoryBytes: Number(m),
    fromMs: a,
    toMs: z,
    invocations: Number(n),
    coldStarts: Number(c),
    errors: Number(e),
  }));
}

interface SampleRow {
  readonly f: string;
  readonly v: string;
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
    `SELECT function AS f, version AS v, ifNull(memory_limit_bytes, 0) AS m, ${ENVIRONMENT} AS environment,
      maxIf(ifNull(init_duration_ms, -1), cold = true) AS i, maxIf(ifNull(init_module_ms, -1), cold = true) AS o,
      maxIf(duration_ns / 1e6, cold = true) AS d,
      arraySlice(arraySort(x -> intHash64(reinterpretAsUInt64(x)), groupArrayIf(1000)(duration_ns / 1e6, cold = false)), 1, ${WARM_CALLS}) AS w,
      max(greatest(ifNull(memory_peak_rss_bytes, 0), ifNull(memory_rss_bytes, 0))) AS p, count() AS n, countIf(${FAILED}) AS e, count() OVER (PARTITION BY f, v, m) AS s
    FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)} AND function IN (${names.map(quote).join(', ')}) AND sandbox_id != ''
    GROUP BY f, v, m, environment
    ORDER BY f, v, m, cityHash64(environment)
    LIMIT ${MOST_SANDBOXES} BY f, v, m`,
    scopeParams(scope),
  );
  const counts = new Map(rows.map((row) => [keyOf(versionOf(row)), Number(row.s)]));
  return { samples: rows.map(sampleOf), countOf: (version) => counts.get(keyOf(version)) ?? 0 };
}

function keyOf({ function: name, version, memoryBytes }: OneVersion): string {
  return JSON.stringify([name, version, memoryBytes]);
}

function versionOf({ f, v, m }: SampleRow): OneVersion {
  return { function: f, version: v, memoryBytes: Number(m) };
}

function sampleOf(row: SampleRow): SandboxSample {
  const { i, o, d, w, p, n, e } = row;
  return {
    ...versionOf(row),
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
  const text = (name: string): string =>
    `if(SpanAttributes['${name}'] != '', SpanAttributes['${name}'], ResourceAttributes['${name}'])`;
  const rows = await store.query<{ f: string; v: string; k: string; t: number }>(
    `SELECT if(${text(semconv.ATTR_FAAS_NAME)} != '', ${text(semconv.ATTR_FAAS_NAME)}, ServiceName) AS f, ${text(semconv.ATTR_FAAS_VERSION)} AS v,
      attributes['${semconv.ATTR_PACKAGE_NAME}'] AS k, toFloat64OrZero(attributes['${semconv.ATTR_PACKAGE_SELF_MS}']) AS t
    FROM ${store.database}.otel_traces
    ARRAY JOIN Events.Name AS name, Events.Attributes AS attributes
    WHERE ${betweenSql('Timestamp')} AND SpanName = '${semconv.SPAN_INIT}' AND name = '${semconv.EVENT_PACKAGE}'
      AND f IN (${names.map(quote).join(', ')})
    ORDER BY Timestamp DESC, TraceId, SpanId
    LIMIT ${MOST_PACKAGE_ROWS}`,
    scopeParams({ fromMs: scope.fromMs, toMs: scope.toMs }),
  );
  return rows.map(({ f, v, k, t }) => ({ function: f, version: v, name: k, selfMs: t }));
}
