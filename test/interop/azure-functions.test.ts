/** `@azure/functions` as it is published, in a worker of our own: the host itself is not needed for its hooks. */
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/test-collector.ts';
import { stage, startRuntime } from '../platforms/support.ts';
import { describeWithPeer } from './peers.ts';

const WORKER = new URL('azure-worker.mjs', import.meta.url).pathname;

const get = (query: Record<string, string> = {}): object => ({
  data: { http: { method: 'GET', url: 'https://app.azurewebsites.net/api/hello', headers: {}, query } },
});

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
    expect(collector.spans[4]).toMatchObject({
      name: 'sandscope.shutdown',
      attributes: { 'sandscope.shutdown.reason': 'app_terminate', 'sandscope.shutdown.last_ordinal': '3' },
    });
  });
});
