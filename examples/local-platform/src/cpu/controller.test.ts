import { describe, expect, it } from 'vitest';
import { findCpuController } from './controller.ts';
import { quotaFor } from './quota.ts';

const V1 = `11 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
14 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
20 41 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const V2 = `31 23 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw,nsdelegate\n`;

describe('findCpuController', () => {
  it('uses version 1 if it has the CPU controller, in the process’s own group', () => {
    const cgroup = '4:memory:/elsewhere\n1:cpu,cpuacct:/user.slice/mine\n0::/user.slice\n';
    expect(findCpuController(V1, cgroup)).toEqual({
      version: 1,
      folders: ['/sys/fs/cgroup/cpu,cpuacct/user.slice/mine'],
    });
    expect(findCpuController(V1, '')).toMatchObject({ folders: ['/sys/fs/cgroup/cpu,cpuacct'] });
  });

  it('finds its own group in a mount of a part of the hierarchy', () => {
    const part = V1.replace('0:29 / ', '0:29 /docker/abc ');
    expect(findCpuController(part, '1:cpu,cpuacct:/docker/abc/app\n')?.folders).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct/app',
    ]);
    expect(findCpuController(part, '1:cpu,cpuacct:/docker/other\n')?.folders).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct',
    ]);
  });

  it('otherwise uses version 2: the root first, then its own group', () => {
    expect(findCpuController(V2, '0::/system.slice/it.service\n')).toEqual({
      version: 2,
      folders: ['/sys/fs/cgroup', '/sys/fs/cgroup/system.slice/it.service'],
    });
    expect(findCpuController(V2, '0::/\n')?.folders).toEqual(['/sys/fs/cgroup']);
    const memoryOnly = V1.split('\n').slice(1).join('\n');
    expect(findCpuController(memoryOnly, '0::/\n')).toMatchObject({ version: 2 });
  });

  it('finds nothing if no cgroups are mounted', () => {
    expect(findCpuController('22 1 0:20 / /proc rw - proc proc rw\n', '0::/\n')).toBeUndefined();
    expect(findCpuController('', '')).toBeUndefined();
  });
});

describe('quotaFor', () => {
  it.each([
    [1769, 20, { quotaMicros: 20_000, periodMicros: 20_000 }],
    [3538, 20, { quotaMicros: 40_000, periodMicros: 20_000 }],
    [128, 20, { quotaMicros: 1447, periodMicros: 20_000 }],
    [128, 100, { quotaMicros: 7236, periodMicros: 100_000 }],
    // The kernel accepts no quota under 1 ms.
    [64, 20, { quotaMicros: 1000, periodMicros: 27_641 }],
  ])('gives %i MB in a period of %i ms its share', (memoryMb, periodMillis, quota) => {
    expect(quotaFor(memoryMb, periodMillis)).toEqual(quota);
  });
});
