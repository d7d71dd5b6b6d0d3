/** Events in the shapes that the services send, with invented content. All of them happened at `EVENT_UNIX_MS`. */

/** 2026-03-14 15:09:26.535 UTC. */
export const EVENT_UNIX_MS = Date.UTC(2026, 2, 14, 15, 9, 26, 535);
const SECONDS = EVENT_UNIX_MS / 1e3;
const ISO = '2026-03-14T15:09:26.535Z';

/** Ids of trace `n` and its span, and the header that names them. */
export const traceId = (n: number): string => `4bf9${n.toString(16).padStart(28, '0')}`;
export const spanId = (n: number): string => `a1c${n.toString(16).padStart(13, '0')}`;
export const traceparent = (n: number): string => `00-${traceId(n)}-${spanId(n)}-01`;
export const xray = (n: number): string =>
  `Root=1-${traceId(n).slice(0, 8)}-${traceId(n).slice(8)};Parent=${spanId(n)};Sampled=1`;

const bytes = (text: string): number[] => [...Buffer.from(text)];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface SqsMessage {
  readonly body?: string;
  readonly xray?: string;
  readonly messageAttributes?: object;
  readonly sentUnixMs?: number;
}

export function sqsRecord(message: SqsMessage = {}): object {
  const { body = 'hello', xray: header, messageAttributes = {}, sentUnixMs = EVENT_UNIX_MS } = message;
  return {
    messageId: '5f0d6f1e-5b0a-4c53-9a39-4d3a2f6f8a01',
    receiptHandle: 'AQEBzWwaftRI0KuVm4tP',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      ...(header && { AWSTraceHeader: header }),
      SentTimestamp: String(sentUnixMs),
      SenderId: 'AROAEXAMPLE:sender',
      ApproximateFirstReceiveTimestamp: String(sentUnixMs + 4),
    },
    messageAttributes,
    md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
    awsRegion: 'eu-west-1',
  };
}

export const sqs = (...messages: SqsMessage[]): object => ({ Records: messages.map(sqsRecord) });

/** The attributes that OpenTelemetry's AWS SDK instrumentation adds to a message. */
export const sqsAttributes = (n: number, state?: string): object => ({
  traceparent: {
    stringValue: traceparent(n),
    stringListValues: [],
    binaryListValues: [],
    dataType: 'String',
  },
  ...(state && { tracestate: { stringValue: state, dataType: 'String' } }),
});

export function sns(n?: number, message = 'parcel 7'): object {
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn:
          'arn:aws:sns:eu-west-1:123456789012:shipped:0a1b2c3d-0000-4000-8000-000000000000',
        Sns: {
          Type: 'Notification',
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          TopicArn: 'arn:aws:sns:eu-west-1:123456789012:shipped',
          Subject: null,
          Message: message,
          Timestamp: ISO,
          MessageAttributes:
            n === undefined ? {} : { traceparent: { Type: 'String', Value: traceparent(n) } },
        },
      },
    ],
  };
}

/** The message that SNS puts into a subscribed queue. */
export const snsEnvelope = (attributes: object, message = '{"a":"\\"traceparent\\""}'): string =>
  JSON.stringify(
    {
      Type: 'Notification',
      MessageId: '0a0ab23e-4861-5447-82b7-e8094ff3e332',
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:shipped',
      Message: message,
      Timestamp: ISO,
      SignatureVersion: '1',
      MessageAttributes: attributes,
    },
    undefined,
    2,
  );

export const bus = (detail: unknown, more: object = {}): object => ({
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'OrderPlaced',
  source: 'shop',
  account: '123456789012',
  time: '2026-03-14T15:09:26Z',
  region: 'eu-west-1',
  resources: [],
  detail,
  ...more,
});

export const kinesisRecord = (data: unknown): object => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: 'p',
    sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
    data: base64(typeof data === 'string' ? data : JSON.stringify(data)),
    approximateArrivalTimestamp: SECONDS,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventName: 'aws:kinesis:record',
  eventSourceARN: 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks',
});

export const kinesis = (...data: unknown[]): object => ({ Records: data.map(kinesisRecord) });

