/** The verdicts of `@arethetypeswrong/cli` and publint on the tarballs. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';
import { tool } from './toolchain.ts';

const tarballs = Object.entries(inject('tarballs'));

test.each(tarballs)('attw finds nothing in %s', (_name, tarball) => {
  const cli = tool('@arethetypeswrong/cli/dist/index.js');
  const options = { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } } as const;
  // Exits with 1 for any problem of any entry in any mode of module resolution.
  const report = execFileSync(process.execPath, [cli, tarball, '--format', 'ascii', '--no-emoji'], options);
  expect(report).toMatch(/No problems found|This package does not contain types/);
});

test.each(tarballs)('publint finds nothing in %s', async (_name, tarball) => {
  const bytes = await readFile(tarball);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: file }, level: 'suggestion' });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});
