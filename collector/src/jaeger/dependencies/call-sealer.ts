import type { Store } from '../../store/index.ts';
import { UpkeepJob } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { LOOKBACK_SLOTS, selectCalls, SKEW_SECONDS, SLOT_SECONDS, slotStart } from './calls.ts';

export interface CallSealerOptions {
  readonly store: Store;
  /** Older slots are left unchanged: their spans may be gone. Default 29 days. */
  readonly maxAgeSeconds?: number;
  /** Interval between two checks for work, s. Default 30. */
  readonly intervalSeconds?: number;
  /** Slots with more spans are counted in portions of whole traces of this size. Default 2 million. */
  readonly spansAPortion?: number;
  readonly warn: (message: string) => void;
}

const DEFAULT_MAX_AGE_SECONDS = 29 * 86_400;
const DEFAULT_INTERVAL_SECONDS = 30;
const SPANS_A_PORTION = 2_000_000;
const PORTION_SECONDS = 60;
/** They are embedded in one statement as text. */
const MAX_PAIRS = 2_000;
/** Usual delay between the start of a span and its arrival; a changing slot waits until it is quiet for this long. */
const SETTLE_SECONDS = 60;

/**
 * Counts the calls between services in each ten minutes once they are over, and again as a whole when spans arrive
 * late: spans of the ten minutes themselves, or earlier parents. It may be stopped at any moment and run in several
 * servers at once: counting twice gives the same rows twice, of which one is read.
 */
export class CallSealer extends UpkeepJob {
  readonly #options: CallSealerOptions;

  constructor(options: CallSealerOptions) {
    super({
      intervalSeconds: options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS,
      fault: 'dependencies are not up to date',
      warn: options.warn,
    });
    this.#options = options;
  }

  protected override work(): Promise<number> {
    return this.sealAll();
  }

  /** Counts everything that is due now, the newest first. Returns the number of slots. */
  async sealAll(): Promise<number> {
    let sealed = 0;
    for (const slot of await this.#findWork()) {
      if (this.signal.aborted) break;
      await this.#seal(slot);
      sealed += 1;
    }
    return sealed;
  }

  async #findWork(): Promise<number[]> {
    const { store, maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS } = this.#options;
    const earliest = `intDiv(toUnixTimestamp(now()) - ${maxAgeSeconds}, ${SLOT_SECONDS}) + 1`;
    const activity = await store.query<{ slot: number; changed: number; now: number }>(
      `SELECT slot, toUnixTimestamp(max(changed_at)) AS changed, toUnixTimestamp(now()) AS now
      FROM ${store.database}.span_activity
      WHERE slot >= ${earliest} - ${LOOKBACK_SLOTS} AND slot <= intDiv(toUnixTimestamp(now()), ${SLOT_SECONDS})
      GROUP BY slot ORDER BY slot DESC`,
    );
    const seals = await store.query<{ slot: number; sealed: number }>(
      `SELECT slot, toUnixTimestamp(max(sealed_at)) AS sealed FROM ${store.database}.service_calls
      WHERE slot >= ${earliest} GROUP BY slot`,
    );
    const now = activity[0]?.now ?? 0;
    const oldest = Math.floor((now - maxAgeSeconds) / SLOT_SECONDS) + 1;
    const changedAt = new Map(activity.map(({ slot, changed }) => [slot, changed]));
    const sealedAt = new Map(seals.map(({ slot, sealed }) => [slot, sealed]));
    return activity
      .map(({ slot }) => slot)
      .filter((slot) => {
        const isOver = (slot + 1) * SLOT_SECONDS + SKEW_SECONDS + SETTLE_SECONDS <= now;
        if (!isOver || slot < oldest) return false;
        const sealed = sealedAt.get(slot);
        if (sealed === undefined) return true;
        const settled = lastChange(changedAt, slot) + SETTLE_SECONDS;
        return settled > sealed && settled <= now;
      });
  }

  /** One statement, so that a slot has either all of its rows or none. A row without a service marks it as counted. */
  async #seal(slot: number): Promise<void> {
    const { store } = this.#options;
    const [clock] = await store.query<{ now: number }>('SELECT toUnixTimestamp(now()) AS now');
    const calls = await this.#callsOf(slot);
    if (this.signal.aborted) return; // the count is incomplete
    await store.command(
      `INSERT INTO ${store.database}.service_calls (slot, parent, child, calls, sealed_at)
      SELECT ${slot}, parent, child, sum(calls) AS calls, toDateTime(${Number(clock?.now)})
      FROM (
        SELECT toString(parent) AS parent, toString(child) AS child, calls FROM (${calls})
        UNION ALL
        SELECT '' AS parent, '' AS child, toUInt64(0) AS calls
      )
      GROUP BY parent, child`,
    );
  }

  /** A SELECT of the calls of a slot. A very busy slot is first counted portion by portion to limit memory. */
  async #callsOf(slot: number): Promise<string> {
    const { store, spansAPortion = SPANS_A_PORTION } = this.#options;
    const interval = { from: slotStart(slot), to: slotStart(slot + 1) };
    const [held] = await store.query<{ n: string }>(
      `SELECT count() AS n FROM ${store.database}.otel_traces
      WHERE Timestamp >= toDateTime64(${slot * SLOT_SECONDS}, 9) AND Timestamp < toDateTime64(${(slot + 1) * SLOT_SECONDS}, 9)`,
    );
    const portions = Math.ceil(Number(held?.n ?? 0) / spansAPortion);
    if (portions <= 1) return selectCalls(store.database, [interval]);
    const counted: string[] = [];
    for (let portion = 0; portion < portions && !this.signal.aborted; portion += 1) {
      const traces = `cityHash64(TraceId) % ${portions} = ${portion}`;
      const rows = await store.query<{ parent: string; child: string; calls: string }>(
        selectCalls(store.database, [interval], traces),
        {},
        { maxSeconds: PORTION_SECONDS, maxRows: MAX_PAIRS, maxThreads: 1 },
      );
      counted.push(
        ...rows.map(({ parent, child, calls }) => `(${quote(parent)}, ${quote(child)}, toUInt64(${calls}))`),
      );
    }
    if (counted.length === 0) return `SELECT '' AS parent, '' AS child, toUInt64(0) AS calls`;
    return `SELECT pair.1 AS parent, pair.2 AS child, pair.3 AS calls FROM (SELECT arrayJoin([${counted.join(', ')}]) AS pair)`;
  }
}

/** When a slot, or one that its parents may be in, last received spans, seconds since the epoch. */
function lastChange(changedAt: ReadonlyMap<number, number>, slot: number): number {
  const changes = Array.from(
    { length: LOOKBACK_SLOTS + 1 },
    (_, before) => changedAt.get(slot - before) ?? 0,
  );
  return Math.max(...changes);
}
