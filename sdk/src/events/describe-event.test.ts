import { describe, expect, test } from 'vitest';
import { readTraceContext } from '../trace/test-trace-context.ts';
import { describeEvent } from './describe-event.ts';
import type { EventFacts } from './describe-event.ts';
import { readEventFacts } from './read-event.ts';
import {
  bus,
  documentdb,
  dynamodb,
  EVENT_UNIX_MS,
  EVENTS,
  firehose,
  kafka,
  kinesis,
  s3,
  sns,
  sqs,
} from './test-events.ts';

/** The handler began 40 ms after the event. */
const tell = (event: unknown, unixMs = EVENT_UNIX_MS + 40): EventFacts =>
  describeEvent({ event: readEventFacts(event), unixMs, context: readTraceContext(event, undefined) });

describe('trigger, mode and delay of', () => {
  test.each<[string, string, string | undefined, (readonly [number, string])?]>([
    ['API Gateway 1', 'http', 'sync', [40, 'requestContext.requestTimeEpoch']],
    ['API Gateway 2, function URL', 'http', 'sync', [40, 'requestContext.timeEpoch']],
    ['API Gateway WebSocket', 'http', 'sync', [40, 'requestContext.requestTimeEpoch']],
    ['API Gateway authorizer', 'http', 'sync'],
    ['ALB', 'http', 'sync'],
    ['VPC Lattice 1', 'http', 'sync'],
    ['VPC Lattice 2', 'http', 'sync', [39.877, 'requestContext.timeEpoch']],
    ['CloudFront', 'http', 'sync'],
    ['S3 Object Lambda', 'http', 'sync'],
    ['AppSync', 'http', undefined],
    ['AppSync, a batch', 'http', undefined],
    ["AppSync's authorizer", 'http', undefined],
    ['SQS', 'pubsub', 'poll', [40, 'sqs.SentTimestamp']],
    ['SNS', 'pubsub', 'async', [40, 'sns.Timestamp']],
    ['Kinesis', 'pubsub', 'poll', [40, 'kinesis.approximateArrivalTimestamp']],
    ['Kinesis, the last of a window', 'pubsub', 'poll'],
    ['Firehose', 'pubsub', 'sync', [40, 'firehose.approximateArrivalTimestamp']],
    ['MSK', 'pubsub', 'poll', [40, 'kafka.timestamp']],
    ['Kafka', 'pubsub', 'poll', [40, 'kafka.timestamp']],
    ['ActiveMQ', 'pubsub', 'poll', [40, 'activemq.timestamp']],
    ['RabbitMQ', 'pubsub', 'poll'],
    ['EventBridge', 'pubsub', 'async', [575, 'eventbridge.time']],
    ['EventBridge, a rule with a schedule', 'timer', 'async', [575, 'eventbridge.time']],
    ['EventBridge Scheduler', 'timer', 'async', [575, 'eventbridge.time']],
    ['EventBridge, replayed', 'pubsub', 'async'],
    ['EventBridge Pipes from SQS', 'pubsub', undefined, [40, 'sqs.SentTimestamp']],
    ['EventBridge Pipes from Kinesis', 'pubsub', undefined, [40, 'kinesis.approximateArrivalTimestamp']],
    ['S3', 'datasource', 'async', [40, 's3.eventTime']],
    ['DynamoDB', 'datasource', 'poll', [575, 'dynamodb.ApproximateCreationDateTime']],
    ['DocumentDB', 'datasource', 'poll', [575, 'docdb.clusterTime']],
    ['SES, not waited for', 'other', 'async', [40, 'ses.timestamp']],
    ['SES, waited for', 'other', 'sync', [40, 'ses.timestamp']],
    ['CodeCommit', 'other', 'async', [40, 'codecommit.eventTime']],
    ['CloudWatch Logs', 'pubsub', 'async'],
    ['CloudWatch alarm', 'other', 'async', [40, 'cloudwatch.time']],
    ['Cognito', 'other', 'sync'],
    ['CloudFormation', 'other', 'async'],
    ['CodePipeline', 'other', 'async'],
    ['Config', 'other', 'async'],
  ])('%s', (name, trigger, mode, delay) => {
    const { attributes } = tell(EVENTS[name]);
    expect(attributes['faas.trigger']).toBe(trigger);
    expect(attributes['sandscope.invocation.mode']).toBe(mode);
    const delayMs = attributes['sandscope.trigger.delay_ms'];
    expect(typeof delayMs === 'number' ? Math.round(delayMs * 1e3) / 1e3 : delayMs).toBe(delay?.[0]);
    expect(attributes['sandscope.trigger.delay_source']).toBe(delay?.[1]);
  });

  test('each sample event', () => {
    for (const event of Object.values(EVENTS))
      expect(readEventFacts(event).source ?? readEventFacts(event).from).toBeTypeOf('string');
  });

  test.each([
    [null],
    ['text'],
    [7],
    [[]],
    [[1, 2]],
    [{ a: 1, time: '2026-03-14T15:09:26Z' }],
    [{ Records: [] }],
    [{ Records: [{ eventSource: 'toString', eventTime: '2026-03-14T15:09:26Z' }] }],
    [{ eventSource: 'shop' }],
    [{ requestContext: 'text' }],
    [{ request: { type: 'LaunchRequest' }, session: {}, version: '1.0' }],
  ])('what is of no known kind: %j', (event) => {
    expect(tell(event)).toEqual({
      attributes: { 'faas.trigger': 'other', 'sandscope.invocation.mode': undefined },
      links: [],
      droppedLinks: 0,
    });
  });

  test('an adapter’s trigger takes precedence, and an HTTP caller waits for the function', () => {
    const context = { links: [] };
    expect(describeEvent({ trigger: 'http', unixMs: 0, context }).attributes).toEqual({
      'faas.trigger': 'http',
      'sandscope.invocation.mode': 'sync',
    });
    expect(describeEvent({ trigger: 'timer', unixMs: 0, context }).attributes).toEqual({
      'faas.trigger': 'timer',
      'sandscope.invocation.mode': undefined,
    });
  });
});

