/**
 * Invocations like those of a platform's traffic, created by the engine itself: each sandbox of each function is born,
 * used at intervals and left idle, on a host of a fleet. The same numbers give the same rows.
 */
export interface Fleet {
  readonly database: string;
  readonly invocations: number;
  /** Number that already exists: only the others are created. Default 0. */
  readonly made?: number;
  readonly sandboxes: number;
  readonly functions: number;
  readonly hosts: number;
  /** Sandboxes are born in the period before this, ms since the epoch. */
  readonly endMs: number;
  readonly spanMs: number;
}

/** Share of a sandbox in the invocations, by its number: few do most of the work. Mean 1. */
const WEIGHTS = [0.1, 0.3, 0.6, 1, 3];
/** One function in five runs in microVMs, whose kernel reveals nothing about the host. */
const PRIVATE_KERNEL = 'f % 5 = 4';

/** The part of a fleet's invocations that one statement creates. */
export interface Slice {
  /** Range of sandbox numbers, half-open. Default all. */
  readonly sandboxes?: readonly [from: number, to: number];
  /** Range of start times, ms since the epoch, half-open. Default all. */
  readonly time?: readonly [fromMs: number, toMs: number];
}

/** Each sandbox in numbers, one row each; `s` from, to. It has the calls from `made` to before `n`. */
function sandboxesOf(fleet: Fleet, { sandboxes = [0, fleet.sandboxes] }: Slice): string {
  const { functions, endMs, spanMs } = fleet;
  const [from, to] = sandboxes;
  const hash = (salt: number): string => `cityHash64(s, ${salt})`;
  const calls = (invocations: number): string =>
    `toUInt64(${invocations / fleet.sandboxes} * [${WEIGHTS.join(', ')}][1 + intDiv(s, ${functions}) % ${WEIGHTS.length}])`;
  return `SELECT number AS s, s % ${functions} AS f, ${calls(fleet.invocations)} AS n, ${calls(fleet.made ?? 0)} AS made,
      1200000 + ${hash(1)} % 9600000 AS life_ms,
      ${endMs - spanMs} + ${hash(2)} % toUInt64(${spanMs} - life_ms) AS birth_ms
    FROM numbers(${from}, ${to - from})`;
}

const uuid = (hex: string): string => `toString(toUUID(${hex}))`;

/** Names derived from the numbers of a sandbox. */
const namesOf = ({ hosts }: Fleet): string => `lower(hex(MD5(toString(cityHash64(s, 3))))) AS sandbox,
      lower(hex(MD5(toString(if(${PRIVATE_KERNEL}, s + 1000000, cityHash64(s, 4) % ${hosts}))))) AS boot,
      ${uuid('boot')} AS boot_uuid,
      concat('function-', leftPad(toString(f), 3, '0')) AS name`;

/** A whole number below a bound, a different one per invocation and salt. */
export const dice = (salt: number, below: number): string => `(cityHash64(s, k, ${salt}) % ${below})`;

