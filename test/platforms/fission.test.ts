import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime } from './support.ts';

const ENVIRONMENT = new URL('fission-environment.mjs', import.meta.url).pathname;

/**
 * @param source of a function `own`, beside the example's
 * @param ahead loads the package with the server, before any function
 */
async function startPod(endpoint: string, source = '', ahead = false) {
  const staged = await stage('fission');
  await writeFile(join(staged.folder, 'own.mjs'), source);
  const pod = await startRuntime({
    folder: staged.folder,
    args: [...(ahead ? ['--import', '@sandscope/sdk/fission'] : []), ENVIRONMENT],
    ready: /listening on (\d+)/,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      HOSTNAME: 'poolmgr-nodejs-abc',
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
    },
  });
  return {
    ...pod,
    specialize: async (functionName: string, status = 202) => {
      const body = JSON.stringify({
        filepath: staged.folder,
        functionName,
        FunctionMetadata: { name: 'hello-world', namespace: 'default', resourceVersion: '1234', uid: '82c9' },
      });
      expect((await fetch(`${pod.url}/v2/specialize`, { method: 'POST', body })).status).toBe(status);
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
  'X-Fission-Function-Uid': '82c95606-9afa',
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
      'service.name': 'hello-world',
      'faas.name': 'hello-world',
      'sandscope.fission.function_uid': '82c95606-9afa',
      'faas.version': '1234',
      'faas.instance': 'poolmgr-nodejs-abc',
      'service.namespace': 'default',
    },
  });
  // The pod had been up for longer than the function took to load.
  const { attributes } = init!;
  expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(0);
  const partsMs = ['module', 'rest'].map((part) => Number(attributes[`sandscope.init.${part}_ms`]));
  expect(partsMs[0]! + partsMs[1]!).toBeCloseTo(Number(attributes['sandscope.init.duration_ms']), 2);

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
  expect(await (await fetch(pod.url, { headers: ROUTER_HEADERS })).text()).toBe('later\n');
  expect((await fetch(`${pod.url}/?status=500`)).status).toBe(500);
  await collector.until((spans) => spans.length >= 3);
  const [, first, second] = collector.spans;
  expect(first).toMatchObject({
    name: 'hello-world',
    attributes: { 'http.response.status_code': '200' },
  });
  expect(second).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '500' } });
});

const WRAP = `import { wrapFission } from '@sandscope/sdk/fission';`;

test('a function without parameters has the name that the router knows it by', async () => {
  await using collector = await startCollector();
  await using pod = await startPod(
    collector.endpoint,
    `${WRAP} export default wrapFission(async function handler() { return { status: 200, body: 'x' }; });`,
  );
  await pod.specialize('own');
  await (await fetch(pod.url, { headers: ROUTER_HEADERS })).text();
  await collector.until((spans) => spans.length >= 2);
  expect(collector.spans[1]).toMatchObject({
    name: 'hello-world',
    resource: { 'faas.name': 'hello-world', 'service.namespace': 'default' },
  });
});

test('what is not told has no name of ours', async () => {
  await using collector = await startCollector();
  await using pod = await startPod(
    collector.endpoint,
    `${WRAP} export default wrapFission(async function handler(context) { return { status: 200, body: 'x' }; });`,
  );
  await pod.specialize('own');
  await (await fetch(pod.url)).text();
  await collector.until((spans) => spans.length >= 2);
  expect(collector.spans[1]!.name).toBe('function');
  expect(collector.spans[1]!.resource['faas.name']).toBeUndefined();
});

test('the outcome is what was answered, whatever the handler returned', async () => {
  await using collector = await startCollector();
  await using pod = await startPod(
    collector.endpoint,
    `${WRAP}
     const answers = {
       made: { status: 201, body: 'x' }, nothing: undefined, text: { status: '200', body: 'x' },
       header: { status: 200, body: 'x', headers: { 'no name': 'x' } },
     };
     export default wrapFission(async ({ request, response }) => {
       const { kind } = request.query;
       if (kind === 'own') response.writeHead(418).end('own');
       return kind === 'own' ? {} : answers[kind];
     });`,
  );
  await pod.specialize('own');
  const statuses = [];
  for (const kind of ['made', 'nothing', 'text', 'header', 'own']) {
    const response = await fetch(`${pod.url}/?kind=${kind}`, { headers: ROUTER_HEADERS });
    statuses.push(response.status);
    await response.text();
  }
  expect(statuses).toEqual([201, 500, 500, 500, 418]);
  await collector.until((spans) => spans.length >= 6);
  const reported = collector.spans
    .slice(1)
    .map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']]);
  expect(reported).toEqual([
    ['201', undefined],
    ['500', '500'],
    ['500', '500'],
    ['500', '500'],
    ['418', undefined],
  ]);
});

