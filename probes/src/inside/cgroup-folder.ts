import { existsSync, readFileSync } from 'node:fs';

/** Where one controller keeps this process's files. */
export interface CgroupFolder {
  readonly version: 1 | 2;
  /** The process's own cgroup first, then its parents as far up as they are mounted here. */
  readonly folders: readonly [string, ...string[]];
}

/**
 * The path of `controller` in /proc/self/cgroup: version 1 when a hierarchy carries it, else the version 2 line.
 * Undefined when there is neither.
 */
export function parseCgroupPath(
  text: string,
  controller: string,
): { version: 1 | 2; path: string } | undefined {
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (id === '0' && controllers === '') unified = path;
    else if (controllers?.split(',').includes(controller)) return { version: 1, path };
  }
  return unified === undefined ? undefined : { version: 2, path: unified };
}

/**
 * The folder that holds one of the files of `controller` for this process. Inside a container /proc/self/cgroup may name
 * a path of the host that is not mounted here; then the mount's root is the container's own cgroup. Undefined without
 * cgroups, or without that file. Never throws.
 *
 * @param controller name, or empty for what version 2 has without a controller
 * @param files name of a file to be found, by cgroup version
 * @param root prefix of /proc and /sys, default none
 */
export function findCgroupFolder(
  controller: string,
  files: Readonly<Partial<Record<1 | 2, string>>>,
  root = '',
): CgroupFolder | undefined {
  try {
    const own = parseCgroupPath(readFileSync(`${root}/proc/self/cgroup`, 'latin1'), controller);
    if (own === undefined) return undefined;
    const file = files[own.version];
    if (file === undefined) return undefined;
    const mounts = own.version === 1 ? [`/${controller}`] : ['', '/unified'];
    for (const path of own.path === '/' ? [''] : [own.path, '']) {
      for (const mount of mounts) {
        const top = `${root}/sys/fs/cgroup${mount}`;
        if (!existsSync(`${top}${path}/${file}`)) continue;
        return { version: own.version, folders: [`${top}${path}`, ...parents(top, path, file)] };
      }
    }
  } catch {
    // No cgroups, or none that this process may see.
  }
  return undefined;
}

function parents(top: string, path: string, file: string): string[] {
  const found: string[] = [];
  for (let at = path.lastIndexOf('/'); at >= 0; at = path.lastIndexOf('/', at - 1)) {
    const folder = `${top}${path.slice(0, at)}`;
    if (existsSync(`${folder}/${file}`)) found.push(folder);
    if (at === 0) break;
  }
  return found;
}
