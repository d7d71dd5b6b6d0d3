import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTraceContext } from './test-trace-context.ts';
import { parseTraceparent, parseXray } from './trace-context.ts';

const W3C = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const W3C_PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 };
const XRAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const XRAY_PARENT = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8', flags: 1 };

describe('where the parent is found', () => {
  test.each([
    ['API Gateway version 1, any letter case', { headers: { TRACEPARENT: W3C } }, W3C_PARENT],
    ['ALB with multi-value headers', { multiValueHeaders: { traceparent: [W3C] } }, W3C_PARENT],
    ['X-Ray header', { headers: { 'x-amzn-trace-id': XRAY } }, XRAY_PARENT],
  ])('%s', (_what, event, parent) => {
    expect(readTraceContext(event, undefined)).toEqual({ parent, links: [] });
  });

  test('the environment, if the event has none', () => {
    expect(readTraceContext({ headers: null }, XRAY)).toEqual({ parent: XRAY_PARENT, links: [] });
    expect(readTraceContext('text', undefined)).toEqual({ links: [] });
    expect(readTraceContext(undefined, '')).toEqual({ links: [] });
  });

  test('W3C takes precedence, X-Ray becomes a link', () => {
    const { parent, links } = readTraceContext({ headers: { traceparent: W3C, tracestate: 'a=1' } }, XRAY);
    expect(parent).toEqual({ ...W3C_PARENT, traceState: 'a=1' });
    expect(links).toEqual([XRAY_PARENT]);
  });

  test('with an invalid W3C header, X-Ray is used', () => {
    const event = { headers: { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` } };
    expect(readTraceContext(event, XRAY).parent).toEqual(XRAY_PARENT);
  });

  test('hostile events have no parent', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // prettier-ignore
    expect(readTraceContext(hostile, undefined)).toEqual({ links: [] });
    const getter = { headers: { get traceparent() { throw new Error('no'); } } }; // prettier-ignore
    expect(readTraceContext(getter, undefined)).toEqual({ links: [] });
  });
});

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', 0],
  ['cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes', 1],
  ['\t 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03 \t', 3],
])('traceparent %s is valid', (header, flags) => {
  expect(parseTraceparent(header)).toEqual({ ...W3C_PARENT, flags });
});

test.each([
  '',
  '\u00a000-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  '00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01',
])('traceparent "%s" is not', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('X-Ray without a parent has only a trace id; unknown fields are ignored', () => {
  expect(parseXray('Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a87bd80c:0')).toEqual({
    traceId: XRAY_PARENT.traceId,
    flags: 0,
  });
  expect(parseXray('Self=1-5759e988-bd862e3fe1be46a994272793')).toBeUndefined();
  expect(parseXray('Root=2-5759e988-bd862e3fe1be46a994272793')).toBeUndefined();
});

test('for any headers, ids are well formed', () => {
  const property = fc.property(fc.anything(), fc.string(), fc.string(), (event, header, env) => {
    const contexts = [
      readTraceContext(event, env),
      readTraceContext({ headers: { traceparent: header } }, env),
    ];
    return contexts.every(
      ({ parent }) => parent === undefined || (/^[0-9a-f]{32}$/.test(parent.traceId) && parent.flags <= 255),
    );
  });
  expect(fc.check(property)).toMatchObject({ failed: false });
});
