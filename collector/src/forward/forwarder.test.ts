import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inbox, parkedFiles, readLetters, renameConsumer, retryNameOf } from '../inbox/index.ts';
import { Forwarder, forwardConsumer, formerForwardConsumer } from './forwarder.ts';

interface Received {
  readonly contentType: string | undefined;
  readonly path: string | undefined;
  readonly body: string;
}

const PATIENTLY = { timeout: 20_000 };

let folder: string;
let inbox: Inbox;
let server: Server;
let port: number;
let url: string;
let received: Received[];
let sentKeys: string[];
let answer: (response: ServerResponse, request: Received) => void;
let forwarder: Forwarder;
let warnings: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-forward-'));
  received = [];
  sentKeys = [];
  warnings = [];
  answer = (response) => response.end('{}');
  server = await listen(0);
  port = (server.address() as AddressInfo).port;
  url = `http://127.0.0.1:${port}/v1/traces`;
  inbox = new Inbox({ path: join(folder, 'inbox.db'), minFreeBytes: 0, forwarders: [forwardConsumer(url)] });
  const warn = (message: string): void => void warnings.push(message);
  forwarder = new Forwarder({ inbox, url, warn, maxBackOffMillis: 50 });
});

afterEach(async () => {
  await forwarder.stop();
  inbox.close();
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(onPort: number): Promise<Server> {
  const target = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      const seen = { contentType: request.headers['content-type'], path: request.url, body };
      received.push(seen);
      sentKeys.push(...[request.headers['x-key'] ?? []].flat());
      answer(response, seen);
    });
  });
  target.listen(onPort, '127.0.0.1');
  await once(target, 'listening');
  return target;
}

function damage(seq: number): void {
  const file = new DatabaseSync(join(folder, 'inbox.db'));
  file.prepare("UPDATE bodies SET body = 'damaged' WHERE seq = ?").run(seq);
  file.close();
}

async function close(): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

async function append(text: string, contentType = 'application/x-protobuf'): Promise<void> {
  await inbox.append({
    body: Buffer.from(text, 'latin1'),
    encoding: 'protobuf',
    contentType,
    summary: { spans: 1, rejected: 0, message: '' },
  });
}

async function drained(): Promise<void> {
  await expect.poll(() => forwarder.status().pendingRequests, PATIENTLY).toBe(0);
}

const bodies = (): string[] => received.map((request) => request.body);

