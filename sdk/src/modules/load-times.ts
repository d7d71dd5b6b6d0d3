import type { LoadTimes, PackageTime } from '../process/registry.ts';
import { packageOf } from './package-name.ts';

/** How many packages are reported: the slowest ones. */
const MAX_PACKAGES = 20;
// Far more files than a function has, but still a bound.
const MAX_FILES = 50_000;
// Maximum number of files followed from one to its importers; the rest of a longer chain is ignored.
const MAX_DEPTH = 200;

interface File {
  readonly name: string;
  /** The file that requested it first. */
  readonly parent: string | undefined;
  readonly beganMs: number;
  selfMs: number;
}

/** A file that is being loaded. */
export interface Loading {
  readonly path: string;
  readonly beganMs: number;
  /** Time of files that were loaded meanwhile. */
  othersMs: number;
}

/** How long files took to load, by package. */
export class LoadClock implements LoadTimes {
  readonly #root: string;
  readonly #nowMs: () => number;
  readonly #onStop: () => void;
  readonly #files = new Map<string, File>();
  readonly #parents = new Map<string, string>();
  /** The files being loaded, outermost first. */
  readonly #stack: Loading[] = [];
  #stopped = false;

  /**
   * @param root folder of the function
   * @param nowMs CLOCK_MONOTONIC, ms
   * @param onStop called when timing stops
   */
  constructor(root: string, nowMs: () => number, onStop: () => void) {
    this.#root = root;
    this.#nowMs = nowMs;
    this.#onStop = onStop;
  }

  /** A file requested another one. */
  asked(path: string, parent: string): void {
    if (!this.#parents.has(path) && this.#parents.size < MAX_FILES) this.#parents.set(path, parent);
  }

  /** The time between `begin` and `end` counts for that file, minus the time of other files' `begin` to `end`. */
  begin(path: string): Loading {
    const outer = this.#stack.at(-1);
    if (outer !== undefined && outer.path !== path) this.asked(path, outer.path);
    const loading = { path, beganMs: this.#nowMs(), othersMs: 0 };
    this.#stack.push(loading);
    return loading;
  }

  end(loading: Loading): void {
    const at = this.#stack.lastIndexOf(loading);
    if (at < 0) return;
    // A file with a top-level await may end while others are open; they then continue without it.
    this.#stack.splice(at, 1);
    const tookMs = this.#nowMs() - loading.beganMs;
    const outer = this.#stack[at - 1];
    if (outer !== undefined) outer.othersMs += tookMs;
    this.add(loading.path, Math.max(0, tookMs - loading.othersMs), loading.beganMs);
  }

  /** Adds to the time of a file. */
  add(path: string, tookMs: number, beganMs: number): void {
    const file = this.#files.get(path);
    if (file !== undefined) {
      file.selfMs += tookMs;
      return;
    }
    const name = packageOf(path, this.#root);
    if (name === undefined || this.#stopped || this.#files.size >= MAX_FILES) return;
    this.#files.set(path, { name, parent: this.#parents.get(path), beganMs, selfMs: tookMs });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#onStop();
  }

  read(): ReturnType<LoadTimes['read']> {
    const packages = new Map<string, { -readonly [K in keyof PackageTime]: PackageTime[K] }>();
    for (const { name, selfMs, beganMs } of this.#files.values()) {
      const one = packages.get(name) ?? { name, selfMs: 0, totalMs: 0, fileCount: 0, beganMs };
      one.selfMs += selfMs;
      one.fileCount += 1;
      one.beganMs = Math.min(one.beganMs, beganMs);
      packages.set(name, one);
    }
    for (const file of this.#files.values()) {
      for (const name of this.#importers(file)) {
        const one = packages.get(name);
        if (one !== undefined) one.totalMs += file.selfMs;
      }
    }
    const slowest = [...packages.values()].sort((a, b) => b.selfMs - a.selfMs);
    return { packages: slowest.slice(0, MAX_PACKAGES), packageCount: slowest.length };
  }

  /** Packages that caused a file to be loaded first, its own among them. */
  #importers(file: File): Set<string> {
    const names = new Set([file.name]);
    let { parent } = file;
    for (let depth = 0; parent !== undefined && depth < MAX_DEPTH; depth += 1) {
      const one = this.#files.get(parent);
      if (one !== undefined) names.add(one.name);
      parent = one?.parent ?? this.#parents.get(parent);
    }
    return names;
  }
}
