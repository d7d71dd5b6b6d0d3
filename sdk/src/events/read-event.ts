/** Runs before the handler, so it only records. `describeEvent` interprets the strings after the response. */
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
 * Records an event's source, its time and the traces of its messages. Reads about ten properties of each of the first
 * 32 records, whatever the size of the event; copies no text. Never throws.
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
    // The event has hostile getters; keep what was read so far.
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
    raw.source = characteristicName(event);
    raw.time = event.time;
  }
}

/** A property that only events of one service have. */
function characteristicName(event: Tree): string | undefined {
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
  // The time of a replayed event says nothing about its delay.
  if (event['replay-name'] == null) raw.time = event.time;
  const { _datadog: datadog } = detail ?? {};
  raw.records.push(noted(detail?.traceparent == null ? datadog : detail));
}

/** Kafka, MQ, DocumentDB and Firehose: one list, or one per partition or queue. */
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

/** Counts a list, and records its first entries while there is room. */
function readRecords(list: readonly Any[], raw: Draft, queue?: string): void {
  raw.count = (raw.count ?? 0) + list.length;
  if (raw.source === undefined) return;
  const left = MAX_RECORDS - raw.records.length;
  for (const record of list.length > left ? list.slice(0, left) : list)
    raw.records.push(readRecord(raw.source, record ?? {}, queue));
}

// Property names are written out: after a pause, a lookup by a computed name takes ten times as long.
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
      // Pipes omit this level.
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
      // S3, CodeCommit, and unknown sources.
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

/** The value of a message attribute: in a property for SQS, SNS and RabbitMQ, an array of bytes for Kafka. */
function valueOf(field: Any): unknown {
  if (typeof field !== 'object' || field === null) return field;
  const value: unknown = Array.isArray(field)
    ? field
    : (field.stringValue ?? field.binaryValue ?? field.Value ?? field.bytes);
  return Array.isArray(value) ? value.slice(0, MAX_BYTES) : value;
}

/** Kafka has a list of objects with one key each. */
function kafkaHeaders(list: Any): Any {
  const found: Record<string, Any> = {};
  if (!Array.isArray(list)) return found;
  for (const header of list.slice(0, MAX_HEADERS) as readonly Any[]) {
    found.traceparent ??= header?.traceparent;
    found.tracestate ??= header?.tracestate;
  }
  return found;
}
