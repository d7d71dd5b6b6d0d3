import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIoSource } from '@sandscope/probes/inside';
import { expect, test } from 'vitest';
import { Captures } from './captures.ts';
import { Readings, windowAttributes } from './readings.ts';

const MIB = 1_048_576;

/** Makes the storage layer write a MiB, if the temp directory is on a disk. */
function writeMegabyte(): void {
  const path = join(tmpdir(), `sandscope-readings-${process.pid}`);
  const fd = openSync(path, 'w');
  writeSync(fd, Buffer.alloc(MIB, 1));
  fsyncSync(fd);
  closeSync(fd);
  rmSync(path);
}

test.runIf(process.platform === 'linux')('block I/O agrees with /proc/self/io', () => {
  const source = processIoSource();
  const captures = new Captures();
  const readings = new Readings(captures);
  for (let i = 0; i < 3; i += 1) {
    const start = captures.take(true);
    const before = source.read()!;
    writeMegabyte();
    const usage = process.resourceUsage();
    const after = source.read()!;
    const window = readings.window(start, usage);
    const attributes = windowAttributes(window.before, window.after);
    const written = Number(attributes['sandscope.io.write_bytes']);
    expect(Math.abs(written - (after.writeBytes - before.writeBytes))).toBeLessThan(65_536);
  }
});

test('a window ends at the start of the next one, if that began first', () => {
  const captures = new Captures();
  const readings = new Readings(captures);
  const first = captures.take(true);
  const usage = process.resourceUsage();
  const second = captures.take(true);
  for (const end = performance.now() + 50; performance.now() < end;);
  const closed = readings.window(first, usage, second);
  const { before } = readings.window(second, process.resourceUsage());
  expect(closed.after.machine).toEqual(before.machine);
  expect(closed.after.network).toEqual(before.network);
  expect(closed.after.usage).not.toEqual(before.usage);
});

test.runIf(process.platform === 'linux')(
  'without a quota, throttled time is 0 without a reading at the start',
  () => {
    const captures = new Captures();
    const readings = new Readings(captures);
    const window = (): unknown => {
      const { before, after } = readings.window(captures.take(true), process.resourceUsage());
      return windowAttributes(before, after)['sandscope.cgroup.throttled_ms'];
    };
    const first = window();
    if (readings.quotaRatio() !== undefined) return;
    // Absent without a CPU controller; otherwise nothing was throttled.
    expect([window(), window()]).toEqual([first, first]);
  },
);
