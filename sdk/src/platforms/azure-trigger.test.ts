import { expect, test } from 'vitest';
import { describeEvent } from '../events/describe-event.ts';
import { azureSource, readAzureEvent } from './azure-trigger.ts';
import type { AzureTrigger } from './azure-trigger.ts';

const UNIX_MS = Date.UTC(2026, 2, 14, 15, 9, 26, 535);

const tell = (trigger: AzureTrigger | undefined, metadata?: unknown): object =>
  describeEvent({
    trigger: azureSource(trigger?.type)[0],
    event: readAzureEvent(trigger, metadata),
    unixMs: UNIX_MS,
    context: { links: [] },
  }).attributes;

test.each<[string, AzureTrigger | undefined, unknown, object]>([
  [
    'HTTP',
    { type: 'httpTrigger' },
    undefined,
    { 'faas.trigger': 'http', 'sandscope.invocation.mode': 'sync' },
  ],
  [
    'a timer',
    { type: 'timerTrigger' },
    undefined,
    { 'faas.trigger': 'timer', 'sandscope.invocation.mode': 'async' },
  ],
  [
    'Queue Storage',
    { type: 'queueTrigger', queueName: 'orders' },
    { insertionTime: '2026-03-14T15:09:20+00:00', id: 'i' },
    {
      'faas.trigger': 'pubsub',
      'sandscope.invocation.mode': 'poll',
      'sandscope.trigger.delay_ms': 6535,
      'sandscope.trigger.delay_source': 'queue.insertionTime',
      'messaging.destination.name': 'orders',
    },
  ],
  [
    'Service Bus',
    { type: 'serviceBusTrigger', topicName: 'shipped' },
    { enqueuedTimeUtc: '2026-03-14T15:09:26.035Z' },
    {
      'faas.trigger': 'pubsub',
      'sandscope.invocation.mode': 'poll',
      'sandscope.trigger.delay_ms': 500,
      'sandscope.trigger.delay_source': 'servicebus.enqueuedTimeUtc',
      'messaging.system': 'servicebus',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'shipped',
    },
  ],
  [
    'Service Bus, a batch',
    { type: 'serviceBusTrigger', queueName: '%QUEUE%' },
    { enqueuedTimeUtcArray: ['2026-03-14T15:09:26.035Z', '2026-03-14T15:09:25.535Z'] },
    {
      'faas.trigger': 'pubsub',
      'sandscope.invocation.mode': 'poll',
      'sandscope.trigger.delay_ms': 1000,
      'sandscope.trigger.delay_source': 'servicebus.enqueuedTimeUtc',
      'messaging.system': 'servicebus',
      'messaging.operation.type': 'process',
      'messaging.batch.message_count': 2,
    },
  ],
  [
    'Event Hubs',
    { type: 'eventHubTrigger', eventHubName: 'clicks' },
    {},
    {
      'faas.trigger': 'pubsub',
      'sandscope.invocation.mode': 'poll',
      'messaging.system': 'eventhubs',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'clicks',
    },
  ],
  ['a blob', { type: 'blobTrigger' }, {}, { 'faas.trigger': 'datasource' }],
  ['what is not known', { type: 'toString' }, 'text', { 'faas.trigger': 'other' }],
  ['nothing', undefined, null, { 'faas.trigger': 'other' }],
])('%s', (_what, trigger, metadata, expected) => {
  expect(tell(trigger, metadata)).toEqual(expected);
});
