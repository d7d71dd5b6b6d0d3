import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { guessTrigger } from './trigger.ts';

test.each([
  ['http', { httpMethod: 'GET', headers: {}, requestContext: { stage: 'prod' } }],
  ['http', { version: '2.0', requestContext: { http: { method: 'GET' } } }],
  ['http', { requestContext: { elb: { targetGroupArn: 'arn' } }, httpMethod: 'GET' }],
  ['http', { requestContext: { connectionId: 'c', routeKey: '$connect' } }],
  ['pubsub', { Records: [{ eventSource: 'aws:sqs' }] }],
  ['pubsub', { Records: [{ EventSource: 'aws:sns' }] }],
  ['pubsub', { Records: [{ eventSource: 'aws:kinesis' }] }],
  ['pubsub', { eventSource: 'aws:kafka', records: {} }],
  ['pubsub', { 'detail-type': 'OrderPlaced', source: 'shop' }],
  ['datasource', { Records: [{ eventSource: 'aws:s3' }] }],
  ['datasource', { Records: [{ eventSource: 'aws:dynamodb' }] }],
  ['datasource', [{ eventSource: 'aws:dynamodb' }]],
  ['timer', { 'detail-type': 'Scheduled Event', source: 'aws.events' }],
  ['other', { a: 1 }],
  ['other', { Records: [] }],
  ['other', { Records: [{ eventSource: 'toString' }] }],
  ['other', { requestContext: 'text' }],
  ['other', null],
  ['other', 'text'],
] as const)('%s: %j', (expected, event) => {
  expect(guessTrigger(event)).toBe(expected);
});

test('never throws', () => {
  const known = new Set<string>(['datasource', 'http', 'pubsub', 'timer', 'other']);
  const property = fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (event) =>
    known.has(guessTrigger(event)),
  );
  expect(fc.check(property)).toMatchObject({ failed: false });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(guessTrigger(proxy)).toBe('other');
});
