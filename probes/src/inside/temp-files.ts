import { lstatSync, opendirSync, statSync } from 'node:fs';
import type { Dir } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTransient, noteFailure } from './transient.ts';

/** What lies in the temp directory and the folders in it, as far as this user may see it. */
export interface TempContent {
  /** Files of any kind but folders. */
  readonly files: number;
  /** Their sizes together, bytes. */
  readonly fileBytes: number;
}

// As many as are listed at once; a step is not bounded more tightly than that.
const LEAST_ENTRIES = 32;
// Folders that are known of and not looked into yet; with more of them nobody counts.
const MAX_PENDING = 10_000;

/**
 * Counts the files of the temp directory in steps that are bounded in time, since there may be any number of them: a file
 * takes about 4 µs. Links are not followed, other file systems not entered.
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
   * @param skip files whose names begin so are not counted
   * @param nowMs monotonic clock, ms
   */
  constructor(
    folder = tmpdir(),
    skip = '.sandscope-',
    nowMs: () => number = () => Number(process.hrtime.bigint()) / 1e6,
  ) {
    this.#folder = folder;
    this.#skip = skip;
    this.#nowMs = nowMs;
  }

  /**
   * Goes on with the count, for about `budgetMs`, but by 32 entries at least.
   *
   * @returns the totals when all has been seen, and the next call begins anew; undefined before that, and when it cannot
   *   be counted. Never throws.
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
      // No descriptor left, or the temp directory itself cannot be read: begins anew.
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

  /** Opens the next folder; false when there is none. */
  #enter(pending: string[]): boolean {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      try {
        this.#open = { dir: opendirSync(path), path };
        return true;
      } catch (error) {
        // It is gone, or another user's.
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
      // Closed by somebody else: the wanted state.
    }
    this.#open = undefined;
  }
}
