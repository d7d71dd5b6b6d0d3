import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProbeError } from '../errors.ts';
import { armCoreName } from './arm-cores.ts';
import { parseCgroupPath } from './cgroup-folder.ts';
import { parseMemoryLimit, parseMemoryUsage } from './cgroup-memory.ts';
import { parseDefaultRoute } from './default-route.ts';
import { KERNEL_EVIDENCE, kernelEvidence } from './kernel-evidence.ts';
import { parsePressure } from './pressure.ts';
import { readTempSpace, tempSpace } from './temp-space.ts';
import { virtualization } from './virtualization.ts';

const captured = (path: string): string =>
  readFileSync(new URL(`../../../test/fixtures/roots/microvm-cgroup-v1/${path}`, import.meta.url), 'latin1');

/** The result of `parse` for `text`; undefined if it rejects it with a code. Other errors are rethrown. */
function attempt<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ProbeError) return undefined;
    throw error;
  }
}

const hostile = (seed: string) =>
  fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(...seed.split(/(\s+)/), '-1', '1e3', '0x10', '18446744073709551615', 'NaN', '\0'),
      )
      .map((words) => words.join('')),
  );

describe('a truncated text gives the complete value or none', () => {
  test.each([
    ['pressure', parsePressure, captured('proc/pressure/cpu')],
    ['memory in use', parseMemoryUsage, '52428800\n'],
    ['memory limit', parseMemoryLimit, '268435456\n'],
    ['default route', (text: string) => parseDefaultRoute(text, true), captured('proc/net/route')],
  ] as [string, (text: string) => unknown, string][])('%s', (_name, parse, whole) => {
    const full = parse(whole);
    expect(full).toBeDefined();
    const found = Array.from({ length: whole.length }, (_, length) => attempt(parse, whole.slice(0, length)));
    for (const value of found.filter((part) => part !== undefined)) expect(value).toEqual(full);
  });
});

describe('hostile text gives a possible value or none', () => {
  test('pressure', () => {
    const property = fc.property(hostile(captured('proc/pressure/cpu')), (text) => {
      const value = attempt(parsePressure, text);
      return value === undefined || (value.someMs >= 0 && value.someRatio >= 0 && value.someRatio <= 1);
    });
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });

  test('memory', () => {
    const property = fc.property(hostile('12 max 9223372036854771712\n'), (text) =>
      [parseMemoryLimit(text), attempt(parseMemoryUsage, text)].every(
        (value) => value === undefined || (Number.isSafeInteger(value) && value >= 0),
      ),
    );
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });

  test('routes, machines, evidence, cgroups: no error is thrown', () => {
    const seed = captured('proc/net/route') + captured('proc/self/cgroup') + 'flags : hypervisor\n';
    const property = fc.property(hostile(seed), fc.boolean(), (text, littleEndian) => {
      const gateway = parseDefaultRoute(text, littleEndian)?.gateway ?? '0.0.0.0';
      const machine = virtualization({
        cpuinfo: text,
        sysHypervisor: text,
        deviceTree: text,
        vendor: text,
        product: text,
        clockSource: text,
      });
      const words = Object.values(machine).filter((value) => typeof value === 'string');
      const evidence = kernelEvidence({
        version: text,
        cmdline: text,
        cpuinfo: text,
        stat: text,
        cgroup: text,
      });
      return (
        /^(\d{1,3}\.){3}\d{1,3}$/.test(gateway) &&
        words.every((word) => /^[\x20-\x7e]{1,128}$/.test(word)) &&
        evidence.every((name) => KERNEL_EVIDENCE.includes(name)) &&
        (parseCgroupPath(text, 'memory')?.path ?? '/').startsWith('/')
      );
    });
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });
});

describe('pressure', () => {
  test('a kernel without a "full" line for the CPU', () => {
    expect(parsePressure('some avg10=100.00 avg60=1.00 avg300=0.10 total=42\n')).toEqual({
      someMs: 0.042,
      someRatio: 1,
    });
  });
});

