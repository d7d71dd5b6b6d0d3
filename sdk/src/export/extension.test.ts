import { expect, test } from 'vitest';
import { HANG, startCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';
import { runHandler } from '../testing/test-child.ts';

const ECHO = `import { wrap } from 'SDK'; export const handler = wrap(async (event) => ({ got: event.n }));`;

test('exports after the response, before the sandbox may be frozen', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  for (const first of ['runtime', 'extension', 'runtime', 'extension'] as const) {
    const result = await api.invoke({ n: 5 }, { first });
    expect(result).toMatchObject({ ok: true, body: '{"got":5}' });
    await api.idle();
    // Everything recorded has arrived by the time the sandbox may be frozen.
    const ids = collector.spans.map((span) => span.attributes['faas.invocation_id']);
    expect(ids).toContain(result.requestId);
  }
  const ordinals = collector.spans
    .filter((span) => span.name === 'f')
    .map((span) => span.attributes['sandscope.sandbox.ordinal']);
  expect(ordinals).toEqual(['1', '2', '3', '4']);
  expect(api.calls.filter((call) => call === 'register')).toHaveLength(1);
  // One request for the registration, one per event.
  expect(api.calls.filter((call) => call === 'ext next')).toHaveLength(5);
  expect(api.calls.indexOf('response req-1')).toBeLessThan(api.calls.lastIndexOf('ext next'));
  expect(sandbox.stderr()).toBe('');
});

test('registers before the runtime asks for its first event', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.called((call) => call === 'next');
  await api.called((call) => call === 'ext next');
  expect(api.calls[0]).toBe('register');
  expect(sandbox.stderr()).toBe('');
});

test('exports before the response if the platform refuses the extension', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi({ acceptExtensions: false });
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  const result = await api.invoke({ n: 1 });
  expect(collector.spans.map((span) => span.attributes['faas.invocation_id'])).toContain(result.requestId);
  expect(sandbox.stderr()).toMatch(/Extensions API: status 403/);
});

test('keeps the sandbox awake no longer than the export timeout if the collector does not answer', async () => {
  await using collector = await startCollector();
  collector.answer = HANG;
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    // The message states how much time is left when the request is sent; a busy machine uses up some before.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT_TIMEOUT_MILLIS: '1500' },
  });
  await api.invoke({ n: 1 });
  await api.idle();
  expect(collector.requests).toHaveLength(1);
  // The collector is known to be unreachable: the second invocation does not even try, and loses nothing.
  await api.invoke({ n: 2 });
  await api.idle();
  expect(collector.requests).toHaveLength(1);
  expect(api.calls.filter((call) => call === 'ext next')).toHaveLength(3);
  expect(sandbox.stderr()).toMatch(/no answer in 1\d\d\d ms/);
});

test('releases the sandbox before the deadline of an invocation that does not end', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const program = `import { wrap } from 'SDK';
    export const handler = wrap((event, context, callback) => { setTimeout(() => callback(null, 1), event.ms); });`;
  await using sandbox = await runHandler(program, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  const slow = api.invoke({ ms: 1000 }, { timeoutMillis: 300, first: 'extension' });
  await api.called((call) => call === 'response req-1' || call === 'ext next');
  await slow;
  await api.idle();
  expect(api.calls.filter((call) => call === 'ext next')).toHaveLength(2);
  // Nothing is lost: the next export includes it.
  await api.invoke({ ms: 0 });
  await collector.until((spans) => spans.filter((span) => span.name === 'f').length === 2);
  expect(sandbox.stderr()).toBe('');
});

test('does not keep a function awake whose handler is not wrapped', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const program = `import { wrap } from 'SDK'; wrap(() => 1); export const handler = async () => 'bare';`;
  await using sandbox = await runHandler(program, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  for (let i = 0; i < 3; i += 1) {
    expect((await api.invoke({})).body).toBe('"bare"');
    await api.idle();
  }
  expect(collector.requests).toHaveLength(0);
  expect(api.calls.filter((call) => call === 'ext next')).toHaveLength(4);
  expect(sandbox.stderr()).toBe('');
});

test('measures the freeze between two invocations', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.invoke({ n: 1 });
  await api.idle();
  sandbox.process.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 400));
  sandbox.process.kill('SIGCONT');
  await api.invoke({ n: 2 });
  await collector.until((spans) => spans.filter((span) => span.name === 'f').length === 2);
  const { attributes } = collector.spans.findLast((span) => span.name === 'f')!;
  const idleMs = attributes['sandscope.sandbox.idle_ms'] as number;
  const freezeMs = attributes['sandscope.sandbox.freeze_ms'] as number;
  expect(freezeMs).toBeGreaterThan(200);
  expect(freezeMs).toBeLessThanOrEqual(idleMs);
});

test.each([
  ['a callback that is never called', '(event, context, callback) => {}', undefined],
  ['a promise that never settles', 'async () => { await new Promise(() => {}); }', 'Unsettled'],
])(
  'does not keep the event loop alive: %s ends as it would without the SDK',
  async (_what, handler, errorType) => {
    await using collector = await startCollector();
    await using api = await startRuntimeApi();
    const program = `import { wrap } from 'SDK'; export const handler = wrap(${handler});`;
    await using sandbox = await runHandler(program, api.address, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    for (let i = 0; i < 2; i += 1) {
      expect((await api.invoke({}, { first: 'extension', timeoutMillis: 60_000 })).body).toBe('null');
      await api.idle();
    }
    const spans = collector.spans.filter((span) => span.name === 'f');
    expect(spans.map((span) => span.attributes['error.type'])).toEqual([errorType, errorType]);
    expect(spans.map((span) => span.attributes['sandscope.sandbox.concurrent'])).toEqual(['1', '1']);
    expect(sandbox.stderr()).toBe('');
  },
);
