import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixture } from '../import/imported.fixture.ts';
import { Inbox, INBOX_FILE, STORE_CONSUMER } from '../inbox/index.ts';
import { parseCommandLine } from './command-line.ts';

const LOG = fixture('cloudwatch/filter-log-events.json');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-import-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const chunks: string[] = [];
  const keep = (chunk: unknown): boolean => chunks.push(String(chunk)) > 0;
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  try {
    const line = parseCommandLine(['import', ...args], { SANDSCOPE_DATA: folder, ...env });
    if (line.kind !== 'run') throw new Error(`not a command: ${line.kind}`);
    await line.command.run(line.settings);
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return chunks.join('');
}

describe('sandscope import', () => {
  it.each([
    [[], 'ERR_OPTION', 'needs a format, one of cloudwatch'],
    [['cloudtrail', LOG], 'ERR_OPTION', 'not "cloudtrail"'],
    [['cloudwatch'], 'ERR_OPTION', 'import cloudwatch needs a file'],
    [['cloudwatch', '/nowhere/at.all'], 'ERR_IMPORT_INPUT', '/nowhere/at.all cannot be read'],
    [['cloudwatch', LOG, '--endpoint', 'ftp://x'], 'ERR_OPTION', '--endpoint is not an http or https URL'],
    [['cloudwatch', LOG, '--name', 'a\nb'], 'ERR_OPTION', '--name is not 1 to 128 characters'],
    [
      ['cloudwatch', LOG, '--endpoint', 'http://x', '--token-file', '/nowhere'],
      'ERR_OPTION',
      '--token-file cannot be used',
    ],
  ] as const)('explains what is wrong with %j', async (args, code, message) => {
    await expect(run(args)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('shows how the first rows are interpreted, and sends nothing', async () => {
    const args = ['invocations', fixture('platform.csv'), '--mapping', fixture('mapping.json'), '--dry-run'];
    const shown = await run(args);
    expect(shown).toMatch(/^ {2}start +2025-06-01T12:00:00\.000123456Z$/m);
    expect(shown).toMatch(/^ {2}duration +105 ms$/m);
    expect(shown).toMatch(/^ {2}faas\.coldstart +true$/m);
    expect(shown).toContain('line 5: left out, it has no readable start');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the pending requests of forwarders if no collector runs', async () => {
    const path = join(folder, INBOX_FILE);
    const forwarder = 'forward:http://jaeger:4318/v1/traces';
    const request = {
      encoding: 'json',
      contentType: 'application/json',
      summary: { spans: 1, rejected: 0, message: '' },
    } as const;
    const before = new Inbox({ path, minFreeBytes: 0, forwarders: [forwarder] });
    await before.append({ ...request, body: Buffer.from('first') });
    before.advance(STORE_CONSUMER, 1);
    before.close();
    expect(await run(['cloudwatch', LOG])).toContain(
      `7 spans of 1 file imported into ${folder} as "filter-log-events.json"`,
    );
    const after = new Inbox({ path, minFreeBytes: 0, forwarders: [forwarder] });
    expect(after.cursors.pending(forwarder).requests).toBe(2);
    expect(after.cursors.pending(STORE_CONSUMER).requests).toBe(1);
    after.close();
  });

  it('sends its token, waits as long as the collector asks, and gives up when it is refused', async () => {
    const seen: (string | undefined)[] = [];
    const answers = [503, 429, 200, 401];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      request
        .resume()
        .on('end', () => response.writeHead(answers.shift() ?? 500, { 'retry-after': '0' }).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, '# for imports\nof-the-file-0123456789\n');
    try {
      const said = await run(['cloudwatch', LOG, '--endpoint', endpoint, '--token-file', tokenFile]);
      expect(said).toContain(`waiting for ${endpoint}: it answered 503`);
      expect(seen).toEqual(Array(3).fill('Bearer of-the-file-0123456789'));
      const again = run(['cloudwatch', LOG, '--endpoint', endpoint], {
        SANDSCOPE_TOKEN: 'of-the-variable-0123456789',
      });
      await expect(again).rejects.toMatchObject({
        code: 'ERR_IMPORT_SEND',
        message: expect.stringContaining('it answered 401'),
      });
      expect(seen.at(-1)).toBe('Bearer of-the-variable-0123456789');
    } finally {
      server.close();
    }
  });
});
