import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ProcSource } from './proc-source.ts';
import { isTransient, noteFailure, Once, whole } from './transient.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const target = (fd: string): string | undefined => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('distinguishes transient errors from permanent ones', () => {
  for (const code of ['EMFILE', 'ENFILE', 'ENOMEM', 'EINTR', 'EAGAIN']) {
    expect(isTransient(failure(code))).toBe(true);
  }
  // In the form that `node:os` throws it.
  const wrapped = Object.assign(failure('ERR_SYSTEM_ERROR'), { info: { code: 'EMFILE' } });
  expect(isTransient(wrapped)).toBe(true);
  for (const code of ['ENOENT', 'EACCES', 'ERR_ACCESS_DENIED', 'EISDIR']) {
    expect(isTransient(failure(code))).toBe(false);
  }
  for (const thrown of [undefined, null, 'EMFILE', {}]) expect(isTransient(thrown)).toBe(false);
});

test('a value is read once if there was no transient failure', () => {
  let readings = 0;
  const once = new Once(() => {
    readings += 1;
    noteFailure(failure('ENOENT'));
    return undefined;
  });
  expect([once.get(), once.get(), once.settled, readings]).toEqual([undefined, undefined, true, 1]);
  once.forget();
  expect([once.get(), readings]).toEqual([undefined, 2]);
});

test('an incomplete value is read again, but not at every call', async () => {
  let readings = 0;
  let short = true;
  const inner = new Once(() => {
    readings += 1;
    if (short) noteFailure(failure('EMFILE'));
    return readings;
  });
  const outer = new Once(() => whole(() => inner.get()));
  expect([outer.get(), outer.get(), outer.settled, readings]).toEqual([undefined, undefined, false, 1]);
  short = false;
  await expect.poll(() => outer.get(), { interval: 10 }).toBe(2);
  expect([outer.settled, inner.settled]).toEqual([true, true]);
  await pause(60);
  expect([outer.get(), readings]).toEqual([2, 2]);
});

test.runIf(process.platform === 'linux')('a descriptor that the program closed is opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-transient-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'counter');
  writeFileSync(path, 'one');
  const source = new ProcSource(path, (text) => text);
  expect(source.read()).toBe('one');
  const fd = readdirSync('/proc/self/fd').find((name) => target(name) === path);
  closeSync(Number(fd));
  expect(source.read()).toBeUndefined();
  // Not with the number of the one that was closed.
  const other = openSync(folder, 'r');
  onTestFinished(() => closeSync(other));
  await expect.poll(() => source.read(), { interval: 10 }).toBe('one');
});
