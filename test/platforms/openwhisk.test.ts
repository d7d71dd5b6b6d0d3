import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ACCEPT, startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime } from './support.ts';

const RUNTIME = new URL('openwhisk-runtime.mjs', import.meta.url).pathname;
const SECRET =
  '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';

/** @param source of the action, default the example's */
async function startAction(env: Record<string, string>, source?: string) {
  const staged = await stage('openwhisk');
  const bundle = join(staged.folder, 'hello.js');
  const entry = join(staged.folder, source === undefined ? 'hello.mjs' : 'source.js');
  if (source !== undefined) await writeFile(entry, source);
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const runtime = await startRuntime({
    folder: staged.folder,
    args: [RUNTIME],
    ready: /listening on (\d+)/,
    env: { HOSTNAME: 'wsk0-guest-hello', ...env },
  });
  const post = async (path: string, body: object): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(runtime.url + path, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  let activations = 0;
  return {
    runtime,
    init: async (archived = false) =>
      post('/init', {
        value: {
          name: 'hello',
          main: 'main',
          ...(archived ? { folder: bundle } : { code: await readFile(bundle, 'utf8') }),
        },
      }),
    run: (value: object) =>
      post('/run', {
        value,
        namespace: 'guest',
        action_name: '/guest/tools/hello',
        action_version: '0.0.3',
        activation_id: `activation-${(activations += 1)}`,
        transaction_id: 'tid-1',
        api_key: SECRET,
        api_host: 'https://openwhisk.example',
        deadline: String(Date.now() + 60_000),
      }),
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await staged[Symbol.asyncDispose]();
    },
  };
}

test('an action: recorded before its answer leaves, its failures as OpenWhisk has them, its key never', async () => {
  await using collector = await startCollector();
  await using action = await startAction({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
  });
  expect(await action.init()).toEqual({ status: 200, body: { OK: true } });
  expect(await action.run({ name: 'you' })).toEqual({ status: 200, body: { greeting: 'hello you' } });
  // The container may be paused from here on.
  expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'hello']);
  expect((await action.run({ fail: true })).body).toEqual({ error: 'asked to fail' });
  const web = {
    __ow_method: 'get',
    __ow_path: '/tools',
    __ow_headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  };
  await action.run(web);
  // An error ends the container, and is sent with its answer or right after it.
  expect(await action.run({ throw: true })).toEqual({
    status: 502,
    body: { error: 'An error has occurred: RangeError: asked to throw' },
  });
  expect((await action.run({})).status).toBe(403);
  await collector.until((spans) => spans.length === 5);
  const [init, first, failed, http, thrown] = collector.spans;
  expect(first).toMatchObject({
    kind: 2,
    attributes: {
      'faas.trigger': 'other',
      'faas.invocation_id': 'activation-1',
      'faas.coldstart': true,
      'sandscope.sandbox.ordinal': '1',
    },
    resource: {
      'sandscope.platform': 'openwhisk',
      // Unknown before the first activation.
      'service.name': 'hello',
      'faas.name': 'hello',
      'faas.version': '0.0.3',
      'faas.instance': 'wsk0-guest-hello',
      'service.namespace': 'guest',
    },
  });
  expect(first!.status).toBeUndefined();
  // The container existed before it knew what it runs.
  expect(Number(init!.attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(0);
  expect(init!.attributes['sandscope.init.runtime_ms']).toBeUndefined();
  const partsMs = ['module', 'rest'].map((part) => Number(init!.attributes[`sandscope.init.${part}_ms`]));
  expect(partsMs[0]! + partsMs[1]!).toBeCloseTo(Number(init!.attributes['sandscope.init.duration_ms']), 2);
  expect(failed).toMatchObject({
    status: { code: 2, message: 'asked to fail' },
    attributes: { 'error.type': 'application_error' },
    events: [],
  });
  expect(thrown).toMatchObject({
    attributes: { 'error.type': 'RangeError' },
    events: [{ name: 'exception' }],
  });
  expect(http).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'faas.trigger': 'http', 'http.request.method': 'GET', 'url.path': '/tools' },
  });
  expect(JSON.stringify(collector.spans)).not.toContain(SECRET.slice(0, 12));
});

const WRAP = `const { wrapAction } = require('@sandscope/sdk/openwhisk');`;

test.each([
  ['throws before it wraps', `${WRAP} throw new RangeError('no');`],
  ['throws after it wrapped', `${WRAP} exports.main = wrapAction(() => ({})); throw new RangeError('no');`],
  ['exports no function', `${WRAP} exports.main = {};`],
])('an action that cannot be loaded is recorded: it %s', async (_what, source) => {
  for (const archived of [false, true]) {
    await using collector = await startCollector();
    await using action = await startAction(ENDPOINT(collector.endpoint), source);
    expect((await action.init(archived)).status).toBe(502);
    await collector.until((spans) => spans.length === 1);
    expect(collector.spans[0]).toMatchObject({
      name: 'sandscope.init',
      // Its error is not reported to anybody here.
      status: { code: 2, message: 'the function could not be loaded' },
      attributes: { 'error.type': '502' },
      resource: { 'service.name': 'hello', 'faas.name': 'hello' },
    });
  }
});

