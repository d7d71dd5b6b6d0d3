import { HAS_FAILED, IS_COLD } from '../correlate/invocation-sql.ts';
import type { Store } from '../store/index.ts';

/** Upper bounds of the duration buckets, seconds. */
export const DURATION_BOUNDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
/** The same for initialisations. */
export const INIT_BOUNDS: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];

/** Counts up to each bound, the sum of all values, and their number. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly sum: number;
  readonly n: number;
}

/** Arrivals of one function. */
export interface Tally {
  readonly invocations: number;
  readonly errors: number;
  readonly cold: number;
  readonly durationSeconds: Histogram;
  readonly initSeconds: Histogram;
}

/** Arrivals within one slot, by function. */
export type Slot = ReadonlyMap<string, Tally>;

/** Slots of arrival, seconds. */
export const SLOT_SECONDS = 10;

interface Row {
  readonly slot: number;
  readonly name: string;
  readonly n: string;
  readonly n_failed: string;
  readonly n_cold: string;
  readonly durations: readonly string[];
  readonly duration_sum: number;
  readonly inits: readonly string[];
  readonly init_sum: number;
  readonly n_init: string;
}

/**
 * Condition for a call that waited for its initialisation and reported its duration: every call of a sandbox carries
 * the value.
 */
const INIT_SECONDS = `if(ifNull(${IS_COLD}, false), init_duration_ms / 1000, NULL)`;

const upTo = (expression: string, bounds: readonly number[]): string =>
  `[${bounds.map((bound) => `countIf(${expression} <= ${bound})`).join(', ')}]`;

/**
 * Arrivals from a slot on. Each invocation counts once per slot; one that was sent again later counts again.
 *
 * @param from number of the first slot since the epoch
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function loadArrivals(store: Store, from: number): Promise<ReadonlyMap<number, Slot>> {
  const rows = await store.query<Row>(
    `SELECT intDiv(toUnixTimestamp(received_at), ${SLOT_SECONDS}) AS slot, function AS name, count() AS n,
      countIf(${HAS_FAILED}) AS n_failed, countIf(ifNull(${IS_COLD}, false)) AS n_cold,
      ${upTo('duration_ns / 1e9', DURATION_BOUNDS)} AS durations, sum(duration_ns) / 1e9 AS duration_sum,
      ${upTo(INIT_SECONDS, INIT_BOUNDS)} AS inits, ifNull(sum(${INIT_SECONDS}), 0) AS init_sum, count(${INIT_SECONDS}) AS n_init
    FROM (
      SELECT * FROM ${store.database}.invocations
      WHERE received_at >= toDateTime({from:UInt32}) AND received_at < toDateTime({from:UInt32}) + INTERVAL 1 DAY
      LIMIT 1 BY function, start, trace_id, span_id
    )
    GROUP BY slot, name`,
    { from: String(from * SLOT_SECONDS) },
  );
  const slots = new Map<number, Map<string, Tally>>();
  for (const row of rows) {
    const slot = slots.get(row.slot) ?? new Map<string, Tally>();
    slots.set(row.slot, slot.set(row.name, tallyOf(row)));
  }
  return slots;
}

function tallyOf(row: Row): Tally {
  return {
    invocations: Number(row.n),
    errors: Number(row.n_failed),
    cold: Number(row.n_cold),
    durationSeconds: { counts: row.durations.map(Number), sum: row.duration_sum, n: Number(row.n) },
    initSeconds: { counts: row.inits.map(Number), sum: row.init_sum, n: Number(row.n_init) },
  };
}

const none = (bounds: readonly number[]): Histogram => ({ counts: bounds.map(() => 0), sum: 0, n: 0 });

/** No arrivals. */
export const NO_ARRIVALS: Tally = {
  invocations: 0,
  errors: 0,
  cold: 0,
  durationSeconds: none(DURATION_BOUNDS),
  initSeconds: none(INIT_BOUNDS),
};

/** The sum of both. */
export function added(a: Tally | undefined, b: Tally): Tally {
  if (a === undefined) return b;
  return {
    invocations: a.invocations + b.invocations,
    errors: a.errors + b.errors,
    cold: a.cold + b.cold,
    durationSeconds: both(a.durationSeconds, b.durationSeconds),
    initSeconds: both(a.initSeconds, b.initSeconds),
  };
}

function both(a: Histogram, b: Histogram): Histogram {
  return {
    counts: a.counts.map((count, index) => count + (b.counts[index] ?? 0)),
    sum: a.sum + b.sum,
    n: a.n + b.n,
  };
}
