import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { armCoreName } from './arm-cores.ts';
import { findCgroupCpu, readCpuQuotaRatio, throttledSource } from './cgroup-cpu.ts';
import { findCgroupMemory, memoryUsageSource, readMemoryLimitBytes } from './cgroup-memory.ts';
import { readCpuInfo } from './cpuinfo.ts';
import { readDefaultRoute } from './default-route.ts';
import { readKernelIsolation } from './isolation.ts';
import { readKernelEvidence } from './kernel-evidence.ts';
import { machineCpuSource } from './machine-cpu.ts';
import { machineMemorySource } from './memory.ts';
import { cgroupCpuPressureSource, cpuPressureSource } from './pressure.ts';
import { readVirtualization } from './virtualization.ts';

/** Everything that the readers find under `root`, without absent values. */
function read(root: string, env: Record<string, string> = {}): Record<string, unknown> {
  const memory = findCgroupMemory(root);
  const cpu = findCgroupCpu(root);
  const info = readCpuInfo(`${root}/proc/cpuinfo`);
  const found = {
    core: info.modelName ?? armCoreName(info.vendorId, info.modelId),
    stepping: info.stepping,
    stealMs: machineCpuSource(`${root}/proc/stat`).read()?.stealMs,
    machineBytes: machineMemorySource(`${root}/proc/meminfo`).read()?.totalBytes,
    limitBytes: memory && readMemoryLimitBytes(memory),
    usedBytes: memory && memoryUsageSource(memory).read(),
    quotaRatio: cpu && readCpuQuotaRatio(cpu),
    throttledMs: cpu && throttledSource(cpu.statPath).read(),
    pressure: cpuPressureSource(`${root}/proc/pressure/cpu`).read(),
    cgroupPressure: cgroupCpuPressureSource(root)?.read(),
    route: readDefaultRoute(root),
    machine: readVirtualization(root),
    evidence: readKernelEvidence(root),
    isolation: readKernelIsolation(env, `${root}/proc`),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

const folder = (name: string): string =>
  join(fileURLToPath(new URL('../../../test/fixtures/roots', import.meta.url)), name);
const MIB = 1_048_576;
const lambda = { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };

describe('the kernel of', () => {
  test('a microVM with cgroups of version 1, as captured', () => {
    expect(read(folder('microvm-cgroup-v1'))).toEqual({
      core: 'AMD EPYC',
      stepping: '1',
      stealMs: expect.any(Number),
      machineBytes: expect.any(Number),
      usedBytes: expect.any(Number),
      throttledMs: 0,
      pressure: { someMs: expect.any(Number), someRatio: expect.any(Number) },
      route: { interface: 'eth0', gateway: '192.0.2.1' },
      machine: { virtual: true, clockSource: 'tsc' },
      evidence: ['hypervisor.flag', 'dmi.absent'],
      isolation: 'unknown',
    });
  });

  test('Lambda on x86', () => {
    expect(read(folder('lambda-x86'), lambda)).toEqual({
      core: 'Intel(R) Xeon(R) Processor @ 2.50GHz',
      stepping: '7',
      stealMs: 70,
      machineBytes: 188_908 * 1024,
      route: { interface: 'vinternal_1', gateway: '169.254.76.76' },
      machine: { virtual: true, hypervisor: 'kvm', clockSource: 'kvm-clock' },
      evidence: ['hypervisor.flag', 'dmi.absent'],
      isolation: 'microvm',
    });
  });

  test('Lambda on ARM: the core has a name, and whether it is virtual is unknown', () => {
    expect(read(folder('lambda-arm64'), lambda)).toEqual({
      core: 'Neoverse-N1',
      stepping: 'r3p1',
      stealMs: 0,
      machineBytes: 185_164 * 1024,
      machine: { clockSource: 'arch_sys_counter' },
      evidence: [],
      isolation: 'microvm',
    });
  });

  test('gVisor: five kinds of evidence, and no CPU times', () => {
    expect(read(folder('gvisor'))).toEqual({
      machineBytes: 256 * MIB,
      route: { interface: 'eth1' },
      machine: { virtual: true },
      evidence: [
        'gvisor.build',
        'gvisor.cmdline',
        'cpu.model_unknown',
        'cpu.times_unfilled',
        'hypervisor.flag',
      ],
      isolation: 'gvisor',
    });
  });

  test('a container with a quota, cgroup version 2', () => {
    expect(read(folder('docker-cgroup-v2'))).toEqual({
      core: 'Intel(R) Xeon(R) Processor @ 2.50GHz',
      stepping: '7',
      stealMs: 0,
      machineBytes: 16_303_428 * 1024,
      limitBytes: 256 * MIB,
      usedBytes: 50 * MIB,
      quotaRatio: 0.5,
      throttledMs: 6123.456,
      pressure: { someMs: 98_765.432, someRatio: 0.125 },
      cgroupPressure: { someMs: 7000, someRatio: 0.451 },
      route: { interface: 'eth0', gateway: '172.17.0.1' },
      machine: { virtual: false, vendor: 'Dell Inc.', product: 'PowerEdge R640', clockSource: 'tsc' },
      evidence: ['container.docker', 'cgroup.namespace'],
      isolation: 'unknown',
    });
  });

  test('a pod whose limit is set on a parent, with two default routes', () => {
    expect(read(folder('kubernetes-cgroup-v2'))).toMatchObject({
      stealMs: 1500,
      limitBytes: 512 * MIB,
      usedBytes: 70 * MIB,
      pressure: { someMs: 0.123, someRatio: 0 },
      cgroupPressure: { someMs: 5, someRatio: 0.01 },
      route: { interface: 'eth0', gateway: '169.0.0.1' },
      machine: { virtual: true, hypervisor: 'kvm', vendor: 'Amazon EC2', product: 'm6i.large' },
      evidence: ['hypervisor.flag', 'kubernetes.token'],
    });
  });

  test('a container whose own cgroup is the root of the mount, cgroup version 1', () => {
    expect(read(folder('docker-cgroup-v1'))).toEqual({
      stealMs: 90,
      machineBytes: 8_145_320 * 1024,
      limitBytes: 128 * MIB,
      usedBytes: 40 * MIB,
      quotaRatio: 1,
      throttledMs: 3,
      machine: {},
      evidence: ['container.docker'],
      isolation: 'unknown',
    });
  });

  test('no real system: invalid files give no values', () => {
    expect(read(folder('hostile'))).toEqual({
      route: { interface: 'eth0' },
      machine: {},
      evidence: [],
      isolation: 'unknown',
    });
  });

  test('a system without /proc and /sys: fewer facts, no errors', () => {
    expect(read(folder('none'))).toEqual({ machine: {}, evidence: [], isolation: 'unknown' });
  });
});
