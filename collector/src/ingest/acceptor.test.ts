import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CollectorError } from '../errors/errors.ts';
import { Inbox, STORE_CONSUMER } from '../inbox/index.ts';
import { DEFAULT_SPAN_LIMITS, TraceEncoder } from '../otlp/index.ts';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import type { AcceptorOptions } from './acceptor.ts';
import { Acceptor } from './acceptor.ts';
import { Pump } from './pump.ts';
import { RowCache } from './row-cache.ts';
import { requestBody } from './test-requests.fixture.ts';

let folder: string;
let inbox: Inbox;
let cache: RowCache;
let warnings: string[];
let pump: Pump | undefined;
let stored: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-acceptor-'));
  inbox = new Inbox({ path: join(folder, 'inbox.db'), minFreeBytes: 0 });
  cache = new RowCache();
  warnings = [];
  stored = [];
  pump = undefined;
});

afterEach(async () => {
  await pump?.stop();
  inbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const warn = (message: string): void => void warnings.push(message);

function acceptorWith(options: Partial<AcceptorOptions>): Acceptor {
  return new Acceptor({ inbox, encoder: new TraceEncoder(), cache, warn, ...options });
}

/** A store that takes everything, or refuses the spans of one name for good. */
function startPump(acceptor: Acceptor, options: { refuse?: string; encoder?: TraceEncoder } = {}): void {
  pump = new Pump({
    inbox,
    cache,
    encoder: options.encoder ?? new TraceEncoder(),
    warn,
    lingerMillis: 0,
    sink: {
      insertPacked: async (chunks) => {
        const names = chunks.flatMap((chunk) => readTraceRows(chunk)).map((row) => row.SpanName);
        if (options.refuse !== undefined && names.includes(options.refuse)) {
          throw new CollectorError('ERR_STORE_REJECTED', 'no such spans');
        }
        stored.push(...names);
      },
    },
    onDone: (seq, parked) => acceptor.stored(seq, parked),
  });
  pump.start();
}

const accept = (acceptor: Acceptor, ...names: string[]) =>
  acceptor.accept(requestBody(...names), 'json', 'application/json');

describe('--ack inbox', () => {
  it('answers when the request is on disk, and releases its memory', async () => {
    const acceptor = acceptorWith({});
    const body = requestBody('a');
    const answer = acceptor.accept(body, 'json', 'application/json');
    expect(inbox.pending(STORE_CONSUMER).requests).toBe(0);
    expect(await answer).toEqual({ spans: 1, rejected: 0, message: '' });
    expect(inbox.pending(STORE_CONSUMER).requests).toBe(1);
    expect(body).toHaveLength(0);
    expect(cache.get(1)).toBeDefined();
  });
});

describe('--ack memory', () => {
  it('answers before the request is on disk, a moment later', async () => {
    const acceptor = acceptorWith({ ack: 'memory' });
    expect(await accept(acceptor, 'a')).toMatchObject({ spans: 1 });
    expect(inbox.pending(STORE_CONSUMER).requests).toBe(0);
    await expect.poll(() => inbox.pending(STORE_CONSUMER).requests).toBe(1);
  });

  it('still refuses unreadable requests, and those without room', async () => {
    inbox.close();
    inbox = new Inbox({ path: join(folder, 'small.db'), minFreeBytes: 0, maxBytes: 700 });
    const acceptor = acceptorWith({ ack: 'memory' });
    await accept(acceptor, 'a');
    await expect(accept(acceptor, 'b')).rejects.toMatchObject({ code: 'ERR_INBOX_FULL', statusCode: 503 });
    await expect(acceptor.accept(Uint8Array.of(0xff), 'protobuf', '')).rejects.toMatchObject({
      code: 'ERR_OTLP_DECODE',
    });
  });
});

describe('--ack stored', () => {
  it('answers when the store has the spans', async () => {
    const acceptor = acceptorWith({ ack: 'stored' });
    startPump(acceptor);
    await Promise.all([
      accept(acceptor, 'a').then(() => expect(stored).toContain('a')),
      accept(acceptor, 'b').then(() => expect(stored).toContain('b')),
    ]);
    expect(stored.toSorted()).toEqual(['a', 'b']);
  });

  it('answers 503 when the store takes too long, keeps the spans, and recognises a resend', async () => {
    const acceptor = acceptorWith({ ack: 'stored', storedWaitMillis: 30 });
    await expect(accept(acceptor, 'a')).rejects.toMatchObject({
      code: 'ERR_STORE_SLOW',
      statusCode: 503,
      retryAfterSeconds: 2,
    });
    const patient = acceptorWith({ ack: 'stored' });
    const again = accept(patient, 'a');
    startPump(patient);
    expect(await again).toMatchObject({ spans: 1 });
    expect(stored).toEqual(['a']);
    expect(await accept(patient, 'a')).toMatchObject({ spans: 1 });
    expect(stored).toEqual(['a']);
  });

  it('answers 400 for spans the store refuses for good', async () => {
    const acceptor = acceptorWith({ ack: 'stored' });
    startPump(acceptor, { refuse: 'bad' });
    await Promise.all([
      expect(accept(acceptor, 'bad')).rejects.toMatchObject({ code: 'ERR_STORE_REJECTED', statusCode: 400 }),
      accept(acceptor, 'good'),
    ]);
    expect(stored).toEqual(['good']);
  });
});

describe('limits that became narrower over a restart', () => {
  it('lose nothing that was acknowledged before', async () => {
    const long = 'n'.repeat(100);
    await accept(acceptorWith({}), long, 'short');
    await accept(acceptorWith({}), 'other');
    cache = new RowCache();
    const narrow = new TraceEncoder({ ...DEFAULT_SPAN_LIMITS, maxStringBytes: 50 });
    const acceptor = acceptorWith({ encoder: narrow });
    startPump(acceptor, { encoder: narrow });
    await expect.poll(() => inbox.pending(STORE_CONSUMER).requests).toBe(0);
    expect(stored).toEqual([long, 'short', 'other']);
    expect(await accept(acceptor, long, 'new')).toMatchObject({ spans: 1, rejected: 1 });
  });
});
