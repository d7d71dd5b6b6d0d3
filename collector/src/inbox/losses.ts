import { STORE_CONSUMER } from './cursors.ts';
import type { Cursors } from './cursors.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { InboxFile } from './inbox-file.ts';
import { ROW_BYTES } from './room.ts';

export interface LossesParts {
  readonly file: InboxFile;
  readonly cursors: Cursors;
  readonly deadLetters: DeadLetters;
  /** Moves a consumer past everything up to `doneTo`. */
  readonly advance: (consumer: string, doneTo: number) => void;
  readonly onDropped?: (consumer: string, requests: number, why: string) => void;
}

/** Counts the requests that forwarders drop at a limit. The store never loses anything here. */
export class Losses {
  readonly #parts: LossesParts;
  readonly #dropped = new Map<string, number>();

  constructor(parts: LossesParts) {
    this.#parts = parts;
  }

  /** Requests a consumer lost since the start. */
  of(consumer: string): number {
    return this.#dropped.get(consumer) ?? 0;
  }

  /**
   * Drops the oldest dead letters beyond the limit; never those of the store, which stops before its limit is reached.
   */
  boundDeadLetters(consumer: string): void {
    if (consumer === STORE_CONSUMER) return;
    const dropped = this.#parts.deadLetters.dropOldest(consumer);
    if (dropped > 0) this.#drop(consumer, dropped, 'too many requests were refused by the target');
  }

  /**
   * A dead forward target must not stop reception: it loses the oldest requests, as far as the store already has them.
   */
  skipForwarders(wantedBytes: number): void {
    const { file, cursors, advance } = this.#parts;
    const storeDone = cursors.get(STORE_CONSUMER).doneTo;
    let freedBytes = 0;
    let skipTo = 0;
    for (const entry of file.statements.sizes.iterate(cursors.lowestDone(), storeDone)) {
      freedBytes += Number(entry['stored_bytes']) + ROW_BYTES;
      skipTo = Number(entry['seq']);
      if (freedBytes >= wantedBytes) break;
    }
    for (const consumer of cursors.forwarders()) {
      if (cursors.get(consumer).doneTo >= skipTo) continue;
      const before = cursors.pending(consumer).requests;
      advance(consumer, skipTo);
      this.#drop(consumer, before - cursors.pending(consumer).requests, 'the inbox is full');
    }
  }

  #drop(consumer: string, requests: number, why: string): void {
    this.#dropped.set(consumer, this.of(consumer) + requests);
    this.#parts.onDropped?.(consumer, requests, why);
  }
}
