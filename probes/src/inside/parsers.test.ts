import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProbeError } from '../errors.ts';
import { parseCgroupCpuPath, parseCpuMax, parseThrottledMs } from './cgroup-cpu.ts';
import { parseContainerId } from './container-id.ts';
import { parseCpuInfo } from './cpuinfo.ts';
import { parseMachineCpu } from './machine-cpu.ts';
import { parseMachineMemory, parseProcessMemory } from './memory.ts';
import { parseNetworkBytes } from './network.ts';
import { parseProcessIo } from './process-io.ts';
import { parseStartTicks } from './process-stat.ts';
import { fixture } from './test-fixtures.ts';

function code(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ProbeError ? error.code : `not a ProbeError: ${String(error)}`;
  }
}

describe('texts of a real kernel', () => {
  test('/proc/stat', () => {
    expect(parseMachineCpu(fixture('stat'))).toEqual({
      userMs: 302_160,
      systemMs: 136_870 + 3_240,
      idleMs: 7_606_810,
      iowaitMs: 15_640,
      stealMs: 550,
    });
  });

  test('/proc/self/status and /proc/meminfo', () => {
    const status = fixture('self-status');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
    const peak = Number(/VmHWM:\s+(\d+)/.exec(status)![1]) * 1024;
    expect(parseProcessMemory(status)).toEqual({ rssBytes: rss, peakRssBytes: peak });
    expect(parseMachineMemory(fixture('meminfo'))).toEqual({
      totalBytes: 24_684_084 * 1024,
      availableBytes: expect.any(Number),
    });
  });

  test('/proc/self/io, /proc/net/dev, /proc/self/stat', () => {
    expect(parseProcessIo(fixture('self-io'))).toEqual({ readBytes: 0, writeBytes: 0 });
    expect(parseNetworkBytes(fixture('net-dev'))).toEqual({ rxBytes: 617_573_991, txBytes: 1_036_964 });
    expect(parseStartTicks(fixture('self-stat'))).toBe(404_269);
  });

  test('cgroup version 1', () => {
    expect(parseCgroupCpuPath(fixture('self-cgroup-v1'))).toEqual({ version: 1, path: '/' });
    expect(parseThrottledMs(fixture('cpu-stat-v1'))).toBe(0);
    expect(parseThrottledMs(fixture('cpu-stat-v1-throttled'))).toBeCloseTo(808.017517, 6);
  });

  test('/proc/cpuinfo', () => {
    expect(parseCpuInfo(fixture('cpuinfo-x86'))).toMatchObject({
      vendorId: 'AuthenticAMD',
      family: '25',
      modelId: '17',
      modelName: 'AMD EPYC',
      stepping: '1',
      microcode: '0x1000065',
    });
  });
});

