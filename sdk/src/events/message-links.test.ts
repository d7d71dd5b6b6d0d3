import { describe, expect, test } from 'vitest';
import { readTraceContext } from '../trace/test-trace-context.ts';
import { describeEvent } from './describe-event.ts';
import type { EventFacts } from './describe-event.ts';
import { readEventFacts } from './read-event.ts';
import {
  activemq,
  bus,
  kafka,
  kafkaHeader,
  kinesis,
  kinesisRecord,
  rabbitmq,
  sns,
  snsEnvelope,
  spanId,
  sqs,
  sqsAttributes,
  sqsRecord,
  traceId,
  traceparent,
  xray,
} from './test-events.ts';

const tell = (event: unknown, xrayEnv?: string): EventFacts & { parent?: string | undefined } => {
  const context = readTraceContext(event, xrayEnv);
  return {
    ...describeEvent({ event: readEventFacts(event), unixMs: Date.now(), context }),
    parent: context.parent?.traceId,
  };
};
const linked = (event: unknown): number[] =>
  tell(event).links.map((link) => {
    const n = Number.parseInt(link.traceId.slice(4), 16);
    expect([link.traceId, link.spanId]).toEqual([traceId(n), spanId(n)]);
    return n;
  });

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const w3c = (n: number): object => ({ traceparent: traceparent(n) });
const datadog = (n: number): string =>
  JSON.stringify({ 'x-datadog-trace-id': '1', ...w3c(n), tracestate: 'dd=s:1' });

describe('the span that sent a message is linked', () => {
  test.each<[string, unknown]>([
    ['SQS, X-Ray', sqs({ xray: xray(1) })],
    ['SQS, W3C', sqs({ messageAttributes: sqsAttributes(1) })],
    [
      'SQS, W3C in bytes',
      sqs({
        messageAttributes: { traceparent: { binaryValue: base64(traceparent(1)), dataType: 'Binary' } },
      }),
    ],
    ['SQS, W3C before X-Ray', sqs({ xray: xray(2), messageAttributes: sqsAttributes(1) })],
    [
      'SQS, X-Ray if W3C is invalid',
      sqs({ xray: xray(1), messageAttributes: { traceparent: { stringValue: 'no' } } }),
    ],
    ['SQS, JSON', sqs({ body: JSON.stringify({ a: 1, ...w3c(1) }) })],
    [
      "SQS, Datadog's attribute",
      sqs({ messageAttributes: { _datadog: { stringValue: datadog(1), dataType: 'String' } } }),
    ],
    [
      "SQS, Datadog's attribute in bytes",
      sqs({ messageAttributes: { _datadog: { binaryValue: base64(datadog(1)) } } }),
    ],
    ['SNS', sns(1)],
    ['EventBridge to SNS', sns(undefined, JSON.stringify(bus(w3c(1))))],
    [
      'SNS to SQS',
      sqs({ xray: xray(2), body: snsEnvelope({ traceparent: { Type: 'String', Value: traceparent(1) } }) }),
    ],
    [
      "SNS to SQS, Datadog's attribute",
      sqs({ body: snsEnvelope({ _datadog: { Type: 'Binary', Value: base64(datadog(1)) } }) }),
    ],
    ['SNS to SQS, X-Ray alone', sqs({ xray: xray(1), body: snsEnvelope({}) })],
    ['EventBridge', bus(w3c(1))],
    ["EventBridge, Datadog's part", bus({ _datadog: w3c(1) })],
    ['EventBridge to SQS', sqs({ body: JSON.stringify(bus(w3c(1))) })],
    ["EventBridge to SQS, Datadog's part", sqs({ body: JSON.stringify(bus({ _datadog: w3c(1) })) })],
    ['EventBridge Pipes', [sqsRecord({ xray: xray(1) })]],
    ['Kinesis', kinesis(w3c(1))],
    ["Kinesis, Datadog's part", kinesis({ _datadog: w3c(1) })],
    ['MSK', kafka([{ other: [1] }, kafkaHeader(1)])],
    ['Kafka', kafka([kafkaHeader(1)], 'SelfManagedKafka')],
    ['ActiveMQ', activemq(1)],
    ['RabbitMQ', rabbitmq(1)],
  ])('%s', (_what, event) => {
    expect(linked(event)).toEqual([1]);
    expect(tell(event).parent).toBeUndefined();
  });

  test('while the invocation keeps its own parent', () => {
    const { parent, links } = tell(sqs({ messageAttributes: sqsAttributes(1) }), xray(9));
    expect(parent).toBe(traceId(9));
    expect(links).toHaveLength(1);
  });

  test('with its state and flags', () => {
    expect(tell(sqs({ messageAttributes: sqsAttributes(1, 'a=1') })).links).toEqual([
      { traceId: traceId(1), spanId: spanId(1), flags: 1, traceState: 'a=1' },
    ]);
    const unsampled = xray(1).replace('Sampled=1', 'Sampled=0');
    expect(tell(sqs({ xray: unsampled })).links).toEqual([
      { traceId: traceId(1), spanId: spanId(1), flags: 0 },
    ]);
  });

  test('once each, in the order of the messages', () => {
    expect(
      linked(sqs({ xray: xray(3) }, {}, { xray: xray(1) }, { xray: xray(3) }, { xray: xray(2) })),
    ).toEqual([3, 1, 2]);
    expect(tell(sqs({ xray: xray(9) }), xray(9)).links).toEqual([]);
  });
});

