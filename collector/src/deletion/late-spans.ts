import type { Store } from '../store/index.ts';
import { UpkeepJob } from '../store/index.ts';
import { deleteSpans } from './delete-spans.ts';
import { conditionsOf, IS_IMPORTED, namesTarget } from './target.ts';
import type { DeletionTarget } from './target.ts';

export interface LateSpansOptions {
  readonly store: Store;
  /** Runs work while nothing is inserted. */
  readonly whileStoreRests: <T>(work: () => Promise<T>) => Promise<T>;
  /** Interval between two checks for work, s. Default 60. */
  readonly intervalSeconds?: number;
  readonly warn: (message: string) => void;
}

const DEFAULT_INTERVAL_SECONDS = 60;
/** Rows received this long before a check may become visible after it. */
const UNNOTICED_SECONDS = 120;

interface Deletion extends DeletionTarget {
  /** Since the epoch, by the engine's clock. */
  readonly at_ms: number;
}

/**
 * Deletes late spans of deleted data. Spans may arrive hours after their end. If they happened before their function or
 * run was deleted, they would restore part of it, so they are deleted too, for as long as spans are kept. Imported
 * spans stay, because they were brought in deliberately, and spans from after the deletion are a new beginning. This
 * also completes an interrupted deletion.
 */
export class LateSpans extends UpkeepJob {
  readonly #options: LateSpansOptions;
  /** By the engine's clock, seconds since the epoch. */
  #sinceSeconds = 0;

  constructor(options: LateSpansOptions) {
    super({
      intervalSeconds: options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS,
      fault: 'late spans of what was deleted are still there',
      warn: options.warn,
    });
    this.#options = options;
  }

  protected override work(): Promise<number> {
    return this.deleteAll();
  }

  /** Deletes spans that arrived since the last check. Returns their number. */
  async deleteAll(): Promise<number> {
    const { store, whileStoreRests } = this.#options;
    const { database } = store;
    const [clock] = await store.query<{ now: number }>('SELECT toUnixTimestamp(now()) AS now');
    const deletions = await store.query<Deletion>(
      `SELECT kind, name, toFloat64(max(toUnixTimestamp64Milli(deleted_at))) AS at_ms
      FROM ${database}.deletions GROUP BY kind, name ORDER BY at_ms`,
    );
    let deleted = 0;
    for (const deletion of deletions) {
      if (this.signal.aborted) return deleted;
      const condition = `${happenedBefore(deletion)} AND ${namesTarget(deletion)}`;
      const [late] = await store.query<{ n: string }>(
        `SELECT count() AS n FROM ${database}.otel_traces
        WHERE ReceivedAt >= toDateTime(${Math.max(0, this.#sinceSeconds)}) AND ${condition}`,
      );
      if (Number(late?.n ?? 0) > 0) {
        deleted += await whileStoreRests(async () => {
          let spans = 0;
          for (const each of await conditionsOf(store, deletion, happenedBefore(deletion)))
            spans += await deleteSpans(store, each);
          return spans;
        });
      }
    }
    this.#sinceSeconds = Number(clock?.now) - UNNOTICED_SECONDS;
    return deleted;
  }
}

/** Condition on a row of `otel_traces`: it happened before the deletion, and was not imported. */
function happenedBefore({ at_ms }: Deletion): string {
  return `Timestamp < fromUnixTimestamp64Milli(toInt64(${Math.floor(at_ms)})) AND NOT (${IS_IMPORTED})`;
}
