/** Lambda's specifics: the facts from its environment, its events and its own servers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { runHandler, runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan, TestCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

/** Runs a handler with these events, one after the other, and returns the spans of its invocations. */
async function spansOf(
  source: string,
  events: readonly unknown[],
  env: Record<string, string> = {},
): Promise<ReceivedSpan[]> {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(source, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...env },
  });
  for (const event of events) {
    await api.invoke(event, { first: 'extension' });
    await api.idle();
  }
  expect(sandbox.stderr()).toBe('');
  return invocations(collector);
}

const invocations = ({ spans }: TestCollector): ReceivedSpan[] => spans.filter(({ name }) => name === 'f');

const ANSWERS = `import { wrap } from 'SDK'; export const handler = wrap(async ({ answer }) => answer);`;
const HTTP = { version: '2.0', requestContext: { http: { method: 'GET' } } };

test('a streamed answer has the status of its prelude, with runtime clients 3 and 4', async () => {
  await using collector = await startCollector();
  const program = `
    import { PassThrough } from 'node:stream';
    import { wrap } from 'SDK';
    const from = (stream, prelude) => {
      const text = JSON.stringify(prelude);
      stream._onBeforeFirstWrite = (write) => { write(text); write(new Uint8Array(8)); };
      return stream;
    };
    const later = (stream) => setTimeout(() => stream.end('body'), 5);
    const handlers = {
      made: async (event, stream) => void from(stream, { statusCode: 201 }).end('body'),
      failed: async (event, stream) => void later(from(stream, { statusCode: 502 })),
      broken: async (event, stream) => void setTimeout(() => stream.destroy(new RangeError('cut')), 5),
      plain: async (event, stream) => void stream.end('body'),
      strange: async (event, stream) => { stream._onBeforeFirstWrite = () => { throw 1; }; stream.end('body'); },
    };
    for (const [name, handler] of Object.entries(handlers)) {
      const stream = new PassThrough().on('error', () => {}).resume();
      const closed = new Promise((resolve) => stream.once('close', resolve));
      await wrap(handler, { name })({ requestContext: { http: {} } }, stream, { awsRequestId: name });
      await closed;
    }`;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT: 'batch' };
  await using run = await runProgram(program, { env });
  expect(await run.ended).toEqual({ code: 0, signal: null });
  // Spans that were on their way when the process ended are sent again.
  const spans = new Map(collector.spans.map((span) => [span.spanId, span]));
  const told = [...spans.values()]
    .filter(({ kind }) => kind === 2)
    .map(({ name, attributes }) => [name, attributes['http.response.status_code'], attributes['error.type']]);
  expect(told).toEqual([
    ['made', '201', undefined],
    ['failed', '502', '502'],
    ['broken', undefined, 'RangeError'],
    ['plain', undefined, undefined],
    ['strange', undefined, undefined],
  ]);
});

test('an HTTP answer has a status, and one of 500 or more is a failure', async () => {
  const answers = [
    { statusCode: 201, body: 'made' },
    { statusCode: '404' },
    { statusCode: 503, body: 'later' },
    'no status at all',
    null,
  ];
  const spans = await spansOf(
    ANSWERS,
    answers.map((answer) => Object.assign({ answer }, HTTP)),
  );
  const told = spans.map(({ attributes }) => [
    attributes['http.response.status_code'],
    attributes['error.type'],
  ]);
  expect(told).toEqual([
    ['201', undefined],
    ['404', undefined],
    ['503', '503'],
    [undefined, undefined],
    [undefined, undefined],
  ]);
  // Nothing was thrown.
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
});

test('a status in any other answer is ignored', async () => {
  const [span] = await spansOf(ANSWERS, [{ answer: { statusCode: 500 } }]);
  expect(span!.attributes['http.response.status_code']).toBeUndefined();
  expect(span!.status).toBeUndefined();
});

test('an answer above Lambda’s size limit is a failure', async () => {
  const spans = await spansOf(
    `import { wrap } from 'SDK';
     const text = (n) => 'x'.repeat(n);
     const answers = { text, body: (n) => ({ statusCode: 200, body: text(n) }), list: (n) => Array(7).fill(text(n / 7)) };
     export const handler = wrap(async ({ kind, n }) => answers[kind](n));`,
    ['text', 'body', 'list'].flatMap((kind) => [7e6, 5e6].map((n) => ({ kind, n }))),
  );
  const [large, small] = ['Function.ResponseSizeTooLarge', undefined];
  expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([
    large,
    small,
    large,
    small,
    large,
    small,
  ]);
});

