import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import type { TestCollector } from '../../sdk/src/testing/test-collector.ts';
import { describeWithPeer } from '../interop/peers.ts';
import { stage, startRuntime } from './support.ts';

const LISTENING = { args: ['index.mjs'], ready: /listening on (\d+)/ };

test('plain Node: until the end of the response, streamed or not, and until the connection is closed', async () => {
  await using collector = await startCollector();
  await using staged = await stage('http');
  const env = { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using server = await startRuntime({ folder: staged.folder, ...LISTENING, env });
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  expect(await (await fetch(`${server.url}/a?secret=1`, { headers })).text()).toBe('hello\n');
  expect(await (await fetch(`${server.url}/stream`)).text()).toBe('first, hello\n');
  expect((await fetch(`${server.url}/b?status=503`)).status).toBe(503);
  await collector.until((spans) => spans.length === 4);
  const [, first, streamed, failed] = collector.spans;
  expect(first).toMatchObject({
    name: 'hello',
    kind: 2,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: {
      'faas.trigger': 'http',
      'http.request.method': 'GET',
      'http.response.status_code': '200',
      'url.path': '/a',
      'url.scheme': 'http',
    },
    resource: { 'sandscope.platform': 'http', 'faas.name': 'hello' },
  });
  expect(JSON.stringify(first)).not.toContain('secret');
  expect(BigInt(streamed!.endTimeUnixNano) - BigInt(streamed!.startTimeUnixNano)).toBeGreaterThan(
    45_000_000n,
  );
  expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '503' }, events: [] });

  // A client that disconnects in the middle ends its invocation, which is not the function's failure.
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(`${server.url}/stream`, (response) => {
      response.once('data', () => outgoing.destroy());
      response.once('close', resolve);
      response.on('error', () => undefined);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
  await collector.until((spans) => spans.length === 5);
  expect(collector.spans[4]!.status).toBeUndefined();

  expect(await server.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.spans.at(-1)!.name).toBe('sandscope.shutdown');
});

test('a server that finishes its requests after SIGTERM: they are not failures, and the goodbye comes last', async () => {
  await using collector = await startCollector();
  await using staged = await stage('http');
  await writeFile(
    join(staged.folder, 'graceful.mjs'),
    `import { createServer } from 'node:http';
    import { wrapHttp } from '@sandscope/sdk/http';
    const listen = wrapHttp(function slow(request, response) {
      response.write('first, ');
      process.once('SIGTERM', () => setTimeout(() => response.end('last'), 50));
    });
    const server = createServer(listen).listen(0, '127.0.0.1', () => {
      console.log('listening on ' + server.address().port);
    });
    process.on('SIGTERM', () => server.close(() => process.exit(0)));`,
  );
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using server = await startRuntime({
    folder: staged.folder,
    ...LISTENING,
    args: ['graceful.mjs'],
    env,
  });
  const response = await fetch(server.url, { headers: { connection: 'close' } });
  const [text, end] = await Promise.all([response.text(), server.stop()]);
  expect([text, end.code]).toEqual(['first, last', 0]);
  expect(collector.spans.map(({ name }) => name).sort((a, b) => a.localeCompare(b))).toEqual([
    'sandscope.init',
    'sandscope.shutdown',
    'slow',
  ]);
  expect(collector.spans.find(({ name }) => name === 'slow')!.status).toBeUndefined();
});

async function expectItems(url: string, collector: TestCollector): Promise<void> {
  expect(await (await fetch(`${url}/items/7`)).json()).toEqual({ id: '7' });
  expect((await fetch(`${url}/broken`)).status).toBe(500);
  await Promise.all([1, 2, 3].map(async (id) => (await fetch(`${url}/items/${id}`)).text()));
  await collector.until((spans) => spans.length === 6);
  const [, item, broken, ...rest] = collector.spans;
  expect(item).toMatchObject({ name: 'shop', attributes: { 'url.path': '/items/7' } });
  expect(broken).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '500' } });
  const ordinals = rest.map(({ attributes }) => Number(attributes['sandscope.sandbox.ordinal']));
  expect(ordinals.sort((a, b) => a - b)).toEqual([3, 4, 5]);
}

test('Fastify, through its server factory', async () => {
  await using collector = await startCollector();
  await using staged = await stage('fastify', ['fastify']);
  const env = { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using server = await startRuntime({ folder: staged.folder, ...LISTENING, env });
  await expectItems(server.url, collector);
  expect(collector.spans[0]!.name).toBe('sandscope.init');
});

describeWithPeer('express', () => {
  test('a middleware, with the route that matched', async () => {
    await using collector = await startCollector();
    await using staged = await stage('express', ['express']);
    const env = { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    await using server = await startRuntime({ folder: staged.folder, ...LISTENING, env });
    await expectItems(server.url, collector);
    expect(collector.spans[1]!.attributes['http.route']).toBe('/items/:id');
  });
});
