import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime, type Runtime } from './support.ts';

const SERVER = new URL('web-server.mjs', import.meta.url).pathname;

/** @param file of the example */
function startVercel(folder: string, file: string, endpoint: string): Promise<Runtime> {
  return startRuntime({
    folder,
    args: [SERVER, `${folder}/${file}`, 'vercel'],
    ready: /listening on (\d+)/,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      VERCEL: '1',
      VERCEL_ENV: 'preview',
      VERCEL_REGION: 'fra1',
      VERCEL_DEPLOYMENT_ID: 'dpl_1',
    },
  });
}

test('Vercel: one function for all methods', async () => {
  await using collector = await startCollector();
  await using staged = await stage('vercel');
  await using server = await startVercel(staged.folder, 'fetched.mjs', collector.endpoint);
  expect(await (await fetch(`${server.url}/api/fetched`, { method: 'POST' })).text()).toBe('fetched');
  await collector.until((spans) => spans.length === 2);
  expect(collector.spans[1]).toMatchObject({ name: 'fetched', attributes: { 'url.path': '/api/fetched' } });
});

test('Vercel: web handlers, exported in waitUntil after the response', async () => {
  await using collector = await startCollector();
  await using staged = await stage('vercel');
  await using server = await startVercel(staged.folder, 'hello.mjs', collector.endpoint);
  const headers = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'x-vercel-id': 'fra1::abc',
    'x-forwarded-proto': 'https',
  };
  const got = await fetch(`${server.url}/api/hello?name=you`, { headers });
  expect(await got.text()).toBe('hello you');
  expect(got.headers.get('x-waiting')).toBe('1');
  const posted = await fetch(`${server.url}/api/hello`, { method: 'POST', body: '{"a":1}' });
  expect([posted.status, await posted.json()]).toEqual([201, { a: 1 }]);
  expect((await fetch(`${server.url}/api/hello?status=503`)).status).toBe(503);
  await collector.until((spans) => spans.length === 4);
  const [, first, second, failed] = collector.spans;
  expect(first).toMatchObject({
    name: 'hello',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: {
      'faas.name': 'hello',
      'faas.trigger': 'http',
      'faas.invocation_id': 'fra1::abc',
      'http.request.method': 'GET',
      'http.response.status_code': '200',
      'url.path': '/api/hello',
      'url.scheme': 'https',
    },
    resource: {
      'sandscope.platform': 'vercel',
      'cloud.region': 'fra1',
      'faas.version': 'dpl_1',
      'deployment.environment.name': 'preview',
    },
  });
  expect(second!.attributes['http.response.status_code']).toBe('201');
  expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '503' } });
});

test('Netlify: a web handler with its context', async () => {
  await using collector = await startCollector();
  await using staged = await stage('netlify');
  await using server = await startRuntime({
    folder: staged.folder,
    args: [SERVER, `${staged.folder}/hello.mjs`, 'netlify'],
    ready: /listening on (\d+)/,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SITE_NAME: 'garden' },
  });
  const got = await fetch(server.url);
  expect(await got.json()).toEqual({ hello: 'world' });
  expect(got.headers.get('x-waiting')).toBe('1');
  const failed = await fetch(`${server.url}/?fail=1`);
  expect([failed.status, await failed.text()]).toEqual([500, 'TypeError']);
  await collector.until((spans) => spans.length === 3);
  const [, first, second] = collector.spans;
  expect(first).toMatchObject({
    name: 'hello',
    attributes: { 'faas.invocation_id': 'request-1' },
    resource: { 'sandscope.platform': 'netlify', 'service.namespace': 'garden', 'faas.version': 'deploy-1' },
  });
  expect(second).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TypeError' } });
});
