import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type * as Sdk from '../index.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan, TestCollector } from '../testing/test-collector.ts';
import { readCloudEvent } from './cloud-events.ts';
import { spanId, sqs, sqsAttributes, traceId, traceparent, xray } from './test-events.ts';

let collector: TestCollector;
let sdk: typeof Sdk;

beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
  vi.stubEnv('SANDSCOPE_SYNC_TIMEOUT_MILLIS', '5000');
  vi.stubEnv('_X_AMZN_TRACE_ID', xray(100));
  sdk = await import('../index.ts');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await collector[Symbol.asyncDispose]();
});

async function spanOf(name: string): Promise<ReceivedSpan> {
  await collector.until((spans) => spans.some((span) => span.name === name), name);
  return collector.spans.find((span) => span.name === name)!;
}

test('the span of a batch whose event the handler empties', async () => {
  const event = sqs(
    { messageAttributes: sqsAttributes(1, 'a=1'), sentUnixMs: Date.now() - 10_000 },
    ...Array.from({ length: 39 }, (_, i) => ({ xray: xray(i + 2), sentUnixMs: Date.now() })),
  ) as { Records: object[] };
  const handler = sdk.wrap(
    async ({ Records: records }: typeof event) => {
      for (const record of records.splice(0)) for (const name in record) Reflect.deleteProperty(record, name);
    },
    { name: 'batch' },
  );
  await handler(event);
  const span = await spanOf('batch');
  expect(span).toMatchObject({ traceId: traceId(100), parentSpanId: spanId(100), droppedLinksCount: 8 });
  expect(span.links).toHaveLength(32);
  expect(span.links[0]).toEqual({ traceId: traceId(1), spanId: spanId(1), flags: 1, traceState: 'a=1' });
  expect(span.attributes).toMatchObject({
    'faas.trigger': 'pubsub',
    'sandscope.invocation.mode': 'poll',
    'sandscope.trigger.delay_source': 'sqs.SentTimestamp',
    'messaging.system': 'aws_sqs',
    'messaging.destination.name': 'orders',
    'messaging.batch.message_count': '40',
  });
  expect(span.attributes['sandscope.trigger.delay_ms']).toBeGreaterThanOrEqual(10_000);
  expect(span.attributes['sandscope.trigger.delay_ms']).toBeLessThan(40_000);
});

test('the span of a call by an instrumented client', async () => {
  const handler = sdk.wrap(async (_event: object, _context: object) => 1, { name: 'called' });
  await handler({ a: 1 }, { clientContext: { custom: { traceparent: traceparent(7) } } });
  const span = await spanOf('called');
  expect(span).toMatchObject({ traceId: traceId(7), parentSpanId: spanId(7) });
  expect(span.links).toMatchObject([{ traceId: traceId(100), spanId: spanId(100) }]);
  expect(span.attributes['faas.trigger']).toBe('other');
  expect(span).not.toHaveProperty('droppedLinksCount');
});

test('the span of an event that an adapter read', async () => {
  const attachment = sdk.openAttachment({ name: 'test', exportMode: 'sync' }, 'adapted')!;
  const event = {
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    time: new Date(Date.now() - 5000).toISOString(),
  };
  await attachment.begin(() => ({ trigger: 'pubsub', event: readCloudEvent(event) }))!.end();
  const { attributes } = await spanOf('adapted');
  expect(attributes).toMatchObject({ 'faas.trigger': 'pubsub', 'sandscope.invocation.mode': 'async' });
  expect(attributes['sandscope.trigger.delay_ms']).toBeGreaterThanOrEqual(5000);
});
