import type { Store } from '../store/index.ts';
import { UpkeepJob } from '../store/index.ts';
import { deleteSpans } from './delete-spans.ts';
import { conditionsOf, IS_IMPORTED, namesTarget } from './target.ts';
import type { DeletionTarget } from './target.ts';

export interface LateSpansOptions {
  readonly store: Store;
  /** Does work while nobody inserts. */
  readonly whileStoreRests: <T>(work: () => Promise<T>) => Promise<T>;
  /** Between two looks for something to do. Default 60. */
  readonly intervalSeconds?: number;
  readonly warn: (message: string) => void;
}

const DEFAULT_INTERVAL_SECONDS = 60;
/** What is received so long before a look may become visible after it. */
const UNNOTICED_SECONDS = 120;

interface Deletion extends DeletionTarget {
  /** Since the epoch, by the engine's clock. */
  readonly at_ms: number;
}

/**
 * Spans may come hours after their end. What happened before its function or run was deleted, and comes later, would bring
 * back a part of what was deleted: it is deleted too, for as long as spans are kept. What comes with an import is meant to
 * be there, and what happened after the deletion is a new beginning. A deletion that was cut off is finished by this, too.
 */
export class LateSpans {
  readonly #options: LateSpansOptions;
  readonly #job: UpkeepJob;
  /** By the engine's clock, seconds since the epoch. */
  #sinceSeconds = 0;

  constructor(options: LateSpansOptions) {
    this.#options = options;
    this.#job = new UpkeepJob({
      work: () => this.deleteAll(),
      intervalSeconds: options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS,
      fault: 'late spans of what was deleted are still there',
      warn: options.warn,
    });
  }

  /** Begins to work in the background. */
  start(): void {
    this.#job.start();
  }

  /** Stops after the statement that is running. */
  stop(): Promise<void> {
    return this.#job.stop();
  }

  /** Deletes what came since the last look. Returns how many spans that were. */
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
      if (this.#job.signal.aborted) return deleted;
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

/** Of a row of `otel_traces`, that it happened before the deletion, and was not brought in by an import. */
function happenedBefore({ at_ms }: Deletion): string {
  return `Timestamp < fromUnixTimestamp64Milli(toInt64(${Math.floor(at_ms)})) AND NOT (${IS_IMPORTED})`;
}
