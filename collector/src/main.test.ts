import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestBody } from './ingest/test-requests.fixture.ts';
import type { CollectorStatus } from './schema/collector-status.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-main-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(
  ...args: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function outcome(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = run(...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as never),
    text(child.stderr as never),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, stdout, stderr };
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly lines: string[];
  readonly ready: () => Promise<void>;
}

async function up(...args: string[]): Promise<Running> {
  const child = run('up', '--port', '0', '--data', join(folder, 'data'), ...args);
  child.stderr.on('data', () => undefined);
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(line));
  await expect.poll(() => lines.length, { timeout: 60_000 }).toBeGreaterThan(0);
  const url = /http:\S+/.exec(lines[0] ?? '')?.[0] ?? '';
  return {
    child,
    url,
    lines,
    ready: async () => expect.poll(() => lines, { timeout: 60_000 }).toContain('sandscope: ready'),
  };
}

async function post(url: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/traces`, { method: 'POST', body: requestBody(name), headers })).status;
}

async function status(url: string): Promise<CollectorStatus> {
  return (await (await fetch(`${url}/api/v1/status`)).json()) as CollectorStatus;
}

describe('sandscope', () => {
  it('prints help and version', async () => {
    expect(await outcome('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--forward') as string,
    });
    expect(await outcome('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/) as string,
    });
  });

  it('ends at once at a bad option', async () => {
    const { code, stdout, stderr } = await outcome('up', '--port', 'many');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('sandscope: --port is not a port from 0 to 65535: "many"\n');
  });

  it('ends at once at less memory than the engine works with', async () => {
    const { code, stderr } = await outcome('up', '--engine-memory', '1', '--data', join(folder, 'data'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--engine-memory is below 128MiB')]);
  });

  it.each([
    ['backup copy', 'mistyped'],
    ['backup copy', '.'],
    ['dead-letters', 'mistyped'],
    ['dead-letters retry', '.'],
  ])('has no %s of what is no data directory: %s', async (command, name) => {
    const args = command.split(' ').map((word) => (word === 'copy' ? join(folder, word) : word));
    const data = join(folder, name);
    const { code, stderr, stdout } = await outcome(...args, '--data', data);
    expect([code, stderr, stdout]).toEqual([4, expect.stringContaining(data), '']);
    expect(existsSync(join(folder, 'copy'))).toBe(false);
  });

  it('ends at once at a taken port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await outcome('up', '--port', String(port), '--data', join(folder, 'data'));
    expect(code).toBe(3);
    expect(stderr).toBe(`sandscope: port ${port} on 127.0.0.1 is used by another program\n`);
    other.close();
  });

  it('ends at once at a data directory that cannot be used', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await outcome('up', '--port', '0', '--data', join(file, 'data'));
    expect(code).toBe(4);
    expect(stderr).toMatch(/^sandscope: the data directory .*file\/data cannot be used: .*\n$/);
  });

  it('ends at once at a data directory on a file system that makes no folders', async () => {
    const { code, stderr } = await outcome('up', '--port', '0', '--data', '/proc/sandscope/data');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^sandscope: the data directory \/proc\/sandscope\/data cannot be used: .*\n$/);
  });
});

describe('sandscope up', { timeout: 180_000 }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 at %s while its engine starts', async (signal) => {
    const { child, lines } = await up();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(lines).toHaveLength(1);
  });

  it('delivers after kill -9 what it acknowledged before, says when it is ready, and ends with 0', async () => {
    const first = await up();
    const names = Array.from({ length: 12 }, (_, index) => `span ${index}`);
    for (const name of names) expect(await post(first.url, name)).toBe(200);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const { child, lines, url, ready } = await up();
    expect(lines[0]).toBe(`sandscope: ${url} (OTLP on /v1/traces, page on /)`);
    const second = await outcome('up', '--port', '0', '--data', join(folder, 'data'));
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`is in use by another collector (process ${child.pid})`);
    await ready();
    expect(lines).toEqual([lines[0], 'sandscope: ready']);
    if (process.platform === 'linux') expectLeanAllocator(child.pid);
    await expect.poll(async () => (await status(url)).inbox.pendingRequests, { timeout: 30_000 }).toBe(0);
    const { resourceSpans } = JSON.parse(new TextDecoder().decode(requestBody(...names))) as {
      resourceSpans: { scopeSpans: { spans: { traceId: string; name: string }[] }[] }[];
    };
    for (const { traceId, name } of resourceSpans[0]?.scopeSpans[0]?.spans ?? []) {
      const answer = await (await fetch(`${url}/api/v1/traces/${traceId}`)).text();
      expect(answer).toContain(`"name":"${name}"`);
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

/** The process has restarted itself with the setting and kept its process id. */
function expectLeanAllocator(pid: number | undefined): void {
  const settings = (file: string): string[] =>
    readFileSync(`/proc/${String(pid)}/${file}`, 'utf8').split('\0');
  expect(settings('environ')).toContain('MALLOC_ARENA_MAX=1');
  expect(settings('cmdline')).toContain('--max-semi-space-size=4');
}
