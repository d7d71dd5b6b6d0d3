import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStartTicks } from '@sandscope/probes/inside';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimSandbox } from './sandbox-stamp.ts';

describe('the stamp', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandscope-stamp-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const owner = (pid: number, startTicks: number | undefined = 1) => ({
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

  test('of a dead process passes on, to one process only', async () => {
    const dead = claimSandbox(owner(2 ** 22 + 1));
    expect(claimSandbox(self())).toMatchObject({ id: dead.id, restarted: true });
    // The heir lives, so this one is a neighbour.
    const neighbour = claimSandbox(owner(2 ** 22 + 2));
    expect(neighbour).toMatchObject({ restarted: false });
    expect(neighbour.id).not.toBe(dead.id);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('of a process whose pid was used again is a dead process’s', () => {
    const dead = claimSandbox(owner(process.pid, 1));
    expect(claimSandbox(self())).toMatchObject({ id: dead.id, restarted: true });
  });

  test('that is nonsense, a link or not ours is left alone', async () => {
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

  test('is taken away by remove', async () => {
    claimSandbox(self()).remove();
    expect(await readdir(folder)).toEqual([]);
  });
});
