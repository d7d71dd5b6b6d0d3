import { createHash } from 'node:crypto';
import type { Store } from '../../store/index.ts';
import { recentOf } from './recent.ts';
import type { ReadPlan, DirtyBucket, Seal, StoredReadPlan } from './read-plan.ts';
import type { LivesUnit, RecentTime } from './units.ts';
import { HOUR_SECONDS, OLDEST_FORM, SEAL_FORM, SLOT_SECONDS } from './sql.ts';

/** A row inserted while a bucket was being sealed may have arrived too late for it. */
export const SETTLE_SECONDS = 60;
/** If more functions than this have late data, the buckets are read from `invocations` as a whole. */
const MAX_DIRTY = 500;

/**
 * Plans to read a time range from the widest sealed buckets. If an end is in a sealed bucket, it moves outward to the
 * bucket's edge, so the caller must report the range that was actually answered.
 *
 * @param known seals of this range or a longer one, if already loaded
 */
export async function planOf(
  store: Store,
  fromMs: number,
  toMs: number,
  signal?: AbortSignal,
  known?: readonly Seal[],
): Promise<StoredReadPlan> {
  const seals = known ?? (await loadSeals(store, fromMs, toMs, signal));
  const covered = lay(seals, fromMs, toMs);
  const dirty = await loadDirty(store, covered.seals, signal);
  if (dirty.length <= MAX_DIRTY) return { ...covered, dirty, version: versionOf(covered.seals) };
  const changed = new Set(dirty.map(({ width, from }) => `${width} ${from}`));
  const rest = seals.filter(({ width, from }) => !changed.has(`${width} ${from}`));
  const quiet = lay(rest, fromMs, toMs);
  return { ...quiet, dirty: [], version: versionOf(quiet.seals) };
}

/** The unsealed time before the end of a plan, if kept in memory; else undefined. */
export async function recentTimeOf(store: Store, plan: StoredReadPlan): Promise<RecentTime | undefined> {
  const last = unsealedEnd(plan);
  return last && recentOf(store).load(last.fromMs / 1000, plan.toMs);
}

/** The same for questions about sandboxes only. */
export async function recentLivesOf(
  store: Store,
  plan: StoredReadPlan,
): Promise<RecentTime<LivesUnit> | undefined> {
  const last = unsealedEnd(plan);
  return last && recentOf(store).loadLives(last.fromMs / 1000, plan.toMs);
}

/**
 * A plan whose unsealed time before its end is taken from memory.
 *
 * @param time from a plan with the same end that begins at the same moment or earlier
 */
export function withRecent<Unit extends LivesUnit>(
  plan: StoredReadPlan,
  time: RecentTime<Unit> | undefined,
): ReadPlan<Unit> {
  const last = unsealedEnd(plan);
  if (time === undefined || last === undefined) return plan;
  const { older, units } = time;
  const rest = older && last.fromMs < older.toMs ? [{ fromMs: last.fromMs, toMs: older.toMs }] : [];
  return {
    ...plan,
    raw: [...plan.raw.slice(0, -1), ...rest],
    recent: units.filter((unit) => unit.from * 1000 >= last.fromMs),
  };
}

/** The last part of a plan, if it is not sealed and can be split into whole minutes. */
function unsealedEnd({ raw, toMs }: StoredReadPlan): ReadPlan['raw'][number] | undefined {
  const last = raw.at(-1);
  return last?.toMs === toMs && last.fromMs % MINUTE_MS === 0 ? last : undefined;
}

const MINUTE_MS = 60_000;

function versionOf(seals: readonly Seal[]): string {
  const hash = createHash('sha256');
  for (const { width, from, sealedAt, form } of seals) hash.update(`${width} ${from} ${sealedAt} ${form}\n`);
  return hash.digest('base64');
}

/** Sealed buckets that overlap a time range. */
export async function loadSeals(
  store: Store,
  fromMs: number,
  toMs: number,
  signal?: AbortSignal,
): Promise<Seal[]> {
  const rows = await store.query<{ width: number; bucket: number; at: number; last_form: number }>(
    `SELECT width, toUnixTimestamp(bucket) AS bucket, toUnixTimestamp(max(sealed_at)) AS at,
      argMax(form, (sealed_at, form)) AS last_form
    FROM ${store.database}.seals
    WHERE form >= ${OLDEST_FORM} AND form <= ${SEAL_FORM} AND toUnixTimestamp(bucket) > {from:Int64} AND toUnixTimestamp(bucket) < {to:Int64}
    GROUP BY width, bucket`,
    { from: Math.floor(fromMs / 1000) - HOUR_SECONDS, to: Math.ceil(toMs / 1000) },
    {},
    signal,
  );
  return rows.map(({ width, bucket, at, last_form: form }) => ({ width, from: bucket, sealedAt: at, form }));
}