/** Expression of each filled column of `invocations`, over sandboxes and their ordinals from 0 (`k`). */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['function', 'name'],
  ['version', "'7'"],
  ['region', "if(f % 2 = 0, 'eu-central-1', 'us-east-1')"],
  ['platform', `if(${PRIVATE_KERNEL}, 'aws_lambda', 'kubernetes')`],
  ['account_id', "'123456789012'"],
  ['start', 'fromUnixTimestamp64Nano(birth_ms * 1000000 + at_ns)'],
  [
    'duration_ns',
    `toUInt64((4 + if(k = 0, 90, 0) + ${dice(3, 36_000)} / 1000.) * 1000000) + ${dice(4, 1000)}`,
  ],
  ['trace_id', `lower(hex(MD5(concat(toString(s), '-', toString(k)))))`],
  ['span_id', `lower(hex(cityHash64(s, k, 5)))`],
  ['sandbox_id', 'sandbox'],
  ['instance', `concat('2026/11/21/[7]', sandbox)`],
  ['ordinal', 'k + 1'],
  ['process_start_ticks', '1000 + s'],
  ['cold', 'k = 0'],
  ['init_type', "'on_demand'"],
  ['init_duration_ms', `if(k = 0, 100 + ${dice(6, 700_000)} / 1000., NULL)`],
  ['init_runtime_ms', `if(k = 0, 60 + ${dice(7, 100_000)} / 1000., NULL)`],
  ['init_module_ms', `if(k = 0, 10 + ${dice(8, 300_000)} / 1000., NULL)`],
  ['age_ms', `round(at_ns / 1e6, 1)`],
  ['idle_ms', `if(k = 0, NULL, round(life_ms / n * (1 + ${dice(9, 1000)} / 1000.), 1))`],
  ['concurrent', '1'],
  ['boot_id', 'boot_uuid'],
  ['boot_time_unix_ms', `1790000000000. + cityHash64(boot) % 1000000000 + ${dice(10, 30)}`],
  ['isolation', `if(${PRIVATE_KERNEL}, 'microvm', 'shared')`],
  ['host_arch', "'amd64'"],
  ['cpu_model', `['AMD EPYC 9R14', 'Intel(R) Xeon(R) Platinum 8488C'][1 + cityHash64(boot) % 2]`],
  ['host_fingerprint', `['9a1c', '77f0', 'b21e'][1 + cityHash64(boot) % 3]`],
  ['cpu_user_ms', `2 + ${dice(11, 20_000)} / 1000.`],
  ['cpu_system_ms', `${dice(12, 4_000)} / 1000.`],
  ['machine_cpu_user_ms', `${dice(13, 5)} * 10.`],
  ['machine_cpu_system_ms', `${dice(14, 2)} * 10.`],
  ['machine_cpu_iowait_ms', '0.'],
  ['machine_cpu_steal_ms', '0.'],
  ['machine_cpu_idle_ms', `${dice(15, 8)} * 10.`],
  ['cgroup_throttled_ms', '0.'],
  ['window_shared', 'false'],
  ['memory_rss_bytes', `70000000 + (s % 1000) * 4096 + ${dice(16, 200)} * 4096`],
  ['memory_peak_rss_bytes', `72000000 + (s % 1000) * 4096 + intDiv(k, 16) * 4096`],
  ['memory_total_bytes', '520093696'],
  ['memory_available_bytes', `300000000 + ${dice(17, 4000)} * 4096`],
  ['memory_limit_bytes', '268435456'],
  ['faults_major', '0'],
  ['faults_minor', dice(18, 40)],
  ['context_switches_voluntary', dice(19, 20)],
  ['context_switches_involuntary', dice(20, 4)],
  ['io_read_bytes', '0'],
  ['io_write_bytes', `${dice(21, 3)} * 4096`],
  ['network_rx_bytes', `800 + ${dice(22, 600)}`],
  ['network_tx_bytes', `900 + ${dice(23, 900)}`],
  ['http_count', dice(24, 3)],
  ['http_ms', `${dice(25, 30_000)} / 1000.`],
  ['dns_count', `toUInt64(k = 0)`],
  ['dns_ms', `if(k = 0, 1 + ${dice(29, 4_000)} / 1000., 0.)`],
  ['connect_count', `toUInt64(k % 20 = 0)`],
  ['connect_ms', `if(k % 20 = 0, 1 + ${dice(30, 9_000)} / 1000., 0.)`],
  ['fs_count', dice(31, 4)],
  ['fs_ms', `${dice(32, 2_000)} / 1000.`],
  ['machine_pressure_cpu_ratio', `${dice(33, 400)} / 1000.`],
  ['memory_heap_used_bytes', `toUInt64(20000000 + (s % 1000) * 4096 + ${dice(34, 900)} * 4096)`],
  ['memory_external_bytes', `toUInt64(2000000 + ${dice(35, 40)} * 4096)`],
  ['process_descriptor_count', `toUInt64(20 + ${dice(36, 4)})`],
  ['process_thread_count', `toUInt64(11)`],
  ['process_connection_count', `toUInt64(1 + ${dice(37, 2)})`],
  ['process_peers', `concat('["10.0.', toString(f % 20), '.7:443 ', toString(1 + ${dice(37, 2)}), '"]')`],
  ['tmp_file_count', `toUInt64(3)`],
  ['tmp_file_bytes', `toUInt64(4096 * 3)`],
  ['status', `if(${dice(26, 200)} = 0, 'Error', 'Unset')`],
  ['error_type', `if(${dice(26, 200)} = 0, 'TypeError', '')`],
  ['overhead_us', `60 + ${dice(27, 100)}`],
  ['export_ms', `if(k = 0, NULL, 1 + ${dice(28, 3_000)} / 1000.)`],
  ['dropped_spans', '0'],
  ['invocation_id', uuid(`lower(hex(MD5(concat('i', toString(s), '-', toString(k)))))`)],
  ['trigger', "'http'"],
  ['received_at', 'toDateTime(intDiv(toUnixTimestamp64Nano(start), 1000000000) + 1)'],
];

