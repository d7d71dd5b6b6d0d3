/**
 * The SELECTs that summarise stretches of `invocations`. The sealer stores their rows, and a question runs them on
 * what is not sealed yet, so that both have one definition. Each groups by bucket, and every bucket by itself.
 */

/** Seconds of the buckets that are sealed, smallest first. */
export const SLOT_SECONDS = 600;
export const HOUR_SECONDS = 3600;

/** What the sealed rows tell; seals of another form are of rows that tell less. */
export const SEAL_FORM = 1;

const NS = 'toUnixTimestamp64Nano(start)';
const END = `${NS} + toInt64(duration_ns)`;
const FAILED = "status IN ('Error', 'STATUS_CODE_ERROR')";
const ORDER = 'ns, trace_id, span_id';
/** Gap lengths are kept in bins of a ninth of their length: eight to a doubling. */
export const BINS_A_DOUBLING = 8;

/**
 * What tells the host of one invocation, the same for two only if they ran on the same one: declared name and boot
 * id; empty where the kernel may be private. Whether it is a host is decided when a question is asked.
 */
const HOST = `multiIf(host_declared_id != '', concat(host_declared_id, '\\n', boot_id),
        boot_id = '' OR isolation IN ('microvm', 'gvisor') OR init_type = 'restored', '', concat('\\n', boot_id))`;

/** The same in the server, of a sandbox. */
export function hostKey(facts: { declaredHostId: string; bootId: string }): string {
  return `${facts.declaredHostId}\n${facts.bootId}`;
}

/** Lengths of durations are kept in bins of a hundredth of their length, so that a quantile is within half of that. */
export const DURATION_BASE = 1.01;
/** The bin of durations of no length. */
export const NO_DURATION_BIN = -32_768;

/** Which rows a SELECT reads, and how they are parted into buckets. */
export interface Source {
  readonly database: string;
  /** A condition on `invocations`. */
  readonly where: string;
  /** Start of the bucket of an invocation, seconds since the epoch, by {@link bucketSql}. */
  readonly bucket: string;
}

/** Start of the bucket so many seconds wide an invocation is in, seconds since the epoch. */
export function bucketSql(seconds: number): string {
  return `intDiv(${NS}, ${seconds}000000000) * ${seconds}`;
}
const rows = ({ database, where }: Source): string => `${database}.invocations FINAL WHERE ${where}`;

/** Columns of {@link sandboxRows} that say what a process told last; empty text is what it never told. */
export const FACTS = [
  'instance',
  'boot_id',
  'isolation',
  'host_declared_id',
  'platform',
  'account_id',
] as const;

/** One row for each process of each sandbox in each bucket. */
export function sandboxRows(source: Source): string {
  const last = (column: string): string => `argMaxIf(i.${column}, i.start, i.${column} != '') AS ${column}`;
  return `SELECT ${source.bucket} AS bucket, i.function AS function, i.version AS version,
      i.region AS region, i.sandbox_id AS sandbox_id, ifNull(toString(i.process_start_ticks), '') AS process,
      min(${NS}) AS first_ns, max(${NS}) AS last_start_ns, max(${END}) AS last_end_ns, count() AS invocations,
      countIf(i.cold = true) AS cold, countIf(i.cold = false) AS warm, countIf(${FAILED}) AS errors,
      ifNull(min(i.ordinal), 0) AS ordinal_min, ifNull(max(i.ordinal), 0) AS ordinal_max,
      uniqExact(i.ordinal) AS ordinals, ifNull(max(i.concurrent), 0) AS most_concurrent,
      ifNull(max(i.export_ms), 0) AS export_ms_max,
      arraySlice(arraySort(groupArrayIf((${NS}, ifNull(i.init_duration_ms, -1.)), ifNull(i.cold, false))), 1, 64) AS cold_starts,
      ${FACTS.map(last).join(', ')}, groupUniqArray(i.init_type) AS init_types
    FROM (SELECT * FROM ${rows(source)}) AS i
    GROUP BY bucket, function, version, region, sandbox_id, process`;
}

