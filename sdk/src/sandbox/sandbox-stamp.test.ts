import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStartTicks } from '@sandscope/probes/inside';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimSandbox } from './sandbox-stamp.ts';
import type { StampOwner } from './stamp-file.ts';

describe('the stamp', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandscope-stamp-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  // From a process that started before this one, in the same pid namespace.
  const before = (readStartTicks() ?? 2) - 1;
  const owner = (pid: number, startTicks: number | undefined = before) => ({
    folder,
    scope: ['s'],
    pid,
    startTicks,
  });
  const self = () => owner(process.pid, readStartTicks());
  const stampPath = async (): Promise<string> => join(folder, (await readdir(folder))[0]!);

  test('is the same for the same process', () => {
    expect(claimSandbox(self())).toMatchObject({ id: claimSandbox(self()).id, restarted: false });
  });

  test('of a dead process passes to one other process only', async () => {
    const dead = claimSandbox(owner(2 ** 22 + 1));
    expect(claimSandbox(self())).toMatchObject({ id: dead.id, restarted: true });
    // The process that took over the stamp is alive, so this one is a neighbour.
    const neighbour = claimSandbox(owner(2 ** 22 + 2));
    expect(neighbour).toMatchObject({ restarted: false });
    expect(neighbour.id).not.toBe(dead.id);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('counts as a dead process’s if the pid was reused', () => {
    const dead = claimSandbox(owner(process.pid, before));
    expect(claimSandbox(self())).toMatchObject({ id: dead.id, restarted: true });
  });

  test('of a process older than the pid namespace belongs to another sandbox, and is replaced', async () => {
    const firstTicks = readStartTicks(1);
    if (firstTicks === undefined || firstTicks === 0) return;
    const gone = claimSandbox(owner(2 ** 22 + 1, firstTicks - 1));
    const ours = claimSandbox(self());
    expect(ours.restarted).toBe(false);
    expect(ours.previousStartTicks).toBeUndefined();
    expect(ours.id).not.toBe(gone.id);
    expect(await readFile(await stampPath(), 'latin1')).toMatch(ours.id);
    expect(claimSandbox(owner(2 ** 22 + 2)).id).not.toBe(ours.id);
  });

  test('passes to another pid namespace if the platform restarts processes that way', () => {
    const firstTicks = readStartTicks(1) ?? 1;
    const dead = claimSandbox(owner(2 ** 22 + 1, Math.max(firstTicks - 1, 0)));
    expect(claimSandbox({ ...self(), changesNamespace: true })).toMatchObject({
      id: dead.id,
      restarted: true,
    });
  });

  test('that cannot be written yet is written later, once, and does not replace another one', async () => {
    let scope: readonly string[] | 'later' = 'later';
    const late = (): StampOwner => ({
      ...owner(process.pid),
      get scope() {
        return scope;
      },
    });
    const [first, second] = [claimSandbox(late()), claimSandbox(late())];
    expect([first.path, second.path]).toEqual([undefined, undefined]);
    expect(await readdir(folder)).toEqual([]);
    scope = ['s'];
    expect([first.path, first.path]).toEqual([await stampPath(), await stampPath()]);
    expect(second.path).toBeUndefined();
    expect(await readFile(await stampPath(), 'latin1')).toMatch(first.id);
    second.remove();
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('is not written if nothing distinguishes the sandbox from its neighbours', async () => {
    const claimed = claimSandbox({ ...self(), scope: undefined });
    expect(claimed).toMatchObject({ restarted: false, path: undefined });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is ignored if it is invalid, a link, or another user’s', async () => {
    claimSandbox(owner(2 ** 22 + 1));
    const path = await stampPath();
    for (const content of ['', 'x'.repeat(500), `${'0'.repeat(31)}g 1 1\n`, `${'0'.repeat(32)} 1 1`]) {
      await writeFile(path, content);
      expect(claimSandbox(self()).restarted).toBe(false);
      expect(await readFile(path, 'latin1')).toBe(content);
    }
    const target = join(folder, 'target');
    await writeFile(target, `${'a'.repeat(32)} ${2 ** 22 + 1} 1\n`);
    await rm(path);
    await symlink(target, path);
    expect(claimSandbox(self()).id).not.toBe('a'.repeat(32));
  });

  test('without a folder to write to, the id is new each time', async () => {
    await rm(folder, { recursive: true });
    expect(claimSandbox(self()).id).toMatch(/^[0-9a-f]{32}$/);
    expect(claimSandbox(self()).restarted).toBe(false);
  });

  test('is deleted by remove', async () => {
    claimSandbox(self()).remove();
    expect(await readdir(folder)).toEqual([]);
  });
});
