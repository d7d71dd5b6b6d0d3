import type { Store } from '../../store/index.ts';
import type { ReadPlan } from './read-plan.ts';
import type { LivesUnit } from './units.ts';
import type { Parts } from './read.ts';

/** A row of a cached answer. */
export interface OfFunction {
  readonly function: string;
  /** Its memory use, in units of one sandbox. Default 1. */
  readonly weight?: number;
}

/** Most rows cached per store: about 100 MB if each is a sandbox. */
const MAX_ROWS = 120_000;
const MAX_ENTRIES = 64;

interface Kept {
  readonly version: string;
  readonly rows: readonly OfFunction[];
  readonly weight: number;
}

/** Cached answers, the latest used last. */
const caches = new WeakMap<Store, Map<string, Kept>>();

/** A query of sealed buckets: rows of single functions under a condition. */
export interface SealedQuestion<Row extends OfFunction> {
  /** A unique name of the query. */
  readonly name: string;
  readonly plan: ReadPlan<LivesUnit>;
  readonly parts: Parts;
  /** Values of the condition. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly load: (condition: string) => Promise<readonly Row[]>;
}

/**
 * Rows from the sealed buckets of a plan. They change only when a bucket is sealed again, so they are cached for the
 * next question about the same buckets; functions with late data are queried again each time. As long as nothing
 * changes, the same array is returned.
 */
export async function readSealed<Row extends OfFunction>(
  store: Store,
  { name, plan, parts, params, load }: SealedQuestion<Row>,
): Promise<readonly Row[]> {
  if (plan.sealed.length === 0) return [];
  // A range that ends now moves with the clock: its cached answer replaces the previous one.
  const hours = Math.round(((plan.toMs - plan.fromMs) / HOUR_MS) * 4) / 4;
  const place = JSON.stringify([name, hours, params]);
  const whole = await remember(store, place, `${plan.version} ${parts.all}`, async () => load(parts.all));
  if (plan.dirty.length === 0) return whole;
  const names = new Set(plan.dirty.map((bucket) => bucket.function));
  const rest = await load(`${parts.sealed} AND ${parts.isDirty}`);
  return [...whole.filter((row) => !names.has(row.function)), ...rest];
}

const HOUR_MS = 3_600_000;

/** Cached rows under a name, until another version of them is requested. */
export async function remember<Row extends OfFunction>(
  store: Store,
  place: string,
  version: string,
  load: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const cache = caches.get(store) ?? new Map<string, Kept>();
  caches.set(store, cache);
  const held = cache.get(place);
  const known = held?.version === version ? held : undefined;
  const rows = (known?.rows as readonly Row[] | undefined) ?? (await load());
  cache.delete(place);
  cache.set(place, known ?? { version, rows, weight: rows.reduce((sum, { weight = 1 }) => sum + weight, 0) });
  makeRoom(cache);
  return rows;
}

function makeRoom(cache: Map<string, Kept>): void {
  let total = 0;
  for (const { weight } of cache.values()) total += weight;
  for (const [oldest, { weight }] of cache) {
    if (total <= MAX_ROWS && cache.size <= MAX_ENTRIES) break;
    cache.delete(oldest);
    total -= weight;
  }
}