export const SANDBOX_COLUMNS =
  'bucket, function, version, region, sandbox_id, process, first_ns, last_start_ns, last_end_ns, invocations, cold, ' +
  'warm, errors, ordinal_min, ordinal_max, ordinals, most_concurrent, export_ms_max, cold_starts, ' +
  `${FACTS.join(', ')}, init_types`;

/** One row a function and minute. */
export function minuteRows(source: Source): string {
  return `SELECT ${source.bucket} AS bucket, intDiv(${NS}, 60000000000) AS minute, function, version, region,
      count() AS invocations, countIf(cold = true) AS n_cold, countIf(cold = false) AS n_warm, countIf(${FAILED}) AS errors
    FROM ${rows(source)}
    GROUP BY bucket, minute, function, version, region`;
}

/** Durations of each function and bucket, counted in bins, and how many failed. */
export function durationRows(source: Source): string {
  const bin = `if(duration_ns = 0, ${NO_DURATION_BIN}, round(log(duration_ns / 1e6) / log(${DURATION_BASE})))`;
  return `SELECT bucket, function, sum(n) AS invocations, max(last) AS last_start_ns, sum(n_failed) AS errors,
      groupArray((bin, n_cold, n_warm, n - n_cold - n_warm)) AS duration_bins
    FROM (
      SELECT ${source.bucket} AS bucket, function, toInt16(${bin}) AS bin, count() AS n, max(${NS}) AS last,
        countIf(cold = true) AS n_cold, countIf(cold = false) AS n_warm, countIf(${FAILED}) AS n_failed
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
        SELECT bucket, function, ns, max(end) OVER (PARTITION BY function, bucket, sandbox_id ORDER BY ns
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended
        FROM (SELECT ${source.bucket} AS bucket, function, sandbox_id, ${NS} AS ns, ${END} AS end
          FROM ${rows(source)})
      )
      WHERE ended > 0 AND ns > ended
      GROUP BY bucket, function, bin
    )
    GROUP BY bucket, function`;
}

/**
 * Moves between hosts: over consecutive invocations with both hosts told, and among them the pairs whose order is
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
        countIf(before_sandbox != sandbox_id) AS n_moved, countIf(certain) AS n_certain, any(sandbox_id) AS target_sandbox,
        max(at) AS late_at, argMax(target, at) AS late_host, argMax(sandbox_id, at) AS late_sandbox
      FROM (
        SELECT bucket, function, host AS target, sandbox_id, at, at = 1 AS first,
          lagInFrame(host) OVER (${window} 1 PRECEDING AND CURRENT ROW) AS source,
          lagInFrame(sandbox_id) OVER (${window} 1 PRECEDING AND CURRENT ROW) AS before_sandbox,
          alone AND lagInFrame(alone) OVER (${window} 1 PRECEDING AND CURRENT ROW)
            AND leadInFrame(alone) OVER (${window} CURRENT ROW AND 1 FOLLOWING) AS certain
        FROM (
          SELECT bucket, function, host, sandbox_id, ns, trace_id, span_id,
            row_number() OVER (${window} UNBOUNDED PRECEDING AND CURRENT ROW) AS at,
            ns >= max(end) OVER (${window} UNBOUNDED PRECEDING AND 1 PRECEDING) AS alone
          FROM (SELECT ${source.bucket} AS bucket, function, sandbox_id, ${NS} AS ns, ${END} AS end,
            trace_id, span_id, ${HOST} AS host FROM ${rows(source)})
        )
      )
      GROUP BY bucket, function, first, source, target
    )
    GROUP BY bucket, function`;
}

/** {@link durationRows}, {@link gapRows} and {@link hopRows} side by side. */
export function functionRows(source: Source): string {
  return `SELECT ${FUNCTION_COLUMNS}, errors
    FROM (${durationRows(source)}) AS d
    LEFT JOIN (${gapRows(source)}) AS g USING (bucket, function)
    LEFT JOIN (${hopRows(source)}) AS h USING (bucket, function)`;
}

export const FUNCTION_COLUMNS =
  'bucket, function, invocations, last_start_ns, duration_bins, gaps, first_host, ' +
  'first_sandbox, last_host, last_sandbox, pairs, hops, sandbox_hops, certain_pairs, certain_hops, transitions';
