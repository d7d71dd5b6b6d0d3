import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESULT_SCHEMA } from '@sandscope/probes/outside';
import { Compile } from 'typebox/schema';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { readHeaders } from './probe-target.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-probe-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<string> {
  const chunks: string[] = [];
  const keep = (chunk: unknown): boolean => chunks.push(String(chunk)) > 0;
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const line = parseCommandLine(['probe', ...args], {});
    if (line.kind !== 'run') throw new Error(`not a command: ${line.kind}`);
    await line.command.run(line.settings);
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return chunks.join('');
}

/** A function that reports nothing about itself and is slow on every third call, clearly even on a busy machine. */
async function startFunction(): Promise<{ url: string; close: () => void; headers: string[] }> {
  let calls = 0;
  const headers: string[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers.authorization ?? '');
    calls += 1;
    request.resume().on('end', () => setTimeout(() => response.end('hello'), calls % 3 === 0 ? 1000 : 50));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    headers,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('sandscope probe', () => {
  it('lists experiments, and the parameters of one', async () => {
    expect(await run()).toMatch(/^ {2}backoff +how long/);
    expect(await run('overhead')).toMatch(/^overhead: [^]*Copik[^]* {2}repeats +calls of each size/);
  });

  it('shows the plan and its price, and does nothing', async () => {
    const shown = await run(
      'backoff',
      '--url',
      'https://example.com/',
      '--dry-run',
      '--set',
      'waits=10min,20min',
    );
    expect(shown).toContain('waits = 10 min,20 min');
    expect(shown).toMatch(/2 units, 4 calls, about 30 min, about 0\.\d+ USD by aws-lambda-x86-2025/);
  });

  it.each([
    [['nothing'], 'there is no experiment "nothing"'],
    [['backoff', '--url', 'http://x/', '--lambda', 'f'], '--url and --lambda are several targets'],
    [['backoff', '--url', 'ftp://x/'], 'is not an http or https URL'],
    [['backoff', '--url', 'https://example.com/'], 'calls may cost money: give --yes'],
    [['backoff', '--url', 'http://127.0.0.1/', '--time-scale', '10'], '--time-scale only works with --local'],
    [['backoff', '--url', 'http://127.0.0.1/', '--price-plan', 'gold'], 'no price plan "gold"'],
    [
      ['perf-cost', '--url', 'https://x.example/', '--set', 'samples=90000', '--max-cost', '0.01'],
      'more than --max-cost',
    ],
    [
      ['memory', '--url', 'http://127.0.0.1:9/', '--set', 'sizes=128,256', '--set', 'cold=0'],
      'the URL needs {function}',
    ],
    [['clean', '--lambda', 'f', '--lambda-endpoint', 'http://127.0.0.1:9/'], 'leave out --lambda-endpoint'],
    [['backoff', '--local', '/nowhere.json'], '--local names a file'],
    [['replay', '--url', 'http://127.0.0.1/'], 'replay needs --set trace=FILE'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args, '--out', join(folder, 'run'))).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining(message) as string,
    });
  });

  it('measures a function that reports nothing, writes results of its schema, and keeps headers secret', async () => {
    const { url, close, headers } = await startFunction();
    vi.stubEnv('PROBE_TEST_TOKEN', 'Bearer secret-token');
    try {
      const out = join(folder, 'run');
      const args = [
        'backoff',
        '--url',
        url,
        '--out',
        out,
        '--set',
        'waits=1ms,2ms,3ms',
        '--set',
        'repeats=3',
      ];
      const said = await run(...args, '--header', 'Authorization: env:PROBE_TEST_TOKEN');
      expect(said).toContain(`Results are in ${out}`);
      expect(headers).toEqual(Array(18).fill('Bearer secret-token'));
      const text = readFileSync(join(out, 'result.json'), 'utf8');
      const result = JSON.parse(text) as Record<string, unknown>;
      const [valid, errors] = Compile(RESULT_SCHEMA).Errors(result);
      expect({ valid, errors }).toEqual({ valid: true, errors: [] });
      expect(result).toMatchObject({
        experiment: 'backoff',
        complete: true,
        target: { kind: 'http', identity: { url } },
        summary: { startGround: 'latency' },
        counts: { ok: 18 },
      });
      expect(text + readFileSync(join(out, 'journal.ndjson'), 'utf8')).not.toContain('secret-token');
      expect(readFileSync(join(out, 'samples.csv'), 'utf8').split('\r\n')).toHaveLength(20);
      expect(said).toContain(`The picture is ${join(out, 'backoff.png')}\n`);
      expect(readFileSync(join(out, 'backoff.svg'), 'utf8')).toContain('what does the caller then wait?');
      expect(readFileSync(join(out, 'latencies.png')).subarray(1, 4).toString('latin1')).toBe('PNG');
      // A completed run cannot be resumed.
      await expect(run(...args)).rejects.toMatchObject({ code: 'ERR_OPTION' });
    } finally {
      vi.unstubAllEnvs();
      close();
    }
  });

  it('exits with a code if the target is missing or a limit is reached', async () => {
    const gone = ['backoff', '--url', 'http://127.0.0.1:9/', '--set', 'waits=1ms', '--max-duration', '30s'];
    await expect(run(...gone, '--out', join(folder, 'gone'))).rejects.toMatchObject({
      code: 'ERR_PROBE_TARGET',
    });
    const { url, close } = await startFunction();
    const most = ['backoff', '--url', url, '--set', 'waits=1ms,2ms', '--max-calls', '2'];
    await expect(run(...most, '--out', join(folder, 'most'))).rejects.toMatchObject({
      code: 'ERR_PROBE_INCOMPLETE',
      message: 'the run reached its limit (--max-calls)',
    });
    expect(JSON.parse(readFileSync(join(folder, 'most/result.json'), 'utf8'))).toMatchObject({
      complete: false,
    });
    close();
  });

  it.each([
    ['/proc/nothing', '--out names a folder that cannot be created'],
    ['/proc/nothing/below', '--out names a folder that cannot be created'],
    [import.meta.filename, '--out names a folder that cannot be created'],
    [join(import.meta.filename, 'below'), '--out names a folder that cannot be created'],
  ])('refuses to write to %s', async (out, message) => {
    const args = ['backoff', '--url', 'http://127.0.0.1:9/', '--set', 'waits=1ms', '--out', out];
    await expect(run(...args)).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining(message) as string,
    });
  });

  it('reads the event from a file', async () => {
    const file = join(folder, 'event.json');
    writeFileSync(file, '[1]');
    const args = ['backoff', '--url', 'http://127.0.0.1:9/', '--event', file];
    await expect(run(...args)).rejects.toMatchObject({
      message: expect.stringContaining('--event') as string,
    });
  });
});

it('reads headers, and explains errors without the value', () => {
  expect(readHeaders(['X-Key: a: b', 'Authorization: env:T'], { T: 'secret' })).toEqual({
    'x-key': 'a: b',
    authorization: 'secret',
  });
  for (const bad of ['nothing', ': x', 'a b: c', 'K: env:MISSING'])
    expect(() => readHeaders([bad], {})).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }));
  expect(() => readHeaders(['K: env:T'], { T: 'secret\nx' })).toThrow(/^(?!.*secret)/);
});
