/** Values of `faas.trigger`. */
export type Trigger = 'datasource' | 'http' | 'pubsub' | 'timer' | 'other';

const RECORD_SOURCES: Record<string, Trigger> = {
  'aws:s3': 'datasource',
  'aws:dynamodb': 'datasource',
  'aws:docdb': 'datasource',
  'aws:sqs': 'pubsub',
  'aws:sns': 'pubsub',
  'aws:kinesis': 'pubsub',
  'aws:kafka': 'pubsub',
  SelfManagedKafka: 'pubsub',
  'aws:mq': 'pubsub',
  'aws:rmq': 'pubsub',
};

/**
 * What set the function off, guessed from the shape of a Lambda event: API Gateway, ALB and function URLs are `http`;
 * S3 and DynamoDB streams `datasource`; SQS, SNS, Kinesis, Kafka, MQ and EventBridge `pubsub`; scheduled events
 * `timer`; everything else `other`. Looks at a handful of known properties, whatever the event's size, and never
 * throws.
 */
export function guessTrigger(event: unknown): Trigger {
  try {
    const of = objectOrUndefined(event);
    if (of === undefined) return 'other';
    const records = Array.isArray(event) ? (event as unknown[]) : of['Records'];
    if (Array.isArray(records)) return fromSource(objectOrUndefined(records[0])) ?? 'other';
    const request = objectOrUndefined(of['requestContext']);
    if (request && ['http', 'httpMethod', 'elb', 'connectionId'].some((key) => key in request)) return 'http';
    if (typeof of['httpMethod'] === 'string') return 'http';
    if (typeof of['detail-type'] === 'string')
      return of['detail-type'] === 'Scheduled Event' ? 'timer' : 'pubsub';
    return fromSource(of) ?? 'other';
  } catch {
    return 'other';
  }
}

function fromSource(record: Record<string, unknown> | undefined): Trigger | undefined {
  const source = record?.['eventSource'] ?? record?.['EventSource'];
  return typeof source === 'string' && Object.hasOwn(RECORD_SOURCES, source)
    ? RECORD_SOURCES[source]
    : undefined;
}

function objectOrUndefined(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
