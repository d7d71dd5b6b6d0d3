/** Knative's published Node runtime. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { freePort, stage, startRuntime } from '../platforms/support.ts';
import { describeWithPeer } from './peers.ts';

describeWithPeer('faas-js-runtime', (runtimeFolder) => {
  test('requests, CloudEvents, failures, and the end of the pod', async () => {
    await using collector = await startCollector();
    await using staged = await stage('knative');
    const port = await freePort();
    await using pod = await startRuntime({
      folder: staged.folder,
      args: [join(runtimeFolder, 'bin/cli.js'), 'index.js', '--port', String(port), '--log-level', 'info'],
      ready: /Server listening at/,
      port,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        K_SERVICE: 'echo',
        K_REVISION: 'echo-00001',
        HOSTNAME: 'echo-00001-deployment-abc',
      },
    });
    const headers = {
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const post = { method: 'POST', headers, body: '{"a":1}' };
    expect(await (await fetch(pod.url, post)).json()).toEqual({ method: 'POST', received: { a: 1 } });
    const ce = {
      'ce-specversion': '1.0',
      'ce-id': 'event-1',
      'ce-type': 'dev.knative.sources.ping',
      'ce-source': '/ping',
    };
    expect(await (await fetch(pod.url, { ...post, headers: { ...headers, ...ce } })).json()).toEqual({
      seen: 'event-1',
    });
    expect((await fetch(`${pod.url}/?status=503`)).status).toBe(503);
    await collector.until((spans) => spans.length === 4);
    const [, first, ping, failed] = collector.spans;
    expect(first).toMatchObject({
      name: 'echo',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      attributes: { 'faas.trigger': 'http', 'http.request.method': 'POST', 'faas.coldstart': true },
      resource: {
        'sandscope.platform': 'knative',
        'faas.version': 'echo-00001',
        'faas.instance': 'echo-00001-deployment-abc',
      },
    });
    expect(ping).toMatchObject({
      attributes: { 'faas.trigger': 'timer', 'cloudevents.event_id': 'event-1' },
    });
    expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': '503' } });
    // The runtime ends the process itself at SIGTERM.
    expect(await pod.stop()).toEqual({ code: 0, signal: null });
    expect(collector.spans.at(-1)!.name).toBe('sandscope.shutdown');
  });

  test('the outcome is what the runtime answers', async () => {
    await using collector = await startCollector();
    await using staged = await stage('knative');
    await writeFile(
      join(staged.folder, 'own.js'),
      `const { wrapKnative } = require('@sandscope/sdk/knative');
       const failing = (code) => { throw Object.assign(new RangeError('no'), { code }); };
       const answers = {
         text: () => 'x', nothing: () => undefined, textStatus: () => ({ statusCode: '202', body: 'x' }),
         range: () => ({ statusCode: 99, body: 'x' }), bigint: () => ({ n: 1n }), thrown: () => failing(),
         gone: () => failing(404), noFile: () => failing('ENOENT'),
       };
       module.exports = { handle: wrapKnative(async ({ query }) => answers[query.kind]()) };`,
    );
    const port = await freePort();
    await using pod = await startRuntime({
      folder: staged.folder,
      args: [join(runtimeFolder, 'bin/cli.js'), 'own.js', '--port', String(port), '--log-level', 'info'],
      ready: /Server listening at/,
      port,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, K_SERVICE: 'echo' },
    });
    const kinds = ['text', 'nothing', 'textStatus', 'range', 'bigint', 'thrown', 'gone', 'noFile'];
    const statuses: string[] = [];
    for (const kind of kinds) statuses.push(String((await fetch(`${pod.url}/?kind=${kind}`)).status));
    await collector.until((spans) => spans.length === kinds.length + 1);
    const spans = collector.spans.slice(1);
    expect(statuses).toEqual(['200', '204', '202', '500', '500', '500', '404', '500']);
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual(statuses);
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      undefined,
      '500',
      '500',
      'RangeError',
      'RangeError',
      'RangeError',
    ]);
  });
});
