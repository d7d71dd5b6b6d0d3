import { readFileSync } from 'node:fs';

/**
 * Container id, 64 hex digits: the last path element of /proc/self/cgroup that carries one (cgroup version 1, or version
 * 2 without its own namespace), else the runtime's folder in /proc/self/mountinfo. Undefined outside a container.
 */
export function parseContainerId(cgroup: string, mountinfo = ''): string | undefined {
  const inCgroup = /[/:-]([0-9a-f]{64})(?:\.scope)?$/m.exec(cgroup)?.[1];
  return inCgroup ?? /\/(?:containers|sandboxes)\/([0-9a-f]{64})\//.exec(mountinfo)?.[1];
}

/** `parseContainerId` of this process; undefined when the files cannot be read. Never throws. */
export function readContainerId(root = '/proc/self'): string | undefined {
  const read = (name: string): string => {
    try {
      return readFileSync(`${root}/${name}`, 'utf8');
    } catch {
      return '';
    }
  };
  return parseContainerId(read('cgroup'), read('mountinfo'));
}
