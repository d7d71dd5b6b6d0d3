import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePrivate } from './private-files.ts';

it('takes a directory and all in it from everybody but its owner, and follows no link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-private-'));
  const [data, outside] = [join(folder, 'data'), join(folder, 'outside')];
  mkdirSync(join(data, 'engine', 'store'), { recursive: true });
  writeFileSync(outside, '');
  chmodSync(outside, 0o644);
  const files = [join(data, 'inbox.db'), join(data, 'engine', 'store', 'part')];
  for (const file of files) {
    writeFileSync(file, '');
    chmodSync(file, 0o666);
  }
  symlinkSync(outside, join(data, 'link'));
  for (const directory of [data, join(data, 'engine'), join(data, 'engine', 'store')])
    chmodSync(directory, 0o755);
  await makePrivate(data);
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect(files.map(mode)).toEqual(['600', '600']);
  expect([data, join(data, 'engine'), join(data, 'engine', 'store')].map(mode)).toEqual([
    '700',
    '700',
    '700',
  ]);
  expect(mode(outside)).toBe('644');
  rmSync(folder, { recursive: true });
});
