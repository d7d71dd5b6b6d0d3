import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findCgroupCpu, readCpuQuotaRatio, throttledSource } from './cgroup-cpu.ts';
import { findCgroupMemory, memoryUsageSource, readMemoryLimitBytes } from './cgroup-memory.ts';
import { parseCgroupMounts } from './cgroup-mounts.ts';
import { cgroupCpuPressureSource } from './pressure.ts';

type Tree = Readonly<Record<string, string>>;

/** The result for a tree of these files. */
async function look(tree: Tree): Promise<Record<string, number | undefined>> {
  const root = await mkdtemp(join(tmpdir(), 'sandscope-cgroups-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const cpu = findCgroupCpu(root);
  const memory = findCgroupMemory(root);
  return {
    quota: cpu && readCpuQuotaRatio(cpu),
    throttledMs: cpu && throttledSource(cpu.statPath).read(),
    limit: memory && readMemoryLimitBytes(memory),
    used: memory && memoryUsageSource(memory).read(),
    pressureMs: cgroupCpuPressureSource(root)?.read()?.someMs,
  };
}

/** Files of a cgroup of version 2; `max` if no limit is given. */
function v2(folder: string, quota = 'max', throttledUsec = 0, limit = 'max', used = 7): Tree {
  return {
    [`${folder}/cpu.max`]: `${quota} 100000\n`,
    [`${folder}/cpu.stat`]: `usage_usec 5\nnr_periods 9\nnr_throttled 3\nthrottled_usec ${throttledUsec}\n`,
    [`${folder}/memory.max`]: `${limit}\n`,
    [`${folder}/memory.current`]: `${used}\n`,
  };
}

/** Files of one cgroup of version 1 in the hierarchies `cpu` and `memory`. */
function v1(cpu: string, memory: string, quota = -1, throttledNanos = 0, limit = UNLIMITED): Tree {
  return {
    [`${cpu}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${cpu}/cpu.cfs_period_us`]: '100000\n',
    [`${cpu}/cpu.stat`]: `nr_periods 9\nnr_throttled 3\nthrottled_time ${throttledNanos}\n`,
    [`${memory}/memory.limit_in_bytes`]: `${limit}\n`,
    [`${memory}/memory.usage_in_bytes`]: '7\n',
  };
}

const UNLIMITED = '9223372036854771712';
const TOP = 'sys/fs/cgroup';
const LIMIT = '134217728';
const FULL = { quota: 0.5, throttledMs: 250, limit: 134_217_728, used: 7, pressureMs: undefined };
const NONE = {
  quota: undefined,
  throttledMs: undefined,
  limit: undefined,
  used: undefined,
  pressureMs: undefined,
};
const NO_CPU = { quota: undefined, throttledMs: undefined };
const limited = (folder: string): Tree => v2(folder, '50000', 250_000, LIMIT);
const own = (text: string): Tree => ({ 'proc/self/cgroup': text });
const mounts = (...lines: string[]): Tree => ({ 'proc/self/mountinfo': `${lines.join('\n')}\n` });
const unified = (root: string, point = '/sys/fs/cgroup'): string =>
  `41 31 0:38 ${root} ${point} ro,nosuid,relatime shared:9 master:2 - cgroup2 cgroup2 rw,nsdelegate`;
const classic = (controllers: string, root: string, point: string): string =>
  `32 31 0:29 ${root} ${point} rw,relatime - cgroup cgroup rw,${controllers}`;

test.each<[string, Tree]>([
  ['its own cgroup is the top', { ...own('0::/\n'), ...mounts(unified('/')), ...limited(TOP) }],
  ['on the parent, and a leaf without one', { ...own('0::/init\n'), ...limited(TOP), ...v2(`${TOP}/init`) }],
  [
    'several levels up, with a larger one in between',
    {
      ...own('0::/a/b/init.scope\n'),
      ...mounts(unified('/')),
      ...limited(`${TOP}/a`),
      ...v2(`${TOP}/a/b`, '200000', 9, '999999999'),
      ...v2(`${TOP}/a/b/init.scope`),
    },
  ],
  [
    'the leaf has no controllers enabled',
    {
      ...own('0::/leaf\n'),
      ...limited(TOP),
      [`${TOP}/leaf/cpu.stat`]: 'usage_usec 5\nuser_usec 5\nsystem_usec 0\n',
      [`${TOP}/leaf/cgroup.procs`]: '1\n',
    },
  ],
  [
    'the host’s tree is mounted, without a namespace',
    {
      ...own('0::/kubepods.slice/pod1/c1\n'),
      ...mounts(unified('/')),
      ...limited(`${TOP}/kubepods.slice/pod1`),
      ...v2(`${TOP}/kubepods.slice/pod1/c1`),
    },
  ],
  [
    'the mount shows the container’s own cgroup, the path is the host’s',
    {
      ...own('0::/kubepods/pod1/c1/init\n'),
      ...mounts(unified('/kubepods/pod1/c1')),
      ...limited(TOP),
      ...v2(`${TOP}/init`),
    },
  ],
  [
    'the process and the mount are above the root of the namespace',
    { ...own('0::/../..\n'), ...mounts(unified('/../..')), ...limited(TOP) },
  ],
  [
    'the same, with the process in another cgroup below that',
    {
      ...own('0::/../../other\n'),
      ...mounts(unified('/../..')),
      ...v2(TOP),
      ...limited(`${TOP}/other`),
    },
  ],
  [
    'mounted in an unusual folder, with a space in its name',
    { ...own('0::/\n'), ...mounts(unified('/', '/mnt/my\\040cgroups')), ...limited('mnt/my cgroups') },
  ],
  [
    'hybrid, version 2 beside version 1',
    {
      ...own('2:name=systemd:/x\n0::/x\n'),
      ...mounts(classic('name=systemd', '/', '/sys/fs/cgroup/systemd'), unified('/', `/${TOP}/unified`)),
      ...limited(`${TOP}/unified/x`),
    },
  ],
  [
    'of two mounts, the one that shows more ancestors counts',
    {
      ...own('0::/a/b\n'),
      ...mounts(unified('/a/b', '/own'), unified('/')),
      ...v2('own'),
      ...limited(`${TOP}/a`),
      ...v2(`${TOP}/a/b`),
    },
  ],
])('version 2: %s', async (_name, tree) => {
  expect(await look(tree)).toEqual(FULL);
});

test.each([
  ['cpu', '/cpu'],
  ['cpu,cpuacct', '/cpu,cpuacct'],
  ['cpuacct,cpu', '/cpuacct,cpu'],
  ['cpuset,cpu,cpuacct', '/anything'],
])('version 1: %s mounted at %s, with and without a mount table', async (controllers, name) => {
  const folders = (below: string): [string, string] => [`${TOP}${name}${below}`, `${TOP}/memory${below}`];
  const tree = {
    ...own(`4:memory:/docker/c1/leaf\n3:${controllers}:/docker/c1/leaf\n2:cpuacct:/elsewhere\n0::/\n`),
    ...v1(...folders('/docker/c1/leaf')),
    ...v1(...folders('/docker/c1'), 50_000, 250_000_000, LIMIT),
    ...v1(...folders('')),
  };
  const table = mounts(
    classic('cpuacct', '/', '/sys/fs/cgroup/cpuacct-alone'),
    classic(controllers, '/', `/${TOP}${name}`),
    classic('memory', '/', `/${TOP}/memory`),
  );
  expect(await look({ ...tree, ...table })).toEqual(FULL);
  // The usual places are searched by the names of the controllers.
  expect(await look(tree)).toEqual(name === '/anything' ? { ...FULL, ...NO_CPU } : FULL);
});

test('version 1: the mount shows the container’s own cgroup', async () => {
  const tree = {
    ...own('4:memory:/docker/c1\n3:cpuacct,cpu:/docker/c1/init\n'),
    ...v1(`${TOP}/cpu`, `${TOP}/memory`, 50_000, 250_000_000, LIMIT),
    ...v1(`${TOP}/cpu/init`, 'nowhere'),
  };
  const table = mounts(
    classic('cpu,cpuacct', '/docker/c1', `/${TOP}/cpu`),
    classic('memory', '/docker/c1', `/${TOP}/memory`),
  );
  expect(await look({ ...tree, ...table })).toEqual(FULL);
});

test('hybrid: CPU from version 1, memory from version 2', async () => {
  const tree = {
    ...own('3:cpu,cpuacct:/x\n0::/x\n'),
    ...v1(`${TOP}/cpu,cpuacct/x`, 'nowhere', 50_000, 250_000_000),
    [`${TOP}/unified/x/memory.max`]: `${LIMIT}\n`,
    [`${TOP}/unified/x/memory.current`]: '7\n',
    [`${TOP}/unified/x/cpu.pressure`]: 'some avg10=0.00 avg60=0.00 avg300=0.00 total=5000\n',
    ...mounts(classic('cpu,cpuacct', '/', `/${TOP}/cpu,cpuacct`), unified('/', `/${TOP}/unified`)),
  };
  expect(await look(tree)).toEqual({ ...FULL, pressureMs: 5 });
});

test('without a quota, the throttled time is that of the process’s own cgroup', async () => {
  const tree = { ...own('0::/a/b\n'), ...v2(TOP, 'max', 9000), ...v2(`${TOP}/a/b`, 'max', 2000) };
  expect(await look(tree)).toEqual({ ...NONE, throttledMs: 2, used: 7 });
});

test.each<[string, Tree]>([
  ['no cgroups', {}],
  ['not mounted', own('0::/a\n')],
  ['no controllers', { ...own('0::/a\n'), [`${TOP}/a/cpu.stat`]: 'usage_usec 5\n' }],
  ['no controllers in the root', { ...own('0::/\n'), [`${TOP}/cpu.stat`]: 'usage_usec 5\n' }],
  [
    'the process is outside the mounted hierarchy',
    {
      ...own('0::/../other\n'),
      ...mounts(unified('/')),
      ...limited(TOP),
      [`${TOP}/cgroup.procs`]: '1\n2\n',
    },
  ],
  [
    'the mount is above the root of the namespace, under an unknown name',
    {
      ...own('0::/\n'),
      ...mounts(unified('/../..')),
      ...limited(TOP),
      [`${TOP}/cgroup.procs`]: '',
    },
  ],
  ['quota without a period', { ...own('0::/\n'), [`${TOP}/cpu.max`]: '50000\n' }],
])('absent, not 0: %s', async (_name, tree) => {
  expect(await look(tree)).toEqual(NONE);
});

test('a mount under another name is the process’s own cgroup if its list of processes contains the process', async () => {
  const tree = { ...own('0::/elsewhere\n'), ...mounts(unified('/b')), ...limited(TOP) };
  expect(await look({ ...tree, [`${TOP}/cgroup.procs`]: `1\n${process.pid}\n` })).toEqual(FULL);
  expect(await look({ ...tree, [`${TOP}/cgroup.procs`]: `1\n${process.pid}0\n` })).toEqual(NONE);
});

test('the mount table of this machine, and invalid text', () => {
  expect(parseCgroupMounts(`${unified('/')}\n${classic('cpu,cpuacct', '/a\\134b', '/c')}\n`)).toEqual([
    { version: 2, root: '/', point: '/sys/fs/cgroup', options: ['rw', 'nsdelegate'] },
    { version: 1, root: '/a\\b', point: '/c', options: ['rw', 'cpu', 'cpuacct'] },
  ]);
  for (const text of ['', '\n', ' - cgroup2 x y', '1 2 3 - cgroup2 cgroup2 rw']) {
    expect(parseCgroupMounts(text)).toEqual([]);
  }
});
