/** Handlers on several threads of one process, as AWS's runtime client 4 runs them on managed instances. */
import { expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';

const PROGRAM = `
  import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
  if (isMainThread) {
    const workers = Array.from({ length: 3 }, () => new Worker(new URL(import.meta.url)));
    const ready = (worker) => new Promise((resolve) => worker.once('message', resolve));
    const ask = (worker, ms) => { worker.postMessage(ms); return ready(worker); };
    await Promise.all(workers.map(ready));
    // First one after the other, then all at once.
    for (const worker of workers) await ask(worker, 1);
    await Promise.all(workers.map((worker) => ask(worker, 300)));
    await Promise.all(workers.map((worker) => worker.terminate()));
  } else {
    const { wrap } = await import('SDK');
    const handler = wrap(async (ms) => {
      const end = Date.now() + ms;
      while (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
    }, { name: 'threaded' });
    parentPort.on('message', async (ms) => {
      await handler(ms, { awsRequestId: threadId + '-' + ms });
      parentPort.postMessage('done');
    });
    parentPort.postMessage('ready');
  }`;

test('ordinals count the invocations of all threads of a process', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(PROGRAM, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
      AWS_LAMBDA_FUNCTION_NAME: 'threaded',
      SANDSCOPE_EXPORT: 'sync',
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
    },
  });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stderr()).toBe('');
  const spans = collector.spans.filter(({ kind }) => kind === 2).map(({ attributes }) => attributes);
  const of = (name: string): number[] => spans.map((attributes) => Number(attributes[name]));
  expect(of('sandscope.sandbox.ordinal').sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(spans.map((span) => span['sandscope.sandbox.id'])).size).toBe(1);
  expect(new Set(of('thread.id')).size).toBe(3);
  expect(collector.spans.filter(({ name }) => name === 'sandscope.init')).toHaveLength(1);
  const short = spans.filter((span) => String(span['faas.invocation_id']).endsWith('-1'));
  const long = spans.filter((span) => String(span['faas.invocation_id']).endsWith('-300'));
  for (const span of short) {
    expect(span).toMatchObject({ 'sandscope.sandbox.concurrent': '1', 'sandscope.window.shared': false });
    expect(span['sandscope.cpu.user_ms']).toBeTypeOf('number');
  }
  // Shared activity of several invocations is attributed to none of them.
  const together = long.map((span) => Number(span['sandscope.sandbox.concurrent']));
  expect(together.sort((a, b) => a - b)).toEqual([1, 2, 3]);
  for (const span of long) {
    expect(span['sandscope.window.shared']).toBe(true);
    expect(span['sandscope.cpu.user_ms']).toBeUndefined();
    expect(span['sandscope.faults.minor']).toBeUndefined();
  }
});
