import { readMountinfo } from './mountinfo.ts';

// Optional fields and more may follow the mount point.
const OVER_PROC = /^\d+ \d+ \S+ \S+ \/proc\/(\w+) /gm;

/**
 * Names of the files right below /proc that something is mounted over, as in `uptime`, `stat`, `meminfo`. LXCFS does so to
 * show a container as if it were a machine: they then tell of the container, with zeros for what a container has not.
 * Empty where the mount table cannot be read. Never throws.
 *
 * @param root prefix of /proc, default none
 */
export function readCoveredFiles(root = ''): ReadonlySet<string> {
  return new Set(Array.from(readMountinfo(root).matchAll(OVER_PROC), ([, name = '']) => name));
}
