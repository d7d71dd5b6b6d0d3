import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBootId } from './boot-id.ts';
import { BootClock } from './boot.ts';
import { findCgroupCpu, readCpuQuotaRatio, throttledSource } from './cgroup-cpu.ts';
import { readDeclaredFacts } from './declared.ts';
import { hardwareFingerprint, readHostFacts } from './host-facts.ts';
import { readInventory } from './inventory.ts';
import { kernelIsolation, readKernelIsolation } from './isolation.ts';
import { machineCpuSource } from './machine-cpu.ts';
import { machineMemorySource, processMemorySource } from './memory.ts';
import { networkSource } from './network.ts';
import { processIoSource } from './process-io.ts';
import { readStartTicks } from './process-stat.ts';
import { readProcessUsage } from './process-usage.ts';
import { ProcSource } from './proc-source.ts';
import { realtimeMs } from './wall-clock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-probes-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(path: string, text: string): Promise<string> {
  const full = join(folder, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  return full;
}

describe('a kept-open source', () => {
  test('returns the current content at each reading', async () => {
    const path = await file('counter', 'one');
    const source = new ProcSource(path, (text) => text);
    expect(source.read()).toBe('one');
    await writeFile(path, 'two more');
    expect(source.read()).toBe('two more');
    source.close();
    expect(source.read()).toBeUndefined();
  });

  test('a missing file stays absent, with the reason', async () => {
    const path = join(folder, 'absent');
    const source = machineCpuSource(path);
    expect(source.read()).toBeUndefined();
    expect(source.failure).toBe('ERR_PROC_ABSENT');
    await writeFile(path, 'cpu  1 1 1 1\n');
    expect(source.read()).toBeUndefined();
  });

  test('a folder in place of the file is absent', () => {
    const source = processIoSource(folder);
    expect(source.read()).toBeUndefined();
    expect(source.failure).toBe('ERR_PROC_ABSENT');
  });

  test('a file whose text is invalid is read again', async () => {
    const path = await file('stat', 'nonsense');
    const source = machineCpuSource(path);
    expect(source.read()).toBeUndefined();
    expect(source.failure).toBe('ERR_PROC_FORMAT');
    await writeFile(path, 'cpu  1 1 1 1\n');
    expect(source.read()).toMatchObject({ userMs: 20 });
    expect(source.failure).toBeUndefined();
  });

  test('reads a table of more than one page completely', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `veth${i}: 10 0 0 0 0 0 0 0 3 0 0 0 0 0 0 0\n`);
    const head = 'Inter-|   Receive\n face |bytes    packets\n';
    const path = await file('dev', head + lines.join(''));
    expect(networkSource(path).read()).toEqual({ rxBytes: 3000, txBytes: 900 });
  });
});

describe.runIf(process.platform === 'linux')('this machine', () => {
  test('every source gives a possible value', () => {
    const before = machineCpuSource().read()!;
    expect(before.idleMs + before.userMs).toBeGreaterThan(0);
    const memory = processMemorySource().read()!;
    expect(memory.peakRssBytes).toBeGreaterThanOrEqual(memory.rssBytes);
    expect(machineMemorySource().read()!.totalBytes).toBeGreaterThan(memory.rssBytes);
    expect(readProcessUsage()!.userMicros).toBeGreaterThan(0);
    expect(readProcessUsage()!.minorFaults).toBeGreaterThan(0);
  });

  test('two processes of the same program have different start times', () => {
    const own = readStartTicks()!;
    expect(readStartTicks(process.pid)).toBe(own);
    const program = "process.stdout.write(require('fs').readFileSync('/proc/self/stat','latin1'))";
    const child = spawnSync(process.execPath, ['-e', program], { encoding: 'latin1' });
    expect(Number(child.stdout.split(') ')[1]!.split(' ')[19])).toBeGreaterThan(own);
    expect(readStartTicks(2 ** 30)).toBeUndefined();
  });

  test('boot id and boot time agree with the kernel', async () => {
    expect(readBootId()).toMatch(/^[0-9a-f-]{36}$/);
    const clock = new BootClock();
    const boot = clock.bootTimeUnixMs()!;
    // Read between two readings of the other clock, because a busy machine may pause in between.
    const before = Date.now();
    const sinceBootMs = clock.nowMs()!;
    const after = Date.now();
    expect(boot).toBeGreaterThan(before - sinceBootMs - 5);
    expect(boot).toBeLessThan(after - sinceBootMs + 5);
    const { readFileSync } = await import('node:fs');
    const uptimeMs = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000;
    expect(Math.abs(clock.nowMs()! - uptimeMs)).toBeLessThan(1000);
  });

  test('host facts have the same fingerprint at each reading', () => {
    const facts = readHostFacts();
    expect(facts.arch).toMatch(/^(amd64|arm64)$/);
    expect(facts.ips).not.toContain('127.0.0.1');
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(readHostFacts()).toEqual(facts);
  });
});

