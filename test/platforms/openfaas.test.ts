import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime } from './support.ts';

const TEMPLATE = new URL('openfaas-template.mjs', import.meta.url).pathname;

/** @param source of a function other than the example's */
async function startFunction(endpoint: string, source?: string) {
  const staged = await stage('openfaas');
  const handler = join(staged.folder, source === undefined ? 'handler.js' : 'own.js');
  if (source !== undefined) await writeFile(handler, source);
  const runtime = await startRuntime({
    folder: staged.folder,
    args: [TEMPLATE, handler],
    ready: /listening on (\d+)/,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OPENFAAS_NAME: 'greeter',
      OPENFAAS_NAMESPACE: 'openfaas-fn',
      HOSTNAME: 'greeter-7d9c-abc',
    },
  });
  return {
    ...runtime,
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await staged[Symbol.asyncDispose]();
    },
  };
}

test('a function of the template, and the end of its pod', async () => {
  await using collector = await startCollector();
  await using pod = await startFunction(collector.endpoint);
  const headers = {
    'x-call-id': 'call-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const response = await fetch(`${pod.url}/a?name=you&status=201`, { headers });
  expect([response.status, response.headers.get('x-answered-by'), await response.text()]).toEqual([
    201,
    'hello',
    'hello you\n',
  ]);
  expect((await fetch(`${pod.url}/?fail=1`, { headers: { 'x-topic': 'orders' } })).status).toBe(500);
  await collector.until((spans) => spans.length === 3);
  const [, first, failed] = collector.spans;
  expect(first).toMatchObject({
    name: 'greeter',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: {
      'faas.trigger': 'http',
      'faas.invocation_id': 'call-1',
      'http.request.method': 'GET',
      'http.response.status_code': '201',
      'url.path': '/a',
    },
    resource: {
      'sandscope.platform': 'openfaas',
      'service.name': 'greeter',
      'service.namespace': 'openfaas-fn',
      'faas.name': 'greeter',
      'faas.instance': 'greeter-7d9c-abc',
    },
  });
  expect(failed).toMatchObject({
    status: { code: 2 },
    attributes: { 'faas.trigger': 'pubsub', 'error.type': '500', 'http.response.status_code': '500' },
  });
  expect(await pod.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.spans.at(-1)).toMatchObject({ name: 'sandscope.shutdown' });
});

test('the answer is the one that came first, whichever way it came', async () => {
  await using collector = await startCollector();
  const ways = `{
    returned: async () => 'returned',
    succeed: (event, context, callback) => { context.succeed('succeed'); try { callback(null, 'callback'); } catch {} },
    callback: (event, context, callback) => { callback(null, 'callback'); try { context.succeed('succeed'); } catch {} },
    rejected: async () => { throw new RangeError('no'); },
    fail404: async (event, context) => context.status(404).fail('nothing'),
    late: async (event, context) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      context.succeed('late');
    },
  }`;
  const call = `(...args) => (${ways})[args[0].query.way](...args)`;
  const kinds = ['returned', 'succeed', 'callback', 'rejected', 'fail404', 'late'];
  const answers = async (source: string): Promise<unknown[]> => {
    await using pod = await startFunction(collector.endpoint, source);
    const received = [];
    for (const kind of kinds) {
      const response = await fetch(`${pod.url}/?way=${kind}`);
      received.push([response.status, await response.text()]);
    }
    await collector.until((spans) => !source.includes('wrap') || spans.length === kinds.length + 1);
    return received;
  };
  const bare = await answers(`module.exports = ${call};`);
  expect(bare).toEqual([
    [200, 'returned'],
    [200, 'succeed'],
    [200, 'callback'],
    [200, 'RangeError: no'],
    [404, 'nothing'],
    [200, 'late'],
  ]);
  expect(
    await answers(
      `const { wrapOpenFaas } = require('@sandscope/sdk/openfaas'); module.exports = wrapOpenFaas(${call});`,
    ),
  ).toEqual(bare);
  const [, ...spans] = collector.spans;
  expect(
    spans.map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']]),
  ).toEqual([
    ['200', undefined],
    ['200', undefined],
    ['200', undefined],
    // The template answers an error of the function with 200.
    ['200', 'RangeError'],
    ['404', undefined],
    ['200', undefined],
  ]);
  const late = spans.at(-1)!;
  expect(Number(BigInt(late.endTimeUnixNano) - BigInt(late.startTimeUnixNano)) / 1e6).toBeGreaterThan(55);
});

test('a function that cannot be loaded is recorded from its import on', async () => {
  await using collector = await startCollector();
  const source = `require('@sandscope/sdk/openfaas'); throw new RangeError('no');`;
  await expect(startFunction(collector.endpoint, source)).rejects.toThrow('ended before it was ready');
  expect(collector.spans).toMatchObject([
    {
      name: 'sandscope.init',
      status: { code: 2, message: 'no' },
      attributes: { 'error.type': 'RangeError' },
      resource: { 'faas.name': 'greeter', 'sandscope.platform': 'openfaas' },
    },
  ]);
});
