import { cachedText } from './cached.ts';
import { readText } from './read-text.ts';

/**
 * /proc/self/mountinfo, proc_pid_mountinfo(5), a moment old at most; empty if it cannot be read. Never throws.
 *
 * @param root prefix of /proc, default none
 */
export function readMountinfo(root = ''): string {
  return cachedText(`${root}/proc/self/mountinfo`, readText);
}
