/** `sandscope import … --answers`: what imported data tell, in one command. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../collector/src/store/engine.ts';
import { Store } from '../../collector/src/store/store.ts';
import { fixture, madeLog, sandscope, sandscopeWith } from '../support/imports.ts';
import { startCollector, temporaryFolder, until } from '../support/stack.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => folder.remove());

/** The definition of the table of spans, with its retention. */
async function retentionOf(data: string): Promise<string> {
  const silent = (): void => undefined;
  const engine = await startEngine({
    dataDir: join(data, 'engine'),
    log: { info: silent, warn: silent, error: silent },
  });
  const store = await Store.open(engine);
  try {
    const [table] = await store.query<{ created: string }>(
      "SELECT create_table_query AS created FROM system.tables WHERE database = {database:String} AND name = 'otel_traces'",
      { database: store.database },
    );
    return table!.created;
  } finally {
    await store.close();
    await engine.stop();
  }
}

it('answers in one command, with and without a collector that runs', async () => {
  const logs = join(folder.path, 'logs');
  await mkdir(logs);
  const made = madeLog();
  await writeFile(join(logs, 'export.ndjson'), made.lines.join('\n'));
  const args = ['import', 'cloudwatch', logs, '--function', 'one-command', '--answers'];
  const alone = await sandscope(folder.path, ...args, '--data', join(folder.path, 'answers'));
  expect(alone.code).toBe(0);
  const [head, ...table] = alone.stdout.trimEnd().split('\n');
  expect(head).toContain(`${made.invocations} spans of 1 file imported`);
  const answers = Object.fromEntries(table.map((line) => line.split(/ {2,}/)));
  expect(answers).toMatchObject({
    function: 'one-command',
    calls: String(made.invocations),
    'cold starts': String(made.cold),
    'cold start costs, ms': expect.stringMatching(/^2\d\d/) as string,
    'main cause': 'idle',
    sandboxes: String(made.cold),
    'ping to keep warm, s': expect.stringMatching(/^\d+(\.\d+)?$/) as string,
  });
  // The data are there for what comes next, and nothing else is left.
  const again = await sandscope(folder.path, ...args, '--data', join(folder.path, 'answers'));
  expect(again.stdout).toBe(alone.stdout);
  const collector = await startCollector(folder.path);
  const asked = await sandscope(folder.path, ...args, '--endpoint', collector.url);
  expect(asked.stdout.trimEnd().split('\n').slice(1)).toEqual(table);
  await collector.child.stop();
  expect(await sandscope(folder.path, ...args, '--json')).toMatchObject({ code: 2 });
});

it('answers without changing what the regular collector keeps, forwards and allows', async () => {
  const home = join(folder.path, 'stays');
  await mkdir(home);
  const data = join(home, 'collector');
  const forwarded: Buffer[] = [];
  let isUp = false;
  const target = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      if (isUp) forwarded.push(Buffer.concat(chunks as Buffer[]));
      response.writeHead(isUp ? 200 : 503, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const stays = ['--forward', url, '--retention-traces', '700d'];
  try {
    const first = await startCollector(home, 0, ...stays);
    await first.child.stop();
    const file = fixture('cloudwatch/filter-log-events.json');
    const ran = await sandscopeWith(
      { SANDSCOPE_QUERY_TOKENS: 'of-the-collector-that-stays', SANDSCOPE_TOKENS: 'another-of-that-one' },
      folder.path,
      ...['import', 'cloudwatch', file, '--function', 'stays', '--data', data, '--answers'],
    );
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^calls +7$/m) as string });
    expect(await retentionOf(data)).toContain('toIntervalDay(700)');
    isUp = true;
    const again = await startCollector(home, 0, ...stays);
    await until(
      'the import is forwarded',
      async () => Promise.resolve(forwarded.map(String).join('')),
      (all) => all.includes('stays'),
    );
    await again.child.stop();
  } finally {
    target.close();
    target.closeAllConnections();
  }
});
