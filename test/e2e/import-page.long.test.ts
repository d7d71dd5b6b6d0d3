/** The commands of docs/import.md, unchanged, with recorded files. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, functionsOf, source } from '../support/imports.ts';
import { startCollector, temporaryFolder } from '../support/stack.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => folder.remove());

describe('docs/import.md', { timeout: 600_000 }, () => {
  /** The recorded files for the file names of the page. */
  const FILES: Readonly<Record<string, string>> = {
    'logs/': 'cloudwatch/export',
    'cloud-run.json': 'cloud-run.json',
    'sebs.json': 'sebs.json',
    'platform.csv': 'platform.csv',
    'mapping.json': 'mapping.json',
    'pacslab.csv': 'pacslab.csv',
    'eviction.csv': 'eviction.csv',
    'traces.ndjson': 'traces.ndjson',
    'jaeger.json': 'jaeger.json',
    'thumbnails.json': 'cloudwatch/filter-log-events.json',
    'insights.csv': 'cloudwatch/insights.csv',
    'tail.txt': 'cloudwatch/tail-detailed.txt',
    'get-log-events.json': 'cloudwatch/get-log-events.json',
  };

  it('has commands that run unchanged', async () => {
    const page = await readFile(source('docs/import.md'), 'utf8');
    // Commands that read from AWS are tested in test/interop.
    const commands = (page.match(/(?<=^ {4})sandscope .*$/gm) ?? []).filter((one) => !one.includes('--aws'));
    expect(commands.length).toBeGreaterThan(4);
    const cwd = join(folder.path, 'page');
    await mkdir(join(cwd, 'bin'), { recursive: true });
    for (const [name, path] of Object.entries(FILES))
      await symlink(fixture(path), join(cwd, name.replace('/', '')));
    await writeFile(
      join(cwd, 'bin', 'sandscope'),
      `#!/bin/sh\nexec '${process.execPath}' '${source('collector/src/main.ts')}' "$@"\n`,
      { mode: 0o755 },
    );
    const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` };
    for (const command of commands) {
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd, env });
      const isDry = command.endsWith('--dry-run');
      const says = isDry
        ? /^1\n {2}name/
        : /^sandscope: [1-9]\d* spans of \d+ files? imported into .+\.sandscope as /m;
      expect(stdout, command).toMatch(says);
    }
    // No collector was running: the next one gets everything from the inbox.
    const collector = await startCollector(cwd, 0, '--data', join(cwd, '.sandscope'));
    try {
      await collector.settled();
      const names = (await functionsOf(collector, 7)).map((summary) => summary.function);
      expect(names).toContain('thumbnails');
    } finally {
      await collector.child.stop();
    }
  });
});
