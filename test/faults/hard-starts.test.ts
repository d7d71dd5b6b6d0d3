/** Starts at which the engine cannot be had: spans are received and kept, and everything is there once it can. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChild, type Child } from '../../examples/demo/child.ts';
import type { CollectorStatus } from '../../collector/src/status.ts';
import { getJson, temporaryFolder, until } from '../support/stack.ts';
import { invocations } from './load.ts';
import { engineOf } from './processes.ts';
import { readStored } from './stored.ts';

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
const TIMEOUT_MILLIS = 300_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
let mounted: string | undefined;
let child: Child | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'collector');
});
afterEach(async () => {
  await child?.stop();
  child = undefined;
  if (mounted !== undefined) execFileSync('umount', ['--lazy', mounted]);
  mounted = undefined;
  await folder.remove();
});

/** A collector whose port is open; it need not be ready. */
async function start(environment: Record<string, string> = {}): Promise<string> {
  child = startChild({
    name: 'the collector',
    file: MAIN,
    args: ['up', '--port', '0', '--data', dataDir, '--inbox-min-free-bytes', '1'],
    isReady: (line) => line.startsWith('sandscope: http'),
    logFile: join(folder.path, 'collector.log'),
    environment,
  });
  return /http:\/\/[^\s/]+/.exec(await child.ready)![0];
}

async function send(url: string): Promise<string[]> {
  const { body, spanIds } = invocations(10);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return spanIds;
}

const statusOf = (url: string): Promise<CollectorStatus> => getJson(`${url}/api/v1/status`);

async function settled(url: string): Promise<void> {
  const good = ({ ready, inbox }: CollectorStatus): boolean => ready && inbox.pendingRequests === 0;
  await until('everything is stored', () => statusOf(url), good);
}

async function isStored(ids: readonly string[]): Promise<void> {
  await child?.stop();
  const { spans } = await readStored(dataDir);
  expect(ids.filter((id) => !spans.has(id))).toEqual([]);
}

it(
  'the engine is killed during its first start',
  async () => {
    const url = await start();
    const server = child?.process.pid as number;
    const engine = await until(
      'there is an engine',
      async () => engineOf(server),
      (pid) => pid !== undefined,
    );
    process.kill(engine as number, 'SIGKILL');
    const ids = await send(url);
    await settled(url);
    expect((await statusOf(url)).store.insertedSpans).toBe(ids.length);
  },
  TIMEOUT_MILLIS,
);

it(
  'the description of a table is broken',
  async () => {
    const first = await send(await start());
    const { url } = { url: await restart() };
    await settled(url);
    await child?.stop();
    const metadata = metadataOf(join(dataDir, 'engine'));
    const whole = readFileSync(metadata);
    writeFileSync(metadata, whole.subarray(0, whole.length >> 1));
    const again = await start();
    const second = await send(again);
    await until(
      'it is told',
      async () => (await fetch(`${again}/readyz`)).text(),
      (text) => /engine|tables/.test(text),
    );
    expect(child?.process.exitCode).toBeNull();
    writeFileSync(metadata, whole);
    await settled(again);
    await isStored([...first, ...second]);
  },
  TIMEOUT_MILLIS,
);

async function restart(): Promise<string> {
  await child?.stop();
  return start();
}

function metadataOf(engineDir: string): string {
  const files = readdirSync(engineDir, { recursive: true, encoding: 'utf8' });
  const found = files.find((file) => file.endsWith('otel_traces.sql'));
  if (found === undefined) throw new Error('there is no description of otel_traces');
  return join(engineDir, found);
}

it(
  'the disk is full at the start, and gets space again',
  async ({ skip }) => {
    mkdirSync(dataDir);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'sandscope', dataDir], { stdio: 'pipe' });
    } catch (error) {
      process.stderr.write(
        `SKIPPED: no file system can be mounted here: ${(error as Error).message.trim()}\n`,
      );
      skip();
    }
    mounted = dataDir;
    const first = await start();
    const ids = await send(first);
    await settled(first);
    await child?.stop();
    const ballast = join(dataDir, 'ballast');
    fill(ballast);
    const url = await start();
    await until(
      'requests are refused, to be sent again',
      async () => (await fetch(`${url}/v1/traces`, { ...POST, body: invocations(1).body })).status,
      (status) => status === 503,
    );
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(child?.process.exitCode).toBeNull();
    rmSync(ballast);
    const later = await until(
      'requests are taken',
      () => send(url),
      () => true,
    );
    await settled(url);
    await isStored([...ids, ...later]);
  },
  TIMEOUT_MILLIS,
);

const POST = { method: 'POST', headers: { 'content-type': 'application/json' } };

function fill(path: string): void {
  const file = openSync(path, 'a');
  const chunk = Buffer.alloc(4096, 1);
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

it(
  'an engine that hangs while its server is killed, and of which the kernel was not told, holds nothing up',
  async () => {
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'setpriv'), '#!/bin/sh\nshift 2\nexec "$@"\n', { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env['PATH']}` };
    const url = await start(environment);
    await settled(url);
    const server = child?.process as NonNullable<typeof child>['process'];
    const engine = engineOf(server.pid as number) as number;
    process.kill(engine, 'SIGSTOP');
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    expect(stateOf(engine)).toBe('T');
    const again = await start(environment);
    await send(again);
    await settled(again);
    expect(stateOf(engine)).toMatch(/^(?:gone|[ZX])$/);
  },
  TIMEOUT_MILLIS,
);

function stateOf(pid: number): string {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'gone';
  } catch {
    return 'gone';
  }
}