describe('the boot clock', () => {
  const at = (monotonicMs: number, offsetMs: number, realtimeMs = 1e12) => ({
    monotonicMs: () => monotonicMs,
    uptimeMs: () => Math.floor((monotonicMs + offsetMs) / 10) * 10,
    realtimeMs: () => realtimeMs,
  });

  test('takes its fractions from the monotonic clock if the machine was never suspended', () => {
    expect(new BootClock(at(123_456.789, 0)).nowMs()).toBeCloseTo(123_456.789, 6);
  });

  test('notices a suspension, and becomes more accurate with each reading', () => {
    let monotonicMs = 50_000;
    let offsetMs = 0;
    const clock = new BootClock({
      monotonicMs: () => monotonicMs,
      uptimeMs: () => Math.floor((monotonicMs + offsetMs) / 10) * 10,
      realtimeMs: () => 1e12 + monotonicMs + offsetMs,
    });
    expect(clock.nowMs()).toBe(50_000);
    offsetMs = 3_600_004;
    const errors: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      monotonicMs += 7.3;
      errors.push(monotonicMs + offsetMs - clock.nowMs()!);
    }
    for (const error of errors) expect(error).toBeLessThan(10);
    expect(errors.at(-1)).toBeLessThan(1);
    expect(errors.at(-1)).toBeGreaterThanOrEqual(0);
  });

  test('boot time is the same whenever it is read, and absent without a source', () => {
    const early = new BootClock(at(1000.5, 0, 1e12 + 1000.5)).bootTimeUnixMs();
    const late = new BootClock(at(9_999_000.25, 0, 1e12 + 9_999_000.25)).bootTimeUnixMs();
    expect(early).toBeCloseTo(late!, 3);
    const none = { monotonicMs: () => 1, uptimeMs: () => undefined, realtimeMs: () => 1 };
    expect(new BootClock(none).bootTimeUnixMs()).toBeUndefined();
    expect(new BootClock({ ...none, uptimeMs: () => Number.NaN }).nowMs()).toBeUndefined();
    const throwing = (): number => {
      throw new Error('not here');
    };
    expect(new BootClock({ ...none, uptimeMs: throwing }).nowMs()).toBeUndefined();
  });

  test('the wall clock agrees with Date.now() within 2 ms', () => {
    for (let i = 0; i < 1000; i += 1) {
      // The process may be descheduled between any two of these readings.
      const before = Date.now();
      const value = realtimeMs();
      const after = Date.now();
      expect(value).toBeGreaterThan(before - 2);
      expect(value).toBeLessThan(after + 1 + 2);
    }
  });
});

