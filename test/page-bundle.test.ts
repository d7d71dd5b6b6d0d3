import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'collector/web/dist');

/** Built by the setup of the tests, unless it is up to date. */
const files = readdirSync(DIST, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && /\.(html|css|js)$/.test(entry.name))
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));

it('is the page for users, without development code and paths of this machine', () => {
  const text = Buffer.concat(files).toString('utf8');
  expect(text).toContain('Sandscope');
  for (const trace of ['jsxDEV', ROOT]) expect(text.includes(trace), trace).toBe(false);
});

it('takes at most 400 kB compressed', () => {
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  expect(bytes).toBeLessThan(400_000);
});
