/** Ends without an answer: each is recorded with its cause. */
import { expect, test } from 'vitest';
import { runHandler, runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

test.each([
  ['throws', `throw new TypeError('not today');`, 'TypeError', 'not today'],
  ['waits for what fails', `await Promise.reject(new RangeError('no table'));`, 'RangeError', 'no table'],
  ['exits', `process.exit(3);`, 'ProcessExit', 'the process exited with code 3 before it was initialised'],
  ['has no handler', `export const other = 1;`, 'TypeError', expect.stringContaining('handler')],
])('an initialisation that fails: the module %s', async (_how, statement, errorType, message) => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const exported = statement.startsWith('export') ? '' : 'export const handler = inner;';
  const source = `import { wrap } from 'SDK'; const inner = wrap(async () => 1); ${statement} ${exported}`;
  await using sandbox = await runHandler(source, api.address, {
    // The default is too short for a busy test machine.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' },
  });
  await sandbox.ended;
  expect(collector.spans).toHaveLength(1);
  const [span] = collector.spans;
  expect(span).toMatchObject({
    name: 'sandscope.init',
    status: { code: 2, message },
    attributes: { 'error.type': errorType },
    resource: { 'faas.name': 'f' },
  });
  expect(span!.attributes['sandscope.sandbox.id']).toMatch(/^[0-9a-f]{32}$/);
  expect(BigInt(span!.endTimeUnixNano)).toBeGreaterThan(BigInt(span!.startTimeUnixNano));
});

test('a program that only imports a handler module, and fails, is not recorded', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK'; wrap(async () => 1); process.exit(1);`,
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } },
  );
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(collector.requests).toHaveLength(0);
});

test('a sandbox that is stopped before its first invocation reports its initialisation', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const source = `import { wrap } from 'SDK'; export const handler = wrap(async () => 1);`;
  await using sandbox = await runHandler(source, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.idle();
  sandbox.process.kill('SIGTERM');
  expect(await sandbox.ended).toEqual({ code: null, signal: 'SIGTERM' });
  expect(collector.spans).toHaveLength(1);
  expect(collector.spans[0]).toMatchObject({
    name: 'sandscope.shutdown',
    attributes: {
      'sandscope.shutdown.reason': 'sigterm',
      'sandscope.shutdown.last_ordinal': '0',
      'sandscope.init.duration_ms': expect.any(Number),
    },
  });
});

/** Calls a handler whose process exits with code 4 right after it returned; returns its spans. */
async function exitAfterReturn(context: string): Promise<ReceivedSpan[]> {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK';
     const handler = wrap(async () => { setImmediate(() => process.exit(4)); return 'done'; });
     await handler({}, ${context});
     await new Promise((resolve) => setImmediate(setImmediate, resolve));`,
    {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        AWS_LAMBDA_FUNCTION_NAME: 'f',
        SANDSCOPE_EXPORT: 'batch',
        SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
      },
    },
  );
  expect(await program.ended).toEqual({ code: 4, signal: null });
  return collector.spans;
}

test('a process that dies before the runtime had the answer: the invocation failed', async () => {
  // The runtime of Node.js 24 posts an answer in an immediate.
  const spans = await exitAfterReturn(`{ awsRequestId: 'r1' }`);
  expect(spans.find(({ name }) => name === 'f')).toMatchObject({
    status: { code: 2, message: 'the process exited with code 4 before the runtime had the answer' },
    attributes: { 'error.type': 'ProcessExit' },
  });
  const shutdown = spans.find(({ name }) => name === 'sandscope.shutdown');
  expect(shutdown?.attributes['sandscope.shutdown.reason']).toBe('exit');
});

test('an answer that the runtime posted at once counts', async () => {
  const spans = await exitAfterReturn(`{ awsRequestId: 'r1', callbackWaitsForEmptyEventLoop: true }`);
  const span = spans.find(({ name }) => name === 'f')!;
  expect(span.status).toBeUndefined();
});

test('a call after a SIGTERM withdraws the shutdown, and the sandbox keeps its id', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK';
     process.on('SIGTERM', () => console.log('not yet'));
     const handler = wrap(async () => 1, { name: 'staying' });
     process.stdin.on('data', async () => { await handler(); console.log('called'); });
     console.log('ready');`,
    {
      stdin: 'pipe',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' },
    },
  );
  const says = (word: string): Promise<void> =>
    expect.poll(() => program.stdout().match(new RegExp(word, 'g'))?.length ?? 0).toBeGreaterThan(0);
  await says('ready');
  const call = async (count: number): Promise<void> => {
    program.process.stdin?.write('go\n');
    await expect.poll(() => program.stdout().match(/called/g)?.length).toBe(count);
  };
  const goodbyes = (): number => collector.spans.filter(({ name }) => name === 'sandscope.shutdown').length;
  await call(1);
  program.process.kill('SIGTERM');
  await says('not yet');
  await expect.poll(goodbyes).toBe(1);
  await call(2);
  await call(3);
  const spans = collector.spans.filter(({ name }) => name === 'staying').map(({ attributes }) => attributes);
  expect(spans.map((span) => span['sandscope.shutdown.withdrawn'])).toEqual([undefined, true, undefined]);
  expect(new Set(spans.map((span) => span['sandscope.sandbox.id'])).size).toBe(1);
  expect(spans.map((span) => span['sandscope.sandbox.ordinal'])).toEqual(['1', '2', '3']);
  // A second SIGTERM causes a second goodbye.
  program.process.kill('SIGTERM');
  await expect.poll(goodbyes).toBe(2);
});
