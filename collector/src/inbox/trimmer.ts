import type { Cursors } from './cursors.ts';
import type { InboxFile } from './inbox-file.ts';
import type { Resends } from './resends.ts';
import type { Room } from './room.ts';
import { ROW_BYTES } from './room.ts';

export interface TrimmerParts {
  readonly file: InboxFile;
  readonly cursors: Cursors;
  readonly room: Room;
  readonly resends: Resends;
  /** Largest commit of new requests. */
  readonly commitBytes: number;
}

const TRIM_ROWS = 256;
const VACUUM_PAGES = 256;
/** Free pages kept in the file for new requests: 32 MiB. */
const KEPT_FREE_PAGES = 8192;

/**
 * Deletes the requests that every consumer is done with and returns space to the file system. It works on a few rows at
 * a time, between turns of the event loop, so that appends never wait for it.
 */
export class Trimmer {
  readonly #parts: TrimmerParts;
  #isScheduled = false;
  #isShrinking = false;
  #isClosed = false;

  constructor(parts: TrimmerParts) {
    this.#parts = parts;
  }

  schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#isClosed && this.step()) this.schedule();
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Deletes a few rows that no consumer needs and releases some pages; true when there is more to do. */
  step(): boolean {
    const { file, room } = this.#parts;
    const { lowest, bytes, last } = this.#range();
    try {
      const more = file.transaction(() => (last === undefined ? this.#tidy() : this.#delete(last)), false);
      room.deleted(bytes);
      if (!more && this.#isShrinking) {
        file.database.exec('PRAGMA wal_checkpoint(PASSIVE)'); // the checkpoint sets the end of the file
        this.#isShrinking = false;
      }
      return last === undefined ? more : last < lowest || more;
    } catch {
      return false; // the next advance tries again
    }
  }

  #range(): { lowest: number; bytes: number; last: number | undefined } {
    const { cursors, file } = this.#parts;
    const lowest = cursors.lowestDone();
    let bytes = 0;
    let last: number | undefined;
    for (const row of file.statements.oldest.all(lowest, TRIM_ROWS)) {
      last = Number(row['seq']);
      bytes += Number(row['stored_bytes']) + ROW_BYTES;
    }
    return { lowest, bytes, last };
  }

  #delete(last: number): boolean {
    const { deleteBodies, deleteRequests } = this.#parts.file.statements;
    deleteBodies.run(last);
    deleteRequests.run(last);
    return true;
  }

  /** Forgets old hashes and returns some free pages to the file system. */
  #tidy(): boolean {
    const { file, resends, room, commitBytes } = this.#parts;
    resends.forgetSome();
    const freePages = Number(file.statements.freePages.get()?.['freelist_count']);
    // On a nearly full disk, free pages are worth more outside the file: appends go to the log first.
    if (freePages <= (room.isTight(commitBytes) ? 0 : KEPT_FREE_PAGES)) return false;
    file.database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    this.#isShrinking = true;
    return true;
  }
}
