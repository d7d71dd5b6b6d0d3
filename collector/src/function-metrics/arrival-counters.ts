import type { Store } from '../store/index.ts';
import { added, loadArrivals, SLOT_SECONDS } from './arrivals.ts';
import type { Slot, Tally } from './arrivals.ts';

/** How long after its end a slot may still receive rows: an insert takes time, and a failed one is retried. */
const SETTLED_SECONDS = 120;

/**
 * Counts invocations as they arrive since its creation, like any process counter that starts at 0. It counts by
 * arrival, not by start: late or imported data then counts once, and a counter never goes back.
 */
export class ArrivalCounters {
  readonly #settled = new Map<string, Tally>();
  #live: ReadonlyMap<number, Slot> = new Map();
  #from: number;

  /** @param nowMs start of counting */
  constructor(nowMs: number) {
    this.#from = slotOf(nowMs);
  }

  /** Totals so far, by function. @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE` */
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
