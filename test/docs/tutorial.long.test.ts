/** The tutorial as a reader follows it: its files, terminals and commands, on other ports and in another folder. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, commandsOf } from './commands.ts';
import { freePort, ROOT, Terminals } from './terminal.ts';

const page = await readFile(join(ROOT, 'docs/tutorial.md'), 'utf8');
const [steps = '', fromLog = ''] = page.split('## Or start from a log');
let terminals: Terminals;
let ports: readonly [collector: number, platform: number];

/** As on the page, except for ports that may be in use here. */
const adapted = (text: string): string =>
  text
    .replaceAll('127.0.0.1:4318', `127.0.0.1:${ports[0]}`)
    .replaceAll('--data tutorial/data', `--data tutorial/data --port ${ports[0]}`)
    .replaceAll(/ 9000$|(?<=127\.0\.0\.1:)9000/gm, (found) => found.replace('9000', String(ports[1])));

beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  terminals = await Terminals.start({ SANDSCOPE_URL: `http://127.0.0.1:${ports[0]}` });
});

afterAll(() => terminals?.close());

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

  const { folder } = terminals;
  await mkdir(join(folder, 'tutorial'));
  await writeFile(join(folder, 'tutorial/hello.mjs'), file('js'));
  await writeFile(join(folder, 'tutorial/platform.json'), adapted(file('json')));
  await terminals.open(adapted(inTerminal[0]!.text), /sandscope: ready/);
  await terminals.open(adapted(inTerminal[1]!.text), /"listening"/);
  expect(await terminals.run(adapted(calls))).toContain('{"hello":"world"}');

  const answer = async (name: string): Promise<string> =>
    await terminals.run(adapted(questions.find((question) => question.includes(` ${name} `))!));
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
  await cp(log, join(terminals.folder, 'thumbnails.json'));
  expect(await terminals.run(importing!)).toMatch(/[1-9]\d* spans of 1 file imported/);
  expect(await terminals.run(adapted(asking!))).toContain('2025-06-01');
}, 300_000);
