import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inbox, STORE_CONSUMER } from '../inbox/index.ts';
import { parseCommandLine } from './command-line.ts';

const JAEGER = 'forward:http://jaeger:4318/v1/traces';

let folder: string;
let inbox: Inbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-letters-'));
  inbox = new Inbox({ path: join(folder, 'inbox.db'), minFreeBytes: 0, forwarders: [JAEGER] });
  for (const text of ['first', 'second']) {
    const summary = { spans: 2, rejected: 0, message: '' };
    await inbox.append({
      body: Buffer.from(text),
      encoding: 'json',
      contentType: 'application/json',
      summary,
    });
  }
  inbox.advance(STORE_CONSUMER, 2, new Map([[2, 'the engine\nrefused it']]));
  inbox.advance(JAEGER, 1, new Map([[1, 'it answered 413']]));
});

afterEach(() => {
  inbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<string> {
  const chunks: Buffer[] = [];
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((chunk) => chunks.push(Buffer.from(chunk)) > 0);
  try {
    const line = parseCommandLine(['dead-letters', ...args, '--data', folder], {});
    if (line.kind !== 'run') throw new Error(`not a command: ${line.kind}`);
    await line.command.run(line.settings);
  } finally {
    write.mockRestore();
  }
  return Buffer.concat(chunks).toString();
}

describe('sandscope dead-letters', () => {
  it('lists the refused requests, one per line', async () => {
    const lines = (await run()).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(
        /^forward-jaeger-4318-v1-traces-\w{8}\/1 {2}\S+Z {2}forward:http:\/\/jaeger:4318\/v1\/traces {2}2 spans, 5 bytes {2}it answered 413$/,
      ),
      expect.stringMatching(/^store\/2 {2}\S+Z {2}store {2}2 spans, 6 bytes {2}the engine refused it$/),
    ]);
    const letters = (await run('list', '--json'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(letters[1]).toMatchObject({ id: 'store/2', reason: 'the engine\nrefused it', spans: 2 });
    expect(letters[1]).not.toHaveProperty('body');
  });

  it('shows one, and its original body', async () => {
    expect(JSON.parse(await run('show', 'store/2'))).toMatchObject({ id: 'store/2', target: 'store' });
    expect(JSON.parse(await run('show', 'store/2', '--json'))).toMatchObject({ body: 'c2Vjb25k' });
    expect(await run('show', 'store/2', '--body')).toBe('second');
    await expect(run('show', 'store/9')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(run('show')).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(run('burn')).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('hands the dead letters of a folder, or all, to the collector', async () => {
    expect(await run('retry', 'store')).toBe('1 dead letter will be sent again\n');
    expect(inbox.deadLetters.nextRetry(STORE_CONSUMER)).toMatch(/\.retry$/);
    expect(inbox.deadLetters.nextRetry(JAEGER)).toBeUndefined();
    expect(inbox.deadLetters.count(STORE_CONSUMER)).toBe(0);
    await expect(run('retry', 'store')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await run('retry')).toBe('1 dead letter will be sent again\n');
    expect(inbox.deadLetters.nextRetry(JAEGER)).toMatch(/\.retry$/);
    expect(await run('list')).toBe('');
  });
});
