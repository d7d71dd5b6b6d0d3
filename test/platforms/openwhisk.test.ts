import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/test-collector.ts';
import { stage, startRuntime } from './support.ts';

const RUNTIME = new URL('openwhisk-runtime.mjs', import.meta.url).pathname;
const SECRET =
  '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';

async function startAction(env: Record<string, string>) {
  const staged = await stage('openwhisk');
  const bundle = join(staged.folder, 'hello.js');
  await build({
    entryPoints: [join(staged.folder, 'hello.mjs')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
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
    init: async () =>
      post('/init', { value: { name: 'hello', main: 'main', code: await readFile(bundle, 'utf8') } }),
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
  expect((await action.run({ throw: true })).body).toMatchObject({ error: { name: 'RangeError' } });
  const web = {
    __ow_method: 'get',
    __ow_path: '/tools',
    __ow_headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  };
  await action.run(web);
  const [init, first, failed, thrown, http] = collector.spans;
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
      'faas.name': 'hello',
      'faas.version': '0.0.3',
      'faas.instance': 'wsk0-guest-hello',
      'service.namespace': 'guest',
    },
  });
  expect(first!.status).toBeUndefined();
  // The container was there before it was told what it runs.
  expect(Number(init!.attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(0);
  expect(init!.attributes['sandscope.init.runtime_ms']).toBeUndefined();
  expect(init!.attributes['sandscope.init.duration_ms']).toBe(init!.attributes['sandscope.init.module_ms']);
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
