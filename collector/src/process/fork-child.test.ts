import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PARENT = fileURLToPath(new URL('./parent.fixture.ts', import.meta.url));

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

it.each(['SIGCONT', 'SIGSTOP'] as const)(
  'a child that got %s ends with its killed parent',
  async (signal) => {
    const parent = fork(PARENT, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const [child] = (await once(parent, 'message')) as [number];
    process.kill(child, signal);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(child)).toBe(false);
  },
);
