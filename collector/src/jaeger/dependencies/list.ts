import type { Store } from '../../store/index.ts';
import { shownService } from '../service-name.ts';
import { selectCalls, slotOf, slotsWithin, slotStart, without } from './calls.ts';
import type { Interval } from './calls.ts';

/** Calls from spans of one service to spans of another, or of the same one. */
export interface Dependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}

interface Calls {
  readonly parent: string;
  readonly child: string;
  readonly calls: string;
}

/** More pairs of names than this indicate a mistake of the sender. */
const MAX_PAIRS = 20_000;
/** If nothing is counted yet, every span of the range is joined with its parent. */
const MAX_SECONDS = 30;
/** A range of at least this length begins at a whole ten-minute slot, if that is counted. */
const LONG_NANOS = 3_600_000_000_000n;

/**
 * Who calls whom: spans that began in a time range, counted by their own service and that of their parent. Counted
 * slots are read; only the others are counted now. A span that arrives after its slot was counted appears in the answer
 * about two minutes later.
 *
 * @param range nanoseconds since the epoch, both ends included; a range of an hour or more begins at the slot that
 *   contains its start
 */
export async function listDependencies(
  store: Store,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<Dependency[]> {
  const isLong = range.to - range.from >= LONG_NANOS;
  const whole = { from: isLong ? slotStart(slotOf(range.from)) : range.from, to: range.to + 1n };
  const { first, end } = slotsWithin(whole);
  const counted = end > first ? await readCounted(store, first, end) : { slots: [], calls: [] };
  // If the first slot is not counted yet, the range begins exactly at its start.
  const begins = counted.slots.includes(first) ? whole : { from: range.from, to: whole.to };
  const left = without(begins, counted.slots);
  const fresh = await countNow(store, await withSpans(store, left));
  return merge([...counted.calls, ...fresh]);
}

/** The stored counts of the slots from the first to before the end. */
async function readCounted(
  store: Store,
  first: number,
  end: number,
): Promise<{ slots: number[]; calls: Calls[] }> {
  const where = `slot >= ${first} AND slot < ${end}`;
  const [slots, calls] = await Promise.all([
    store.query<{ slot: number }>(
      `SELECT DISTINCT slot FROM ${store.database}.service_calls WHERE ${where} AND parent = '' AND child = ''`,
    ),
    store.query<Calls>(
      `SELECT parent, child, sum(calls) AS calls FROM ${store.database}.service_calls FINAL WHERE ${where}
      GROUP BY parent, child HAVING calls > 0`,
      {},
      { maxRows: MAX_PAIRS },
    ),
  ]);
  return { slots: slots.map(({ slot }) => slot), calls };
}

/** The parts of the intervals that contain spans. */
async function withSpans(store: Store, intervals: readonly Interval[]): Promise<Interval[]> {
  const [begin, end] = [intervals[0]?.from, intervals.at(-1)?.to];
  if (begin === undefined || end === undefined) return [];
  const rows = await store.query<{ slot: number }>(
    `SELECT DISTINCT slot FROM ${store.database}.span_activity WHERE slot >= ${slotOf(begin)} AND slot <= ${slotOf(end)}`,
  );
  const active = rows.map(({ slot }) => slot).toSorted((a, b) => a - b);
  const found: Interval[] = [];
  for (const { from, to } of intervals) {
    for (const slot of active) {
      const part = { from: max(from, slotStart(slot)), to: min(to, slotStart(slot + 1)) };
      if (part.from >= part.to) continue;
      const last = found.at(-1);
      if (last?.to === part.from) found[found.length - 1] = { from: last.from, to: part.to };
      else found.push(part);
    }
  }
  return found;
}

async function countNow(store: Store, intervals: readonly Interval[]): Promise<Calls[]> {
  if (intervals.length === 0) return [];
  return store.query<Calls>(
    selectCalls(store.database, intervals),
    {},
    { maxRows: MAX_PAIRS, maxSeconds: MAX_SECONDS },
  );
}

function merge(calls: readonly Calls[]): Dependency[] {
  const found = new Map<string, Dependency>();
  for (const { parent, child, calls: count } of calls) {
    const pair = { parent: shownService(parent), child: shownService(child) };
    const key = JSON.stringify(pair);
    found.set(key, { ...pair, callCount: (found.get(key)?.callCount ?? 0) + Number(count) });
  }
  return [...found.values()].toSorted((a, b) => compare(a.parent, b.parent) || compare(a.child, b.child));
}

/** By code units, like the engine's order. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
