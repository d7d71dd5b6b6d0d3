import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchEngine } from './engine-health.ts';
import { startEngine } from './engine.ts';
import { startTestEngine } from './test-engine.ts';
import type { TestEngine } from './test-engine.ts';
import { invocationRow } from './test-rows.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A zombie that has not been reaped yet counts as dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('engine', () => {
  it('comes back after kill -9 on the same port, with its data', async () => {
    const { engine, store, writer } = test;
    const row = (ordinal: number) =>
      invocationRow({ function: 'crash', sandbox: 's', startMs: Date.now(), ordinal });
    await writer.insert([row(1)], 'crash-1');
    const { url, pid } = engine;
    process.kill(pid as number, 'SIGKILL');
    await expect.poll(() => engine.restarts).toBe(1);
    await expect.poll(() => store.ping(), { timeout: 20_000 }).toBe(true);
    expect(engine.url).toBe(url);
    expect(engine.pid).not.toBe(pid);
    await writer.insert([row(1)], 'crash-1');
    await writer.insert([row(2)], 'crash-2');
    const [counted] = await store.query<{ n: string }>(
      "SELECT count() AS n FROM sandscope.invocations FINAL WHERE function = 'crash'",
    );
    expect(counted?.n).toBe('2');
  });

  it('that hangs is killed and comes back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-hang-'));
    const warned: string[] = [];
    const log = { ...silent, warn: (message: string) => void warned.push(message) };
    const health = { intervalMillis: 100, hangMillis: 900 };
    const engine = await startEngine({ dataDir: folder, health, log });
    const hanging = engine.pid as number;
    process.kill(hanging, 'SIGSTOP');
    await expect.poll(() => engine.restarts, { timeout: 15_000 }).toBe(1);
    expect(warned).toContain('killing the engine: it did not answer for 900 ms');
    await expect
      .poll(async () => (await fetch(`${engine.url}/health`)).status, { timeout: 15_000 })
      .toBe(200);
    expect(engine.pid).not.toBe(hanging);
    expect(isAlive(hanging)).toBe(false);
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('that outgrows its memory or answers nothing but errors is found out', async () => {
    const { engine } = test;
    const watch = async (url: string, maxPrivateBytes: number): Promise<string | undefined> => {
      const options = {
        url,
        pid: engine.pid as number,
        maxPrivateBytes,
        intervalMillis: 20,
        failingMillis: 100,
      };
      return watchEngine(options, AbortSignal.timeout(10_000));
    };
    expect(await watch(engine.url, 1024)).toMatch(
      /^it uses \d+ bytes of memory, more than the limit of 1024$/,
    );
    expect(await watch(`${engine.url}/nothing`, Number.MAX_VALUE)).toBe('every statement failed for 100 ms');
    expect(engine.residentBytes).toBeGreaterThan(50 * 1024 ** 2);
  });

  it('offers itself to the kernel first when the machine is out of memory', () => {
    expect(readFileSync(`/proc/${test.engine.pid}/oom_score_adj`, 'utf8')).toBe('500\n');
  });

  it('refuses a directory another process keeps, and names it', async () => {
    const second = startEngine({ dataDir: test.dataDir, lockWaitMillis: 0, log: silent });
    await expect(second).rejects.toMatchObject({
      code: 'ERR_ENGINE_START',
      message: expect.stringContaining(test.dataDir),
    });
  });

  it('fails at once where there can be no directory', async () => {
    const impossible = startEngine({ dataDir: '/dev/null/data', log: silent });
    await expect(impossible).rejects.toMatchObject({ code: 'ERR_ENGINE_START' });
  });

  it('dies with its parent, and the next one waits for its directory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-parent-'));
    const parentFile = join(folder, 'parent.mjs');
    await writeFile(
      parentFile,
      `import { startEngine } from ${JSON.stringify(new URL('./engine.ts', import.meta.url).href)};
       const log = { info() {}, warn() {}, error() {} };
       const engine = await startEngine({ dataDir: ${JSON.stringify(join(folder, 'data'))}, log });
       process.send(engine.pid);`,
    );
    const parent = fork(parentFile, { execArgv: [] });
    const [enginePid] = (await once(parent, 'message')) as [number];
    parent.kill('SIGKILL');
    const next = await startEngine({ dataDir: join(folder, 'data'), log: silent });
    await expect.poll(() => isAlive(enginePid)).toBe(false);
    await next.stop();
    expect(next.pid === undefined || !isAlive(next.pid)).toBe(true);
    await rm(folder, { recursive: true, force: true });
  });

  it('tells a client that it is away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-away-'));
    const other = await startEngine({ dataDir: folder, log: silent });
    await other.stop();
    const { TestWriter } = await import('./test-writer.ts');
    const writer = new TestWriter(other);
    const row = invocationRow({ function: 'away', sandbox: 's', startMs: Date.now(), ordinal: 1 });
    await expect(writer.insert([row], 'away-1')).rejects.toMatchObject({ code: 'ERR_ENGINE_UNAVAILABLE' });
    await writer.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers no one but loopback', async () => {
    const { port } = new URL(test.engine.url);
    const listening = await new Promise<string>((resolve) => {
      execFile('cat', ['/proc/net/tcp', '/proc/net/tcp6'], (_, out) => resolve(out));
    });
    const hexPort = Number(port).toString(16).toUpperCase().padStart(4, '0');
    const bound = listening
      .split('\n')
      .filter((line) => line.includes(`:${hexPort} 0`) && line.includes(' 0A '));
    expect(bound.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${hexPort}`]);
  });
});
