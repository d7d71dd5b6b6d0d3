import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CollectorError } from '../errors/errors.ts';
import { Inbox, STORE_CONSUMER } from '../inbox/index.ts';
import { TraceEncoder } from '../otlp/index.ts';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { requestBody } from './test-requests.fixture.ts';
import type { RowSink } from './pump.ts';
import { Pump } from './pump.ts';
import { RowCache } from './row-cache.ts';

/** A store in memory: idempotent by token like the real one, with failures on demand. */
class MemoryStore implements RowSink {
  readonly tokens: string[] = [];
  readonly tried: string[] = [];
  readonly names: string[] = [];
  fail: (rows: readonly TraceRow[], token: string) => Error | undefined = () => undefined;

  readonly plannedAt = new Set<number | undefined>();

  async insertPacked(chunks: readonly Uint8Array[], token: string, plannedAtMillis?: number): Promise<void> {
    this.plannedAt.add(plannedAtMillis);
    const rows = chunks.flatMap((chunk) => readTraceRows(chunk));
    this.tried.push(token);
    const error = this.fail(rows, token);
    if (error !== undefined) throw error;
    if (this.tokens.includes(token)) return;
    this.tokens.push(token);
    this.names.push(...rows.map((row) => row.SpanName));
  }
}

const PATIENTLY = { timeout: 20_000 };
const encoder = new TraceEncoder();
const away = new CollectorError('ERR_ENGINE_UNAVAILABLE', 'nobody answers');
const refused = new CollectorError('ERR_STORE_REJECTED', 'bad row');

let folder: string;
let inbox: Inbox;
let store: MemoryStore;
let pump: Pump;
let warnings: string[];
let cache: RowCache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-pump-'));
  warnings = [];
  store = new MemoryStore();
  open();
});