describe('no link', () => {
  test.each<[string, unknown]>([
    [
      'X-Ray without a parent',
      sqs({ xray: `Root=1-${traceId(1).slice(0, 8)}-${traceId(1).slice(8)};Sampled=1` }),
    ],
    ['a text that only mentions traceparent', sqs({ body: `traceparent ${traceparent(1)}` })],
    ['JSON with traceparent in another place', sqs({ body: JSON.stringify({ spans: [w3c(1)] }) })],
    ["SNS' message inside its envelope", sqs({ body: snsEnvelope({}, JSON.stringify(w3c(1))) })],
    ['JSON that is cut off', sqs({ body: JSON.stringify(w3c(1)).slice(0, -1) })],
    ['JSON that is no object', kinesis('"traceparent"')],
    ['a message that is too long', sqs({ body: JSON.stringify({ ...w3c(1), text: 'x'.repeat(100_000) }) })],
    ['bytes that are none', kafka([{ traceparent: [{}, null] }])],
    ['a string where Kafka has bytes in a list', kafka({ traceparent: traceparent(1) })],
  ])('for %s', (_what, event) => {
    expect(tell(event).links).toEqual([]);
  });
});

describe('of a large batch', () => {
  const batch = (count: number): object =>
    sqs(...Array.from({ length: count }, (_, i) => ({ xray: xray(i + 1) })));

  test('32 spans are linked, and the rest are counted', () => {
    expect(tell(batch(32))).toMatchObject({ droppedLinks: 0, links: { length: 32 } });
    expect(tell(batch(33))).toMatchObject({ droppedLinks: 1, links: { length: 32 } });
    expect(tell(batch(10_000))).toMatchObject({ droppedLinks: 9968, links: { length: 32 } });
  });

  test("the invocation's own link takes one of the places", () => {
    const context = { parent: undefined, links: [{ traceId: traceId(99), spanId: spanId(99) }] };
    const told = describeEvent({
      event: readEventFacts(batch(32)),
      unixMs: 0,
      context: { links: context.links },
    });
    expect(told).toMatchObject({ droppedLinks: 1, links: { length: 32 } });
    expect(told.links[0]).toBe(context.links[0]);
  });

  test('nothing is counted if the first messages name no span', () => {
    expect(tell(kinesis(...Array.from({ length: 100 }, () => 'hello')))).toMatchObject({
      droppedLinks: 0,
      links: [],
    });
  });

  test('256 Ki characters of the texts are searched', () => {
    const record = (n: number): object => kinesisRecord({ ...w3c(n), text: 'x'.repeat(65_000) });
    expect(linked({ Records: [1, 2, 3, 4, 5].map(record) })).toEqual([1, 2, 3]);
  });
});

test('changes that the handler makes to the event have no effect', () => {
  const headers = [kafkaHeader(1)];
  const event = kafka(headers);
  const raw = readEventFacts(event);
  (headers[0] as { traceparent: number[] }).traceparent.fill(0);
  expect(describeEvent({ event: raw, unixMs: 0, context: { links: [] } }).links).toHaveLength(1);
});
