import { readFileSync } from 'node:fs';

/** A text captured from a real kernel (Linux 6.18, x86, 2 CPUs), from `test/fixtures/proc`. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../../test/fixtures/proc/${name}`, import.meta.url), 'latin1');
}
