import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/test-collector.ts';
import { stage, startRuntime } from './support.ts';

const ENVIRONMENT = new URL('fission-environment.mjs', import.meta.url).pathname;

async function startPod(endpoint: string) {
  const staged = await stage('fission');
  const pod = await startRuntime({
    folder: staged.folder,
    args: [ENVIRONMENT],
    ready: /listening on (\d+)/,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, HOSTNAME: 'poolmgr-nodejs-abc' },
  });
  return {
    ...pod,
    specialize: async (functionName: string) => {
      const body = JSON.stringify({ filepath: staged.folder, functionName });
      expect((await fetch(`${pod.url}/v2/specialize`, { method: 'POST', body })).status).toBe(202);
    },
    [Symbol.asyncDispose]: async () => {
      await pod[Symbol.asyncDispose]();
      await staged[Symbol.asyncDispose]();
    },
  };
}

const ROUTER_HEADERS = {
  'X-Fission-Function-Name': 'hello-world',
  'X-Fission-Function-Namespace': 'default',
  'X-Fission-Function-ResourceVersion': '1234',
};

test('a function with a promise, in a pod that was generic', async () => {
  await using collector = await startCollector();
  await using pod = await startPod(collector.endpoint);
  await pod.specialize('index');
  const response = await fetch(`${pod.url}/?name=you`, {
    headers: { ...ROUTER_HEADERS, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });
  expect(await response.text()).toBe('hello you\n');
  expect(response.headers.get('x-answered-by')).toBe('hello');
  await collector.until((spans) => spans.length >= 2);
  const [init, first] = collector.spans;
  expect(first).toMatchObject({
    name: 'hello-world',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: {
      'faas.trigger': 'http',
      'faas.coldstart': true,
      'http.request.method': 'GET',
      'http.response.status_code': '200',
      'url.path': '/',
    },
    resource: {
      'sandscope.platform': 'fission',
      'faas.version': '1234',
      'faas.instance': 'poolmgr-nodejs-abc',
      'service.namespace': 'default',
    },
  });
  // The pod had been up for longer than the function took to load.
  const { attributes } = init!;
  expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(0);
  expect(attributes['sandscope.init.duration_ms']).toBe(attributes['sandscope.init.module_ms']);

  const timer = { ...ROUTER_HEADERS, 'X-Fission-Timer-Name': 'hourly' };
  expect((await fetch(`${pod.url}/?status=503`, { headers: timer })).status).toBe(503);
  await collector.until((spans) => spans.length >= 3);
  expect(collector.spans[2]).toMatchObject({
    status: { code: 2 },
    attributes: { 'faas.trigger': 'timer', 'error.type': '503', 'http.response.status_code': '503' },
  });

  expect(await pod.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.spans.at(-1)).toMatchObject({
    name: 'sandscope.shutdown',
    attributes: { 'sandscope.shutdown.reason': 'sigterm', 'sandscope.shutdown.last_ordinal': '2' },
  });
});

test('a function with a callback keeps its two parameters', async () => {
  await using collector = await startCollector();
  await using pod = await startPod(collector.endpoint);
  await pod.specialize('index.later');
  expect(await (await fetch(pod.url)).text()).toBe('later\n');
  expect((await fetch(`${pod.url}/?status=500`)).status).toBe(500);
  await collector.until((spans) => spans.length >= 3);
  const [, first, second] = collector.spans;
  expect(first).toMatchObject({ name: 'later', attributes: { 'http.response.status_code': '200' } });
  expect(second).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '500' } });
});