export const dynamodb = (...names: string[]): object => ({
  Records: names.map((eventName) => ({
    eventID: 'c4ca4238a0b923820dcc509a6f75849b',
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    dynamodb: { ApproximateCreationDateTime: Math.floor(SECONDS), Keys: { Id: { N: '101' } }, SizeBytes: 26 },
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Baskets/stream/2026-01-01T00:00:00.000',
  })),
});

export const s3 = (eventName = 'ObjectCreated:Put'): object => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: ISO,
      eventName,
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: 'pictures', arn: 'arn:aws:s3:::pictures' },
        object: { key: 'a.jpg' },
      },
    },
  ],
});

export const kafka = (headers: unknown, source = 'aws:kafka'): object => ({
  eventSource: source,
  ...(source === 'aws:kafka' && {
    eventSourceArn:
      'arn:aws:kafka:eu-west-1:123456789012:cluster/Main/e9f754c6-d29a-4430-a7db-958a19fd2c54-4',
  }),
  bootstrapServers: 'b-1.main.example.kafka.eu-west-1.amazonaws.com:9092',
  records: {
    'payments-0': [
      {
        topic: 'payments',
        partition: 0,
        offset: 15,
        timestamp: EVENT_UNIX_MS,
        timestampType: 'CREATE_TIME',
        headers,
      },
    ],
    'payments-1': [
      {
        topic: 'payments',
        partition: 1,
        offset: 3,
        timestamp: EVENT_UNIX_MS + 5,
        timestampType: 'CREATE_TIME',
        headers: [],
      },
    ],
  },
});

export const kafkaHeader = (n: number): object => ({ traceparent: bytes(traceparent(n)) });

export const activemq = (n: number): object => ({
  eventSource: 'aws:mq',
  eventSourceArn: 'arn:aws:mq:eu-west-1:123456789012:broker:main:b-0f5b7522-2b41-4f85-a615-735a4e6d96b5',
  messages: [
    {
      messageID: 'ID:b-1-34859-1598944546501-4:12:1:1:3',
      messageType: 'jms/text-message',
      timestamp: EVENT_UNIX_MS,
      destination: { physicalName: 'invoices' },
      data: base64('hello'),
      properties: { traceparent: traceparent(n) },
    },
  ],
});

export const rabbitmq = (n: number): object => ({
  eventSource: 'aws:rmq',
  eventSourceArn: 'arn:aws:mq:eu-west-1:123456789012:broker:main:b-9bcfa592-423a-4942-879d-eb284b418fc8',
  rmqMessagesByQueue: {
    'invoices::/': [
      {
        basicProperties: {
          headers: { traceparent: { bytes: bytes(traceparent(n)) } },
          timestamp: 'Jan 1, 1970, 12:33:41 AM',
        },
        redelivered: false,
        data: base64('hello'),
      },
    ],
  },
});

export const documentdb = (...operations: string[]): object => ({
  eventSourceArn: 'arn:aws:rds:eu-west-1:123456789012:cluster:docs',
  events: operations.map((operationType) => ({
    event: {
      _id: { _data: '0163eeb6e7000000090100000009000041e1' },
      clusterTime: { $timestamp: { t: Math.floor(SECONDS), i: 9 } },
      ns: { db: 'shop', coll: 'baskets' },
      operationType,
    },
  })),
  eventSource: 'aws:docdb',
});

export const ses = (invocationType: string): object => ({
  Records: [
    {
      eventSource: 'aws:ses',
      eventVersion: '1.0',
      ses: {
        mail: { timestamp: ISO, source: 'a@example.com' },
        receipt: { action: { type: 'Lambda', invocationType } },
      },
    },
  ],
});

export const firehose = (): object => ({
  invocationId: 'a1',
  deliveryStreamArn: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/lake',
  region: 'eu-west-1',
  records: [{ recordId: '1', approximateArrivalTimestamp: EVENT_UNIX_MS, data: base64('hello') }],
});

