import { parseCgroupMounts } from './cgroup-mounts.ts';
import { cachedText } from './cached.ts';
import { readText } from './read-text.ts';
import { whole } from './transient.ts';

// A path component that a runtime named after the container: `ID`, `docker-ID.scope`, `crio-ID`; on ECS a task's id and
// a number. Not the layers of a file system, which are never components of these paths.
const NAMED = /^(?:(?:[\w.]+-)+(?=[0-9a-f]{64}))?([0-9a-f]{64}|[0-9a-f]{32}-\d+)(?:\.scope)?$/;
// What every such component contains: most paths have none, and need not be taken apart.
const ID = /[0-9a-f]{32}/;
// A monitor process beside the container.
const MONITOR = /conmon/;
// Files that only a pod has.
const IN_POD =
  /kubepods|\/kubelet\/|\/pods\/[0-9a-f-]{32,36}\/|kubernetes\.io|\/sandboxes\/| \/dev\/termination-log /;
const FILE = /^\d+ \d+ \S+ (\/\S+) \/(etc\/hosts|etc\/hostname|etc\/resolv\.conf|run\/\.containerenv) /gm;

/**
 * Id of the container this process is in: 64 hex digits, on ECS also 32 and a number. From the process's own path in
 * /proc/self/cgroup; otherwise from the path that a cgroup mount shows; otherwise from the files that Docker or Podman
 * mount over those in /etc. Undefined outside a container, and if these files may belong to another container whose
 * network this one shares, as in a pod. Never throws.
 *
 * @param mountinfo /proc/self/mountinfo
 * @param shared whether the network is known to be shared
 */
export function parseContainerId(cgroup: string, mountinfo = '', shared = false): string | undefined {
  const paths = cgroup.split('\n').map((line) => line.replace(/^\d+:[^:]*:/, ''));
  const roots = parseCgroupMounts(mountinfo).map(({ root }) => root);
  for (const path of [...paths, ...roots]) {
    const id = MONITOR.test(path) ? undefined : innermostId(path);
    if (id !== undefined) return id;
  }
  return shared || IN_POD.test(cgroup + mountinfo) ? undefined : idOfMountedFiles(mountinfo);
}

/** `parseContainerId` of this process; undefined if the files cannot be read. Never throws. */
export function readContainerId(
  root = '/proc/self',
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const ecs = env['ECS_CONTAINER_METADATA_URI_V4'] ?? env['ECS_CONTAINER_METADATA_URI'];
  const shared = ecs !== undefined || env['KUBERNETES_SERVICE_HOST'] !== undefined;
  const read = whole(() =>
    parseContainerId(
      cachedText(`${root}/cgroup`, readText),
      cachedText(`${root}/mountinfo`, readText),
      shared,
    ),
  );
  // On Fargate the address ends in the id.
  return read ?? innermostId(ecs ?? '');
}

/** Containers may be nested: takes the last path component that is an id. */
function innermostId(path: string): string | undefined {
  if (!ID.test(path)) return undefined;
  for (const part of path.split(/[/:]/).toReversed()) {
    const id = NAMED.exec(part)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

/**
 * Docker mounts all three files of /etc from the container's own folder. Podman takes two of them from the container
 * whose network is shared, but never the host name and the marker file.
 */
function idOfMountedFiles(mountinfo: string): string | undefined {
  const ids = new Map(
    Array.from(mountinfo.matchAll(FILE), ([, root = '', file]) => [file, innermostId(root)]),
  );
  const [name, hosts] = [ids.get('etc/hostname'), ids.get('etc/hosts')];
  if (hosts === undefined) return undefined;
  return name === ids.get('run/.containerenv') || (name === hosts && name === ids.get('etc/resolv.conf'))
    ? name
    : undefined;
}
