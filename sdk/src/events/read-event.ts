/** Runs before the handler: only takes down. What the texts mean is told after the response, by `describeEvent`. */
import { MAX_RECORDS } from './raw-event.ts';
import type { RawEvent, RawRecord } from './raw-event.ts';

const MAX_GROUPS = 1000;
const MAX_HEADERS = 64;
const MAX_BYTES = 1024;

/** Anything: each part may be missing or something else. */
interface Tree {
  readonly [name: string]: Any;
}
type Any = Tree | null | undefined;

interface Draft extends RawEvent {
  source: string | undefined;
  piped: boolean;
  time: unknown;
  from: unknown;
  count: number | undefined;
  records: RawRecord[];
}

/**
 * Takes down what an event says of its source, its time and the traces of its messages. Reads some ten properties of each
 * of the first 32 records, whatever the size of the event; texts are not copied. Never throws.
 *
 * @param event first argument of a Lambda handler
 */
export function readEventFacts(event: unknown): RawEvent {
  const raw: Draft = {
    source: undefined,
    piped: false,
    time: undefined,
    from: undefined,
    count: undefined,
    records: [],
  };
  try {
    if (typeof event === 'object' && event !== null) read(event as Tree, raw);
  } catch {
    // Hostile getters: what was found until then is good.
  }
  return raw;
}

function read(event: Tree, raw: Draft): void {
  const { Records: records, eventSource, requestContext: context } = event;
  raw.piped = Array.isArray(event);
  const list: unknown = raw.piped ? event : records;
  if (Array.isArray(list)) {
    const first = list[0] as Any;
    const source: unknown = first?.eventSource ?? first?.EventSource;
    raw.from = first?.eventSourceARN ?? event.eventSourceARN;
    if (typeof source === 'string') raw.source = source;
    else if (first?.cf != null) raw.source = 'cloudfront';
    else if (first?.request?.headers != null) raw.source = 'appsync';
    readRecords(list as readonly Any[], raw);
  } else if (typeof eventSource === 'string') readGroups(eventSource, event, raw);
  else if (event.deliveryStreamArn != null) readGroups('firehose', event, raw);
  else if (event['detail-type'] != null) readBus(event, raw);
  else if (isHttp(event, context)) {
    const { timeEpoch, requestTimeEpoch } = context ?? {};
    raw.source = timeEpoch == null && requestTimeEpoch != null ? 'http.1' : 'http';
    raw.time = timeEpoch ?? requestTimeEpoch;
  } else if ((event.request?.headers ?? event.requestHeaders) != null) raw.source = 'appsync';
  else {
    raw.source = tellingName(event);
    raw.time = event.time;
  }
}

/** The name of a property that events of one service have and no others. */
function tellingName(event: Tree): string | undefined {
  if (event.awslogs != null) return 'awslogs';
  if (event.triggerSource != null) return 'triggerSource';
  if (event.ResponseURL != null) return 'ResponseURL';
  if (event['CodePipeline.job'] != null) return 'CodePipeline.job';
  if (event.invokingEvent != null) return 'invokingEvent';
  return event.alarmArn == null ? undefined : 'alarmArn';
}

/** API Gateway and its authorizers, function URLs, ALB, VPC Lattice, S3 Object Lambda. */
function isHttp(event: Tree, context: Any): boolean {
  return (
    (context?.http ??
      context?.httpMethod ??
      context?.elb ??
      context?.connectionId ??
      context?.serviceArn ??
      event.httpMethod ??
      event.raw_path ??
      event.methodArn ??
      event.userRequest?.headers) != null
  );
}

/** EventBridge, its schedules included. */
function readBus(event: Tree, raw: Draft): void {
  const { detail, source } = event;
  raw.source = 'eventbridge';
  raw.from = (source as unknown) === 'aws.scheduler' ? source : event['detail-type'];
  // Of an event that is replayed the time says nothing.
  if (event['replay-name'] == null) raw.time = event.time;
  const { _datadog: datadog } = detail ?? {};
  raw.records.push(noted(detail?.traceparent == null ? datadog : detail));
}