describe('delay', () => {
  const delay = (event: unknown, unixMs: number): unknown =>
    tell(event, unixMs).attributes['sandscope.trigger.delay_ms'];

  test('counts from the oldest event of a batch', () => {
    const event = sqs({ sentUnixMs: EVENT_UNIX_MS }, { sentUnixMs: EVENT_UNIX_MS - 9000 }, {});
    expect(delay(event, EVENT_UNIX_MS)).toBe(9000);
  });

  test('is negative if the clocks differ, and absent if it is impossible', () => {
    expect(delay(sqs({}), EVENT_UNIX_MS - 5 * 60_000)).toBe(-300_000);
    expect(delay(sqs({}), EVENT_UNIX_MS - 5 * 60_000 - 1)).toBeUndefined();
    expect(delay(sqs({ sentUnixMs: Date.UTC(2013, 11, 31) }), EVENT_UNIX_MS)).toBeUndefined();
    expect(delay(sqs({ sentUnixMs: 0 }, {}), EVENT_UNIX_MS)).toBe(0);
  });
});

describe('messages', () => {
  const messaging = (event: unknown): unknown[] => {
    const { attributes } = tell(event);
    return [
      attributes['messaging.system'],
      attributes['messaging.operation.type'],
      attributes['messaging.destination.name'],
      attributes['messaging.batch.message_count'],
    ];
  };

  test.each<[string, unknown, unknown[]]>([
    ['SQS', sqs({}, {}, {}), ['aws_sqs', 'process', 'orders', 3]],
    ['SNS', sns(), ['aws.sns', 'process', 'shipped', undefined]],
    ['Kinesis', kinesis('a', 'b'), [undefined, undefined, 'clicks', 2]],
    [
      'Kinesis, the last of a window',
      EVENTS['Kinesis, the last of a window'],
      [undefined, undefined, 'clicks', 0],
    ],
    ['Firehose', firehose(), [undefined, undefined, 'lake', 1]],
    ['MSK', kafka([]), ['kafka', 'process', 'payments', 2]],
    ['ActiveMQ', EVENTS['ActiveMQ'], ['activemq', 'process', 'invoices', 1]],
    ['RabbitMQ', EVENTS['RabbitMQ'], ['rabbitmq', 'process', 'invoices', 1]],
    ['EventBridge', bus({}), [undefined, undefined, undefined, undefined]],
    ['EventBridge Pipes', EVENTS['EventBridge Pipes from SQS'], ['aws_sqs', 'process', 'orders', 1]],
    ['S3', s3(), [undefined, undefined, undefined, undefined]],
  ])('of %s', (_what, event, expected) => {
    expect(messaging(event)).toEqual(expected);
  });

  test('of several topics have no destination name', () => {
    const records = { 'a-0': [{ topic: 'a' }], 'b-0': [{ topic: 'b' }] };
    expect(messaging({ eventSource: 'SelfManagedKafka', records })).toEqual([
      'kafka',
      'process',
      undefined,
      2,
    ]);
  });

  test('are all counted, however many there are', () => {
    expect(messaging(sqs(...Array.from({ length: 10_000 }, () => ({}))))[3]).toBe(10_000);
    const list = Array.from({ length: 40 }, () => ({ topic: 'a' }));
    expect(messaging({ eventSource: 'aws:kafka', records: { 'a-0': list, 'a-1': list } })[3]).toBe(80);
  });
});

test.each<[unknown, string | undefined, string | undefined]>([
  [s3('ObjectCreated:CompleteMultipartUpload'), 'pictures', 'insert'],
  [s3('ObjectTagging:Put'), 'pictures', 'edit'],
  [s3('ObjectRemoved:Delete'), 'pictures', 'delete'],
  [s3('LifecycleExpiration:DeleteMarkerCreated'), 'pictures', 'delete'],
  [s3('ObjectRestore:Post'), 'pictures', undefined],
  [dynamodb('INSERT', 'INSERT'), 'Baskets', 'insert'],
  [dynamodb('MODIFY'), 'Baskets', 'edit'],
  [dynamodb('REMOVE', 'INSERT'), 'Baskets', undefined],
  [dynamodb(...Array.from({ length: 33 }, () => 'INSERT')), 'Baskets', undefined],
  [documentdb('update', 'replace'), 'shop', 'edit'],
])('a change of documents %#', (event, collection, operation) => {
  const { attributes } = tell(event);
  expect(attributes['faas.document.collection']).toBe(collection);
  expect(attributes['faas.document.operation']).toBe(operation);
});