describe('a function that cannot be loaded', () => {
  test.each([
    ['throws before it wraps', `${WRAP} throw new RangeError('no');`, 'RangeError'],
    [
      'throws after it wrapped',
      `${WRAP} wrapFission(async () => ({})); throw new RangeError('no');`,
      'RangeError',
    ],
    ['awaits what rejects', `${WRAP} await Promise.reject(new RangeError('no'));`, 'RangeError'],
    ['wraps what is no function', `${WRAP} export default wrapFission(undefined);`, 'SdkError'],
    ['exports no function', `${WRAP} export default {};`, '500'],
    ['asks for a module that is missing', `${WRAP} await import('nowhere');`, 'Error'],
    ['is no JavaScript', 'export default {', 'SyntaxError', true],
    ['throws without the package', `throw new RangeError('no');`, 'RangeError', true],
  ])('%s', async (_what, source, type, ahead = false) => {
    await using collector = await startCollector();
    await using pod = await startPod(collector.endpoint, source, ahead);
    await sleep(300);
    await pod.specialize('own', 500);
    await collector.until((spans) => spans.length === 1);
    const [init] = collector.spans;
    expect(init).toMatchObject({
      name: 'sandscope.init',
      status: { code: 2 },
      attributes: { 'error.type': type },
      resource: {
        'service.name': 'hello-world',
        'faas.name': 'hello-world',
        'faas.version': '1234',
        'service.namespace': 'default',
        'sandscope.fission.function_uid': '82c9',
      },
    });
    // It lasts as long as the load did, not as long as the pod was up.
    const dwellMs = Number(init!.attributes['sandscope.init.pool_dwell_ms']);
    const lastedMs = Number(BigInt(init!.endTimeUnixNano) - BigInt(init!.startTimeUnixNano)) / 1e6;
    expect(dwellMs).toBeGreaterThan(300);
    expect(lastedMs).toBeCloseTo(Number(init!.attributes['sandscope.init.duration_ms']), -2);
    await pod.stop();
    expect(collector.spans).toHaveLength(1);
  });

  const HANGS = 'await new Promise((resolve) => setTimeout(resolve, 60_000));';
  test.each([
    ['ends the process', `${WRAP} process.exit(3);`, false, 'ProcessExit'],
    ['ends it without the package', 'process.exit(3);', true, 'ProcessExit'],
    ['does not come to an end', `${WRAP} ${HANGS}`, false, 'Interrupted'],
    ['does not come to an end, nor imports the package', HANGS, true, 'Interrupted'],
    [
      'does not come to an end, with a listener for SIGTERM',
      `${WRAP} process.on('SIGTERM', () => process.exit(0)); ${HANGS}`,
      false,
      'Interrupted',
    ],
  ])('%s', async (_what, source, ahead, type) => {
    await using collector = await startCollector();
    await using pod = await startPod(collector.endpoint, `console.log('loading'); ${source}`, ahead);
    const specialized = pod.specialize('own').catch((error: unknown) => error);
    await expect.poll(() => pod.output()).toContain('loading');
    const end = type === 'Interrupted' ? await pod.stop() : undefined;
    expect(await specialized).toBeInstanceOf(Error);
    await collector.until((spans) => spans.length === 1);
    expect(collector.spans[0]).toMatchObject({
      name: 'sandscope.init',
      status: { code: 2 },
      attributes: { 'error.type': type },
      resource: { 'faas.instance': 'poolmgr-nodejs-abc', 'service.name': ahead ? 'hello-world' : 'function' },
    });
    const bySignal = { code: null, signal: 'SIGTERM' };
    const byListener = { code: 0, signal: null };
    const expected = source.includes('SIGTERM') ? byListener : bySignal;
    expect(end).toEqual(type === 'Interrupted' ? expected : undefined);
  });

  test('one that wrapped nothing did not fail when its pod ends', async () => {
    await using collector = await startCollector();
    await using pod = await startPod(
      collector.endpoint,
      `${WRAP} export default async () => process.exit(3);`,
    );
    await pod.specialize('own');
    await expect(fetch(pod.url)).rejects.toThrow('fetch failed');
    expect(collector.spans).toEqual([]);
  });

  test('and one that is loaded in its place is recorded', async () => {
    await using collector = await startCollector();
    await using pod = await startPod(collector.endpoint, `${WRAP} throw new RangeError('no');`);
    await pod.specialize('own', 500);
    await pod.specialize('index');
    expect(await (await fetch(pod.url, { headers: ROUTER_HEADERS })).text()).toContain('hello');
    await collector.until((spans) => spans.some(({ kind }) => kind === 2));
    expect(collector.spans.filter(({ status }) => status?.code === 2)).toHaveLength(1);
  });
});

const BUSY = `const busy = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); };`;

test.each([
  ['', 'busy(300);'],
  [', awaited', 'await new Promise((resolve) => setTimeout(resolve, 300));'],
])(
  'initialisation is the specialisation, work before the import and after the wrap in it%s',
  async (_how, after) => {
    await using collector = await startCollector();
    await using pod = await startPod(
      collector.endpoint,
      `${BUSY} busy(300);
     const { wrapFission } = await import('@sandscope/sdk/fission');
     export default wrapFission(async (context) => ({ status: 200, body: 'x' }));
     ${after}`,
    );
    await sleep(500);
    const began = performance.now();
    await pod.specialize('own');
    const specialisedMs = performance.now() - began;
    await sleep(500);
    await (await fetch(pod.url, { headers: ROUTER_HEADERS })).text();
    await collector.until((spans) => spans.length >= 2);
    const { attributes } = collector.spans[0]!;
    const durationMs = Number(attributes['sandscope.init.duration_ms']);
    expect(durationMs).toBeGreaterThan(600);
    expect(durationMs).toBeLessThan(specialisedMs + 300);
    expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(400);
  },
);