/**
 * Pure: hours where they are sealed, slots between, and the rest. Its cost depends on the number of seals, not on the
 * length of time.
 */
export function lay(
  seals: readonly Seal[],
  fromMs: number,
  toMs: number,
): Omit<StoredReadPlan, 'dirty' | 'version'> & { seals: Seal[] } {
  const byStart = new Map(seals.map((seal) => [`${seal.width} ${seal.from}`, seal]));
  const sealAt = (width: number, second: number): Seal | undefined =>
    byStart.get(`${width} ${second - (second % width)}`);
  const used: Seal[] = [];
  const sealed: { width: number; form: number; from: number; to: number }[] = [];
  const raw: { fromMs: number; toMs: number }[] = [];
  const firstMs = outward(sealAt, fromMs) ?? fromMs;
  let atMs = firstMs;
  // By start, the widest first for equal starts: buckets covered by a wider one are skipped.
  for (const seal of seals.toSorted((a, b) => a.from - b.from || b.width - a.width)) {
    const beginMs = seal.from * 1000;
    if (beginMs < atMs) continue;
    if (beginMs >= toMs) break;
    if (beginMs > atMs) raw.push({ fromMs: atMs, toMs: beginMs });
    used.push(seal);
    const run = sealed.at(-1);
    const to = seal.from + seal.width;
    if (run?.to === seal.from && run.width === seal.width && run.form === seal.form) run.to = to;
    else sealed.push({ width: seal.width, form: seal.form, from: seal.from, to });
    atMs = to * 1000;
  }
  if (atMs < toMs) raw.push({ fromMs: atMs, toMs });
  return { fromMs: firstMs, toMs: Math.max(atMs, toMs), sealed, raw, seals: used };
}

/** The start of the narrowest sealed bucket that contains a moment. */
function outward(
  sealAt: (width: number, second: number) => Seal | undefined,
  ms: number,
): number | undefined {
  const second = Math.floor(ms / 1000);
  const seal = sealAt(SLOT_SECONDS, second) ?? sealAt(HOUR_SECONDS, second);
  return seal && seal.from * 1000;
}

async function loadDirty(store: Store, seals: readonly Seal[], signal?: AbortSignal): Promise<DirtyBucket[]> {
  const found = await Promise.all(
    [HOUR_SECONDS, SLOT_SECONDS].map(async (width) => {
      const own = seals.filter((seal) => seal.width === width);
      return own.length > 0 ? changedSince(store, own, width, signal) : [];
    }),
  );
  return found.flat();
}

/**
 * Functions with rows that arrived after the seal of their bucket, or so shortly before that the seal may have missed
 * them.
 */
async function changedSince(
  store: Store,
  seals: readonly Seal[],
  width: number,
  signal?: AbortSignal,
): Promise<DirtyBucket[]> {
  const rows = await store.query<{ function: string; bucket: string }>(
    `SELECT function, toInt64(intDiv(slot * ${SLOT_SECONDS}, ${width}) * ${width}) AS bucket
    FROM ${store.database}.activity
    WHERE slot >= {first:Int32} AND slot < {last:Int32} AND toUnixTimestamp(changed_at) > {oldest:Int64}
    GROUP BY function, bucket
    HAVING max(toUnixTimestamp(changed_at)) + ${SETTLE_SECONDS} > transform(bucket, {buckets:Array(Int64)}, {sealed:Array(Int64)}, toInt64(4294967296))
    LIMIT ${MAX_DIRTY + 1}`,
    {
      first: Math.min(...seals.map(({ from }) => from)) / SLOT_SECONDS,
      last: Math.max(...seals.map(({ from }) => from + width)) / SLOT_SECONDS,
      oldest: Math.min(...seals.map(({ sealedAt }) => sealedAt)) - SETTLE_SECONDS,
      buckets: seals.map(({ from }) => from),
      sealed: seals.map(({ sealedAt }) => sealedAt),
    },
    {},
    signal,
  );
  return rows.map((row) => ({ function: row.function, width, from: Number(row.bucket) }));
}