describe('the default route', () => {
  const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

  test('is the active one with the lowest metric', () => {
    const table =
      `${heading}a\t00000000\t0100000A\t0003\t0\t0\t200\t00000000\t0\t0\t0\n` +
      `b\t00000000\t0200000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n` +
      `c\t00000000\t0300000A\t0002\t0\t0\t1\t00000000\t0\t0\t0\n`;
    expect(parseDefaultRoute(table, true)).toEqual({ interface: 'b', gateway: '10.0.0.2' });
    expect(parseDefaultRoute(table, false)).toEqual({ interface: 'b', gateway: '2.0.0.10' });
  });

  test('is not a route to a network, and is absent in an empty table', () => {
    expect(parseDefaultRoute(`${heading}a\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n`)).toBe(
      undefined,
    );
    expect(parseDefaultRoute(heading)).toBeUndefined();
    expect(parseDefaultRoute('')).toBeUndefined();
  });
});

describe('virtualization', () => {
  test.each([
    [{ vendor: 'Google\n', product: 'Google Compute Engine\n' }, 'kvm'],
    [{ vendor: 'Amazon EC2\n', product: 'm7g.metal\n' }, undefined],
    [{ vendor: 'Amazon EC2\n', product: 'm7g.large\n' }, 'kvm'],
    [{ vendor: 'Microsoft Corporation\n', product: 'Virtual Machine\n' }, 'hyperv'],
    [{ vendor: 'Microsoft Corporation\n', product: 'Surface Pro\n' }, undefined],
    [{ clockSource: 'hyperv_clocksource_tsc_page\n' }, 'hyperv'],
    [{ vendor: 'VMware, Inc.\n', product: 'VMware7,1\n' }, 'vmware'],
    [{ vendor: 'innotek GmbH\n', product: 'VirtualBox\n' }, 'virtualbox'],
    [{ vendor: 'Xen\n', product: 'HVM domU\n' }, 'xen'],
    [{ sysHypervisor: 'xen\n', vendor: 'QEMU\n' }, 'xen'],
    [{ deviceTree: 'linux,kvm\0' }, 'kvm'],
    [{ vendor: 'Dell Inc.\n', clockSource: 'tsc\n' }, undefined],
  ])('%j is %s', (texts, expected) => {
    expect(virtualization(texts).hypervisor).toBe(expected);
  });

  test('a CPU without the flag is physical; without CPU information it is unknown', () => {
    expect(virtualization({ cpuinfo: 'flags\t\t: fpu vme\n' })).toEqual({ virtual: false });
    expect(virtualization({ cpuinfo: 'flags\t\t: fpu hypervisor vme\n' })).toEqual({ virtual: true });
    expect(virtualization({ cpuinfo: 'Features\t: fp asimd\n' })).toEqual({});
  });
});

test('current gVisor is recognised by its release', () => {
  const version = 'Linux version 4.19.0-gvisor #1 SMP Sun Jan 10 15:06:54 PST 2016\n';
  expect(kernelEvidence({ version })).toEqual(['gvisor.release', 'gvisor.build']);
});

test('a known ARM core has a name', () => {
  expect(armCoreName('0x41', '0xd4f')).toBe('Neoverse-V2');
  expect(armCoreName('0x41', '0xfff')).toBeUndefined();
  expect(armCoreName(undefined, undefined)).toBeUndefined();
});

describe('the temp directory', () => {
  const status = { type: 0x01021994, bsize: 4096, blocks: 1000, bfree: 400, bavail: 300 };

  test('has free space', () => {
    const room = readTempSpace(tmpdir())!;
    expect(room.totalBytes).toBeGreaterThanOrEqual(room.usedBytes);
    expect(room.availableBytes).toBeGreaterThan(0);
  });

  test('is reported in bytes, with the kind of file system if that is known', () => {
    expect(tempSpace(status)).toEqual({
      totalBytes: 4_096_000,
      usedBytes: 2_457_600,
      availableBytes: 1_228_800,
      filesystem: 'tmpfs',
    });
    expect(tempSpace({ ...status, type: 1 })).not.toHaveProperty('filesystem');
    expect(tempSpace({ ...status, type: 0x9123683e - 2 ** 32 })).toMatchObject({ filesystem: 'btrfs' });
  });

  test.each([{ blocks: 0 }, { bsize: 0 }, { bfree: 2000 }, { bavail: Number.NaN }, { bsize: 2 ** 52 }])(
    '%j gives no result',
    (wrong) => {
      expect(tempSpace({ ...status, ...wrong })).toBeUndefined();
    },
  );

  test('a missing directory gives no result', () => {
    expect(readTempSpace('/not/there')).toBeUndefined();
  });
});
