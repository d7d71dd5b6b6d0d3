import { statfsSync } from 'node:fs';

const MAX_AGE_MILLIS = 1000;

/** Watches the free bytes of a file system. It asks the kernel once per second and counts writes in between. */
export class FreeSpace {
  readonly #path: string;
  #freeBytes = 0;
  #readAtMillis = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes an unprivileged process can still write. @throws the error of statfs(2) */
  bytes(): number {
    const now = performance.now();
    if (now - this.#readAtMillis > MAX_AGE_MILLIS) {
      const { bavail, bsize } = statfsSync(this.#path);
      this.#freeBytes = bavail * bsize;
      this.#readAtMillis = now;
    }
    return this.#freeBytes;
  }

  /** Counts bytes written since the last query. */
  spend(byteLength: number): void {
    this.#freeBytes -= byteLength;
  }
}
