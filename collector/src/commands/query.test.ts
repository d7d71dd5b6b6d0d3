import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { QUESTIONS } from '../correlate/questions/index.ts';
import { buildQuerierApp } from '../querier/querier-app.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
import { parseCommandLine } from './command-line.ts';

const START = Date.UTC(2026, 10, 23, 12);

let engine: TestEngine;
let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  engine = await startTestEngine();
  const used = (name: string, sandbox: string, ordinal: number) =>
    invocationRow({ function: name, sandbox: sandbox.repeat(16), ordinal, startMs: START + ordinal * 1000 });
  await engine.writer.insert(
    [used('add', 'a0', 1), used('add', 'a0', 2), used('=cmd\u001b[2J', 'b0', 1)],
    'q',
  );
  app = await buildQuerierApp({ store: () => engine.store });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}, 60_000);
afterAll(async () => {
  await app.close();
  await engine.close();
});

async function run(...args: string[]): Promise<string> {
  const chunks: string[] = [];
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((chunk) => chunks.push(String(chunk)) > 0);
  try {
    const line = parseCommandLine(['query', ...args], {});
    if (line.kind !== 'run') throw new Error(`not a command: ${line.kind}`);
    await line.command.run(line.settings);
  } finally {
    write.mockRestore();
  }
  return chunks.join('');
}

const RANGE = ['--from', '2026-11-23', '--to', '2026-11-24'];

describe('sandscope query', () => {
  it('lists the questions', async () => {
    const lines = (await run()).trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
      QUESTIONS.map(({ name, summary }) => [name, summary]),
    );
  });

  it('shows a table without control characters', async () => {
    const shown = await run('reuse', ...RANGE, '--url', url);
    expect(shown).toMatch(/^2026-11-23T00:00:00.000Z to 2026-11-24T00:00:00.000Z\n/);
    expect(shown).toMatch(/^function .*\badd\b/m);
    expect(shown).toMatch(/^function .*=cmd\ufffd\[2J/m);
    expect(shown).toMatch(/^ratio +0(?:\.5)? \(0.* to .*\) n=\d/m);
  });

  it('accepts relative times as they are written', async () => {
    const shown = JSON.parse(
      await run('timeline', '--from', '-15m', '--to', 'now', '--url', url, '--json'),
    ) as {
      from: string;
      to: string;
    };
    expect(Date.parse(shown.to) - Date.parse(shown.from)).toBe(900_000);
  });

  it('passes on filters and parameters of the question', async () => {
    const asked = await run('reuse', ...RANGE, '--url', url, '--function', 'add', '--json');
    const { functions } = JSON.parse(asked) as { functions: { function: string }[] };
    expect(functions.map(({ function: name }) => name)).toEqual(['add']);
    const buckets = await run('timeline', ...RANGE, '--url', url, '--set', 'buckets=2', '--csv');
    expect(buckets.split('\r\n')).toHaveLength(4);
  });

  it.each([
    [['weather'], 'ERR_OPTION', 'there is no question "weather"'],
    [['reuse', '--json', '--csv'], 'ERR_OPTION', 'not both'],
    [['reuse', '--url', 'ftp://x'], 'ERR_OPTION', '--url is not an http or https URL'],
    [['reuse', '--set', 'limit'], 'ERR_OPTION', '--set is not NAME=VALUE'],
    [['reuse', '--query-token-file', '/nowhere'], 'ERR_OPTION', 'cannot be read'],
    [['reuse', '--url', 'http://127.0.0.1:1'], 'ERR_COLLECTOR', 'no collector answers at http://127.0.0.1:1'],
  ] as const)('explains what is wrong with %j', async (args, code, message) => {
    await expect(run(...args)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('reports what the collector refuses', async () => {
    await expect(run('reuse', '--url', url, '--function', 'sub')).rejects.toMatchObject({
      code: 'ERR_COLLECTOR',
      message: 'no function "sub" was seen (ERR_FUNCTION_NOT_FOUND)',
    });
  });

  it('reports when something other than a collector answers', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(run('reuse', '--url', `http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ERR_COLLECTOR',
      message: `http://127.0.0.1:${port} answers 404, which is not an answer of a collector`,
    });
    other.close();
  });
});
