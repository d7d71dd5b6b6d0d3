import { join, relative } from 'node:path';

/** Where the kernel's CPU controller is available. */
export interface CpuController {
  readonly version: 1 | 2;
  /** Folders below which groups may be created, best first. */
  readonly folders: readonly string[];
}

interface CgroupMount {
  readonly type: string;
  readonly options: readonly string[];
  /** The visible part of the hierarchy. */
  readonly root: string;
  readonly folder: string;
}

/** proc_pid_mountinfo(5): `31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw`; spaces are written as `\040`. */
function parseMount(line: string): CgroupMount | undefined {
  const [before = '', after = ''] = line.split(' - ', 2);
  const [, , , root, folder] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (root === undefined || folder === undefined || !type?.startsWith('cgroup')) return undefined;
  return { type, options: options.split(','), root, folder: folder.replaceAll('\\040', ' ') };
}

/** The folder of the group that a path of /proc/self/cgroup names, or of the mount if the group is outside of it. */
function folderOf({ root, folder }: CgroupMount, path: string): string {
  const below = relative(root, path);
  return below.startsWith('..') ? folder : join(folder, below);
}

/**
 * Finds the CPU controller: that of version 1 if it is mounted, because version 2 then does not have it; otherwise that
 * of version 2.
 *
 * @param mountinfo text of /proc/self/mountinfo
 * @param cgroup text of /proc/self/cgroup (cgroups(7))
 * @returns undefined if no cgroups are mounted
 */
export function findCpuController(mountinfo: string, cgroup: string): CpuController | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => parseMount(line) ?? []);
  const own = cgroup.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const pathOf = (controller: string): string =>
    own.find(([, controllers]) => controllers?.split(',').includes(controller))?.[2] ?? '/';
  const first = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('cpu'));
  if (first) return { version: 1, folders: [folderOf(first, pathOf('cpu'))] };
  const second = mounts.find(({ type }) => type === 'cgroup2');
  if (!second) return undefined;
  // A group with processes cannot have limited child groups, except for the root, so the root comes first.
  return { version: 2, folders: [...new Set([second.folder, folderOf(second, pathOf(''))])] };
}