/** Kafka, MQ, DocumentDB and Firehose: one list, or one for each partition or queue. */
function readGroups(source: string, event: Tree, raw: Draft): void {
  raw.source = source;
  raw.from = event.eventSourceArn ?? event.deliveryStreamArn;
  const groups: Any = event.records ?? event.rmqMessagesByQueue ?? event.messages ?? event.events;
  if (Array.isArray(groups)) return readRecords(groups as readonly Any[], raw);
  if (typeof groups !== 'object') return;
  let seen = 0;
  for (const name in groups) {
    seen += 1;
    const list: unknown = groups[name];
    if (Array.isArray(list)) readRecords(list as readonly Any[], raw, name);
    if (seen < MAX_GROUPS) continue;
    raw.count = undefined;
    return;
  }
}

/** Counts a list, and takes down the first of its records while there is room. */
function readRecords(list: readonly Any[], raw: Draft, queue?: string): void {
  raw.count = (raw.count ?? 0) + list.length;
  if (raw.source === undefined) return;
  const left = MAX_RECORDS - raw.records.length;
  for (const record of list.length > left ? list.slice(0, left) : list)
    raw.records.push(readRecord(raw.source, record ?? {}, queue));
}

// Names are written out where they are looked up: after a pause, a lookup by a computed name takes ten times as long.
function readRecord(source: string, record: Tree, queue: string | undefined): RawRecord {
  switch (source) {
    case 'aws:sqs': {
      const { messageAttributes, attributes, body } = record;
      const { SentTimestamp: time, AWSTraceHeader: xray } = attributes ?? {};
      return noted(messageAttributes, time, undefined, undefined, xray, body);
    }
    case 'aws:sns': {
      const { MessageAttributes: fields, Timestamp: time, TopicArn: topic, Message: body } = record.Sns ?? {};
      return noted(fields, time, topic, undefined, undefined, body);
    }
    case 'aws:kinesis': {
      // Pipes have no level between.
      const { approximateArrivalTimestamp: time, data } = record.kinesis ?? record;
      return noted(undefined, time, undefined, undefined, undefined, data);
    }
    case 'aws:kafka':
    case 'SelfManagedKafka':
      return noted(kafkaHeaders(record.headers), record.timestamp, record.topic);
    case 'aws:mq':
      return noted(record.properties, record.timestamp, record.destination?.physicalName);
    case 'aws:rmq':
      return noted(record.basicProperties?.headers, undefined, queue);
    case 'firehose':
      return noted(undefined, record.approximateArrivalTimestamp);
    case 'aws:dynamodb':
      return noted(undefined, record.dynamodb?.ApproximateCreationDateTime, undefined, record.eventName);
    case 'aws:docdb': {
      const { clusterTime, operationType, ns } = record.event ?? {};
      return noted(undefined, clusterTime?.$timestamp?.t, ns?.db, operationType);
    }
    case 'aws:ses': {
      const { mail, receipt } = record.ses ?? {};
      return noted(undefined, mail?.timestamp, undefined, receipt?.action?.invocationType);
    }
    default:
      // S3, CodeCommit, and what is not known.
      return noted(undefined, record.eventTime, record.s3?.bucket?.name, record.eventName);
  }
}

function noted(
  fields: Any,
  time?: unknown,
  name?: unknown,
  operation?: unknown,
  xray?: unknown,
  body?: unknown,
): RawRecord {
  const { traceparent, tracestate, _datadog: carrier } = fields ?? {};
  return {
    traceparent: valueOf(traceparent),
    tracestate: valueOf(tracestate),
    carrier: valueOf(carrier),
    time,
    name,
    operation,
    xray,
    body,
  };
}

/** The value of a message's attribute: of SQS, SNS and RabbitMQ it is in a property, of Kafka an array of bytes. */
function valueOf(field: Any): unknown {
  if (typeof field !== 'object' || field === null) return field;
  const value: unknown = Array.isArray(field)
    ? field
    : (field.stringValue ?? field.binaryValue ?? field.Value ?? field.bytes);
  return Array.isArray(value) ? value.slice(0, MAX_BYTES) : value;
}

/** Kafka has a list of objects with one name each. */
function kafkaHeaders(list: Any): Any {
  const found: Record<string, Any> = {};
  if (!Array.isArray(list)) return found;
  for (const header of list.slice(0, MAX_HEADERS) as readonly Any[]) {
    found.traceparent ??= header?.traceparent;
    found.tracestate ??= header?.tracestate;
  }
  return found;
}
