import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { HttpClient } from './http-client.ts';

let server: Server | undefined;
let connections: Socket[] = [];

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  server = createServer(answer);
  connections = [];
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/path?with=query`);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test('makes one exchange after the other over one connection', async () => {
  const seen: unknown[] = [];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers['x-one'], request.headers.host, body]);
      response.writeHead(201, { 'X-Two': '2' }).end('{"ä":1}');
    });
  });
  const client = new HttpClient();
  const call = { url, headers: { 'X-One': '1' }, keepAlive: true } as const;
  const body = `ü${'x'.repeat(300_000)}`;
  expect(await client.send({ ...call, method: 'POST', body })).toMatchObject({
    status: 201,
    headers: { 'x-two': '2' },
    body: '{"ä":1}',
  });
  await client.send({ ...call, method: 'POST', body: new Uint8Array([65]) });
  await client.send({ ...call, method: 'GET' });
  expect(seen).toEqual([
    ['POST', '/a/path?with=query', '1', url.host, body],
    ['POST', '/a/path?with=query', '1', url.host, 'A'],
    ['GET', '/a/path?with=query', '1', url.host, ''],
  ]);
  expect(connections).toHaveLength(1);
});

test('replaces a kept connection that turns out to be dead, once', async () => {
  const requests = new Map<Socket, number>();
  const url = await serve((request, response) => {
    const count = (requests.get(request.socket) ?? 0) + 1;
    requests.set(request.socket, count);
    if (count === 1) response.end('well');
    else request.socket.resetAndDestroy();
  });
  const client = new HttpClient();
  for (let i = 0; i < 3; i += 1) {
    expect((await client.send({ url, method: 'GET', keepAlive: true })).body).toBe('well');
  }
  expect(connections).toHaveLength(3);
});

test('does not repeat a request whose new connection was closed', async () => {
  let requests = 0;
  const url = await serve((request) => {
    requests += 1;
    request.socket.destroy();
  });
  const sent = new HttpClient().send({ url, method: 'GET', keepAlive: true });
  await expect(sent).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toBe(1);
});

test('gives up in time, and reports a refused connection', async () => {
  const url = await serve(() => undefined);
  const client = new HttpClient();
  const slow = client.send({ url, method: 'GET', keepAlive: true, timeoutMillis: 30 });
  await expect(slow).rejects.toMatchObject({ name: 'HttpTimeout', message: 'no answer in 30 ms' });
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  const absent = client.send({ url, method: 'GET', keepAlive: true });
  await expect(absent).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('uses the user and password of the URL, and sends no header with a line break', async () => {
  let headers: IncomingMessage['headers'] = {};
  const url = await serve((request, response) => {
    ({ headers } = request);
    response.end();
  });
  url.username = 'me';
  url.password = 'p%40ss';
  const bad = { 'x-bad': 'a\r\nx-worse: b' };
  await new HttpClient().send({ url, method: 'GET', keepAlive: true, headers: bad });
  expect(headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  expect(headers).not.toHaveProperty('x-worse');
});

test('atOnce: the request arrives although the event loop does not turn', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     const server = require('node:http').createServer((request, response) => {
       Atomics.store(workerData, 0, 1);
       Atomics.notify(workerData, 0);
       response.end('late');
     });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: shared },
  );
  try {
    const port = await new Promise<number>((resolve) => worker.once('message', resolve));
    const nextTick: unknown = Reflect.get(process, 'nextTick');
    const url = new URL(`http://127.0.0.1:${port}/`);
    const sent = new HttpClient().send({ url, method: 'POST', body: 'x', keepAlive: true, atOnce: true });
    expect(Atomics.wait(shared, 0, 0, 10_000)).not.toBe('timed-out');
    expect(Reflect.get(process, 'nextTick')).toBe(nextTick);
    expect((await sent).body).toBe('late');
  } finally {
    await worker.terminate();
  }
});
