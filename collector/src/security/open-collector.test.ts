import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestBody } from '../ingest/test-requests.fixture.ts';
import type { Collector } from '../server/server.ts';
import { startServer } from '../server/server.ts';

const JSON_TYPE = 'application/json';
const MEBIBYTE = 1024 ** 2;

let folder: string;
let collector: Collector;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-open-'));
  collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: folder,
      forward: [],
      allowedHosts: ['sandscope.example'],
      maxBodyBytes: MEBIBYTE,
      requestTimeoutMillis: 8000,
    },
    quiet,
  );
  await collector.ready;
});

afterAll(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true, force: true });
});

const portOf = (): number => Number(new URL(collector.url).port);

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const client = httpRequest({ port: portOf(), host: '127.0.0.1', path, method, headers });
  client.end(body);
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(response, 'end');
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

describe('a collector on loopback without tokens', () => {
  it.each([
    ['localhost', 200],
    ['LOCALHOST:4318', 200],
    ['localhost.', 200],
    ['shop.localhost', 200],
    ['127.0.0.1:4318', 200],
    ['127.8.9.10', 200],
    ['[::1]:4318', 200],
    ['sandscope.example:80', 200],
    ['attacker.example', 403],
    ['attacker.example:4318', 403],
    ['127.attacker.example', 403],
    ['localhost.attacker.example', 403],
    ['attacker.example#localhost', 403],
    ['localhost@attacker.example', 403],
    ['0.0.0.0:4318', 403],
    ['192.168.0.1', 403],
    ['x.sandscope.example', 403],
  ])('answers to the host %s with %i', async (host, status) => {
    for (const path of ['/healthz', '/api/v1/functions', '/api/services', '/metrics', '/', '/openapi.json'])
      expect([path, (await ask(path, { headers: { host } })).status]).toEqual([path, status]);
    const body = Buffer.from(requestBody(`from ${host}`)).toString();
    const headers = { host, 'content-type': JSON_TYPE };
    const posted = await ask('/v1/traces', { method: 'POST', body, headers });
    expect(posted.status).toBe(status);
    expect(posted.body.includes('ERR_HOST_NOT_ALLOWED')).toBe(status === 403);
  });

  it.each([
    ['two names, of which one is allowed', '/healthz', ['localhost', 'attacker.example'], 403],
    ['the same the other way round', '/healthz', ['attacker.example', 'localhost'], 403],
    ['two names that are allowed', '/healthz', ['localhost', '127.0.0.1'], 200],
    ['a URL of another host as its target', 'http://attacker.example/healthz', ['localhost'], 403],
    ['a URL of this machine as its target', 'http://localhost/healthz', ['localhost'], 200],
    ['no name', '/healthz', [], 400],
    ['an empty name', '/healthz', [''], 403],
  ])('answers to a request with %s', async (_what, target, hosts, status) => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\n${hosts.map((host) => `host: ${host}\r\n`).join('')}\r\n`);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(Number(/^HTTP\/1.1 (\d+)/.exec(chunk.toString())?.[1])).toBe(status);
  });

  it('answers a body that takes too long so that it is sent again', { timeout: 60_000 }, async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 900000\r\n\r\n`,
    );
    // Slow, but faster than the minimum rate.
    const drip = setInterval(() => socket.write(' '.repeat(1000)), 100);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    clearInterval(drip);
    socket.on('error', () => undefined).destroy();
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 503 [^]*retry-after: \d/i);
  });

  it.each([
    ['of another protocol', '\u0016\u0003\u0001\u0002', 400],
    [
      'with two lengths',
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n',
      400,
    ],
    ['with a huge head', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
  ])('answers what is %s as it answers other errors', async (_what, text, status) => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.on('error', () => undefined); // the connection is closed while the rest is in transit
    socket.write(text);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    const [head = '', body = ''] = chunk.toString().split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ code: 'ERR_HTTP' });
  });

  it('answers a request of old without a host, which no browser sends', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(chunk.toString()).toContain('200 OK');
  });

  it('closes a connection that says nothing', { timeout: 60_000 }, async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.resume();
    await once(socket, 'connect');
    // A connection that is idle after a request may stay open for twice the duration of this test.
    expect(await once(socket, 'close')).toEqual([false]);
  });

  it.each([
    ['with its length', `content-length: ${64 * MEBIBYTE}\r\n\r\n`],
    ['in chunks', `transfer-encoding: chunked\r\n\r\n${(64 * MEBIBYTE).toString(16)}\r\n`],
  ])('answers 413 so that a client that first sends everything can read it, %s', async (_how, head) => {
    const socket = connect(portOf(), '127.0.0.1');
    const failed = once(socket, 'close').then(() => 'closed');
    socket.write(`POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${JSON_TYPE}\r\n${head}`);
    for (let sent = 0; sent < 64; sent++) {
      if (!socket.write(Buffer.alloc(MEBIBYTE))) await Promise.race([once(socket, 'drain'), failed]);
    }
    const answer = await Promise.race([once(socket, 'data').then(([chunk]) => String(chunk)), failed]);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe('an answer', () => {
  it('is for no cache, but for the files of the page', async () => {
    for (const path of [
      '/api/v1/functions',
      '/api/v1/status',
      '/api/services',
      '/metrics',
      '/nothing',
      '/readyz',
    ])
      expect([path, (await ask(path)).headers['cache-control']]).toEqual([path, 'no-store']);
    const page = await ask('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    const [script = ''] = /\/assets\/[\w.-]+\.js/.exec(page.body) ?? [];
    expect((await ask(script)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
    ['deflate', inflateSync],
  ])('is in %s for whoever accepts that', async (encoding, decode) => {
    const url = `${collector.url}/openapi.json`;
    const plain = await ask('/openapi.json');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const client = httpRequest(url, { headers: { 'accept-encoding': `${encoding}, identity;q=0.1` } });
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    const body = await buffer(response);
    expect(response.headers['content-encoding']).toBe(encoding);
    expect(response.headers.vary).toContain('accept-encoding');
    expect(body.length).toBeLessThan(plain.body.length / 2);
    expect(decode(body).toString()).toBe(plain.body);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('to %s where only GET is served is 405', async (method) => {
    for (const path of ['/api/v1/functions', '/api/v1/sandboxes/x', '/api/traces', '/metrics', '/healthz']) {
      const sent = { 'content-type': JSON_TYPE, 'content-length': '1' };
      const { status, headers } = await ask(path, { method, body: '{', headers: sent });
      expect([path, status, headers.allow]).toEqual([path, 405, 'GET, HEAD']);
    }
    expect((await ask('/nothing/here', { method })).status).toBe(404);
  });

  it('with a method that is not among several is 405 too', async () => {
    for (const [path, method, allow] of [
      ['/api/v1/data/function/x', 'GET', 'DELETE'],
      ['/api/v1/data/function/x', 'POST', 'DELETE'],
      ['/v1/traces', 'PUT', 'POST'],
    ] as const) {
      const { status, headers } = await ask(path, { method });
      expect([path, status, headers.allow]).toEqual([path, 405, allow]);
    }
  });

  it.each(['/v1/traces/', '//v1/traces', '//v1//traces/'])('to spans sent to %s is 200', async (path) => {
    const body = Buffer.from(requestBody(path)).toString();
    const headers = { 'content-type': JSON_TYPE };
    expect((await ask(path, { method: 'POST', body, headers })).status).toBe(200);
  });
});
