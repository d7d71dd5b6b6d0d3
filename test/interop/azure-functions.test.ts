/** The published `@azure/functions`, in a worker of our own: its hooks do not need the host itself. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime } from '../platforms/support.ts';
import { describeWithPeer } from './peers.ts';

const WORKER = new URL('azure-worker.mjs', import.meta.url).pathname;

const get = (query: Record<string, string> = {}): object => ({
  data: { http: { method: 'GET', url: 'https://app.azurewebsites.net/api/hello', headers: {}, query } },
});

/** An app of one file, instrumented. */
async function startApp(
  endpoint: string,
  functions: string,
  { placeholder = false, before = '' }: { placeholder?: boolean; before?: string } = {},
) {
  const staged = await stage('azure-functions', ['@azure/functions']);
  const file = join(staged.folder, 'own.mjs');
  await writeFile(
    file,
    `${before}
     const { app } = await import('@azure/functions');
     const { instrument } = await import('@sandscope/sdk/azure-functions');
     instrument(app);
     instrument(app);
     ${functions}`,
  );
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, WEBSITE_SITE_NAME: 'shop' };
  const worker = await startRuntime({
    folder: staged.folder,
    args: placeholder ? [WORKER] : [WORKER, file],
    ready: /listening on (\d+)/,
    env: placeholder ? { WEBSITE_PLACEHOLDER_MODE: '1' } : env,
  });
  const post = async (path: string, body: object = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(worker.url + path, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  const environment = { ...env, TMPDIR: staged.folder };
  return {
    post,
    specialize: () => post('/specialize', { environment, file }),
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await staged[Symbol.asyncDispose]();
    },
  };
}

