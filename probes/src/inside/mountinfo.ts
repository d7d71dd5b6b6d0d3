import { monotonicMs } from './clocks.ts';
import { readText } from './read-text.ts';

// Several readers need the table one after the other, and the kernel takes 50 µs to generate it.
const KEPT_MS = 20;
let latest: { readonly path: string; readonly text: string; readonly readAtMs: number } | undefined;

/**
 * /proc/self/mountinfo, proc_pid_mountinfo(5), at most 20 ms old; empty if it cannot be read. Never throws.
 *
 * @param root prefix of /proc, default none
 */
export function readMountinfo(root = ''): string {
  const path = `${root}/proc/self/mountinfo`;
  const nowMs = monotonicMs();
  if (latest?.path !== path || nowMs - latest.readAtMs > KEPT_MS || latest.text === '') {
    latest = { path, text: readText(path), readAtMs: nowMs };
  }
  return latest.text;
}
