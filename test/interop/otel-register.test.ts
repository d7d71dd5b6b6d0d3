/** OpenTelemetry's own Node SDK with Sandscope's facts on its spans. */
import { expect, test } from 'vitest';
import { startCollector } from '../../sdk/src/testing/test-collector.ts';
import { stage, startRuntime } from '../platforms/support.ts';

const API = ['@opentelemetry/api', '@opentelemetry/sdk-node'];

test('every SERVER span is told once, with what Sandscope knows; goodbye at SIGTERM', async () => {
  await using collector = await startCollector();
  await using staged = await stage('opentelemetry', API);
  await using app = await startRuntime({
    folder: staged.folder,
    args: ['--import', './telemetry.mjs', 'app.mjs'],
    ready: /listening on (\d+)/,
    env: {
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_SERVICE_NAME: 'greeter',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  expect(await (await fetch(`${app.url}/?name=you`, { headers })).text()).toBe('hello you');
  expect((await fetch(`${app.url}/?fail=1`)).status).toBe(500);
  await collector.until((spans) => spans.filter(({ kind }) => kind === 2).length === 2);
  const [first, second] = collector.spans.filter(({ kind }) => kind === 2);
  expect(first).toMatchObject({
    name: 'GET /',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    attributes: {
      'http.request.method': 'GET',
      'faas.trigger': 'http',
      'faas.coldstart': true,
      'sandscope.sandbox.id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      'sandscope.window.shared': false,
    },
    resource: { 'service.name': 'greeter', 'telemetry.distro.name': 'sandscope' },
  });
  expect(Number(first!.attributes['sandscope.sandbox.ordinal'])).toBe(1);
  expect(Number(second!.attributes['sandscope.sandbox.ordinal'])).toBe(2);
  expect(Number(first!.attributes['sandscope.memory.rss_bytes'])).toBeGreaterThan(1e6);
  expect(second!.status).toMatchObject({ code: 2, message: 'asked to fail' });
  expect(first!.resource['host.cpu.model.name']).toBeDefined();

  const inside = collector.spans.find(({ name }) => name === 'inside')!;
  expect(inside.attributes).not.toHaveProperty('sandscope.sandbox.id');
  const inits = collector.spans.filter(({ name }) => name === 'sandscope.init');
  expect(inits).toHaveLength(1);
  expect(inits[0]!.parentSpanId).toBe(first!.spanId);
  expect(inits[0]!.attributes['sandscope.sandbox.id']).toBe(first!.attributes['sandscope.sandbox.id']);

  expect(await app.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.spans.at(-1)).toMatchObject({
    name: 'sandscope.shutdown',
    attributes: { 'sandscope.shutdown.reason': 'sigterm' },
  });
  expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
  expect(collector.spans.filter(({ kind }) => kind === 2)).toHaveLength(2);
});
