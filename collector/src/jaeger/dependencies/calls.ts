/** A ten-minute slot, by its number since the epoch. */
export const SLOT_SECONDS = 600;
const SLOT_NANOS = BigInt(SLOT_SECONDS) * 1_000_000_000n;
/** Parents are searched for from an hour before the child began: going further back would slow every answer down. */
export const LOOKBACK_SLOTS = 6;
const LOOKBACK_NANOS = BigInt(LOOKBACK_SLOTS) * SLOT_NANOS;
/** How much later than its child a parent may begin because of clock differences. */
export const SKEW_SECONDS = 60;
const SKEW_NANOS = BigInt(SKEW_SECONDS) * 1_000_000_000n;

/** Nanoseconds since the epoch, half-open. */
export interface Interval {
  readonly from: bigint;
  readonly to: bigint;
}

export const slotOf = (nanos: bigint): number => Number(nanos / SLOT_NANOS);
export const slotStart = (slot: number): bigint => BigInt(slot) * SLOT_NANOS;

/** Condition that a time column is in one of the intervals. */
function within(column: string, intervals: readonly Interval[]): string {
  const conditions = intervals.map(
    ({ from, to }) =>
      `(${column} >= fromUnixTimestamp64Nano(toInt64(${from})) AND ${column} < fromUnixTimestamp64Nano(toInt64(${to})))`,
  );
  return `(${conditions.join(' OR ')})`;
}

/** The range in which parents of spans of an interval are searched for. */
const ofParents = ({ from, to }: Interval): Interval => {
  const earliest = from - LOOKBACK_NANOS;
  return { from: earliest > 0n ? earliest : 0n, to: to + SKEW_NANOS };
};

/**
 * A SELECT of `parent`, `child` and `calls` for spans that began in the intervals, by their service and that of their
 * parent. Ids, kind and start identify a span, so one sent twice counts once. Only spans with a parent are held in
 * memory, each as two hashes and the number of its service.
 *
 * @param portion a condition on `TraceId` that selects traces. Default all
 */
export function selectCalls(database: string, intervals: readonly Interval[], portion = 'true'): string {
  return `SELECT parents.ServiceName AS parent, children.ServiceName AS child, uniqExact(id) AS calls
    FROM (
      SELECT sipHash64(TraceId, SpanId) AS span, toUnixTimestamp64Nano(Timestamp) AS begun, ServiceName
      FROM ${database}.otel_traces
      WHERE ImplausibleTimes = 0 AND ${within('Timestamp', intervals.map(ofParents))} AND ${portion}
    ) AS parents
    INNER JOIN (
      SELECT sipHash64(TraceId, ParentSpanId) AS span, sipHash64(TraceId, SpanId, SpanKind, Timestamp) AS id,
        toUnixTimestamp64Nano(Timestamp) AS begun, ServiceName
      FROM ${database}.otel_traces
      WHERE ParentSpanId != '' AND ImplausibleTimes = 0 AND ${within('Timestamp', intervals)} AND ${portion}
    ) AS children USING span
    WHERE parents.begun >= children.begun - ${LOOKBACK_NANOS} AND parents.begun < children.begun + ${SKEW_NANOS}
    GROUP BY parent, child`;
}

/** Slots entirely within an interval: from the first to before the last. */
export const slotsWithin = ({ from, to }: Interval): { readonly first: number; readonly end: number } => ({
  first: slotOf(from + SLOT_NANOS - 1n),
  end: slotOf(to),
});

/** The remainder of an interval after removing some slots, in order of time. */
export function without(interval: Interval, slots: readonly number[]): Interval[] {
  const left: Interval[] = [];
  let { from } = interval;
  for (const slot of slots.toSorted((a, b) => a - b)) {
    if (slotStart(slot) > from) left.push({ from, to: slotStart(slot) });
    from = slotStart(slot + 1);
  }
  if (from < interval.to) left.push({ from, to: interval.to });
  return left;
}
