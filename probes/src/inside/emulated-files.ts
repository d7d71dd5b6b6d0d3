import { readMountinfo } from './mountinfo.ts';

// Optional fields and more may follow the mount point.
const OVER_PROC = /^\d+ \d+ \S+ \S+ \/proc\/(\w+) /gm;

/**
 * Names of the files directly below /proc that a mount replaces, such as `uptime`, `stat`, `meminfo`. LXCFS does this to
 * present a container as a machine: the files then describe the container, with zeros for anything that a container does
 * not have. Empty if the mount table cannot be read. Never throws.
 *
 * @param root prefix of /proc, default none
 */
export function readEmulatedFiles(root = ''): ReadonlySet<string> {
  return new Set(Array.from(readMountinfo(root).matchAll(OVER_PROC), ([, name = '']) => name));
}
