import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCollector } from './running-collector.fixture.ts';
import {
  allStored,
  heldFolders,
  holdSnapshot,
  invocationsBody,
  nothingHeld,
  post,
  runCommand,
  spawnCommand,
  startCollector,
} from './running-collector.fixture.ts';

let folder: string;
let data: string;
let collector: RunningCollector;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-fails-'));
  data = at('data');
  collector = await startCollector(data);
}, 60_000);

afterAll(async () => {
  await collector.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup that fails', { timeout: 60_000 }, () => {
  it('is abandoned when the command is cancelled, and leaves nothing behind', async () => {
    const { child, outcome } = spawnCommand(['backup', at('cancelled'), '--data', data]);
    child.stderr.once('data', () => child.kill('SIGKILL'));
    await outcome;
    await nothingHeld(data);
    expect(existsSync(at('cancelled/backup.json'))).toBe(false);
    const restored = await runCommand('restore', at('cancelled'), '--data', at('restored'));
    expect([restored.code, restored.stderr]).toEqual([
      5,
      expect.stringContaining('is not a complete backup') as string,
    ]);

    const channel = await holdSnapshot(data);
    channel.end();
    await nothingHeld(data);
    expect((await runCommand('backup', at('again'), '--data', data)).code).toBe(0);
  });

  it('is a second one at the same time', async () => {
    const channel = await holdSnapshot(data);
    const { code, stderr } = await runCommand('backup', at('second'), '--data', data);
    expect([code, stderr]).toEqual([5, 'sandscope: another backup is running\n']);
    expect(heldFolders(data)).toHaveLength(2);
    channel.end();
    await nothingHeld(data);
  });

  it('is never written into a directory that is not empty', async () => {
    mkdirSync(at('taken'));
    writeFileSync(at('taken/file'), '');
    const { code, stderr } = await runCommand('backup', at('taken'), '--data', data);
    expect([code, stderr]).toEqual([5, `sandscope: ${at('taken')} is not empty\n`]);
  });

  it('fails on a full disk, and leaves nothing behind', async ({ skip }) => {
    mkdirSync(at('full'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('full')], { stdio: 'ignore' });
    } catch {
      skip('no small file system could be mounted: this needs root on Linux');
    }
    try {
      const { url } = collector;
      expect(await post(url, invocationsBody(1, 500).body)).toBe(200);
      await allStored(url);
      const { code, stderr } = await runCommand('backup', at('full/backup'), '--data', data);
      expect([code, stderr]).toEqual([5, expect.stringMatching(/ENOSPC|disk is full/) as string]);
      expect(existsSync(at('full/backup/backup.json'))).toBe(false);
      expect(heldFolders(data)).toEqual([]);
      expect(await post(url, invocationsBody(2, 1).body)).toBe(200);
    } finally {
      execFileSync('umount', [at('full')]);
    }
  });
});
