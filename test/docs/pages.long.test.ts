/** The commands of the pages that ask or keep a collector: each is run as it is there, on other ports and in another folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendMeasuredCalls } from '../support/span-sender.ts';
import { until } from '../support/stack.ts';
import { blocksOf, commandsOf } from './commands.ts';
import { end, freePort, ROOT, Terminals } from './terminal.ts';

const READY = /sandscope: ready/;
const pages = execFileSync('git', ['ls-files', 'README.md', 'docs', 'examples/grafana'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const textOf = (path: string): string => pages.find((page) => page.path === path)!.text;

/** In blocks and in sentences. The tutorial and the page that is followed on AWS have tests of their own. */
const asked = pages
  .filter(({ path }) => !/tutorial|ten-minutes/.test(path))
  .flatMap(({ path, text }) => {
    const inSentences = [...text.matchAll(/`((?:npx )?sandscope query [a-z][^`]*)`/g)].map(
      ([, found = '']) => found,
    );
    return commandsOf(text)
      .concat(inSentences)
      .map((command) => ({ path, command }));
  })
  .filter(({ command }) =>
    /sandscope (?:query [a-z]|report |doctor|delete function .*--dry-run|dead-letters(?: retry)?$)|\/api\/v1\/status/.test(
      command,
    ),
  );

let terminals: Terminals;
let port: number;

const here = (command: string): string =>
  command
    .replaceAll(/(?:127\.0\.0\.1|collector):4318/g, `127.0.0.1:${port}`)
    .replaceAll('/var/lib/sandscope', 'data')
    .replaceAll('/var/lib/', '')
    .replaceAll('/backups/', 'backup-');
/** `up` of a page, on loopback only and with a free port. */
const up = (command: string, data: string): string =>
  `${command.replace('--host 0.0.0.0', '--host 127.0.0.1').replace(/ --data \S+/, '')} --data ${data} --port ${port}`;
const upOf = (path: string): string => commandsOf(textOf(path)).find((command) => / up\b/.test(command))!;

beforeAll(async () => {
  port = await freePort();
  terminals = await Terminals.start({
    SANDSCOPE_URL: `http://127.0.0.1:${port}`,
    SANDSCOPE_DATA: 'data',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
});
afterAll(() => terminals?.close());

describe('a collector as the README starts it', () => {
  beforeAll(async () => {
    await terminals.open(up(upOf('README.md'), 'data'), READY);
    for (const name of ['add', 'io', 'checkout', 'hello', 'thumbnails']) {
      await sendMeasuredCalls(`http://127.0.0.1:${port}`, name);
      // Acknowledged is not stored yet, and a question about a function that was never seen is refused.
      await until(
        `${name} is seen`,
        async () => (await fetch(`http://127.0.0.1:${port}/api/v1/functions/${name}?from=-1d`)).status,
        (status) => status === 200,
      );
    }
  }, 300_000);

  test('is asked by many pages', () => {
    expect(new Set(asked.map(({ path }) => path)).size).toBeGreaterThan(22);
  });

  test.each(asked)(
    '$path: $command',
    async ({ command }) => {
      await expect(terminals.run(here(command))).resolves.toEqual(expect.any(String));
    },
    120_000,
  );

  test('is backed up and restored', async () => {
    const commands = commandsOf(textOf('docs/internals/reliability.md'));
    const [backup, restore] = ['backup', 'restore'].map((name) =>
      commands.find((one) => one.includes(` ${name} `))!,
    );
    await terminals.run(here(backup!));
    await terminals.run(here(restore!));
    expect(existsSync(join(terminals.folder, 'restored'))).toBe(true);
  }, 300_000);
});

describe('another collector', () => {
  beforeAll(async () => {
    port = await freePort();
  });

  test('serves SQL with the token that the page creates', async () => {
    const commands = commandsOf(textOf('docs/standard-tools.md'));
    const [create, start, ask] = ['urandom', '--sql', '/sql'].map((part) =>
      commands.find((one) => one.includes(part))!,
    );
    await terminals.run(create!);
    const collector = await terminals.open(up(start!, 'with-sql'), READY);
    await sendMeasuredCalls(`http://127.0.0.1:${port}`, 'hello');
    await expect.poll(() => terminals.run(here(ask!)), { timeout: 60_000 }).toBe('hello\t3\n');
    await end(collector);
  }, 300_000);

  test('takes the tokens that the page of deployment creates, and a function sends with them', async () => {
    const commands = commandsOf(textOf('docs/deployment.md'));
    for (const command of commands.filter((one) => one.includes('urandom'))) await terminals.run(command);
    const collector = await terminals.open(up(upOf('docs/deployment.md'), 'with-tokens'), READY);
    const header = commands.find((one) => one.startsWith('export '))!;
    const endpoint = `http://127.0.0.1:${port}`;
    const doctor = `${header}; npx sandscope doctor --url ${endpoint} --query-token-file query-tokens`;
    expect(await terminals.run(doctor)).toMatch(/^ok +endpoint\.token .*\n(?:.*\n)*ok +query\.token /m);
    await end(collector);
  }, 300_000);

  test('reads the prices of the page', async () => {
    const page = textOf('docs/prices.md');
    await writeFile(
      join(terminals.folder, 'plans.json'),
      blocksOf(page).find(({ language }) => language === 'json')!.text,
    );
    const collector = await terminals.open(up(upOf('docs/prices.md'), 'with-prices'), READY);
    await sendMeasuredCalls(`http://127.0.0.1:${port}`, 'hello');
    const cost = `npx sandscope query cost --url http://127.0.0.1:${port} --set plan=ours-2026`;
    await expect.poll(() => terminals.run(cost), { timeout: 60_000 }).toContain('hello');
    await end(collector);
  }, 300_000);
});

describe('the local platform', () => {
  test('runs, is called and deploys as its page says', async () => {
    const platformPort = await freePort();
    const [start, ...calls] = commandsOf(
      readFileSync(join(ROOT, 'examples/local-platform/README.md'), 'utf8'),
    ).map((command) => command.replaceAll(/(?<=--port |127\.0\.0\.1:)9000/g, String(platformPort)));
    await terminals.open(start!, /"listening"/);
    expect(calls).toHaveLength(3);
    for (const call of calls)
      expect(await terminals.run(call.replace('curl ', 'curl --fail --silent '))).not.toBe('');
  }, 300_000);
});
