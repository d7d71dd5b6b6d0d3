import { expect, test } from 'vitest';
import { runHandler, runProgram } from '../testing/test-child.ts';
import { HANG, startCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

const ECHO = `import { wrap } from 'SDK'; export const handler = wrap(async (event) => event);`;

test('sends a shutdown span on SIGTERM, and ends as a process without a handler would', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.invoke({});
  await api.invoke({});
  await api.idle();
  sandbox.process.kill('SIGTERM');
  expect(await sandbox.ended).toEqual({ code: null, signal: 'SIGTERM' });
  const last = collector.spans.findLast((span) => span.name === 'f')!;
  const goodbye = collector.spans.find((span) => span.name === 'sandscope.shutdown')!;
  expect(goodbye.kind).toBe(1);
  expect(goodbye.traceId).not.toBe(last.traceId);
  expect(goodbye.links).toMatchObject([{ traceId: last.traceId, spanId: last.spanId }]);
  expect(goodbye.attributes).toMatchObject({
    'sandscope.sandbox.id': last.attributes['sandscope.sandbox.id'],
    'sandscope.process.start_ticks': last.attributes['sandscope.process.start_ticks'],
    'sandscope.shutdown.reason': 'sigterm',
    'sandscope.shutdown.last_ordinal': '2',
  });
});

test('ends in time if the collector does not answer', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.invoke({});
  await api.idle();
  collector.answer = HANG;
  sandbox.process.kill('SIGTERM');
  expect(await sandbox.ended).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.requests.at(-1)?.spans).toBe(1);
});

test('sends spans that could not be exported before, despite the back-off', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  collector.answer = (response) => response.writeHead(503, { 'retry-after': '30' }).end();
  await api.invoke({});
  await api.idle();
  collector.answer = (response) => response.writeHead(200).end('{}');
  await api.invoke({});
  await api.idle();
  expect(collector.spans).toHaveLength(0);
  sandbox.process.kill('SIGTERM');
  await sandbox.ended;
  expect(collector.spans.map((span) => span.name)).toEqual([
    'sandscope.init',
    'f',
    'f',
    'sandscope.shutdown',
  ]);
});

test('does not end a program that listens to SIGTERM itself', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK';
     process.on('SIGTERM', () => setTimeout(() => process.exit(7), 400));
     await wrap(async () => 1, { name: 'own' })();
     console.log('ready');
     setInterval(() => {}, 1000);`,
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } },
  );
  await collector.until((spans) => spans.some((span) => span.name === 'own'));
  program.process.kill('SIGTERM');
  expect(await program.ended).toEqual({ code: 7, signal: null });
  expect(collector.spans.some((span) => span.name === 'sandscope.shutdown')).toBe(true);
});

test('sends a shutdown span even if the program exits in its own listener', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const source = `process.on('SIGTERM', () => process.exit(5)); ${ECHO}`;
  await using sandbox = await runHandler(source, api.address, {
    // The default is too short for a busy test machine.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' },
  });
  await api.invoke({});
  await api.idle();
  sandbox.process.kill('SIGTERM');
  expect(await sandbox.ended).toEqual({ code: 5, signal: null });
  expect(collector.spans.at(-1)).toMatchObject({
    name: 'sandscope.shutdown',
    attributes: { 'sandscope.shutdown.reason': 'sigterm', 'sandscope.shutdown.last_ordinal': '1' },
  });
});

test('records an invocation that the platform interrupts', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const program = `import { wrap } from 'SDK';
    export const handler = wrap(async () => { console.log('in'); await new Promise((r) => setTimeout(r, 60000)); });`;
  await using sandbox = await runHandler(program, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  void api.invoke({}, { first: 'extension' });
  await new Promise((resolve) => sandbox.process.stdout?.once('data', resolve));
  sandbox.process.kill('SIGTERM');
  await sandbox.ended;
  const span = collector.spans.find(({ name }) => name === 'f')!;
  expect(span.attributes['error.type']).toBe('Interrupted');
  expect(span.status).toMatchObject({ code: 2 });
});
