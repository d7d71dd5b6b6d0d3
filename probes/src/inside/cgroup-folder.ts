import { readdirSync } from 'node:fs';
import { parseCgroupMounts } from './cgroup-mounts.ts';
import type { CgroupMount } from './cgroup-mounts.ts';
import { cached, cachedText } from './cached.ts';
import { readMountinfo } from './mountinfo.ts';
import { exists, readText } from './read-text.ts';
import { noteFailure, whole } from './transient.ts';

/** Folders of this process's cgroup of one controller, and of its ancestors. */
export interface CgroupFolder {
  readonly version: 1 | 2;
  /** The process's own cgroup first, then its ancestors as far up as they are mounted here. */
  readonly folders: readonly [string, ...string[]];
}

/** A mounted hierarchy; its root is undefined if the mount table does not show it. */
interface Hierarchy {
  readonly version: 1 | 2;
  readonly root: string | undefined;
  readonly point: string;
}

/**
 * The path of `controller` in /proc/self/cgroup: that of version 1 if a hierarchy has the controller, otherwise the
 * version 2 line. Undefined if there is neither.
 */
export function parseCgroupPath(
  text: string,
  controller: string,
): { version: 1 | 2; path: string } | undefined {
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === '') unified = path;
    else if (path !== undefined && controllers?.split(',').includes(controller)) return { version: 1, path };
  }
  return unified === undefined ? undefined : { version: 2, path: unified };
}

/**
 * The folders of this process's cgroup of `controller`, found by its path in /proc/self/cgroup and the mounts in
 * /proc/self/mountinfo. Undefined without cgroups, if they are not mounted, or if no mount shows the process's own
 * cgroup. Never throws.
 *
 * @param controller name, or empty for the files that version 2 has without a controller
 * @param root prefix of /proc and /sys, default none
 */
export function findCgroupFolder(controller: string, root = ''): CgroupFolder | undefined {
  return whole(() => {
    const own = parseCgroupPath(cachedText(`${root}/proc/self/cgroup`, readText), controller);
    if (own === undefined) return undefined;
    let found: [string, ...string[]] | undefined;
    for (const hierarchy of hierarchies(controller, own.version, root)) {
      const folders = foldersIn(hierarchy, own.path, root);
      // Prefer the mount that shows most of the ancestors.
      if (folders !== undefined && folders.length > (found?.length ?? 0)) found = folders;
    }
    return found && { version: own.version, folders: found };
  });
}

function hierarchies(controller: string, version: 1 | 2, root: string): Hierarchy[] {
  const mounted = cgroupMounts(root).filter(
    (mount) => mount.version === version && (version === 2 || mount.options.includes(controller)),
  );
  // Of several mounts at one place, the last one hides the others.
  if (mounted.length > 0) return [...new Map(mounted.map((mount) => [mount.point, mount])).values()];
  // If the table cannot be read, try the usual places.
  const names = version === 2 ? ['', '/unified'] : controllerFolders(controller, root);
  return names.map((name) => ({ version, root: undefined, point: `/sys/fs/cgroup${name}` }));
}

/** Cached, because the controllers are looked for one after the other. */
function cgroupMounts(root: string): readonly CgroupMount[] {
  const mounts = cached(`cgroups of ${root}`, () => {
    const found = parseCgroupMounts(readMountinfo(root));
    return found.length > 0 ? found : undefined;
  });
  return mounts ?? [];
}

/** Folders below /sys/fs/cgroup that are named after controllers including `controller`: `/cpu`, `/cpuacct,cpu`. */
function controllerFolders(controller: string, root: string): string[] {
  try {
    const names = readdirSync(`${root}/sys/fs/cgroup`);
    return names.filter((name) => name.split(',').includes(controller)).map((name) => `/${name}`);
  } catch (error) {
    noteFailure(error);
    return [];
  }
}

function foldersIn(hierarchy: Hierarchy, path: string, root: string): [string, ...string[]] | undefined {
  const top = `${root}${hierarchy.point === '/' ? '' : hierarchy.point}`;
  const below = hierarchy.root === undefined ? path : pathBelow(hierarchy.root, path);
  if (below !== undefined && !below.includes('/..') && exists(`${top}${below}`)) return upwards(top, below);
  // A container's mount shows its own cgroup, which has another name outside, so the outside path does not exist here.
  return isOwn(top) ? [top] : undefined;
}

/**
 * The relative path from the cgroup `root` down to `path`, empty if they are the same; undefined if `path` is not below
 * `root`. Both are as seen from one namespace: `/..` is the parent of its root.
 */
function pathBelow(root: string, path: string): string | undefined {
  const base = root === '/' ? '' : root;
  if (path === root || path === base) return '';
  // If `root` is `/..`, a path that begins with `/../..` is not below it but above.
  return path.startsWith(`${base}/`) && !path.startsWith(`${base}/..`) ? path.slice(base.length) : undefined;
}

/** Whether the folder is this process's cgroup, according to its list of processes; true if there is no such list. */
function isOwn(folder: string): boolean {
  if (!exists(folder)) return false;
  const processes = readText(`${folder}/cgroup.procs`);
  return processes === ''
    ? !exists(`${folder}/cgroup.procs`)
    : processes.split('\n').includes(`${process.pid}`);
}

function upwards(top: string, below: string): [string, ...string[]] {
  const folders: [string, ...string[]] = [`${top}${below === '/' ? '' : below}`];
  let at = below;
  while (at !== '' && at !== '/') {
    at = at.slice(0, at.lastIndexOf('/'));
    folders.push(`${top}${at}`);
  }
  return folders;
}
