import { lstatSync, opendirSync, statSync } from 'node:fs';
import type { Dir } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from './clocks.ts';
import { isTransient, noteFailure } from './transient.ts';

/** The content of the temp directory and its subfolders, as far as this user can see it. */
export interface TempContent {
  /** Number of files of any kind except folders. */
  readonly files: number;
  /** Their total size, bytes. */
  readonly fileBytes: number;
}

// Number of entries listed at once; a step's time limit is no finer than that.
const LEAST_ENTRIES = 32;
// Maximum number of folders found but not yet visited; with more of them, nothing is counted.
const MAX_PENDING = 10_000;

/**
 * Counts the files of the temp directory in steps of limited duration, since there may be any number of them: a file
 * takes about 4 µs. Does not follow links or enter other file systems.
 */
export class TempFiles {
  readonly #folder: string;
  readonly #skip: string;
  readonly #nowMs: () => number;
  #pending: string[] | undefined;
  #open: { readonly dir: Dir; readonly path: string } | undefined;
  #device = 0;
  #files = 0;
  #fileBytes = 0;
  #tooMany = false;

  /**
   * @param folder default the temp directory
   * @param skip files whose names begin with this are not counted
   * @param nowMs monotonic clock, ms
   */
  constructor(folder = tmpdir(), skip = '.sandscope-', nowMs: () => number = monotonicMs) {
    this.#folder = folder;
    this.#skip = skip;
    this.#nowMs = nowMs;
  }

  /**
   * Continues the count, for about `budgetMs`, but for at least 32 entries.
   *
   * @returns the totals once all files have been seen (the next call starts again); undefined before that, and if the
   *   files cannot be counted. Never throws.
   */
  step(budgetMs: number): TempContent | undefined {
    if (this.#tooMany) return undefined;
    const endMs = this.#nowMs() + budgetMs;
    try {
      const pending = (this.#pending ??= this.#begin());
      for (let entries = 0; entries < LEAST_ENTRIES || this.#nowMs() < endMs; entries += 1) {
        if (this.#open === undefined && !this.#enter(pending)) {
          this.#pending = undefined;
          return { files: this.#files, fileBytes: this.#fileBytes };
        }
        this.#next(pending);
      }
    } catch (error) {
      noteFailure(error);
      // No descriptor left, or the temp directory itself cannot be read: start again.
      this.#leave();
      this.#pending = undefined;
    }
    return undefined;
  }

  #begin(): string[] {
    this.#files = 0;
    this.#fileBytes = 0;
    this.#device = statSync(this.#folder).dev;
    this.#open = { dir: opendirSync(this.#folder), path: this.#folder };
    return [];
  }

  /** Opens the next folder; false if there is none. */
  #enter(pending: string[]): boolean {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      try {
        this.#open = { dir: opendirSync(path), path };
        return true;
      } catch (error) {
        // It no longer exists, or belongs to another user.
        if (isTransient(error)) throw error;
      }
    }
    return false;
  }

  #next(pending: string[]): void {
    const entry = this.#open?.dir.readSync();
    if (this.#open === undefined || entry === undefined || entry === null) return this.#leave();
    if (entry.name.startsWith(this.#skip)) return;
    const path = join(this.#open.path, entry.name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) {
      this.#files += 1;
      this.#fileBytes += stat.size;
    } else if (stat.dev === this.#device) {
      pending.push(path);
      this.#tooMany = pending.length > MAX_PENDING;
    }
  }

  #leave(): void {
    try {
      this.#open?.dir.closeSync();
    } catch {
      // Somebody else closed it, which is fine.
    }
    this.#open = undefined;
  }
}