test('no code of an answer is called to estimate its size', async () => {
  const source = `import { wrap } from 'SDK';
    export const handler = wrap(async () => {
      const answer = { toJSON() { answer.calls += 1; return 'x'.repeat(answer.calls); } };
      Object.defineProperty(answer, 'calls', { value: 0, writable: true });
      return { answer, get lazy() { answer.calls += 1; return answer.calls; } };
    });`;
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(source, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  expect((await api.invoke({}, { first: 'extension' })).body).toBe('{"answer":"x","lazy":2}');
  expect(sandbox.stderr()).toBe('');
});

test('the time that a runtime waited in a pool is not part of the initialisation', async () => {
  const source = `await new Promise((resolve) => setTimeout(resolve, 500));
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'f';
    const { wrap } = await import('SDK');
    export const handler = wrap(async () => 1);`;
  const [span] = await spansOf(source, [{}], { AWS_LAMBDA_FUNCTION_NAME: '' });
  const { attributes } = span!;
  expect(Number(attributes['sandscope.init.pool_dwell_ms'])).toBeGreaterThan(500);
  expect(attributes).not.toHaveProperty('sandscope.init.runtime_ms');
  expect(attributes['sandscope.init.type']).toBe('on_demand');
  const [known] = await spansOf(ANSWERS, [{}]);
  expect(known!.attributes).not.toHaveProperty('sandscope.init.pool_dwell_ms');
  expect(Number(known!.attributes['sandscope.init.runtime_ms'])).toBeGreaterThan(0);
});

test('the availability zone is reported from the first span on', async () => {
  const asked: unknown[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push([url, headers.authorization]);
    response.end('{"AvailabilityZoneID":"use1-az1","more":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const spans = await spansOf(ANSWERS, [{}, {}], {
    AWS_LAMBDA_METADATA_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_LAMBDA_METADATA_TOKEN: 'secret-token',
  });
  server.close();
  expect(spans.map(({ resource }) => resource['cloud.availability_zone'])).toEqual(['use1-az1', 'use1-az1']);
  expect(asked).toEqual([['/2026-01-15/metadata/execution-environment', 'Bearer secret-token']]);
  expect(JSON.stringify(spans)).not.toContain('secret-token');
});

test('without an answer from the metadata endpoint, only the zone is missing', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ANSWERS, api.address, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      AWS_LAMBDA_METADATA_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_LAMBDA_METADATA_TOKEN: 'x',
    },
  });
  await api.invoke({}, { first: 'extension' });
  await api.idle();
  server.closeAllConnections();
  server.close();
  const [span] = invocations(collector);
  expect(span!.resource['cloud.availability_zone']).toBeUndefined();
  expect(sandbox.stderr()).toMatch(/^(?:sandscope: asking the platform failed[^\n]*\n)?$/);
});

test('the tenant of an invocation, and its durable execution', async () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:f:1/durable-execution/order/7';
  const source = `import { wrap } from 'SDK'; const inner = wrap(async () => 1);
    export const handler = (event, context) => inner(event, { ...context, tenantId: event.tenant });`;
  const [first, second] = await spansOf(source, [{ tenant: 'blue' }, { DurableExecutionArn: arn }]);
  expect(first!.attributes).toMatchObject({ 'sandscope.lambda.tenant_id': 'blue' });
  expect(first!.attributes['sandscope.lambda.durable_execution_arn']).toBeUndefined();
  expect(second!.attributes).toMatchObject({ 'sandscope.lambda.durable_execution_arn': arn });
});

test('the context is recognised by its properties, at any position', async () => {
  const source = `import { wrap } from 'SDK';
    const inner = wrap(async (event, context, { signal }) => [context.awsRequestId, signal.aborted]);
    export const handler = (event, context) => inner(event, context, { signal: new AbortController().signal });`;
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(source, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  const { requestId, body } = await api.invoke({}, { first: 'extension' });
  await api.idle();
  expect(JSON.parse(body)).toEqual([requestId, false]);
  const [span] = invocations(collector);
  expect(span!.attributes['faas.invocation_id']).toBe(requestId);
  expect(span!.resource['cloud.account.id']).toBe('123456789012');
  expect(sandbox.stderr()).toBe('');
});
