import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bounded, Deadline, median } from './bounds.ts';
import { probeCpu, probeDisk, probeNetwork } from './index.ts';

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-active-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  for (const server of servers.splice(0)) server.close();
});

/** The targets of a process's descriptors, from proc_pid_fd(5). */
async function openFiles(pid: number): Promise<string[]> {
  const fds = `/proc/${pid}/fd`;
  const links = (await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => ''));
  return Promise.all(links);
}

const isNamelessIn = (directory: string) => (path: string) =>
  path.startsWith(directory) && path.endsWith(' (deleted)');

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('the disk', () => {
  test('is written and read with and without fsync, and keeps no file', async () => {
    const figures = await probeDisk({ folder, bytes: 1 << 20, timeoutMillis: 20_000 });
    expect(figures).toMatchObject({ completed: true, bytes: 1 << 20 });
    const { writeMs, syncMs, readMs, smallWriteMs, smallSyncWriteMs } = figures;
    for (const ms of [writeMs, syncMs, readMs, smallWriteMs, smallSyncWriteMs]) expect(ms).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test('stops at the time limit: what was not measured is absent', async () => {
    const figures = await probeDisk({ folder, bytes: 256 << 20, timeoutMillis: 10 });
    expect(figures.completed).toBe(false);
    expect(figures).not.toHaveProperty('smallSyncWriteMs');
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps no file of a probe that was killed', async () => {
    const program = `
      import { probeDisk } from '${new URL('index.ts', import.meta.url).href}';
      void probeDisk({ folder: process.argv[1], bytes: 256 << 20, timeoutMillis: 60_000 });
      console.log('begun');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // The file has no name right from its creation; only a kill at that very moment could leave it behind.
    const nameless = async () => (await openFiles(child.pid as number)).filter(isNamelessIn(folder));
    await expect.poll(nameless, { interval: 5 }).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
    child.kill('SIGKILL');
    await closed;
    expect(await readdir(folder)).toEqual([]);
  });

  test('a missing folder is an error with a code', async () => {
    await expect(probeDisk({ folder: join(folder, 'none') })).rejects.toMatchObject({
      name: 'ProbeError',
      code: 'ERR_PROBE_DISK',
    });
  });
});

describe('the CPU', () => {
  test('has a score and a share', async () => {
    const figures = await probeCpu({ spendMillis: 20, timeoutMillis: 30_000 });
    expect(figures.completed).toBe(true);
    expect(figures.usedMs).toBeGreaterThanOrEqual(20);
    expect(figures.score).toBeGreaterThan(0);
    expect(figures.shareRatio).toBeGreaterThan(0);
    expect(figures.shareRatio).toBeLessThanOrEqual(1);
  });

  test('stops at the time limit, and the event loop keeps turning', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const figures = await probeCpu({ spendMillis: 5000, timeoutMillis: 600 });
    clearInterval(timer);
    expect(figures.completed).toBe(false);
    expect(turns).toBeGreaterThan(1);
  });
});

describe('the network', () => {
  test('by HTTP: lookup, connection, first byte, transfer', async () => {
    const server = createServer((_request, response) => response.end('x'.repeat(100_000)));
    const port = await listen(server);
    const figures = await probeNetwork({ endpoint: `http://localhost:${port}/a?b`, timeoutMillis: 20_000 });
    expect(figures).toMatchObject({
      completed: true,
      address: 'localhost',
      port,
      status: 200,
      transferBytes: 100_000,
    });
    for (const ms of [figures.dnsMs, figures.connectMs, figures.firstByteMs]) expect(ms).toBeGreaterThan(0);
    expect(figures).not.toHaveProperty('tlsMs');
  });

  test('reads no more bytes than allowed', async () => {
    const server = createServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    });
    const port = await listen(server);
    const endpoint = new URL(`http://127.0.0.1:${port}/`);
    const figures = await probeNetwork({ endpoint, bytes: 50_000, timeoutMillis: 20_000 });
    expect(figures.completed).toBe(true);
    expect(figures.transferBytes).toBeGreaterThanOrEqual(50_000);
    expect(figures.transferBytes).toBeLessThan(1 << 20);
    expect(figures).not.toHaveProperty('dnsMs');
    server.closeAllConnections();
  });

  test('by TCP: only the connection', async () => {
    const port = await listen(createTcpServer((socket) => socket.end()));
    const figures = await probeNetwork({ endpoint: `tcp://127.0.0.1:${port}` });
    expect(figures).toMatchObject({ completed: true, connectMs: expect.any(Number) });
    expect(figures).not.toHaveProperty('firstByteMs');
  });

  test('reports a refused connection, a missing answer and an interrupted one', async () => {
    expect(await probeNetwork({ endpoint: 'http://127.0.0.1:1/' })).toMatchObject({
      completed: false,
      errorCode: 'ECONNREFUSED',
    });
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    const quiet = { endpoint: `http://127.0.0.1:${await listen(silent)}/`, timeoutMillis: 50 };
    expect(await probeNetwork(quiet)).toMatchObject({
      completed: false,
      connectMs: expect.any(Number),
      errorCode: 'ETIMEDOUT',
    });
    const rude = createTcpServer((socket) => socket.destroy());
    const figures = await probeNetwork({ endpoint: `http://127.0.0.1:${await listen(rude)}/` });
    expect(figures).toMatchObject({ completed: false, errorCode: 'ECONNRESET' });
  });

  test.each(['nonsense', 'ftp://h/', 'tcp://host', '', 'file:///etc/passwd'])(
    '%j is not an endpoint, and the error does not repeat it',
    async (endpoint) => {
      const failing = probeNetwork({ endpoint });
      await expect(failing).rejects.toMatchObject({ code: 'ERR_PROBE_ENDPOINT' });
      await expect(failing).rejects.not.toThrow(/passwd/);
    },
  );
});

describe('bounds', () => {
  test('numbers are limited to them', () => {
    expect(bounded(undefined, 5, 1, 10)).toBe(5);
    expect(bounded(Number.NaN, 5, 1, 10)).toBe(5);
    expect(bounded(99, 5, 1, 10)).toBe(10);
    expect(bounded(-1, 5, 1, 10)).toBe(1);
    expect(median([])).toBeUndefined();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2);
  });

  test('a deadline ends the wait, and does not hide an earlier error', async () => {
    const deadline = new Deadline(20);
    const running = setInterval(() => undefined, 1000);
    expect(await deadline.time(new Promise(() => undefined))).toBeUndefined();
    clearInterval(running);
    expect(deadline.passed).toBe(true);
    const later = new Deadline(20_000);
    await expect(later.time(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await later.time(Promise.resolve(7))).toMatchObject({ value: 7 });
    later.clear();
  });
});
