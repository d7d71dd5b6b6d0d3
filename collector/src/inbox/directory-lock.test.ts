import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.ts';

let folder: string;
let holder: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-lock-'));
});

afterEach(() => {
  holder?.kill('SIGKILL');
  holder = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const HOLDER = `
  import { lockDirectory } from ${JSON.stringify(new URL('directory-lock.ts', import.meta.url).href)};
  lockDirectory(process.argv[1]);
  globalThis.gc(); // nothing here refers to the lock
  process.stdout.write('held');
  setInterval(() => undefined, 60_000);
`;

describe('a data directory', () => {
  it('is created if absent, locked once and free again after release', () => {
    const path = join(folder, 'a', 'b');
    const lock = lockDirectory(path);
    expect(() => lockDirectory(path)).toThrow(
      expect.objectContaining({
        code: 'ERR_DATA_DIR',
        message: `the data directory ${path} is in use by another collector (process ${process.pid})`,
      }),
    );
    lock.release();
    lockDirectory(path).release();
  });

  it('is free as soon as the process that held it is killed', async () => {
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', HOLDER, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    holder = child;
    await once(child.stdout, 'data');
    expect(() => lockDirectory(folder)).toThrow(`in use by another collector (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDirectory(folder).release();
  });

  it('that cannot be created is an error that names it', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      expect(() => lockDirectory(path)).toThrow(
        expect.objectContaining({ code: 'ERR_DATA_DIR', message: expect.stringContaining(path) as string }),
      );
    }
  });
});
