import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CollectorError } from '../errors/errors.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
import { Querier } from './querier.ts';
import type { QuerierOptions } from './querier.ts';

let test: TestEngine;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const never = new AbortController().signal;

beforeAll(async () => {
  test = await startTestEngine();
  await test.writer.insert(
    [
      invocationRow({
        function: 'alpha',
        sandbox: 'a1'.repeat(16),
        bootId: 'x',
        ordinal: 1,
        startMs: Date.now(),
      }),
    ],
    'querier-1',
  );
});
afterAll(() => test.close());

let folder: string;
let querier: Querier;

/** One querier for all tests of the calling block. */
function withQuerier(options: Partial<QuerierOptions>): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandscope-querier-'));
    querier = Querier.start({ dataDir: folder, log: quiet, ...options });
    const { url, user, password, database } = test.engine;
    querier.connectStore({ url, user, password, database });
    await querier.connected;
  });
  afterAll(async () => {
    await querier.stop();
    await rm(folder, { recursive: true });
  });
}

async function ask(
  url: string,
  signal: AbortSignal = never,
): Promise<[status: number | undefined, body: string]> {
  const answer = await querier.ask({ method: 'GET', url, headers: {}, signal });
  return [answer.statusCode, await text(answer)];
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CollectorError ? `${error.statusCode} ${error.code}` : String(error);
}

describe('the querier', () => {
  withQuerier({ maxRunning: 1, maxWaiting: 1, maxWaitMillis: 300 });

  it('answers from a process of its own, on a socket only its owner can open', async () => {
    const [status, body] = await ask('/api/v1/functions');
    expect([status, JSON.parse(body)]).toMatchObject([200, { functions: [{ function: 'alpha' }] }]);
    expect(querier.pid).not.toBe(process.pid);
    const [socket = ''] = await readdir(folder);
    expect((await stat(join(folder, socket))).mode & 0o777).toBe(0o600);
  });

  it('refuses what is too much, with a code of its own', async () => {
    process.kill(querier.pid as number, 'SIGSTOP');
    const leaving = new AbortController();
    const first = codeOf(ask('/api/v1/functions', leaving.signal));
    const second = codeOf(ask('/api/v1/functions'));
    expect(await codeOf(ask('/api/v1/functions'))).toBe('503 ERR_QUERIER_BUSY');
    expect(await second).toBe('503 ERR_QUERIER_BUSY');
    leaving.abort();
    expect(await first).toContain('AbortError');
    process.kill(querier.pid as number, 'SIGCONT');
    expect((await ask('/api/v1/functions'))[0]).toBe(200);
    expect(querier.status()).toMatchObject({ running: 0, waiting: 0, refused: 2 });
  });

  it('is started again when it dies', async () => {
    const before = querier.pid as number;
    process.kill(before, 'SIGKILL');
    await expect.poll(() => querier.status().state).toBe('restarting');
    expect(await codeOf(ask('/api/v1/functions'))).toBe('503 ERR_QUERIER_UNAVAILABLE');
    await expect.poll(() => querier.isReady).toBe(true);
    expect([(await ask('/api/v1/functions'))[0], querier.status().restarts]).toEqual([200, 1]);
    expect(querier.pid).not.toBe(before);
  });
});

describe('a querier that hangs', () => {
  withQuerier({ hangMillis: 3000 });

  it('is started again, and what it had in hand is answered', async () => {
    const before = querier.pid;
    process.kill(before as number, 'SIGSTOP');
    expect(await codeOf(ask('/api/v1/functions'))).toBe('503 ERR_QUERIER_UNAVAILABLE');
    await expect.poll(() => querier.status().restarts).toBeGreaterThan(0);
    await expect.poll(() => querier.isReady).toBe(true);
    expect(querier.pid).not.toBe(before);
  });
});
