import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type * as Sdk from '../index.ts';
import type { Invocation } from './invocation.ts';
import { InvocationTrace } from './invocation-trace.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { TestCollector } from '../testing/test-collector.ts';
import { outgoingHeaders } from './outgoing-headers.ts';
import { parseTraceHeaders } from '../trace/trace-context.ts';
import { readTraceHeaders } from '../trace/trace-headers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: 'vendor=1' };

let collector: TestCollector;
let sdk: typeof Sdk;

beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
  vi.stubEnv('SANDSCOPE_SYNC_TIMEOUT_MILLIS', '5000');
  sdk = await import('../index.ts');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await collector[Symbol.asyncDispose]();
});

test('a request with these headers has the invocation as its parent, in the same trace', async () => {
  const front = sdk.wrap(async (_event: object) => sdk.traceHeaders(), { name: 'front' });
  const back = sdk.wrap(async (_event: object) => undefined, { name: 'back' });
  const headers = await front({ headers: PARENT });
  expect(headers).toEqual({
    traceparent: expect.stringMatching(`^00-${TRACE}-[0-9a-f]{16}-01$`),
    tracestate: 'vendor=1',
  });
  await back({ headers });
  await collector.until((spans) => spans.some(({ name }) => name === 'back'), 'back');
  const [asking, asked] = ['front', 'back'].map((name) => collector.spans.find((one) => one.name === name)!);
  expect(asking).toMatchObject({ traceId: TRACE, parentSpanId: 'b7ad6b7169203331' });
  expect(asked).toMatchObject({ traceId: TRACE, parentSpanId: asking!.spanId });
});

test('an invocation without a parent begins a new trace', async () => {
  const alone = sdk.wrap(async () => sdk.traceHeaders(), { name: 'alone' });
  const headers = await alone();
  await collector.until((spans) => spans.some(({ name }) => name === 'alone'), 'alone');
  const { traceId, spanId } = collector.spans.find(({ name }) => name === 'alone')!;
  expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
});

test('there are none outside an invocation, or while several run', async () => {
  expect(sdk.traceHeaders()).toEqual({});
  let go = (): void => undefined;
  const gone = new Promise<void>((resolve) => (go = resolve));
  const waiting = sdk.wrap(async () => {
    await gone;
    return sdk.traceHeaders();
  });
  const [first, second] = [waiting(), waiting()];
  expect(sdk.traceHeaders()).toEqual({});
  go();
  expect(await first).toEqual({});
  await second;
});

test('an invocation that is not recorded passes its trace on as not sampled', () => {
  const trace = new InvocationTrace(readTraceHeaders({ headers: PARENT }, undefined), parseTraceHeaders);
  const unrecorded = { trace, recorded: undefined } as Invocation;
  expect(outgoingHeaders(unrecorded)).toEqual({
    traceparent: `00-${TRACE}-${trace.spanId}-00`,
    tracestate: 'vendor=1',
  });
});
