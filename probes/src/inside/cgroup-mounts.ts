/** One mounted cgroup hierarchy, from /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The cgroup that the mount shows, seen from this process's cgroup namespace: `/`, `/docker/ID`, `/../..`. */
  readonly root: string;
  /** Mount point. */
  readonly point: string;
  /** Version 1: names of its controllers, together with other mount options. */
  readonly options: readonly string[];
}

// Id, parent, device, root, point, options, optional fields, a dash, type, source, options of the file system.
const CGROUP_MOUNT = /^\d+ \d+ \S+ (\/\S*) (\/\S*) .*? - cgroup(2?) \S+ (\S+)$/gm;

/** The cgroup mounts in the text of /proc/self/mountinfo, in its order. Never throws. */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  return Array.from(mountinfo.matchAll(CGROUP_MOUNT), ([, root = '', point = '', two, options = '']) => ({
    version: two === '2' ? 2 : 1,
    root: plain(root),
    point: plain(point),
    options: options.split(','),
  }));
}

/** Spaces, tabs, newlines and backslashes are written as octal numbers. */
function plain(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
