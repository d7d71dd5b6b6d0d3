import type { Store } from '../store/index.ts';
import { HAS_FAILED, IS_COLD } from './invocation-sql.ts';
import type { ReadPlan } from './rollup/read-plan.ts';
import { minutesOf, recentMinutes } from './rollup/counts.ts';
import { partsOf } from './rollup/read.ts';
import { betweenSql, filterParams, filterSql, scopeParams, toNanos } from './scope.ts';
import type { Scope } from './scope.ts';
import { answerFrom } from './as-of-view.ts';
import type { Opening } from './as-of-view.ts';
import type { Window } from './window.ts';

/** One part of a timeline. */
export interface TimelineBucket {
  readonly startMs: number;
  readonly cold: number;
  readonly warm: number;
  /** Invocations not known to be cold or warm. */
  readonly unknown: number;
  readonly errors: number;
  /** Sandboxes known to have been alive at some moment in it. */
  readonly sandboxesAlive: number;
}

export interface Timeline {
  readonly scope: Scope;
  readonly truncated: boolean;
  readonly bucketMs: number;
  readonly buckets: readonly TimelineBucket[];
}

interface CountRow {
  readonly bucket: string;
  readonly n_cold: string;
  readonly n_warm: string;
  readonly total: string;
  readonly errors: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Widths that people count in. Those from a minute up are whole minutes, as rollups are. */
const ROUND_MS = [
  ...[1, 10, 100, 1000].flatMap((unit) => [1, 2, 5].map((step) => step * unit)),
  ...[10, 15, 20, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_MS),
];

/** The least round width that makes at most the wanted number of parts: whole days beyond half a day. */
function roundWidth(exactMs: number): number {
  return ROUND_MS.find((width) => width >= exactMs) ?? Math.ceil(exactMs / DAY_MS) * DAY_MS;
}

/**
 * Cold and warm invocations and living sandboxes in parts of equal width.
 *
 * @param wanted greatest number of parts; their width is round, and whole minutes if counted from rollups
 */
export async function countTimeline(
  store: Store,
  asked: Scope,
  wanted: number,
  signal?: AbortSignal,
): Promise<Timeline> {
  return answerFrom(
    store,
    asked,
    `timeline ${wanted}`,
    (opening, own) => draw(store, opening, wanted, own),
    signal,
  );
}

async function draw(
  store: Store,
  { scope, plan, window: loading }: Opening,
  wanted: number,
  signal?: AbortSignal,
): Promise<Timeline> {
  const exactMs = Math.max(1, Math.ceil((scope.toMs - scope.fromMs) / wanted));
  const bucketMs = roundWidth(plan ? Math.max(MINUTE_MS, exactMs) : exactMs);
  const [window, counts] = await Promise.all([
    loading,
    plan ? countMinutes(store, plan, scope, bucketMs, signal) : countExactly(store, scope, bucketMs, signal),
  ]);
  const alive = countAlive(window, bucketMs);
  const buckets = alive.map((sandboxesAlive, index) => {
    const row = counts.get(index);
    const cold = Number(row?.n_cold ?? 0);
    const warm = Number(row?.n_warm ?? 0);
    return {
      startMs: scope.fromMs + index * bucketMs,
      cold,
      warm,
      unknown: Number(row?.total ?? 0) - cold - warm,
      errors: Number(row?.errors ?? 0),
      sandboxesAlive,
    };
  });
  return { scope, truncated: window.truncated, bucketMs, buckets };
}

async function countExactly(
  store: Store,
  scope: Scope,
  bucketMs: number,
  signal?: AbortSignal,
): Promise<Map<number, CountRow>> {
  const rows = await store.query<CountRow>(
    `SELECT intDiv(toUnixTimestamp64Nano(start) - {from:Int64}, {width:Int64}) AS bucket, count() AS total,
      countIf(${IS_COLD} = true) AS n_cold, countIf(${IS_COLD} = false) AS n_warm,
      countIf(${HAS_FAILED}) AS errors
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)}
    GROUP BY bucket`,
    { ...scopeParams(scope), width: toNanos(bucketMs) },
    {},
    signal,
  );
  return new Map(rows.map((row) => [Number(row.bucket), row]));
}

async function countMinutes(
  store: Store,
  plan: ReadPlan,
  scope: Scope,
  bucketMs: number,
  signal?: AbortSignal,
): Promise<Map<number, CountRow>> {
  const rows = await store.query<CountRow>(
    `SELECT intDiv(at - {first:Int64}, {width:Int64}) AS bucket, sum(invocations) AS total, sum(cold) AS n_cold,
      sum(warm) AS n_warm, sum(n.errors) AS errors
    FROM (${minutesOf(store, plan, scope)}) AS n
    GROUP BY bucket`,
    {
      ...filterParams(scope),
      ...partsOf(store.database, plan, scope).params,
      first: Math.floor(scope.fromMs / MINUTE_MS),
      width: bucketMs / MINUTE_MS,
    },
    {},
    signal,
  );
  const counts = new Map(rows.map((row) => [Number(row.bucket), row]));
  const firstMinute = Math.floor(scope.fromMs / MINUTE_MS);
  for (const part of recentMinutes(plan, scope)) {
    const bucket = Math.floor((part.minute - firstMinute) / (bucketMs / MINUTE_MS));
    const { total = 0, n_cold = 0, n_warm = 0, errors = 0 } = counts.get(bucket) ?? {};
    counts.set(bucket, {
      bucket: String(bucket),
      total: String(Number(total) + part.invocations),
      n_cold: String(Number(n_cold) + part.cold),
      n_warm: String(Number(n_warm) + part.warm),
      errors: String(Number(errors) + part.errors),
    });
  }
  return counts;
}

/**
 * A sandbox counts from its first start to its end; an evicted one to the middle of the interval of its death, the
 * others to the end of the range.
 */
function countAlive(window: Window, bucketMs: number): number[] {
  const { fromMs, toMs } = window.scope;
  const length = Math.ceil((toMs - fromMs) / bucketMs);
  /** Sandboxes that begin in a part, minus those that ended in the previous part. */
  const changes = Array.from({ length: length + 1 }, () => 0);
  for (const { lives, fates } of window.functions.values()) {
    for (const life of lives) {
      const fate = fates.get(life.key);
      const untilMs = fate?.evicted ? (fate.evicted.afterMs + fate.evicted.beforeMs) / 2 : window.asOfMs;
      const first = Math.max(0, Math.floor((life.firstStartMs - fromMs) / bucketMs));
      const last = Math.min(length - 1, Math.floor((Math.max(untilMs, life.lastEndMs) - fromMs) / bucketMs));
      changes[first] = (changes[first] ?? 0) + 1;
      changes[last + 1] = (changes[last + 1] ?? 0) - 1;
    }
  }
  let alive = 0;
  return changes.slice(0, length).map((change) => (alive += change));
}
