import { describe, expect, test } from 'vitest';
import { readTraceContext } from './test-trace-context.ts';
import { parseTraceHeaders } from './trace-context.ts';
import { readTraceHeaders, traceHeaderLines } from './trace-headers.ts';

const TRACE = '7d3a0f4be12c4c5fa1d98e6b02c4f713';
const OTHER = '1f0e2d3c4b5a69788796a5b4c3d2e1f0';
const SPAN = 'c6a1f0d29b3e8457';
const W3C = `00-${TRACE}-${SPAN}-01`;
const SECOND = `00-${OTHER}-${SPAN}-01`;
const NONE = { traceparent: undefined, tracestate: undefined, xray: undefined };
const XRAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

const parentOf = (event: unknown, context?: unknown): string | undefined =>
  readTraceContext(event, undefined, context).parent?.traceId;
const stateOf = (event: unknown): string | undefined => readTraceContext(event, undefined).parent?.traceState;

describe('a single traceparent is the parent, wherever it is in the request', () => {
  test.each<[string, unknown]>([
    ['API Gateway 1', { headers: { traceparent: W3C }, multiValueHeaders: { traceparent: [W3C] } }],
    ['API Gateway 2, function URL', { version: '2.0', headers: { traceparent: W3C } }],
    ['WebSocket', { requestContext: { eventType: 'CONNECT' }, headers: { Traceparent: W3C } }],
    ['ALB, many values', { headers: undefined, multiValueHeaders: { traceparent: [W3C] } }],
    ['VPC Lattice 1', { raw_path: '/', method: 'GET', headers: { traceparent: W3C } }],
    ['VPC Lattice 2', { version: '2.0', path: '/', method: 'GET', headers: { traceparent: [W3C] } }],
    ['AppSync', { info: { fieldName: 'f' }, request: { headers: { traceparent: W3C } } }],
    ['AppSync, a batch', [{ info: { fieldName: 'f' }, request: { headers: { traceparent: W3C } } }]],
    ["AppSync's authorizer", { authorizationToken: 't', requestHeaders: { traceparent: W3C } }],
    ['S3 Object Lambda', { xAmzRequestId: 'r', userRequest: { headers: { Traceparent: W3C } } }],
    [
      'CloudFront',
      { Records: [{ cf: { request: { headers: { traceparent: [{ key: 'Traceparent', value: W3C }] } } } }] },
    ],
    ['a web request', { headers: new Headers({ traceparent: W3C }) }],
    ['the input of a task', { traceparent: W3C }],
  ])('%s', (_what, event) => {
    expect(parentOf(event)).toBe(TRACE);
  });

  test('a call of the function by an instrumented client', () => {
    expect(parentOf({ a: 1 }, { clientContext: { custom: { traceparent: W3C } } })).toBe(TRACE);
    expect(
      parentOf({ headers: { traceparent: SECOND } }, { clientContext: { custom: { traceparent: W3C } } }),
    ).toBe(OTHER);
    for (const clientContext of [undefined, null, 'text', { custom: null }, { custom: { traceparent: 7 } }])
      expect(parentOf({ a: 1 }, { clientContext })).toBeUndefined();
  });
});

describe('two traceparents count as none', () => {
  test.each<[string, unknown]>([
    [
      'API Gateway 1',
      { headers: { traceparent: SECOND }, multiValueHeaders: { traceparent: [W3C, SECOND] } },
    ],
    ['joined', { headers: { traceparent: `${W3C},${SECOND}` } }],
    ['joined with a space, as the web does', { headers: { traceparent: `${W3C}, ${W3C}` } }],
    ['in two letter cases', { headers: { traceparent: W3C, Traceparent: SECOND } }],
    ['VPC Lattice 2', { version: '2.0', headers: { traceparent: [W3C, SECOND] } }],
    [
      'CloudFront',
      { Records: [{ cf: { request: { headers: { traceparent: [{ value: W3C }, { value: SECOND }] } } } }] },
    ],
  ])('%s', (_what, event) => {
    expect(readTraceContext(event, undefined)).toEqual({ links: [] });
    expect(readTraceContext(event, XRAY).parent?.traceId).toBe('5759e988bd862e3fe1be46a994272793');
  });

  test('even if there is another one elsewhere', () => {
    const event = { headers: { traceparent: [W3C, SECOND] }, traceparent: W3C };
    expect(parentOf(event, { clientContext: { custom: { traceparent: W3C } } })).toBeUndefined();
  });
});

test('lines of tracestate are one list, in order', () => {
  const multiValueHeaders = { traceparent: [W3C], tracestate: ['foo=1', ' bar=2 ', '', 'baz=3,qux=4'] };
  expect(stateOf({ multiValueHeaders, headers: { traceparent: W3C, tracestate: 'baz=3,qux=4' } })).toBe(
    'foo=1,bar=2,baz=3,qux=4',
  );
  const headers = new Headers([['traceparent', W3C], ['tracestate', 'foo=1'], ['tracestate', 'bar=2']]); // prettier-ignore
  expect(stateOf({ headers })).toBe('foo=1,bar=2');
});

test('the first of two X-Ray headers counts', () => {
  const second = XRAY.replace('5759e988', '11111111');
  for (const value of [[XRAY, second], `${XRAY},${second}`])
    expect(parentOf({ headers: { 'X-Amzn-Trace-Id': value } })).toBe('5759e988bd862e3fe1be46a994272793');
});

describe('invalid headers', () => {
  test.each<[unknown]>([
    [null],
    ['text'],
    [7],
    [[]],
    [[null]],
    [{ headers: 'text' }],
    [{ headers: { traceparent: 7, tracestate: null } }],
    [{ headers: { traceparent: { value: 7 } } }],
    [{ headers: [1, 2, 3] }],
    [{ request: null, userRequest: null }],
    [{ Records: [null] }],
    [{ Records: [{ cf: null }] }],
  ])('%j', (event) => {
    expect(parseTraceHeaders(readTraceHeaders(event, undefined, event))).toEqual({ links: [] });
  });

  test('a header that throws when it is read, and very many headers', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // prettier-ignore
    expect(readTraceHeaders(hostile, undefined, hostile).headers).toEqual(NONE);
    expect(traceHeaderLines(hostile)).toEqual(NONE);
    const headers = { get tracestate() { throw new Error('no'); }, traceparent: W3C }; // prettier-ignore
    expect(readTraceHeaders({ headers }, undefined).headers).toEqual(NONE);
  });

  test('at most 200 headers and 32 lines are read', () => {
    const filler = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-filler-${i}`, '1']));
    expect(parentOf({ headers: { ...filler, traceparent: W3C } })).toBeUndefined();
    const tracestate = Array.from({ length: 1e5 }, () => 'a=1');
    expect(readTraceHeaders({ headers: { tracestate } }, undefined).headers.tracestate).toHaveLength(32);
  });
});
