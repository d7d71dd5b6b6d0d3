/** The tutorial as a reader follows it: its files, terminals and commands, on other ports and in another folder. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, commandsOf } from './commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = await readFile(join(ROOT, 'docs/tutorial.md'), 'utf8');
const [steps = '', fromLog = ''] = page.split('## Or start from a log');
const terminals: ChildProcess[] = [];
let folder: string;
let ports: readonly [collector: number, platform: number];

/** As on the page, except for ports that may be in use here, and without `npx`, which does not pass on signals. */
const adapted = (text: string): string =>
  text
    .replaceAll('npx node', process.execPath)
    .replaceAll('npx sandscope', 'node_modules/.bin/sandscope')
    .replaceAll('127.0.0.1:4318', `127.0.0.1:${ports[0]}`)
    .replaceAll('--data tutorial/data', `--data tutorial/data --port ${ports[0]}`)
    .replaceAll(/ 9000$|(?<=127\.0\.0\.1:)9000/gm, (found) => found.replace('9000', String(ports[1])));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function run(command: string): Promise<string> {
  const env = { ...process.env, SANDSCOPE_URL: `http://127.0.0.1:${ports[0]}` };
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: folder, env });
  return stdout;
}

/** A new terminal; resolves when it shows that it is ready. */
async function open(command: string, ready: RegExp): Promise<void> {
  const child = spawn('bash', ['-c', `exec ${adapted(command).trim()}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  terminals.push(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect
    .poll(() => ({ said, ended: child.exitCode }), { timeout: 240_000, interval: 500 })
    .toEqual({ said: expect.stringMatching(ready), ended: null });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-tutorial-'));
  for (const name of ['node_modules', 'examples', 'collector', 'sdk', 'probes', 'package.json'])
    await symlink(join(ROOT, name), join(folder, name));
  ports = [await freePort(), await freePort()];
});

afterAll(async () => {
  for (const child of terminals.toReversed()) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('what keeps it warm is known after the tutorial', async () => {
  const blocks = blocksOf(steps);
  const file = (language: string): string => blocks.find((block) => block.language === language)!.text;
  const inTerminal = blocks.filter(({ before }) => before.toLowerCase().includes('terminal'));
  const commands = commandsOf(steps);
  const questions = commands.filter((command) => command.includes('sandscope query'));
  const calls = commands.find((command) => command.startsWith('for '))!;
  expect(inTerminal).toHaveLength(2);
  expect(questions).toHaveLength(3);
  // Each command of the page is one of these.
  const done = new Set([...inTerminal.map(({ text }) => text.trim()), ...questions, calls]);
  expect(commands.filter((command) => !done.has(command))).toEqual(['npm install', 'mkdir -p tutorial']);

  await mkdir(join(folder, 'tutorial'));
  await writeFile(join(folder, 'tutorial/hello.mjs'), file('js'));
  await writeFile(join(folder, 'tutorial/platform.json'), adapted(file('json')));
  await open(inTerminal[0]!.text, /sandscope: ready/);
  await open(inTerminal[1]!.text, /"listening"/);
  expect(await run(adapted(calls))).toContain('{"hello":"world"}');

  const answer = async (name: string): Promise<string> =>
    await run(adapted(questions.find((question) => question.includes(` ${name} `))!));
  await expect
    .poll(async () => await answer('keep-warm'), { timeout: 120_000, interval: 2000 })
    .toMatch(/^advice +ping$/m);
  expect(await answer('cold-starts')).toMatch(/^mainCause +idle$/m);
  expect(await answer('survival')).toMatch(/^kneeMs +\d{4} \(/m);
}, 900_000);

test('a log can be imported', async () => {
  const [fetching, importing, asking, ...more] = commandsOf(fromLog);
  expect(fetching).toMatch(/^aws logs filter-log-events /);
  expect(more).toEqual([]);
  const log = join(ROOT, 'test/fixtures/import/cloudwatch/filter-log-events.json');
  await cp(log, join(folder, 'thumbnails.json'));
  expect(await run(importing!.replace('npx ', 'node_modules/.bin/'))).toMatch(
    /[1-9]\d* spans of 1 file imported/,
  );
  expect(await run(adapted(asking!))).toContain('2025-06-01');
}, 300_000);
