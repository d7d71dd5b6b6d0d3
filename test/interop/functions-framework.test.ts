/** Google's published functions framework: HTTP and CloudEvent functions, wrapped. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { freePort, stage, startRuntime, type Runtime } from '../platforms/support.ts';
import { describeWithPeer } from './peers.ts';

const FRAMEWORK = '@google-cloud/functions-framework';

/** Google's metadata server, as far as it is used. */
async function startMetadata() {
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    const known = {
      id: '00bf4bf02d',
      region: 'projects/123/regions/europe-west1',
      'project-id': 'my-project',
    };
    const value = known[url.split('/').at(-1) as keyof typeof known];
    response.writeHead(headers['metadata-flavor'] === 'Google' ? 200 : 403, { 'metadata-flavor': 'Google' });
    response.end(value);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

describeWithPeer(FRAMEWORK, (framework) => {
  async function start(
    target: string,
    env: Record<string, string>,
  ): Promise<{ runtime: Runtime } & AsyncDisposable> {
    const staged = await stage('google-cloud', [FRAMEWORK]);
    const port = await freePort();
    const runtime = await startRuntime({
      folder: staged.folder,
      args: [join(framework, 'build/src/main.js'), '--target', target, '--port', String(port)],
      ready: /URL: http/,
      port,
      env: { SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000', FUNCTION_TARGET: target, ...env },
    });
    return {
      runtime,
      [Symbol.asyncDispose]: async () => {
        await runtime[Symbol.asyncDispose]();
        await staged[Symbol.asyncDispose]();
      },
    };
  }

  const event = (url: string, data: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      body: JSON.stringify(data),
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': 'event-1',
        'ce-type': 'google.cloud.storage.object.v1.finalized',
        'ce-source': '//storage.googleapis.com/projects/_/buckets/photos',
        ...headers,
      },
    });

  test('HTTP: exported before the response ends, with the instance once it is known, and goodbye', async () => {
    await using collector = await startCollector();
    await using metadata = await startMetadata();
    await using framework = await start('hello', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      GCE_METADATA_HOST: metadata.host,
      K_SERVICE: 'greeter',
      K_REVISION: 'greeter-00007-abc',
    });
    const { runtime } = framework;
    const headers = {
      'function-execution-id': 'execution-1',
      'x-cloud-trace-context': '0af7651916cd43dd8448eb211c80319c/13235353014750950193;o=1',
    };
    expect(await (await fetch(`${runtime.url}/a?name=you`, { headers })).text()).toBe('hello you');
    // The CPU may be taken away from here on.
    expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'greeter']);
    const first = collector.spans[1]!;
    expect(first).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      attributes: {
        'faas.trigger': 'http',
        'faas.invocation_id': 'execution-1',
        'http.response.status_code': '200',
        'url.path': '/a',
      },
      resource: {
        'cloud.provider': 'gcp',
        'cloud.platform': 'gcp_cloud_functions',
        'faas.name': 'greeter',
        'faas.version': 'greeter-00007-abc',
      },
    });
    expect(first.resource['faas.instance']).toBeUndefined();
    await expect.poll(() => metadata.asked.length).toBe(3);
    expect((await fetch(`${runtime.url}/?status=502`)).status).toBe(502);
    expect((await fetch(`${runtime.url}/?fail=1`)).status).toBe(500);
    const [, , bad, thrown] = collector.spans;
    expect(bad).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': '502' },
      resource: {
        'faas.instance': '00bf4bf02d',
        'cloud.region': 'europe-west1',
        'cloud.account.id': 'my-project',
      },
    });
    expect(thrown).toMatchObject({
      status: { message: 'asked to fail' },
      attributes: { 'error.type': 'Error' },
    });
    expect(thrown!.attributes['sandscope.io.http_count']).toBe('0');

    // The framework ends the process itself at SIGTERM, at once.
    expect(await runtime.stop()).toEqual({ code: 0, signal: null });
    expect(collector.spans.at(-1)).toMatchObject({
      name: 'sandscope.shutdown',
      attributes: { 'sandscope.shutdown.last_ordinal': '3' },
    });
  });

  test('CloudEvent with a promise', async () => {
    await using collector = await startCollector();
    await using framework = await start('resize', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const { url } = framework.runtime;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(await (await event(url, { name: 'cat.png' }, { traceparent })).json()).toEqual({
      resized: 'cat.png',
    });
    expect((await event(url, { fail: true })).status).toBe(500);
    const [, first, failed] = collector.spans;
    expect(first).toMatchObject({
      name: 'resize',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      attributes: {
        'faas.trigger': 'datasource',
        'cloudevents.event_id': 'event-1',
        'cloudevents.event_type': 'google.cloud.storage.object.v1.finalized',
      },
    });
    expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'RangeError' } });
  });

  test('CloudEvent with a callback, which two parameters ask for', async () => {
    await using collector = await startCollector();
    await using framework = await start('resizeLater', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    expect((await event(framework.runtime.url, {})).status).toBe(204);
    expect((await event(framework.runtime.url, { fail: true })).status).toBe(500);
    const [, first, failed] = collector.spans;
    expect(first!.status).toBeUndefined();
    expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'RangeError' } });
  });
});
