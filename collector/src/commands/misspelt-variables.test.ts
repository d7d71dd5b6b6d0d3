import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const NOBODY = 'http://127.0.0.1:1';

// Two commands that report them in their own way, and two of the many others.
it.each([
  ['up', '--data', '/proc/none', '--port', '0'],
  ['doctor', '--url', NOBODY],
  ['query', 'functions', '--url', NOBODY],
  ['dead-letters', '--data', '/proc/none'],
])('%s reports a misspelt variable', { timeout: 60_000 }, (name, ...args) => {
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, name, ...args], {
    encoding: 'utf8',
    input: '',
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', SANDSCOPE_DATTA: '/tmp' },
  });
  const told = name === 'doctor' ? stdout : stderr;
  expect(told).toContain(
    'SANDSCOPE_DATTA is not a variable of Sandscope and has no effect; did you mean SANDSCOPE_DATA?',
  );
});