test('an action that ends the process while it is loaded is recorded', async () => {
  await using collector = await startCollector();
  await using action = await startAction(ENDPOINT(collector.endpoint), `${WRAP} process.exit(3);`);
  await expect(action.init()).rejects.toThrow('fetch failed');
  await collector.until((spans) => spans.length === 1);
  expect(collector.spans[0]).toMatchObject({
    name: 'sandscope.init',
    status: { code: 2, message: 'the process exited with code 3 before it was initialised' },
    attributes: { 'error.type': 'ProcessExit' },
    resource: { 'faas.instance': 'wsk0-guest-hello' },
  });
});

const ENDPOINT = (endpoint: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
});

test.each([
  [
    'a declared function that is exported wrapped',
    false,
    `function main() { return {}; } exports.main = WRAP(main);`,
  ],
  ['the same in an archive', true, `function main() { return {}; } exports.main = WRAP(main);`],
  ['an asynchronous one', false, `async function main() { return {}; } exports.main = WRAP(main);`],
  ['one without a name', false, `exports.main = WRAP(() => ({}));`],
  ['a wrapped constant', false, `const main = WRAP(() => ({})); exports.main = main;`],
])('each call is recorded once: %s', async (_form, archived, form) => {
  const source = `const { wrapAction: WRAP } = require('@sandscope/sdk/openwhisk'); ${form}`;
  await using collector = await startCollector();
  await using action = await startAction(ENDPOINT(collector.endpoint), source);
  expect((await action.init(archived)).status).toBe(200);
  for (let i = 0; i < 2; i += 1) expect(await action.run({})).toEqual({ status: 200, body: {} });
  expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'hello', 'hello']);
});

test('what the runtime takes for an answer, and what it refuses', async () => {
  await using collector = await startCollector();
  await using action = await startAction(
    ENDPOINT(collector.endpoint),
    `const { wrapAction } = require('@sandscope/sdk/openwhisk');
     const cycle = {};
     cycle.cycle = cycle;
     const answers = { nothing: undefined, null: null, list: [1], text: 'x', number: 7,
       status: { statusCode: 201 }, textStatus: { statusCode: '404' }, failed: { statusCode: 503 },
       error: { error: { statusCode: 502, body: 'x' } } };
     exports.main = wrapAction(async ({ kind }) => answers[kind]);`,
  );
  await action.init();
  const web = { __ow_method: 'get', __ow_path: '', __ow_headers: {} };
  const statuses = [];
  for (const kind of ['nothing', 'null', 'list', 'text', 'number'])
    statuses.push((await action.run({ kind })).status);
  for (const kind of ['status', 'textStatus', 'failed', 'error', 'nothing'])
    await action.run({ kind, ...web });
  expect(statuses).toEqual([200, 200, 200, 502, 502]);
  const [, ...spans] = collector.spans;
  const outcomes = spans.map(({ attributes }) => [
    attributes['error.type'],
    attributes['http.response.status_code'],
  ]);
  expect(outcomes).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
    ['developer_error', undefined],
    ['developer_error', undefined],
    [undefined, '201'],
    [undefined, '404'],
    ['503', '503'],
    ['application_error', '502'],
    // The resulting status depends on the extension in the URL.
    [undefined, undefined],
  ]);
});

test('initialisation is the load of the action, from its first line on, and nothing after it', async () => {
  await using collector = await startCollector();
  await using action = await startAction(
    ENDPOINT(collector.endpoint),
    `const busy = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); };
     busy(300);
     const { wrapAction } = require('@sandscope/sdk/openwhisk');
     exports.main = wrapAction(() => ({}));
     busy(300);`,
  );
  await sleep(500);
  const began = performance.now();
  await action.init();
  const loadedMs = performance.now() - began;
  await sleep(500);
  await action.run({});
  const { attributes } = collector.spans[0]!;
  const durationMs = Number(attributes['sandscope.init.duration_ms']);
  expect(durationMs).toBeGreaterThan(600);
  expect(durationMs).toBeLessThan(loadedMs + 300);
  expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(400);
});

test('a process that ends while an answer waits for its export did not answer', async () => {
  await using collector = await startCollector();
  const underWay = new Promise<void>((resolve) => {
    collector.answer = () => {
      collector.answer = ACCEPT;
      resolve();
    };
  });
  await using action = await startAction(
    ENDPOINT(collector.endpoint),
    `const { wrapAction } = require('@sandscope/sdk/openwhisk');
     exports.main = wrapAction(async () => void process.once('SIGUSR2', () => process.exit(3)));`,
  );
  await action.init();
  const answer = expect(action.run({})).rejects.toThrow('fetch failed');
  await underWay;
  process.kill(action.runtime.pid, 'SIGUSR2');
  await answer;
  await collector.until((spans) => spans.length > 0);
  expect(collector.spans.filter(({ name }) => name === 'hello')).toMatchObject([
    {
      status: { message: 'the process exited with code 3 before the runtime had the answer' },
      attributes: { 'error.type': 'ProcessExit' },
    },
  ]);
});

test('an answer does not wait for a collector that does not answer for longer than the cap', async () => {
  await using collector = await startCollector();
  collector.answer = () => undefined;
  await using action = await startAction({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    SANDSCOPE_SYNC_TIMEOUT_MILLIS: '50',
  });
  await action.init();
  expect((await action.run({})).body).toEqual({ greeting: 'hello world' });
});
