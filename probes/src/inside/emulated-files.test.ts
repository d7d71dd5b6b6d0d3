import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isKernelUptime } from './boot.ts';
import { readEmulatedFiles } from './emulated-files.ts';

function emulated(mountinfo: string): string[] {
  const root = mkdtempSync(join(tmpdir(), 'sandscope-emulated-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'proc/self'), { recursive: true });
  writeFileSync(join(root, 'proc/self/mountinfo'), mountinfo);
  return [...readEmulatedFiles(root)];
}

test('files of /proc that LXCFS replaces', () => {
  const lxcfs = ['cpuinfo', 'meminfo', 'stat', 'uptime'].map(
    (name, i) =>
      `5${i}0 400 0:50 /proc/${name} /proc/${name} rw,nosuid,relatime master:9 - fuse.lxcfs lxcfs rw,user_id=0\n`,
  );
  expect(emulated(lxcfs.join(''))).toEqual(['cpuinfo', 'meminfo', 'stat', 'uptime']);
});

test('other mounts below /proc do not count', () => {
  const table =
    '50 40 0:62 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n' +
    '51 50 0:62 /bus /proc/bus ro,relatime - proc proc rw\n' +
    '52 50 0:5 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw\n' +
    '53 50 8:1 /boot_id /proc/sys/kernel/random/boot_id rw - ext4 /dev/sda1 rw\n';
  expect(emulated(table)).toEqual(['bus', 'kcore']);
  expect(emulated('nonsense')).toEqual([]);
  expect([...readEmulatedFiles('/not/there')]).toEqual([]);
});

test.each([
  ['of the kernel', 100_000, 9000, 10_000, true],
  ['that counts suspended time, which the age does not', 900_000, 9000, 10_000, true],
  ['of a process that existed before it executed this program', 100_000, 1000, 10_000, true],
  ['that cannot be checked', 5000, undefined, 10_000, true],
  ['of a container on a machine that was up for long', 12_000, 9000, 10_000, false],
  ['of a container that this process began', 10_000, 9000, 10_000, false],
])('an uptime %s: %d ms, started at %s, %d ms old: %s', (_name, uptimeMs, ticks, ageMs, expected) => {
  expect(isKernelUptime(uptimeMs, ticks, ageMs)).toBe(expected);
});