/** Every event with a known source, by name. */
export const EVENTS: Readonly<Record<string, object>> = {
  'API Gateway 1': {
    resource: '/pets/{id}',
    path: '/pets/7',
    httpMethod: 'GET',
    headers: { Host: 'h' },
    multiValueHeaders: { Host: ['h'] },
    requestContext: {
      httpMethod: 'GET',
      stage: 'prod',
      requestTime: '14/Mar/2026:15:09:26 +0000',
      requestTimeEpoch: EVENT_UNIX_MS,
    },
    body: null,
  },
  'API Gateway 2, function URL': {
    version: '2.0',
    rawPath: '/pets/7',
    headers: { host: 'h' },
    requestContext: {
      http: { method: 'GET', path: '/pets/7' },
      time: '14/Mar/2026:15:09:26 +0000',
      timeEpoch: EVENT_UNIX_MS,
    },
  },
  'API Gateway WebSocket': {
    requestContext: {
      connectionId: 'c',
      routeKey: '$default',
      eventType: 'MESSAGE',
      connectedAt: 1,
      requestTimeEpoch: EVENT_UNIX_MS,
    },
    body: 'hello',
  },
  'API Gateway authorizer': {
    type: 'TOKEN',
    authorizationToken: 'allow',
    methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/',
  },
  ALB: {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/f/1' },
    },
    httpMethod: 'GET',
    path: '/',
    multiValueHeaders: { host: ['h'] },
  },
  'VPC Lattice 1': { raw_path: '/', method: 'GET', headers: { host: 'h' }, is_base64_encoded: false },
  'VPC Lattice 2': {
    version: '2.0',
    path: '/',
    method: 'GET',
    headers: { host: ['h'] },
    requestContext: {
      serviceArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c',
      timeEpoch: `${EVENT_UNIX_MS}123`,
    },
  },
  CloudFront: {
    Records: [{ cf: { config: { eventType: 'viewer-request' }, request: { method: 'GET', headers: {} } } }],
  },
  'S3 Object Lambda': {
    xAmzRequestId: 'r',
    getObjectContext: {},
    userRequest: { url: 'https://x', headers: { Host: 'h' } },
  },
  AppSync: { arguments: {}, info: { fieldName: 'pets' }, request: { headers: { host: 'h' } } },
  'AppSync, a batch': [{ arguments: {}, info: { fieldName: 'pets' }, request: { headers: { host: 'h' } } }],
  "AppSync's authorizer": { authorizationToken: 't', requestContext: { apiId: 'a' }, requestHeaders: {} },
  SQS: sqs({}),
  SNS: sns(),
  Kinesis: kinesis('hello'),
  'Kinesis, the last of a window': {
    Records: [],
    window: { start: ISO, end: ISO },
    isFinalInvokeForWindow: true,
    eventSourceARN: 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks',
  },
  Firehose: firehose(),
  MSK: kafka([]),
  Kafka: kafka([], 'SelfManagedKafka'),
  ActiveMQ: activemq(1),
  RabbitMQ: rabbitmq(1),
  EventBridge: bus({}),
  'EventBridge, a rule with a schedule': bus({}, { 'detail-type': 'Scheduled Event', source: 'aws.events' }),
  'EventBridge Scheduler': bus('{}', { 'detail-type': 'Scheduled Event', source: 'aws.scheduler' }),
  'EventBridge, replayed': bus({}, { 'replay-name': 'again' }),
  'EventBridge Pipes from SQS': [sqsRecord()],
  'EventBridge Pipes from Kinesis': [
    { eventSource: 'aws:kinesis', data: base64('hello'), approximateArrivalTimestamp: SECONDS },
  ],
  S3: s3(),
  DynamoDB: dynamodb('INSERT', 'INSERT'),
  DocumentDB: documentdb('insert'),
  'SES, not waited for': ses('Event'),
  'SES, waited for': ses('RequestResponse'),
  CodeCommit: {
    Records: [
      {
        eventSource: 'aws:codecommit',
        eventTime: '2026-03-14T15:09:26.535+0000',
        eventName: 'ReferenceChanges',
      },
    ],
  },
  'CloudWatch Logs': { awslogs: { data: 'H4sIAAAAAAAA' } },
  'CloudWatch alarm': {
    source: 'aws.cloudwatch',
    alarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a',
    time: '2026-03-14T15:09:26.535+0000',
    alarmData: {},
  },
  Cognito: { version: '1', triggerSource: 'PreSignUp_SignUp', userPoolId: 'p', request: {}, response: {} },
  CloudFormation: { RequestType: 'Create', ResponseURL: 'https://x', StackId: 's' },
  CodePipeline: { 'CodePipeline.job': { id: 'j' } },
  Config: { invokingEvent: '{}', configRuleArn: 'a', resultToken: 't' },
};