describeWithPeer('@azure/functions', () => {
  test('all functions of an app, by its hooks', async () => {
    await using collector = await startCollector();
    await using staged = await stage('azure-functions', ['@azure/functions']);
    await using worker = await startRuntime({
      folder: staged.folder,
      args: [WORKER, `${staged.folder}/index.mjs`],
      ready: /listening on (\d+)/,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        WEBSITE_SITE_NAME: 'shop',
        WEBSITE_INSTANCE_ID: 'd1c7e5a0',
        WEBSITE_OWNER_NAME: '11111111-2222-3333-4444-555555555555+shop-WestEuropewebspace-Linux',
        WEBSITE_RESOURCE_GROUP: 'shop-group',
        WEBSITE_MEMORY_LIMIT_MB: '2048',
        REGION_NAME: 'westeurope',
        AzureWebJobsStorage: 'DefaultEndpointsProtocol=https;AccountKey=very-secret',
      },
    });
    const post = async (path: string, body: object = {}): Promise<Record<string, unknown>> => {
      const response = await fetch(worker.url + path, { method: 'POST', body: JSON.stringify(body) });
      return (await response.json()) as Record<string, unknown>;
    };
    const answer = await post('/invoke/hello', {
      ...get({ name: 'you' }),
      traceContext: {
        traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        traceState: 'a=b',
      },
    });
    expect(answer).toMatchObject({
      response: { returnValue: { http: { body: { bytes: expect.anything() as unknown } } } },
    });
    await post('/invoke/hello', get({ status: '503' }));
    expect(await post('/invoke/tick', { data: { json: '{"IsPastDue":true}' } })).toMatchObject({
      error: 'RangeError: too late',
    });
    await collector.until((spans) => spans.length === 4);
    const [, hello, failed, tick] = collector.spans;
    expect(hello).toMatchObject({
      name: 'hello',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      traceState: 'a=b',
      attributes: {
        'faas.name': 'shop/hello',
        'faas.trigger': 'http',
        'faas.invocation_id': answer['invocationId'],
        'cloud.resource_id':
          '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop-group/providers/Microsoft.Web/sites/shop/functions/hello',
        'http.request.method': 'GET',
        'http.response.status_code': '200',
        'url.path': '/api/hello',
        'url.scheme': 'https',
      },
      resource: {
        'service.name': 'shop',
        'cloud.provider': 'azure',
        'cloud.platform': 'azure.functions',
        'cloud.region': 'westeurope',
        'faas.instance': 'd1c7e5a0',
        'faas.max_memory': '2147483648',
      },
    });
    expect(hello!.resource).not.toHaveProperty('faas.name');
    expect(hello!.resource).not.toHaveProperty('host.id');
    expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '503' } });
    expect(tick).toMatchObject({
      name: 'tick',
      status: { message: 'too late' },
      attributes: { 'faas.name': 'shop/tick', 'faas.trigger': 'timer', 'error.type': 'RangeError' },
    });
    expect(JSON.stringify(collector.spans)).not.toContain('very-secret');

    await post('/terminate');
    await collector.until((spans) => spans.length === 5);
    const bye = collector.spans[4]!;
    expect(bye).toMatchObject({
      name: 'sandscope.shutdown',
      attributes: { 'sandscope.shutdown.reason': 'app_terminate', 'sandscope.shutdown.last_ordinal': '3' },
      resource: { 'service.name': 'shop' },
    });
    // It belongs to the sandbox, whichever functions ran in it.
    expect(bye.resource['faas.name']).toBeUndefined();
    for (const name of ['sandscope.sandbox.id', 'sandscope.process.start_ticks'])
      expect(new Set(collector.spans.map(({ attributes }) => attributes[name])).size).toBe(1);
  });

  test('the outcome is what the host answers', async () => {
    await using collector = await startCollector();
    const answers = `{
      made: { status: 201 }, text: 'text', range: { status: 99 }, bigint: { jsonBody: 1n },
      textStatus: { status: '404' }, nothing: undefined, native: new Response('x', { status: 202 }),
    }`;
    await using app = await startApp(
      collector.endpoint,
      `app.http('f', { handler: async (request) => {
        const kind = request.query.get('kind');
        if (kind === 'throw') throw new RangeError('no');
        return (${answers})[kind];
      } });`,
    );
    const kinds = ['made', 'text', 'range', 'bigint', 'textStatus', 'nothing', 'native', 'throw'];
    const failed = [];
    for (const kind of kinds)
      if ('error' in (await app.post('/invoke/f', get({ kind })).catch(() => ({ error: 1 }))))
        failed.push(kind);
    expect(failed).toEqual(['text', 'range', 'bigint', 'throw']);
    await collector.until((spans) => spans.length === kinds.length + 1);
    const reported = collector.spans
      .slice(1)
      .map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']]);
    expect(reported).toEqual([
      ['201', undefined],
      ['500', '500'],
      ['500', '500'],
      ['500', '500'],
      ['404', undefined],
      // The host decides.
      [undefined, undefined],
      ['202', undefined],
      ['500', 'RangeError'],
    ]);
  });

  test('what a worker waited for its app is no initialisation', async () => {
    await using collector = await startCollector();
    const busy = `const busy = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); }; busy(300);`;
    await using app = await startApp(
      collector.endpoint,
      `app.http('f', { handler: async () => ({ body: 'x' }) });
       app.hook.appStart(() => new Promise((resolve) => setTimeout(resolve, 300)));`,
      { placeholder: true, before: busy },
    );
    await sleep(1000);
    const began = performance.now();
    await app.specialize();
    const specialisedMs = performance.now() - began;
    await sleep(500);
    await app.post('/invoke/f', get());
    await collector.until((spans) => spans.length === 2);
    const { attributes } = collector.spans[1]!;
    const durationMs = Number(attributes['sandscope.init.duration_ms']);
    expect(durationMs).toBeGreaterThan(600);
    expect(durationMs).toBeLessThan(specialisedMs + 400);
    expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(800);
    expect(attributes['sandscope.init.runtime_ms']).toBeUndefined();
    expect(attributes['faas.coldstart']).toBe(true);
  });
});