afterEach(async () => {
  await pump.stop();
  inbox.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  cache = new RowCache();
  inbox = new Inbox({ path: join(folder, 'inbox.db'), minFreeBytes: 0 });
  const warn = (message: string): void => void warnings.push(message);
  pump = new Pump({
    inbox,
    sink: store,
    encoder: new TraceEncoder(),
    cache,
    warn,
    lingerMillis: 20,
    maxBackOffMillis: 20,
  });
}

async function append(...names: string[]): Promise<void> {
  await appendBody(requestBody(...names));
}

/** A request whose resource has an attribute of this size, which every row repeats. */
function withResource(byteLength: number, ...names: string[]): Uint8Array<ArrayBuffer> {
  const request = JSON.parse(new TextDecoder().decode(requestBody(...names))) as { resourceSpans: object[] };
  const attributes = [{ key: 'large', value: { stringValue: 'x'.repeat(byteLength) } }];
  Object.assign(request.resourceSpans[0] as object, { resource: { attributes } });
  return new TextEncoder().encode(JSON.stringify(request));
}

async function appendBody(body: Uint8Array<ArrayBuffer>): Promise<void> {
  const { summary, rows } = encoder.encodeRequest(body, 'json');
  const onKept = (seq: number): void => rows && cache.keep(seq, rows);
  await inbox.append({ body, encoding: 'json', contentType: 'application/json', summary, onKept });
}

async function drained(): Promise<void> {
  await expect.poll(() => inbox.pending(STORE_CONSUMER).requests, PATIENTLY).toBe(0);
}

describe('the pump', () => {
  it('sends waiting requests in one batch, named after its range', async () => {
    await append('a', 'b');
    await append('c');
    pump.start();
    await drained();
    expect(store.names).toEqual(['a', 'b', 'c']);
    expect(store.tokens).toEqual([`${inbox.id}-1-2`]);
    await append('d');
    await drained();
    expect(store.names.at(-1)).toBe('d');
    expect(pump.status()).toEqual({ insertedSpans: 4, retries: 0, parkedRequests: 0 });
  });

  it('reports for how long no waiting request was stored', async () => {
    store.fail = () => away;
    await append('a');
    pump.start();
    await expect.poll(() => pump.status().stalledMs, PATIENTLY).toBeGreaterThan(100);
    store.fail = () => undefined;
    await drained();
    expect(pump.status().stalledMs).toBeUndefined();
  });

  it('parks a damaged body and sends the rest', async () => {
    for (const name of ['a', 'b', 'c']) await append(name);
    cache.dropTo(3); // as after a restart
    const file = new DatabaseSync(join(folder, 'inbox.db'));
    file.exec("UPDATE bodies SET body = 'damaged' WHERE seq = 2");
    file.close();
    pump.start();
    await drained();
    expect(store.names.toSorted()).toEqual(['a', 'c']);
    expect(pump.status().parkedRequests).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('the body of request 2 in the inbox cannot be read')]);
  });

  it('retries an unavailable store until it is back, with the same token', async () => {
    let failures = 3;
    store.fail = () => (failures-- > 0 ? away : undefined);
    await append('a');
    pump.start();
    await drained();
    expect(store.tried).toEqual(Array.from({ length: 4 }, () => `${inbox.id}-1-1`));
    expect([store.plannedAt.size, ...store.plannedAt]).toEqual([1, expect.any(Number)]);
    expect(pump.status().retries).toBe(3);
    expect(pump.status().lastError).toBeUndefined();
    expect(warnings).toEqual(['the store does not accept spans, retrying: nobody answers']);
  });

  it('resends a planned range unchanged after a crash', async () => {
    store.fail = () => away;
    await append('a');
    await append('b');
    pump.start();
    await expect.poll(() => store.tried.length, PATIENTLY).toBeGreaterThan(0);
    await pump.stop();
    await append('c'); // arrived after the plan
    inbox.close();

    store.fail = () => undefined;
    open();
    pump.start();
    await drained();
    expect(store.tokens).toEqual([`${inbox.id}-1-2`, `${inbox.id}-3-3`]);
    expect(store.names).toEqual(['a', 'b', 'c']);
  });

  it('parks exactly the request the store refuses', async () => {
    store.fail = (rows) => (rows.some((row) => row.SpanName === 'bad') ? refused : undefined);
    for (const name of ['a', 'b', 'bad', 'c', 'd']) await append(name);
    pump.start();
    await drained();
    expect(store.names.sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(inbox.deadLetters.count(STORE_CONSUMER)).toBe(1);
    expect(pump.status()).toMatchObject({ insertedSpans: 4, parkedRequests: 1 });
    expect(warnings).toEqual(['the store permanently rejected request 3: bad row']);
  });

  it('waits if no more requests can be parked', async () => {
    inbox.close();
    inbox = new Inbox({ path: join(folder, 'small.db'), minFreeBytes: 0, maxBytes: 4096 });
    pump = new Pump({
      inbox,
      sink: store,
      encoder: new TraceEncoder(),
      warn: () => undefined,
      lingerMillis: 0,
      maxBackOffMillis: 20,
    });
    store.fail = () => refused;
    for (const name of ['a', 'b', 'c', 'd']) await append(name);
    pump.start();
    await expect.poll(() => pump.status().retries, PATIENTLY).toBeGreaterThan(1);
    expect(inbox.pending(STORE_CONSUMER).requests).toBe(4);
    store.fail = () => undefined;
    await drained();
    expect(store.names.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('splits a very large request into the same parts at every attempt, and leaves the others whole', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    let failOnce = true;
    store.fail = (_rows, token) => {
      if (!token.endsWith('-n2') || !failOnce) return undefined;
      failOnce = false;
      return away;
    };
    await append('before');
    await appendBody(withResource(200_000, ...names)); // 60 MB of rows
    await append('after');
    pump.start();
    await drained();
    expect(store.names).toEqual(['before', ...names, 'after']);
    expect(store.tokens).toEqual([0, 1, 2, 3, 4, 5].map((part) => `${inbox.id}-1-3-n${part}`));
    expect(store.tried).toEqual([...store.tokens.slice(0, 3), ...store.tokens]);
  });

  it('gives the same rows from memory and, after a restart, from the inbox', async () => {
    await append('a', 'b');
    await append('c');
    expect(cache.get(1)).toBeDefined();
    const chunks: Buffer[][] = [];
    store.insertPacked = async (given) => {
      chunks.push(given.map((chunk) => Buffer.from(chunk)));
      throw away;
    };
    pump.start();
    await expect.poll(() => chunks.length, PATIENTLY).toBeGreaterThan(0);
    await pump.stop();
    inbox.close();
    open();
    store.insertPacked = async (given) => void chunks.push(given.map((chunk) => Buffer.from(chunk)));
    pump.start();
    await drained();
    expect(chunks.at(-1)).toEqual(chunks[0]);
  });

  it('keeps no more rows in memory than allowed', () => {
    const small = new RowCache({ maxBytes: 10, maxPackedBytes: 0 });
    small.keep(1, Buffer.alloc(6));
    small.keep(2, Buffer.alloc(6));
    expect([small.get(1)?.length, small.get(2)]).toEqual([6, undefined]);
    small.dropTo(1);
    small.keep(3, Buffer.alloc(10));
    expect([small.get(1), small.get(3)?.length]).toEqual([undefined, 10]);
  });

  it('packs the rows of waiting requests', () => {
    const rows = (): Buffer => Buffer.alloc(64 * 1024, 'rows that repeat themselves, ');
    const packing = new RowCache({ maxBytes: 100_000, maxPackedBytes: 4096 });
    for (let seq = 1; seq <= 100; seq += 1) packing.keep(seq, rows());
    expect(packing.get(1)).toEqual(rows());
    expect(packing.get(2)).toEqual(rows());
    expect(packing.get(2)).toBe(packing.get(2));
    expect(packing.get(100)).toBeUndefined();
    packing.dropTo(99);
    expect(packing.get(2)).toBeUndefined();
    packing.keep(101, rows());
    expect(packing.get(101)).toEqual(rows());
  });
});

describe('a hold', PATIENTLY, () => {
  const signal = (): AbortSignal => AbortSignal.timeout(8000);

  it('pauses after the last request that the store has, and continues at the release', async () => {
    await append('one');
    pump.start();
    await append('two');
    const storedTo = await pump.hold(signal());
    const { doneTo, plannedTo } = inbox.cursors.get(STORE_CONSUMER);
    expect([doneTo, plannedTo]).toEqual([storedTo, storedTo]);
    expect(store.names).toEqual(['one', 'two'].slice(0, storedTo));
    const tried = store.tried.length;
    await append('three');
    await new Promise((resolve) => setTimeout(resolve, 100)); // five times the wait for a fuller batch
    expect(store.tried).toHaveLength(tried);
    pump.release();
    await expect.poll(() => store.names).toEqual(['one', 'two', 'three']);
  });

  it('waits for a range that is half done', async () => {
    store.fail = () => away;
    await append('one');
    pump.start();
    await expect.poll(() => store.tried.length).toBeGreaterThan(1);
    const held = pump.hold(signal());
    store.fail = () => undefined;
    expect(await held).toBe(1);
    expect(store.names).toEqual(['one']);
  });

  it('is abandoned if the store stays unavailable, and attempts continue', async () => {
    store.fail = () => away;
    await append('one');
    pump.start();
    await expect(pump.hold(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    store.fail = () => undefined;
    await expect.poll(() => store.names).toEqual(['one']);
  });

  it('ends with the pump', async () => {
    pump.start();
    await pump.hold(signal());
    await expect(pump.stop()).resolves.toBeUndefined();
  });
});
