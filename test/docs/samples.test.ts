/**
 * Every sample of the platforms' pages, unchanged, on the current Node: it is loaded as a module, and ends without
 * output. Samples that need a package that is not installed are skipped, with its name.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PEERS } from '../interop/peers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = join(ROOT, 'docs', 'platforms');

// What only the platform provides: the global of Lambda's runtime, a free port.
const PLATFORM = `
  globalThis.awslambda = { streamifyResponse: (handler) => handler };
  const { Server } = require('node:net');
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...args) { return listen.call(this, ...args.map((arg) =>
    arg === 8080 ? 0 : arg?.port === 8080 ? { ...arg, port: 0 } : arg)); };`;

interface Sample {
  readonly title: string;
  readonly text: string;
  readonly packages: readonly string[];
}

function samplesOf(page: string): Sample[] {
  const blocks = readFileSync(join(PAGES, page), 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, text = ''], index) => ({
    title: `${page}, ${index + 1}`,
    text,
    packages: [...text.matchAll(/(?:from |require\()'((?:@[\w-]+\/)?[\w-]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'node' && name !== '@sandscope/sdk'),
  }));
}

function installed(name: string): string | undefined {
  return [join(ROOT, 'node_modules', name), join(PEERS, name)].find(existsSync);
}

const samples = readdirSync(PAGES)
  .filter((page) => page.endsWith('.md'))
  .flatMap(samplesOf);

test('the pages have samples', () => {
  expect(samples.length).toBeGreaterThan(15);
});

test.for(samples)('$title', async ({ title, text, packages }, { skip }) => {
  const missing = packages.filter((name) => installed(name) === undefined);
  if (missing.length > 0) {
    process.stderr.write(
      `SKIPPED: ${title}: not installed: ${missing.join(', ')}; run test/interop/install.sh\n`,
    );
    skip();
  }
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-sample-'));
  try {
    await install(join(ROOT, 'sdk', 'dist'), folder, '@sandscope/sdk');
    for (const name of packages) await install(installed(name)!, folder, name);
    const file = join(folder, text.includes('require(') ? 'sample.cjs' : 'sample.mjs');
    await writeFile(file, text);
    await writeFile(join(folder, 'platform.cjs'), PLATFORM);
    await writeFile(
      join(folder, 'main.mjs'),
      `await import(${JSON.stringify(file)}).then(() => process.exit(0));`,
    );
    const ran = await promisify(execFile)(process.execPath, ['--require', './platform.cjs', 'main.mjs'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder, SANDSCOPE_EXPORT: 'stdout' },
    });
    // Outside of its host, Azure's package reports that its hooks do nothing.
    const stderr = ran.stderr.replaceAll(/^WARNING: Skipping call to register .*\n/gm, '');
    expect({ ...ran, stderr }).toEqual({ stdout: '', stderr: '' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function install(from: string, folder: string, name: string): Promise<void> {
  const to = join(folder, 'node_modules', name);
  await mkdir(dirname(to), { recursive: true });
  await symlink(from, to);
}
