import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates a directory and its parents. Node's own `mkdir` with `recursive` never returns where a file system answers
 * ENOENT although the parent exists, as /proc does; here that is an ordinary error.
 *
 * @throws the error of the file system
 */
export function makeDirectory(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      mkdirSync(at);
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') break;
      if (code !== 'ENOENT' || dirname(at) === at) throw error;
      missing.unshift(at);
    }
  }
  for (const at of missing) mkdirSync(at);
}
