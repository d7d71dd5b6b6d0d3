import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Descriptors } from './descriptors.ts';
import { TempFiles } from './temp-files.ts';
import { fixture } from './test-fixtures.ts';
import { parseThreadCount, threadCountSource } from './thread-count.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sandscope-gathered-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the files of the temp directory', () => {
  function fill(path: string): void {
    writeFileSync(join(path, 'a'), 'x'.repeat(10));
    writeFileSync(join(path, '.sandscope-stamp'), 'ours');
    mkdirSync(join(path, 'b/c'), { recursive: true });
    for (let i = 0; i < 200; i += 1) writeFileSync(join(path, `b/c/${i}`), 'xy');
    symlinkSync('/', join(path, 'b/link'));
  }
  // The link's size is the length of its target.
  const ALL = { files: 202, fileBytes: 10 + 400 + 1 };

  test('are counted including subfolders, except our own and the targets of links', () => {
    const path = folder();
    fill(path);
    const files = new TempFiles(path);
    expect(files.step(10_000)).toEqual(ALL);
    writeFileSync(join(path, 'more'), 'x');
    expect(files.step(10_000)).toEqual({ files: 203, fileBytes: ALL.fileBytes + 1 });
  });

  test('are counted in steps if there are many', () => {
    const path = folder();
    fill(path);
    let nowMs = 0;
    // Each reading of the clock is 0.1 ms later.
    const files = new TempFiles(path, '.sandscope-', () => (nowMs += 0.1));
    const steps: unknown[] = [];
    while (steps.at(-1) === undefined && steps.length < 100) steps.push(files.step(1));
    expect(steps.at(-1)).toEqual(ALL);
    // 32 entries and the ten that the budget allows.
    expect(steps).toHaveLength(6);
    rmSync(path, { recursive: true });
    expect([files.step(1), files.step(1)]).toEqual([undefined, undefined]);
  });

  test('may disappear between two steps', () => {
    const path = folder();
    fill(path);
    let nowMs = 0;
    const files = new TempFiles(path, '.sandscope-', () => (nowMs += 0.1));
    files.step(0.5);
    rmSync(join(path, 'b'), { recursive: true });
    let found;
    for (let i = 0; i < 50 && found === undefined; i += 1) found = files.step(1);
    expect(found).toBeDefined();
    expect(files.step(10_000)).toEqual({ files: 1, fileBytes: 10 });
  });

  test('a missing directory has no count', () => {
    expect(new TempFiles('/not/there').step(1)).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('descriptors', () => {
  test('are counted', () => {
    const descriptors = new Descriptors();
    const listed = readdirSync('/proc/self/fd').length - 1;
    const before = descriptors.count(0)!;
    expect(Math.abs(before - listed)).toBeLessThan(5);
    const opened = Array.from({ length: 50 }, () => openSync('/dev/null', 'r'));
    const after = new Descriptors().count(0)!;
    for (const fd of opened) closeSync(fd);
    expect(after - before).toBeGreaterThan(45);
  });

  test('are listed if the kernel does not report their number; the more there are, the less often', () => {
    // A folder in /proc, which has no size.
    const descriptors = new Descriptors('/proc/self/task');
    const count = descriptors.count(1000)!;
    expect(count).toBeGreaterThan(2);
    expect(descriptors.count(1000 + count - 1)).toBeUndefined();
    expect(descriptors.count(1000 + count + 1)).toBeGreaterThan(2);
  });

  test('have no count without /proc', () => {
    expect(new Descriptors('/not/there').count(0)).toBeUndefined();
  });
});

test('threads', () => {
  expect(parseThreadCount(fixture('self-status'))).toBe(1);
  expect(() => parseThreadCount('Threads:\t12')).toThrow('Threads');
  expect(threadCountSource('/not/there').read()).toBeUndefined();
});
