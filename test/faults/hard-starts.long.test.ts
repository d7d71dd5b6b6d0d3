/** Starts while the engine is unavailable: spans are received and kept, and all are stored once it is available. */
import { execFileSync, type ChildProcess } from 'node:child_process';
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
import { expect, it } from 'vitest';
import { until } from '../support/stack.ts';
import { hardStarts, send, settled, TIMEOUT_MILLIS } from './hard-start.ts';
import { invocations } from './load.ts';
import { engineOf } from './processes.ts';

const hard = hardStarts();

it(
  'the description of a table is broken',
  async () => {
    const first = await send(await hard().start());
    await hard().child?.stop();
    const url = await hard().start();
    await settled(url);
    await hard().child?.stop();
    const metadata = metadataOf(join(hard().dataDir, 'engine'));
    const whole = readFileSync(metadata);
    writeFileSync(metadata, whole.subarray(0, whole.length >> 1));
    const again = await hard().start();
    const second = await send(again);
    await until(
      'it is told',
      async () => (await fetch(`${again}/readyz`)).text(),
      (text) => /engine|tables/.test(text),
    );
    expect(hard().child?.process.exitCode).toBeNull();
    writeFileSync(metadata, whole);
    await settled(again);
    await hard().isStored([...first, ...second]);
  },
  TIMEOUT_MILLIS,
);

function metadataOf(engineDir: string): string {
  const files = readdirSync(engineDir, { recursive: true, encoding: 'utf8' });
  const found = files.find((file) => file.endsWith('otel_traces.sql'));
  if (found === undefined) throw new Error('there is no description of otel_traces');
  return join(engineDir, found);
}

it(
  'the disk is full at the start, and gets space again',
  async ({ skip }) => {
    const { dataDir } = hard();
    mkdirSync(dataDir);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'sandscope', dataDir], { stdio: 'pipe' });
    } catch (error) {
      process.stderr.write(
        `SKIPPED: no file system can be mounted here: ${(error as Error).message.trim()}\n`,
      );
      skip();
    }
    hard().mounted = dataDir;
    const first = await hard().start();
    const ids = await send(first);
    await settled(first);
    await hard().child?.stop();
    const ballast = join(dataDir, 'ballast');
    fill(ballast);
    const url = await hard().start();
    await until(
      'requests are refused, to be sent again',
      async () => (await fetch(`${url}/v1/traces`, { ...POST, body: invocations(1).body })).status,
      (status) => status === 503,
    );
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(hard().child?.process.exitCode).toBeNull();
    rmSync(ballast);
    const later = await until(
      'requests are taken',
      () => send(url),
      () => true,
    );
    await settled(url);
    await hard().isStored([...ids, ...later]);
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
    const bin = join(hard().folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'setpriv'), '#!/bin/sh\nshift 2\nexec "$@"\n', { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env['PATH']}` };
    const url = await hard().start(environment);
    await settled(url);
    const server = hard().child?.process as ChildProcess;
    const engine = engineOf(server.pid as number) as number;
    process.kill(engine, 'SIGSTOP');
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    expect(stateOf(engine)).toBe('T');
    const again = await hard().start(environment);
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
