import { describe, expect, test } from 'vitest';
import { cloudEventTrigger } from './cloud-event.ts';
import { googleParent } from './google-trace.ts';
import {
  header,
  requestAttributes,
  statusAttributes,
  statusOutcome,
  incomingTraceHeaders,
} from './request-facts.ts';

describe('a request', () => {
  test.each([
    [{ method: 'get', url: '/a/b?token=1#x', headers: {} }, ['GET', '/a/b', 'http']],
    [{ method: 'POST', url: 'https://host.example/c?d', headers: new Headers() }, ['POST', '/c', 'https']],
    [
      { url: 'https://host.example', headers: { 'X-Forwarded-Proto': 'http, https' } },
      [undefined, '/', 'http'],
    ],
    [{ url: '/?x', headers: { 'x-forwarded-proto': 'gopher' } }, [undefined, '/', 'http']],
    [{ method: 7, url: null, headers: 'no' }, [undefined, undefined, 'http']],
  ])('%j', (request, expected) => {
    const attributes = requestAttributes(request);
    expect([attributes['http.request.method'], attributes['url.path'], attributes['url.scheme']]).toEqual(
      expected,
    );
  });

  test('a header in any letter case, of either kind, with limited length', () => {
    expect(header({ 'X-ID': 'a' }, 'x-id')).toBe('a');
    expect(header({ 'x-id': ['a', 'b'] }, 'x-id')).toBe('a');
    expect(header(new Headers({ 'X-Id': 'a' }), 'x-id')).toBe('a');
    expect(header({ 'x-id': 'a'.repeat(513) }, 'x-id')).toBeUndefined();
    expect(header(undefined, 'x-id')).toBeUndefined();
  });
});

test('all lines of the trace headers, whatever their length', () => {
  const tracestate = `a=${'b'.repeat(600)}`;
  expect(incomingTraceHeaders({ TraceParent: ['x', 'y'], tracestate, other: 'z' })).toEqual({
    traceparent: ['x', 'y'],
    tracestate,
  });
  expect(incomingTraceHeaders(new Headers({ traceparent: 'x' }))).toEqual({ traceparent: 'x' });
  expect(incomingTraceHeaders(undefined)).toEqual({});
});

test.each([
  [200, 200, undefined],
  [404, 404, undefined],
  [500, 500, '500'],
  ['500', undefined, undefined],
  [Number.NaN, undefined, undefined],
  [undefined, undefined, undefined],
])('status %j', (status, attribute, error) => {
  expect(statusAttributes(status)['http.response.status_code']).toBe(attribute);
  expect((statusOutcome(status)?.thrown as { type?: string } | undefined)?.type).toBe(error);
});

describe("Google's trace header", () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const parent = (value: string, traceparent?: string): string | readonly string[] | undefined =>
    googleParent({ 'x-cloud-trace-context': value, ...(traceparent && { traceparent }) })['traceparent'];

  test('becomes a W3C parent', () => {
    expect(parent(`${trace}/1;o=1`)).toBe(`00-${trace}-0000000000000001-01`);
    expect(parent(`${trace.toUpperCase()}/18446744073709551615`)).toBe(`00-${trace}-ffffffffffffffff-00`);
  });

  test('is used only if there is no valid traceparent', () => {
    const valid = `00-${trace}-b7ad6b7169203331-01`;
    expect(parent(`${trace}/1`, valid)).toBe(valid);
    expect(parent(`${trace}/1`, 'nonsense')).toBe(`00-${trace}-0000000000000001-00`);
  });

  test.each(['', trace, `${trace}/`, `${trace}/x`, `${trace}/99999999999999999999`, `0/1`])(
    'is ignored if it is %j',
    (value) => {
      expect(parent(value)).toBeUndefined();
    },
  );
});

test.each([
  ['google.cloud.pubsub.topic.v1.messagePublished', 'pubsub'],
  ['google.cloud.storage.object.v1.finalized', 'datasource'],
  ['google.cloud.scheduler.job.v1.executed', 'timer'],
  ['com.example.thing', 'other'],
  [undefined, 'other'],
])('the trigger of an event of type %s is %s', (type, trigger) => {
  expect(cloudEventTrigger({ type })).toBe(trigger);
});
