/**
 * The SELECTs that summarise parts of `invocations`. The sealer stores their rows, and questions run them on unsealed
 * parts, so both use one definition. Each SELECT groups by bucket; buckets are independent.
 */

import { ENVIRONMENT, HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import { FIRST_CALL_COLUMNS } from '../../store/index.ts';
import type { SandboxFacts } from '../hosts.ts';

/** Widths of sealed buckets in seconds, smallest first. */
export const SLOT_SECONDS = 600;
export const HOUR_SECONDS = 3600;

/** Version of the computation of sealed rows; seals with another form belong to rows computed differently. */
export const SEAL_FORM = 3;
/** The first form with first calls, warm calls by configuration, and the machines of sandboxes. */
export const STARTS_FORM = 3;
/** The oldest form that is still readable. */
export const OLDEST_FORM = 1;

/** `form` of the rows of a bucket; it was not recorded before rows of two forms could exist at once. */
export const rowForm = (sealForm: number): number => (sealForm < 2 ? 0 : sealForm);

const NS = 'toUnixTimestamp64Nano(start)';
const END = `${NS} + toInt64(duration_ns)`;
const ORDER = 'ns, trace_id, span_id';
/** Gap lengths are stored in bins of a ninth of their length: eight bins per doubling. */
export const BINS_A_DOUBLING = 8;

/** Resolution of boot times, ms: finer than the limit for telling hosts apart. */
const BOOT_BIN_MS = 100;

/**
 * The host key of one invocation, equal for two only if they ran on the same host: declared name and boot id; if there
 * is neither, boot time and hardware. Empty if the kernel may be private. The decision whether it really is a host is
 * made when a question is asked.
 */
const HOST = `multiIf(sandbox_id = '', '',
        host_declared_id != '', concat(host_declared_id, '\\n', boot_id),
        isolation IN ('microvm', 'gvisor') OR init_type = 'restored', '',
        boot_id != '', concat('\\n', boot_id),
        boot_time_unix_ms IS NULL OR isolation != 'shared', '',
        concat('\\n\\n', toString(toInt64(floor(assumeNotNull(boot_time_unix_ms) / ${BOOT_BIN_MS}))), '\\n', host_fingerprint, ' ', cpu_model))`;

/** The same in the server, for a sandbox: several if its boot time was read as several values. */
export function hostKeys(facts: SandboxFacts): string[] {
  const { declaredHostId, bootId, bootTime, fingerprint, cpuModel } = facts;
  if (declaredHostId !== '' || bootId !== '') return [`${declaredHostId}\n${bootId}`];
  if (bootTime === undefined) return [];
  const first = Math.floor(bootTime.minMs / BOOT_BIN_MS);
  const last = Math.min(first + MAX_BOOT_BINS, Math.floor(bootTime.maxMs / BOOT_BIN_MS));
  return Array.from({ length: last - first + 1 }, (_, at) => `\n\n${first + at}\n${fingerprint} ${cpuModel}`);
}
/** Boot times within a second identify a host; a clock change may have moved them by years. */
const MAX_BOOT_BINS = 10;

/** Durations are stored in bins of a hundredth of their length, so a quantile is within half of that. */
export const DURATION_BASE = 1.01;
/** The bin of durations of zero length. */
export const NO_DURATION_BIN = -32_768;

/** The rows that a SELECT reads, and their buckets. */
export interface Source {
  readonly database: string;
  /** A condition on `invocations`. */
  readonly where: string;
  /** Start of the bucket of an invocation, seconds since the epoch, by {@link bucketSql}. */
  readonly bucket: string;
}

/** Start of the bucket, this many seconds wide, that contains an invocation; seconds since the epoch. */
export function bucketSql(seconds: number): string {
  return `intDiv(${NS}, ${seconds}000000000) * ${seconds}`;
}
const rows = ({ database, where }: Source): string => `${database}.invocations FINAL WHERE ${where}`;

/** Columns of {@link sandboxRows} with the last reported values of a process; empty text if never reported. */
export const FACTS = [
  'instance',
  'boot_id',
  'isolation',
  'host_declared_id',
  'platform',
  'account_id',
  'sandbox_id_source',
  'host_fingerprint',
  'cpu_model',
] as const;

/** The columns of `sandboxes` per bucket, process and sandbox, and their expressions. */
const SANDBOX_EXPRESSIONS: readonly (readonly [column: string, expression: string])[] = [
  ['function', 'i.function'],
  ['version', 'i.version'],
  ['region', 'i.region'],
  ['sandbox_id', 'i.sandbox_id'],
  ['process', "ifNull(toString(i.process_start_ticks), '')"],
  ['environment', 'i.environment'],
  ['first_ns', `min(${NS})`],
  ['last_start_ns', `max(${NS})`],
  ['last_end_ns', `max(${END})`],
  ['invocations', 'count()'],
  ['cold', 'countIf(i.is_cold = true)'],
  ['warm', 'countIf(i.is_cold = false)'],
  ['errors', `countIf(${HAS_FAILED})`],
  ['ordinal_min', 'ifNull(min(i.ordinal), 0)'],
  ['ordinal_max', 'ifNull(max(i.ordinal), 0)'],
  ['ordinals', 'uniqExact(i.ordinal)'],
  ['most_concurrent', 'ifNull(max(i.concurrent), 0)'],
  ['export_ms_max', 'ifNull(max(i.export_ms), 0)'],
  [
    'cold_starts',
    `arraySlice(arraySort(groupArrayIf((${NS}, ifNull(i.init_duration_ms, -1.)), ifNull(i.is_cold, false))), 1, 64)`,
  ],
  ...FACTS.map((column) => [column, `argMaxIf(i.${column}, i.start, i.${column} != '')`] as const),
  ['init_types', 'groupUniqArray(i.init_type)'],
  ['boot_time_min_unix_ms', 'min(i.boot_time_unix_ms)'],
  ['boot_time_max_unix_ms', 'max(i.boot_time_unix_ms)'],
  ['memory_limit_bytes', 'argMax(i.memory_limit_bytes, i.start)'],
  ['host_arch', "argMaxIf(i.host_arch, i.start, i.host_arch != '')"],
  ['memory_total_bytes', 'max(i.memory_total_bytes)'],
  ['cgroup_quota_ratio', 'max(i.cgroup_quota_ratio)'],
];

/** One row per bucket, sandbox and process; one row for all invocations without a sandbox. */
export function sandboxRows(source: Source): string {
  const columns = SANDBOX_EXPRESSIONS.map(([column, expression]) => `${expression} AS ${column}`);
  return `SELECT ${source.bucket} AS bucket, ${columns.join(', ')}
    FROM (SELECT *, ${ENVIRONMENT} AS environment, ${IS_COLD} AS is_cold FROM ${rows(source)}) AS i
    GROUP BY bucket, function, version, region, sandbox_id, process, environment`;
}

export const SANDBOX_COLUMNS = `bucket, ${SANDBOX_EXPRESSIONS.map(([column]) => column).join(', ')}`;

/** Whether an invocation was cold, or the first of its process. */
export const IS_FIRST_CALL = `(ordinal = 1 OR ${IS_COLD} = true)`;

/** Columns of {@link firstCallRows}. */
export const FIRST_CALLS = FIRST_CALL_COLUMNS;

/** The first calls themselves, once each. */
export function firstCallRows(source: Source): string {
  return `SELECT ${source.bucket} AS bucket, ${FIRST_CALLS.join(', ')} FROM ${rows(source)} AND ${IS_FIRST_CALL}`;
}

/** One row per function and minute. */
export function minuteRows(source: Source): string {
  return `SELECT ${source.bucket} AS bucket, intDiv(${NS}, 60000000000) AS minute, function, version, region, account_id,
      count() AS invocations, countIf(${IS_COLD} = true) AS n_cold, countIf(${IS_COLD} = false) AS n_warm,
      countIf(${HAS_FAILED}) AS errors
    FROM ${rows(source)}
    GROUP BY bucket, minute, function, version, region, account_id`;
}

const DURATION_BIN = `if(duration_ns = 0, ${NO_DURATION_BIN}, round(log(duration_ns / 1e6) / log(${DURATION_BASE})))`;

/** What {@link warmRows} separates. `memory_limit_bytes` is 0 where unknown. */
const WARM_KEYS = 'function, version, region, account_id, memory_limit_bytes, cpu_model';
export const WARM_COLUMNS = `bucket, ${WARM_KEYS}, duration_bins`;

/** Durations of successful warm calls per bucket and configuration of a function, counted in bins. */
export function warmRows(source: Source): string {
  return `SELECT ${WARM_KEYS}, bucket, groupArray((bin, n)) AS duration_bins
    FROM (
      SELECT ${source.bucket} AS bucket, function, version, region, account_id, ifNull(i.memory_limit_bytes, 0) AS memory_limit_bytes,
        cpu_model, toInt16(${DURATION_BIN}) AS bin, count() AS n
      FROM (SELECT * FROM ${rows(source)} AND ${IS_COLD} = false AND NOT ${HAS_FAILED}) AS i
      GROUP BY bucket, ${WARM_KEYS}, bin
    )
    GROUP BY bucket, ${WARM_KEYS}`;
}

/** Durations per function and bucket, counted in bins, and the number of failures. */
export function durationRows(source: Source): string {
  return `SELECT bucket, function, sum(n) AS invocations, max(last) AS last_start_ns, sum(n_failed) AS errors,
      groupArray((bin, n_cold, n_warm, n - n_cold - n_warm)) AS duration_bins
    FROM (
      SELECT ${source.bucket} AS bucket, function, toInt16(${DURATION_BIN}) AS bin, count() AS n, max(${NS}) AS last,
        countIf(${IS_COLD} = true) AS n_cold, countIf(${IS_COLD} = false) AS n_warm, countIf(${HAS_FAILED}) AS n_failed
      FROM ${rows(source)}
      GROUP BY bucket, function, bin
    )
    GROUP BY bucket, function`;
}

/** Lengths of the gaps between the invocations of each sandbox, counted in bins. */
export function gapRows(source: Source): string {
  return `SELECT bucket, function, groupArray((bin, n)) AS gaps
    FROM (
      SELECT bucket, function, toInt16(round(log2((ns - ended) / 1e6) * ${BINS_A_DOUBLING})) AS bin, count() AS n
      FROM (
        SELECT bucket, function, environment, ns, max(end) OVER (PARTITION BY function, bucket, environment ORDER BY ns
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended
        FROM (SELECT ${source.bucket} AS bucket, function, ${ENVIRONMENT} AS environment, ${NS} AS ns, ${END} AS end
          FROM ${rows(source)})
      )
      WHERE environment != '' AND ended > 0 AND ns > ended
      GROUP BY bucket, function, bin
    )
    GROUP BY bucket, function`;
}

/**
 * Moves between hosts: over consecutive invocations with both hosts reported, and among them the pairs whose order is
 * certain because neither overlaps another invocation.
 */
export function hopRows(source: Source): string {
  const window = `PARTITION BY function, bucket ORDER BY ${ORDER} ROWS BETWEEN`;
  return `SELECT bucket, function, sumIf(n, known) AS pairs, sumIf(n, known AND source != target) AS hops,
      sumIf(n_moved, known AND source = target) AS sandbox_hops, sumIf(n_certain, known) AS certain_pairs,
      sumIf(n_certain, known AND source != target) AS certain_hops,
      groupArrayIf((source, target, n, n_moved, n_certain), known) AS transitions,
      anyIf(target, first) AS first_host, anyIf(target_sandbox, first) AS first_sandbox,
      argMax(late_host, late_at) AS last_host, argMax(late_sandbox, late_at) AS last_sandbox
    FROM (
      SELECT bucket, function, first, source, target, source != '' AND target != '' AND NOT first AS known, count() AS n,
        countIf(before_sandbox != environment) AS n_moved, countIf(certain) AS n_certain, any(environment) AS target_sandbox,
        max(at) AS late_at, argMax(target, at) AS late_host, argMax(environment, at) AS late_sandbox
      FROM (
        SELECT bucket, function, host AS target, environment, at, at = 1 AS first,
          lagInFrame(host) OVER (${window} 1 PRECEDING AND CURRENT ROW) AS source,
          lagInFrame(environment) OVER (${window} 1 PRECEDING AND CURRENT ROW) AS before_sandbox,
          alone AND lagInFrame(alone) OVER (${window} 1 PRECEDING AND CURRENT ROW)
            AND leadInFrame(alone) OVER (${window} CURRENT ROW AND 1 FOLLOWING) AS certain
        FROM (
          SELECT bucket, function, host, environment, ns, trace_id, span_id,
            row_number() OVER (${window} UNBOUNDED PRECEDING AND CURRENT ROW) AS at,
            ns >= max(end) OVER (${window} UNBOUNDED PRECEDING AND 1 PRECEDING) AS alone
          FROM (SELECT ${source.bucket} AS bucket, function, ${ENVIRONMENT} AS environment, ${NS} AS ns, ${END} AS end,
            trace_id, span_id, ${HOST} AS host FROM ${rows(source)})
        )
      )
      GROUP BY bucket, function, first, source, target
    )
    GROUP BY bucket, function`;
}

/** The columns of {@link durationRows}, {@link gapRows} and {@link hopRows}, joined side by side. */
export function functionRows(source: Source): string {
  return `SELECT ${FUNCTION_COLUMNS}, errors
    FROM (${durationRows(source)}) AS d
    LEFT JOIN (${gapRows(source)}) AS g USING (bucket, function)
    LEFT JOIN (${hopRows(source)}) AS h USING (bucket, function)`;
}

export const FUNCTION_COLUMNS =
  'bucket, function, invocations, last_start_ns, duration_bins, gaps, first_host, ' +
  'first_sandbox, last_host, last_sandbox, pairs, hops, sandbox_hops, certain_pairs, certain_hops, transitions';
