import type { InvocationMode } from '@sandscope/probes/semconv';
import type { Trigger } from './trigger.ts';

/** What is known about a source: its trigger, how it invokes, which time its events carry, its `messaging.system`. */
export type Source = readonly [
  trigger: Trigger,
  mode?: InvocationMode | undefined,
  time?: string | undefined,
  system?: string,
];

/**
 * Sources of events, by `RawEvent.source`. How they invoke follows the table "Services that can invoke Lambda
 * functions" in AWS's documentation; AppSync invokes either way.
 */
const SOURCES: Record<string, Source> = {
  http: ['http', 'sync', 'requestContext.timeEpoch'],
  'http.1': ['http', 'sync', 'requestContext.requestTimeEpoch'],
  cloudfront: ['http', 'sync'],
  appsync: ['http'],
  'aws:sqs': ['pubsub', 'poll', 'sqs.SentTimestamp', 'aws_sqs'],
  'aws:sns': ['pubsub', 'async', 'sns.Timestamp', 'aws.sns'],
  'aws:kinesis': ['pubsub', 'poll', 'kinesis.approximateArrivalTimestamp'],
  'aws:kafka': ['pubsub', 'poll', 'kafka.timestamp', 'kafka'],
  SelfManagedKafka: ['pubsub', 'poll', 'kafka.timestamp', 'kafka'],
  'aws:mq': ['pubsub', 'poll', 'activemq.timestamp', 'activemq'],
  'aws:rmq': ['pubsub', 'poll', undefined, 'rabbitmq'],
  'aws:s3': ['datasource', 'async', 's3.eventTime'],
  'aws:dynamodb': ['datasource', 'poll', 'dynamodb.ApproximateCreationDateTime'],
  'aws:docdb': ['datasource', 'poll', 'docdb.clusterTime'],
  'aws:ses': ['other', undefined, 'ses.timestamp'],
  'aws:codecommit': ['other', 'async', 'codecommit.eventTime'],
  eventbridge: ['pubsub', 'async', 'eventbridge.time'],
  firehose: ['pubsub', 'sync', 'firehose.approximateArrivalTimestamp'],
  awslogs: ['pubsub', 'async'],
  // Cognito, CloudFormation, CodePipeline, Config, CloudWatch alarms.
  triggerSource: ['other', 'sync'],
  ResponseURL: ['other', 'async'],
  'CodePipeline.job': ['other', 'async'],
  invokingEvent: ['other', 'async'],
  alarmArn: ['other', 'async', 'cloudwatch.time'],
};

/** What is known about a source; an unknown one gets the trigger `other`. */
export function sourceOf(name: string | undefined): Source {
  return (name !== undefined && Object.hasOwn(SOURCES, name) && SOURCES[name]) || ['other'];
}
