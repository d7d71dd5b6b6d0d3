import type { Store } from '../store/index.ts';
import { added, loadArrivals, SLOT_SECONDS } from './arrivals.ts';
import type { Slot, Tally } from './arrivals.ts';

/** Rows of a slot may still come so long after its end: an insert takes its time, and one that failed is tried again. */
const SETTLED_SECONDS = 120;

/**
 * Counts invocations as they arrive, from when it was made on, as a counter of any process begins at 0 with it. By arrival,
 * not by when they began: what comes late, or is imported, then counts once and a counter never goes back.
 */
export class ArrivalCounters {
  readonly #settled = new Map<string, Tally>();
  #live: ReadonlyMap<number, Slot> = new Map();
  #from: number;

  /** @param nowMs when it begins */
  constructor(nowMs: number) {
    this.#from = slotOf(nowMs);
  }

  /** What has arrived up to now, by function. @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE` */
  async read(store: Store, nowMs: number): Promise<ReadonlyMap<string, Tally>> {
    this.#live = await loadArrivals(store, this.#from);
    const open = slotOf(nowMs - SETTLED_SECONDS * 1000);
    const stillOpen = new Map<number, Slot>();
    for (const [slot, tallies] of this.#live) {
      if (slot >= open) stillOpen.set(slot, tallies);
      else addAll(this.#settled, tallies);
    }
    this.#from = Math.max(this.#from, open);
    this.#live = stillOpen;
    const totals = new Map(this.#settled);
    for (const tallies of stillOpen.values()) addAll(totals, tallies);
    return totals;
  }
}

function addAll(into: Map<string, Tally>, tallies: Slot): void {
  for (const [name, tally] of tallies) into.set(name, added(into.get(name), tally));
}

const slotOf = (ms: number): number => Math.floor(ms / 1000 / SLOT_SECONDS);