describe('cgroups', () => {
  test('version 2: throttled time and quota of the process’s own cgroup', async () => {
    await file('proc/self/cgroup', '0::/pod/c1\n');
    await file('sys/fs/cgroup/pod/c1/cpu.stat', 'usage_usec 1\nthrottled_usec 1500\n');
    await file('sys/fs/cgroup/pod/c1/cpu.max', '25000 100000\n');
    const files = findCgroupCpu(folder)!;
    expect(throttledSource(files.statPath).read()).toBe(1.5);
    expect(readCpuQuotaRatio(files)).toBe(0.25);
  });

  test('inside a container, the mount is the process’s own cgroup', async () => {
    await file('proc/self/cgroup', '4:cpu,cpuacct:/docker/abc\n');
    await file('sys/fs/cgroup/cpu,cpuacct/cpu.stat', 'nr_throttled 1\nthrottled_time 2000000\n');
    await file('sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us', '-1\n');
    await file('sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us', '100000\n');
    const files = findCgroupCpu(folder)!;
    expect(files.version).toBe(1);
    expect(throttledSource(files.statPath).read()).toBe(2);
    expect(readCpuQuotaRatio(files)).toBeUndefined();
  });

  test('without cgroups there is no result', () => {
    expect(findCgroupCpu(folder)).toBeUndefined();
  });
});

describe('isolation', () => {
  const lambda = { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };

  test.each([
    [{ env: lambda }, 'microvm'],
    [{ env: { ...lambda, AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' } }, 'unknown'],
    [{ cmdline: 'BOOT_IMAGE=/vmlinuz-4.4.0-gvisor quiet', env: lambda }, 'gvisor'],
    [{ cpuinfo: 'vendor_id\t: GenuineIntel\nmodel\t\t: unknown\n' }, 'gvisor'],
    [
      { cmdline: 'quiet', cpuinfo: 'model\t\t: 17\n', env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } },
      'unknown',
    ],
    [{}, 'unknown'],
  ] as const)('%j is %s', (evidence, expected) => {
    expect(kernelIsolation(evidence)).toBe(expected);
  });

  test('is unknown if the files cannot be read', () => {
    expect(readKernelIsolation({}, join(folder, 'none'))).toBe('unknown');
  });
});

test('what the operator declares, with the node’s name as the default of the host', () => {
  expect(
    readDeclaredFacts({ SANDSCOPE_HOST_ID: ' h1 ', SANDSCOPE_HOST_IP: '10.0.0.1', K8S_POD_NAME: '' }),
  ).toEqual({
    hostId: 'h1',
    hostIp: '10.0.0.1',
  });
  expect(readDeclaredFacts({ K8S_NODE_NAME: 'node-7', K8S_POD_UID: 'u', K8S_NAMESPACE_NAME: 'n' })).toEqual({
    hostId: 'node-7',
    nodeName: 'node-7',
    podUid: 'u',
    namespace: 'n',
  });
  expect(readDeclaredFacts({ SANDSCOPE_HOST_ID: 'x'.repeat(300) })).toEqual({});
});

test('the fingerprint depends on the memory size, not on the clock frequency', () => {
  const cpu = { vendorId: 'GenuineIntel', modelId: '85' };
  expect(hardwareFingerprint(cpu, 1024)).toBe(hardwareFingerprint({ ...cpu }, 1024));
  expect(hardwareFingerprint(cpu, 1024)).not.toBe(hardwareFingerprint(cpu, 2048));
  expect(hardwareFingerprint({}, 1024)).toBeUndefined();
});

describe('the slow inventory', () => {
  test('comes from the real package', async () => {
    const inventory = await readInventory();
    expect(inventory?.cpuPhysicalCores).toBeGreaterThan(0);
  });

  test('is absent without the package, and if the package fails', async () => {
    expect(await readInventory(() => Promise.reject(new Error('not installed')))).toBeUndefined();
    const failing = { system: () => Promise.reject(new Error('no')), cpu: () => Promise.resolve({}) };
    expect(await readInventory(() => Promise.resolve(failing))).toBeUndefined();
  });

  test('leaves out blank values, zeros and non-numbers', async () => {
    const blank = {
      system: () => Promise.resolve({ manufacturer: ' ', model: 'm', virtualHost: 3 }),
      cpu: () => Promise.resolve({ brand: '', physicalCores: 0, speed: Number.NaN, cache: { l2: -1 } }),
    };
    expect(await readInventory(() => Promise.resolve(blank))).toEqual({ model: 'm' });
  });
});
