import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineStandIn } from './engine.fixture.ts';
import { startEngineStandIn } from './engine.fixture.ts';
import type { IngestOptions } from './ingest.ts';
import { Ingest } from './ingest.ts';
import { requestBody } from './test-requests.fixture.ts';

const PATIENTLY = { timeout: 20_000 };
const CHILD = fileURLToPath(new URL('acknowledging.fixture.ts', import.meta.url));

let folder: string;
let engine: EngineStandIn;
let started: Ingest[];
let warnings: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-ingest-'));
  engine = await startEngineStandIn();
  started = [];
  warnings = [];
});

afterEach(async () => {
  await Promise.all(started.map((ingest) => ingest.stop()));
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<IngestOptions> = {}): Promise<Ingest> {
  const warn = (message: string): void => void warnings.push(message);
  const ingest = await Ingest.start({ dataDir: folder, minFreeBytes: 0, warn, ...options });
  started.push(ingest);
  return ingest;
}

async function settled(ingest: Ingest): Promise<void> {
  await expect.poll(async () => (await ingest.status()).pendingRequests, PATIENTLY).toBe(0);
}

/** Runs a process that keeps requests, kills it with SIGKILL once some were acknowledged, returns their names. */
async function acknowledgeAndKill(prefix: string, count: number): Promise<string[]> {
  const args = [CHILD, folder, prefix, JSON.stringify(engine.connection)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const names: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (name) => {
    names.push(name);
    if (names.length === count) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return names;
}

describe('the ingest thread', () => {
  it('keeps a request, summarises it and delivers it to the store', async () => {
    const ingest = await start();
    const body = requestBody('a', 'b');
    expect(await ingest.accept(body, 'json')).toEqual({ spans: 2, rejected: 0, message: '' });
    expect(body).toHaveLength(0); // handed over, not copied
    expect(await ingest.status()).toMatchObject({ writable: true, pendingRequests: 1 });
    ingest.connectStore(engine.connection);
    await settled(ingest);
    expect(engine.spanNames).toEqual(['a', 'b']);
    expect((await ingest.status()).store).toEqual({ insertedSpans: 2, retries: 0, parkedRequests: 0 });
  });

  it('refuses unreadable requests, and keeps nothing of them', async () => {
    const ingest = await start();
    await expect(ingest.accept(new Uint8Array([0xff]), 'protobuf')).rejects.toMatchObject({
      code: 'ERR_OTLP_DECODE',
      statusCode: 400,
    });
    expect(await ingest.accept(new Uint8Array(0), 'protobuf')).toEqual({
      spans: 0,
      rejected: 0,
      message: '',
    });
    expect((await ingest.status()).pendingRequests).toBe(0);
  });

  it('reports its state before waiting requests are read', async () => {
    const ingest = await start();
    const body = requestBody(...Array.from({ length: 2000 }, (_, index) => `span ${index}`));
    const unreadable = body.slice(0, -1); // read to its end, and refused at once
    const order: string[] = [];
    const refused = Array.from({ length: 100 }, () =>
      ingest.accept(unreadable.slice(), 'json').catch(() => void order.push('refused')),
    );
    const told = ingest.status().then(() => void order.push('told'));
    await Promise.all([...refused, told]);
    expect(order).toHaveLength(101);
    expect(order.at(-1)).toBe('refused');
  });

  it('reports a full inbox, with the time to wait', async () => {
    const ingest = await start({ maxBytes: 700 });
    await ingest.accept(requestBody('a'), 'json');
    await expect(ingest.accept(requestBody('b'), 'json')).rejects.toMatchObject({
      code: 'ERR_INBOX_FULL',
      statusCode: 503,
      retryAfterSeconds: 5,
    });
  });

  it('stores a request once, although it is resent while waiting and after being stored', async () => {
    const ingest = await start();
    await Promise.all([ingest.accept(requestBody('a'), 'json'), ingest.accept(requestBody('a'), 'json')]);
    ingest.connectStore(engine.connection);
    await settled(ingest);
    expect(await ingest.accept(requestBody('a'), 'json')).toMatchObject({ spans: 1 });
    await ingest.accept(requestBody('b'), 'json');
    await settled(ingest);
    expect(engine.spanNames).toEqual(['a', 'b']);
  });

  it('goes on when the engine fails for a while', async () => {
    const ingest = await start();
    engine.failWith(241); // memory limit
    ingest.connectStore(engine.connection);
    await ingest.accept(requestBody('a'), 'json');
    await expect.poll(async () => (await ingest.status()).store.retries, PATIENTLY).toBeGreaterThan(0);
    engine.failWith(undefined);
    await settled(ingest);
    expect(engine.spanNames).toEqual(['a']);
  });

  it('refuses with 503 once it is stopping', async () => {
    const ingest = await start();
    const last = ingest.accept(requestBody('last'), 'json');
    await Promise.all([ingest.stop(), last]);
    await expect(ingest.accept(requestBody('late'), 'json')).rejects.toMatchObject({
      code: 'ERR_INBOX_UNAVAILABLE',
      statusCode: 503,
    });
    const again = await start();
    expect((await again.status()).pendingRequests).toBe(1);
  });

  it('is restarted when it dies, and pending requests get 503', async () => {
    const ingest = await start();
    await ingest.accept(requestBody('before'), 'json');
    ingest.connectStore({ ...engine.connection, database: 'no name' }); // a name that the thread refuses
    await expect(ingest.accept(requestBody('pending'), 'json')).rejects.toMatchObject({
      code: 'ERR_INBOX_UNAVAILABLE',
      statusCode: 503,
      retryAfterSeconds: 1,
    });
    expect(await ingest.status()).toMatchObject({ writable: false });
    ingest.connectStore(engine.connection);
    await expect.poll(() => ingest.isRunning, PATIENTLY).toBe(true);
    expect(ingest.restarts).toBeGreaterThan(0);
    expect(warnings[0]).toContain('the ingest thread died and is being restarted');
    await ingest.accept(requestBody('after'), 'json');
    await settled(ingest);
    expect(engine.spanNames.toSorted()).toEqual(['after', 'before']);
  });

  it('forwards the original bytes and never lets a dead target delay the store', async () => {
    const bodies: string[] = [];
    const target = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end());
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/v1/traces`;
    const ingest = await start({ forward: ['http://127.0.0.1:9/v1/traces', url] });
    ingest.connectStore(engine.connection);
    const text = new TextDecoder().decode(requestBody('a'));
    await ingest.accept(requestBody('a'), 'json');
    await settled(ingest);
    await expect.poll(() => bodies, PATIENTLY).toEqual([text]);
    expect((await ingest.status()).forwarders).toMatchObject([
      { pendingRequests: 1, forwardedRequests: 0, lastError: expect.any(String) as string },
      { pendingRequests: 0, forwardedRequests: 1 },
    ]);
    target.close();
    target.closeAllConnections();
  });
});

describe('kill -9', () => {
  it('loses nothing that was acknowledged, and stores nothing twice', { timeout: 60_000 }, async () => {
    const acknowledged = [
      ...(await acknowledgeAndKill('first', 400)),
      ...(await acknowledgeAndKill('second', 300)),
    ];
    const ingest = await start();
    ingest.connectStore(engine.connection);
    await settled(ingest);
    const stored = new Set(engine.spanNames);
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    expect(engine.spanNames).toHaveLength(stored.size);
  });
});

describe('a store at rest', PATIENTLY, () => {
  it('accepts no inserts until the work is done, while requests are kept', async () => {
    const ingest = await start();
    ingest.connectStore(engine.connection);
    await ingest.accept(requestBody('before'), 'json');
    await settled(ingest);
    const storedTo = await ingest.whileStoreRests(async (seq) => {
      await ingest.accept(requestBody('meanwhile'), 'json');
      expect((await ingest.status()).pendingRequests).toBe(1);
      return seq;
    });
    expect(storedTo).toBe(1);
    await settled(ingest);
    expect(engine.spanNames).toEqual(['before', 'meanwhile']);
  });

  it('goes on after work that fails', async () => {
    const ingest = await start();
    ingest.connectStore(engine.connection);
    await expect(ingest.whileStoreRests(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await ingest.accept(requestBody('after'), 'json');
    await settled(ingest);
  });

  it('is refused before there is one', async () => {
    const ingest = await start();
    await expect(ingest.whileStoreRests(async () => undefined)).rejects.toMatchObject({
      code: 'ERR_ENGINE_UNAVAILABLE',
    });
  });
});