describe('the forwarder', () => {
  it('sends the original bytes with their type, in order', async () => {
    await append('\x00\x01\xff first');
    await append('second', 'application/json; charset=utf-8');
    forwarder.start();
    await drained();
    await append('third');
    await drained();
    expect(received).toEqual([
      { path: '/v1/traces', contentType: 'application/x-protobuf', body: '\x00\x01\xff first' },
      { path: '/v1/traces', contentType: 'application/json; charset=utf-8', body: 'second' },
      { path: '/v1/traces', contentType: 'application/x-protobuf', body: 'third' },
    ]);
    expect(forwarder.status()).toEqual({
      url,
      pendingRequests: 0,
      pendingBytes: 0,
      forwardedRequests: 3,
      retries: 0,
      rejectedSpans: 0,
      parkedRequests: 0,
      droppedRequests: 0,
    });
  });

  it('parks a damaged body and sends the rest', async () => {
    for (const text of ['first', 'second', 'third']) await append(text);
    damage(2);
    forwarder.start();
    await drained();
    expect(bodies()).toEqual(['first', 'third']);
    expect(forwarder.status().parkedRequests).toBe(1);
  });

  it('shows no key of its URL, and sends its headers', async () => {
    const key = 'k3y-0123456789abcdef';
    const keyed = `${url}?api-key=${key}`;
    const former = new Inbox({
      path: join(folder, 'keyed.db'),
      minFreeBytes: 0,
      forwarders: [`forward:${keyed}`],
    });
    const letter = {
      encoding: 'protobuf',
      contentType: 'x',
      receivedAtMillis: 1,
      body: Buffer.from('old'),
    } as const;
    former.deadLetters.park(`forward:${keyed}`, [{ seq: 7, reason: 'no', ...letter }]);
    for (const text of ['one', 'two']) {
      const summary = { spans: 1, rejected: 0, message: '' };
      await former.append({
        body: Buffer.from(text),
        encoding: 'json',
        contentType: 'application/json',
        summary,
      });
    }
    former.advance(`forward:${keyed}`, 1);
    former.close();

    renameConsumer(join(folder, 'keyed.db'), formerForwardConsumer(keyed), forwardConsumer(keyed));
    const path = join(folder, 'keyed.db');
    const renamed = new Inbox({ path, minFreeBytes: 0, forwarders: [forwardConsumer(keyed)] });
    const warned: string[] = [];
    const warn = (message: string): void => void warned.push(message);
    const other = new Forwarder({
      inbox: renamed,
      url: keyed,
      headers: { 'x-key': key },
      warn,
      maxBackOffMillis: 50,
    });
    answer = (response) => response.writeHead(413).end();
    other.start();
    await expect.poll(() => other.status().parkedRequests, PATIENTLY).toBe(2);
    await other.stop();
    expect(received).toEqual([
      { path: `/v1/traces?api-key=${key}`, contentType: 'application/json', body: 'two' },
    ]);
    expect(sentKeys).toEqual([key]);
    const letters = parkedFiles(join(folder, 'dead-letters'));
    expect(letters.flatMap(({ files }) => files.flatMap(readLetters)).map(({ seq }) => seq)).toEqual([7, 2]);
    const shown = [JSON.stringify(other.status()), ...warned, ...letters.map((parked) => parked.folder)];
    for (const { files } of letters) shown.push(...files, ...files.map((file) => readFileSync(file, 'utf8')));
    renamed.close();
    expect(shown.join('\n')).not.toContain(key);
    expect(shown.join('\n')).toContain('?…#');
  });

  it('retries an unavailable target until it answers', async () => {
    await close();
    await append('patient');
    forwarder.start();
    await expect.poll(() => forwarder.status().retries, PATIENTLY).toBeGreaterThan(1);
    expect(forwarder.status()).toMatchObject({ pendingRequests: 1, lastError: 'ECONNREFUSED' });
    server = await listen(port);
    await drained();
    expect(bodies()).toEqual(['patient']);
    expect(warnings).toHaveLength(1);
  });

  it.each([429, 502, 503, 504])('resends after %i, byte for byte', async (status) => {
    let busy = 2;
    answer = (response) => {
      response.statusCode = busy-- > 0 ? status : 200;
      response.end();
    };
    await append('same');
    forwarder.start();
    await drained();
    expect(bodies()).toEqual(['same', 'same', 'same']);
    expect(forwarder.status().retries).toBe(2);
  });

  it('waits as long as Retry-After asks', async () => {
    const at: number[] = [];
    answer = (response) => {
      at.push(performance.now());
      if (at.length === 1) response.writeHead(503, { 'retry-after': '1' });
      response.end();
    };
    await append('later');
    forwarder.start();
    await drained();
    const [first = 0, second = 0] = at;
    expect(second - first).toBeGreaterThanOrEqual(990);
  });

  it.each([400, 404, 413, 500, 301])('parks requests answered %i, and continues', async (status) => {
    answer = (response, { body }) => {
      if (body === 'bad') response.writeHead(status, { location: '/elsewhere' });
      response.end();
    };
    for (const text of ['a', 'bad', 'b']) await append(text);
    forwarder.start();
    await drained();
    expect(bodies()).toEqual(['a', 'bad', 'b']);
    expect(forwarder.status()).toMatchObject({ forwardedRequests: 2, parkedRequests: 1, retries: 0 });
  });

  it('resends parked requests on demand', async () => {
    let isStrict = true;
    answer = (response, { body }) => {
      if (body.startsWith('bad') && (isStrict || body === 'bad 2')) response.statusCode = 413;
      response.end();
    };
    for (const text of ['bad 1', 'good', 'bad 2']) await append(text, 'application/json');
    forwarder.start();
    await drained();
    expect(forwarder.status()).toMatchObject({ forwardedRequests: 1, parkedRequests: 2 });
    isStrict = false;
    const letters = join(folder, 'dead-letters');
    for (const { files } of parkedFiles(letters)) {
      for (const file of files) renameSync(file, retryNameOf(file));
    }
    await expect.poll(() => forwarder.status(), PATIENTLY).toMatchObject({ forwardedRequests: 2 });
    await expect.poll(() => forwarder.status(), PATIENTLY).toMatchObject({ parkedRequests: 1 });
    expect(bodies().slice(3)).toEqual(['bad 1', 'bad 2']);
    expect(received[3]?.contentType).toBe('application/json');
    const [parked] = parkedFiles(letters).flatMap(({ files }) => files.flatMap(readLetters));
    expect(parked).toMatchObject({
      target: forwardConsumer(url),
      seq: 3,
      reason: 'it answered 413',
      spans: 1,
    });
    expect(Buffer.from(parked?.body ?? '', 'base64').toString()).toBe('bad 2');
  });

  it.each([
    ['application/json', '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}', 2],
    ['application/json', '{"partialSuccess":{"rejectedSpans":3}}', 3],
    [
      'application/x-protobuf',
      Buffer.from([0x0a, 0x0b, 0x08, 0x02, 0x12, 0x07, ...Buffer.from('too old')]),
      2,
    ],
    ['application/json', '{}', 0],
    ['text/html', '<p>ok</p>', 0],
  ])(
    'counts spans that a target rejects in a request that it accepts: %s %s',
    async (type, body, rejected) => {
      answer = (response) => response.writeHead(200, { 'content-type': type }).end(body);
      await append('a');
      forwarder.start();
      await drained();
      expect(forwarder.status()).toMatchObject({
        forwardedRequests: 1,
        parkedRequests: 0,
        rejectedSpans: rejected,
      });
      expect(warnings).toHaveLength(rejected > 0 ? 1 : 0);
    },
  );

  it('sends again when the connection breaks before the answer', async () => {
    let breaks = 1;
    answer = (response) => {
      if (breaks-- > 0) response.socket?.destroy();
      else response.end();
    };
    await append('broken');
    forwarder.start();
    await drained();
    expect(bodies()).toEqual(['broken', 'broken']);
  });

  it('reports what it lost because the inbox was full', async () => {
    inbox.close();
    const path = join(folder, 'small.db');
    inbox = new Inbox({ path, minFreeBytes: 0, maxBytes: 8000, forwarders: [forwardConsumer(url)] });
    const warn = (message: string): void => void warnings.push(message);
    forwarder = new Forwarder({ inbox, url, warn, maxBackOffMillis: 50 });
    for (let index = 1; index <= 20; index++) {
      await append(`${index}`.padEnd(400, '.'));
      inbox.advance('store', index);
    }
    const { droppedRequests, pendingRequests, pendingBytes, oldestAgeMs } = forwarder.status();
    expect(droppedRequests).toBeGreaterThan(0);
    expect(droppedRequests + pendingRequests).toBe(20);
    expect(pendingBytes).toBe(400 * pendingRequests);
    expect(oldestAgeMs).toBeLessThan(10_000);
    forwarder.start();
    await drained();
    expect(bodies().at(-1)).toMatch(/^20\./);
    expect(forwarder.status()).toMatchObject({ forwardedRequests: 20 - droppedRequests, droppedRequests });
  });

  it('stops at once while a target hangs, and continues there', async () => {
    answer = () => undefined;
    await append('hung');
    forwarder.start();
    await expect.poll(() => received.length, PATIENTLY).toBe(1);
    await forwarder.stop();
    answer = (response) => response.end();
    forwarder = new Forwarder({ inbox, url, warn: () => undefined });
    forwarder.start();
    await drained();
    expect(bodies()).toEqual(['hung', 'hung']);
  });
});