/** Start of a call, ns after the birth: the first at once, the others at random, so that adding more moves none. */
const AT = 'if(k = 0, 0, toInt64(cityHash64(s, k, 1) % toUInt64(life_ms * 1000000)))';

/** Content of a column of `invocations`, over the rows of `callsOf`. */
export function expressionOf(column: string): string {
  const expression = COLUMNS.find(([name]) => name === column)?.[1];
  if (expression === undefined) throw new RangeError(`no column ${column} is made`);
  return expression;
}

/**
 * The calls of a slice in numbers and names, one row each: `s` the sandbox, `k` from 0 the call, `f` the function.
 *
 * @param sandboxes a condition that selects some of the sandboxes
 * @param more further columns, of expressions over a sandbox's columns: computed once for all its calls
 */
export function callsOf(
  fleet: Fleet,
  slice: Slice,
  sandboxes = 'true',
  more: readonly string[] = [],
): string {
  const [fromMs, toMs] = slice.time ?? [0, Number.MAX_SAFE_INTEGER];
  const names = [namesOf(fleet), ...more].join(',\n          ');
  // Calls outside the time range are removed while they are only two numbers each.
  return `SELECT * EXCEPT calls, call.1 AS k, call.2 AS at_ns
      FROM (
        SELECT s, f, n, life_ms, birth_ms, ${names},
          arrayFilter(
            call -> birth_ms + intDiv(call.2, 1000000) >= ${fromMs} AND birth_ms + intDiv(call.2, 1000000) < ${toMs},
            arrayMap(k -> (k, ${AT}), range(made, n))
          ) AS calls
        FROM (
          SELECT s, f, n, made, toInt64(life_ms) AS life_ms, toInt64(birth_ms) AS birth_ms
          FROM (${sandboxesOf(fleet, slice)})
          WHERE birth_ms < ${toMs} AND birth_ms + life_ms >= ${fromMs} AND ${sandboxes}
        )
      )
      ARRAY JOIN calls AS call`;
}

/** An INSERT of a slice of the invocations. */
export function insertInvocations(fleet: Fleet, slice: Slice): string {
  return `INSERT INTO ${fleet.database}.invocations (${COLUMNS.map(([name]) => name).join(', ')})
    SELECT ${COLUMNS.map(([name, expression]) => `${expression} AS ${name}`).join(',\n      ')}
    FROM (
      ${callsOf(fleet, slice)}
    )`;
}

/** An INSERT of the goodbyes: every second sandbox sends one, five to ten minutes after its last use. */
export function insertEnds(fleet: Fleet): string {
  return `INSERT INTO ${fleet.database}.sandbox_ends (function, sandbox_id, time, reason, last_ordinal, process_start_ticks,
      trace_id, span_id, received_at)
    SELECT name, sandbox, fromUnixTimestamp64Nano(toInt64((birth_ms + life_ms + 300000 + cityHash64(s, 9) % 300000) * 1000000)) AS time,
      'sigterm', n, 1000 + s, lower(hex(MD5(concat('end', toString(s))))), lower(hex(cityHash64(s, 10))), now()
    FROM (SELECT *, ${namesOf(fleet)} FROM (${sandboxesOf(fleet, {})}))
    WHERE s % 2 = 0 AND birth_ms + life_ms + 600000 < ${fleet.endMs}`;
}