describe('other kernels', () => {
  test('an ARM CPU has hexadecimal codes', () => {
    const text =
      'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU architecture: 8\n' +
      'CPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\nprocessor\t: 1\n';
    expect(parseCpuInfo(text)).toEqual({
      vendorId: '0x41',
      family: '8',
      modelId: '0xd0c',
      stepping: 'r3p1',
      flags: 'fp asimd',
    });
  });

  test('gVisor: "unknown" values are absent, and CPU times that are all zero are unfilled', () => {
    const cpuinfo = 'processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: unknown\nstepping\t: unknown\n\n';
    expect(parseCpuInfo(cpuinfo)).toEqual({ vendorId: 'GenuineIntel' });
    expect(code(() => parseMachineCpu('cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n'))).toBe(
      'ERR_PROC_UNFILLED',
    );
    expect(code(() => parseMachineMemory('MemTotal:       0 kB\n'))).toBe('ERR_PROC_UNFILLED');
  });

  test('a kernel before 2.6.11 has no steal column: absent, not 0', () => {
    const cpu = parseMachineCpu('cpu  1 2 3 4 5 6 7\n');
    expect(cpu).toEqual({ userMs: 30, systemMs: 160, idleMs: 40, iowaitMs: 50 });
    expect(cpu).not.toHaveProperty('stealMs');
  });

  test('cgroup version 2', () => {
    expect(parseCgroupCpuPath('0::/kubepods/pod1/c1\n')).toEqual({ version: 2, path: '/kubepods/pod1/c1' });
    expect(parseThrottledMs('usage_usec 10\nnr_periods 1\nnr_throttled 1\nthrottled_usec 2500\n')).toBe(2.5);
    expect(code(() => parseThrottledMs('usage_usec 10\nuser_usec 5\n'))).toBe('ERR_PROC_FORMAT');
    expect(parseCpuMax('50000 100000\n')).toBe(0.5);
    expect(parseCpuMax('max 100000\n')).toBeUndefined();
  });

  test('cgroup version 1 with controllers that share a hierarchy; -1 means no limit', () => {
    const text = '11:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n0::/\n';
    expect(parseCgroupCpuPath(text)).toEqual({ version: 1, path: '/docker/a' });
    expect(parseCpuMax('-1 100000')).toBeUndefined();
  });

  test('a program with the name ") R 1 2 (" has a start time', () => {
    const text = fixture('self-stat').replace('(cat)', '(x) R 1 2 (y)');
    expect(parseStartTicks(text)).toBe(404_269);
  });

  test('a network namespace with only loopback has no values', () => {
    const text = fixture('net-dev').split('\n').slice(0, 3).join('\n') + '\n';
    expect(code(() => parseNetworkBytes(text))).toBe('ERR_PROC_ABSENT');
  });
});

const parsers: [string, (text: string) => unknown][] = [
  ['stat', parseMachineCpu],
  ['self-status', parseProcessMemory],
  ['meminfo', parseMachineMemory],
  ['self-io', parseProcessIo],
  ['net-dev', parseNetworkBytes],
  ['self-stat', parseStartTicks],
  ['cpu-stat-v1-throttled', parseThrottledMs],
];

/** The result of `parse` for `text`, by name; empty if it rejects it with a code. Other errors are rethrown. */
function numbers(parse: (text: string) => unknown, text: string): [string, unknown][] {
  try {
    const value = parse(text);
    return typeof value === 'object' ? Object.entries(value as object) : [['value', value]];
  } catch (error) {
    if (error instanceof ProbeError) return [];
    throw error;
  }
}

describe.each(parsers)('%s', (name, parse) => {
  const whole = fixture(name);

  test('a truncated text gives the right values, some of them, or an error with a code', () => {
    const full = new Map(numbers(parse, whole));
    const invented = Array.from({ length: whole.length }, (_, length) =>
      numbers(parse, whole.slice(0, length)),
    )
      .flat()
      // A table that ends after a complete line is a table of fewer interfaces.
      .filter(([key, value]) =>
        name === 'net-dev' ? Number(value) > Number(full.get(key)) : value !== full.get(key),
      );
    expect(invented).toEqual([]);
  });

  test('hostile text gives exact numbers or an error with a code', () => {
    const word = fc.constantFrom(
      ...whole.split(/(\s+)/),
      '-1',
      '1e3',
      '0x10',
      '18446744073709551615',
      'NaN',
      '٣',
      '\0',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join('')),
    );
    const exact = name === 'cpu-stat-v1-throttled' ? Number.isFinite : Number.isSafeInteger;
    const property = fc.property(text, (hostile) =>
      numbers(parse, hostile).every(([, value]) => exact(value) && Number(value) >= 0),
    );
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });
});

test('the parsers of optional values never throw', () => {
  const property = fc.property(fc.string(), fc.string(), (a, b) => {
    parseContainerId(a, b);
    parseCgroupCpuPath(a);
    const texts = Object.values(parseCpuInfo(a));
    return texts.every((text) => typeof text === 'string') && (parseCpuMax(a) ?? 1) > 0;
  });
  expect(fc.check(property)).toMatchObject({ failed: false });
});
