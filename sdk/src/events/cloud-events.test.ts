import { expect, test } from 'vitest';
import type { Attributes } from '../otlp/span.ts';
import { readCloudEvent } from './cloud-events.ts';
import { describeEvent } from './describe-event.ts';
import { EVENT_UNIX_MS } from './test-events.ts';

const tell = (event: unknown): Attributes =>
  describeEvent({ event: readCloudEvent(event), unixMs: EVENT_UNIX_MS + 40, context: { links: [] } })
    .attributes;

const time = '2026-03-14T15:09:26.535Z';
const delay = { 'sandscope.trigger.delay_ms': 40, 'sandscope.trigger.delay_source': 'cloudevents.time' };

test.each<[string, string, Attributes]>([
  [
    'google.cloud.pubsub.topic.v1.messagePublished',
    '//pubsub.googleapis.com/projects/p/topics/orders',
    {
      'faas.trigger': 'pubsub',
      'sandscope.invocation.mode': 'async',
      'messaging.system': 'gcp_pubsub',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'orders',
    },
  ],
  [
    'google.cloud.storage.object.v1.finalized',
    '//storage.googleapis.com/projects/_/buckets/pictures',
    {
      'faas.trigger': 'datasource',
      'sandscope.invocation.mode': 'async',
      'faas.document.collection': 'pictures',
      'faas.document.operation': 'insert',
    },
  ],
  [
    'google.cloud.firestore.document.v1.updated',
    '//firestore.googleapis.com/projects/p/databases/(default)',
    {
      'faas.trigger': 'datasource',
      'sandscope.invocation.mode': 'async',
      'faas.document.collection': '(default)',
      'faas.document.operation': 'edit',
    },
  ],
  [
    'google.cloud.firestore.document.v1.written',
    '//firestore.googleapis.com/projects/p/databases/main',
    {
      'faas.trigger': 'datasource',
      'sandscope.invocation.mode': 'async',
      'faas.document.collection': 'main',
    },
  ],
  [
    'google.cloud.scheduler.job.v1.executed',
    '//cloudscheduler.googleapis.com/projects/p/locations/l/jobs/nightly',
    { 'faas.trigger': 'timer', 'sandscope.invocation.mode': 'async' },
  ],
  [
    'google.cloud.audit.log.v1.written',
    '//cloudaudit.googleapis.com/projects/p/logs/activity',
    { 'faas.trigger': 'other', 'sandscope.invocation.mode': 'async' },
  ],
  [
    'dev.knative.kafka.event',
    '/apis/v1/namespaces/shop/kafkasources/source#payments',
    {
      'faas.trigger': 'pubsub',
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'payments',
    },
  ],
  [
    'com.amazon.sqs.message',
    'arn:aws:sqs:eu-west-1:123456789012:orders',
    {
      'faas.trigger': 'pubsub',
      'messaging.system': 'aws_sqs',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'orders',
    },
  ],
  ['dev.knative.sources.ping', '/apis/v1/namespaces/n/pingsources/p', { 'faas.trigger': 'timer' }],
  ['com.example.thing', '/shop', { 'faas.trigger': 'other' }],
])('%s', (type, source, expected) => {
  expect(tell({ type, source, time })).toEqual({ ...expected, ...delay });
});

test.each([[undefined], [null], ['text'], [{ type: 7, source: {}, time: 'soon' }]])(
  'not a CloudEvent: %j',
  (event) => {
    expect(tell(event)).toEqual({ 'faas.trigger': 'other' });
  },
);

test('one whose properties throw', () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // prettier-ignore
  expect(tell(hostile)).toEqual({ 'faas.trigger': 'other' });
});
