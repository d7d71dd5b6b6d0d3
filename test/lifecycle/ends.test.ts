/** Invocations that end badly, and what is known about them afterwards. */
import { readFile, readlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  endsBySandbox,
  lifelines,
  type Invocation,
  type SandboxEnd,
} from '../../collector/src/correlate/lifelines.ts';
import { decode, type ReceivedSpan } from '../../sdk/src/testing/test-collector.ts';
import { attribute, startFunction } from '../support/wrapped-function.ts';

const SHORT = { timeoutSeconds: 1, environment: { SANDSCOPE_TIMEOUT_MARGIN_MILLIS: '250' } };

describe('time-outs', () => {
  test('the span ends shortly before the deadline, says so, and arrives; the handler goes on', async () => {
    const fn = await startFunction(
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = wrap(async ({ ms }) => { await sleep(ms); return 'done'; });`,
      SHORT,
    );
    expect(await fn.call({ ms: 5000 })).toMatchObject({ body: { errorType: 'Sandbox.Timedout' } });
    const [span] = fn.invocations();
    expect(span?.attributes['error.type']).toBe('timeout');
    expect(span?.status).toMatchObject({
      code: 2,
      message: /^the handler still ran \d+ ms before its deadline$/,
    });
    const ranMs = Number(BigInt(span!.endTimeUnixNano) - BigInt(span!.startTimeUnixNano)) / 1e6;
    expect(ranMs).toBeGreaterThan(500);
    expect(ranMs).toBeLessThan(1000);
    // The sandbox sends its goodbye before it is killed, and its next process is recognised as a restart.
    const [goodbye] = fn.named('sandscope.shutdown');
    expect(goodbye?.attributes).toMatchObject({
      'sandscope.shutdown.reason': 'sigterm',
      'sandscope.shutdown.last_ordinal': '1',
    });
    expect((await fn.call({ ms: 1 })).body).toBe('done');
    expect(fn.invocations()).toHaveLength(2);
    expect(fn.invocations()[1]?.attributes).toMatchObject({
      'sandscope.init.type': 'reinit',
      'sandscope.sandbox.id': attribute(span, 'sandbox.id'),
      'sandscope.sandbox.ordinal': '1',
    });
    expect(fn.named('sandscope.shutdown')).toHaveLength(1);
  });

  test('a handler that answers in the last moment is not disturbed', async () => {
    const fn = await startFunction(
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = wrap(async (event, context) => {
         await sleep(context.getRemainingTimeInMillis() - 120);
         return 'just in time';
       });`,
      SHORT,
    );
    expect((await fn.call()).body).toBe('just in time');
    expect(fn.platform.status()).toMatchObject([{ state: 'frozen' }]);
    await fn.call();
    expect(fn.invocations().map((span) => attribute(span, 'sandbox.ordinal'))).toEqual(['1', '2']);
  });

  const SLOW = `import { setTimeout as sleep } from 'node:timers/promises';
    export const handler = wrap(async () => { await sleep(5000); });`;

  test('with the export mode sync', async () => {
    const fn = await startFunction(SLOW, {
      ...SHORT,
      environment: { ...SHORT.environment, SANDSCOPE_EXPORT: 'sync' },
    });
    expect(await fn.call()).toMatchObject({ body: { errorType: 'Sandbox.Timedout' } });
    expect(fn.invocations()[0]?.attributes['error.type']).toBe('timeout');
  });

  test('with the export mode stdout', async () => {
    const fn = await startFunction(SLOW, {
      ...SHORT,
      environment: { ...SHORT.environment, SANDSCOPE_EXPORT: 'stdout' },
    });
    const answer = fn.call();
    await expect.poll(() => fn.platform.status()).toMatchObject([{ state: 'busy' }]);
    const log = await readlink(`/proc/${fn.platform.status()[0]?.pid}/fd/1`);
    expect(await answer).toMatchObject({ body: { errorType: 'Sandbox.Timedout' } });
    const spans = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap(decode);
    expect(spans.map(({ attributes }) => attributes['error.type'])).toContain('timeout');
    expect(fn.collector.requests).toHaveLength(0);
  });

  test('a blocked event loop is killed; the next process of the sandbox tells that an invocation is missing', async () => {
    const fn = await startFunction(
      `export const handler = wrap(async ({ block }) => { while (block); return 1; });`,
      SHORT,
    );
    await fn.call();
    expect(await fn.call({ block: true })).toMatchObject({ body: { errorType: 'Sandbox.Timedout' } });
    await fn.call();
    expect(fn.invocations()).toHaveLength(2);
    expectOneLost(fn.collector.spans);
  });
});

describe('the process goes away', () => {
  test.each([
    [
      'process.exit',
      'process.exit(3)',
      'ProcessExit',
      'the process exited with code 3 before the handler was done',
    ],
    ['an uncaught exception', 'setImmediate(() => { throw new TypeError("late"); })', 'TypeError', 'late'],
    ['an unhandled rejection', 'void Promise.reject(new RangeError("lost"))', 'RangeError', 'lost'],
  ])('%s: the span is sent before the process is gone', async (_how, statement, type, message) => {
    const fn = await startFunction(
      `export const handler = wrap(async ({ end }) => {
         if (end) { ${statement}; await new Promise((resolve) => setTimeout(resolve, 3000)); }
         return 1;
       });`,
    );
    await fn.call();
    expect(await fn.call({ end: true })).toMatchObject({ functionError: 'Unhandled' });
    await fn.collector.until(() => fn.invocations().length === 2);
    expect(fn.invocations()[1]).toMatchObject({
      status: { code: 2, message },
      attributes: { 'error.type': type, 'sandscope.sandbox.ordinal': '2' },
    });
    await fn.call();
    expect(fn.invocations()[2]?.attributes['sandscope.init.type']).toBe('reinit');
    expect(fn.named('sandscope.shutdown').map((span) => attribute(span, 'shutdown.reason'))).toEqual([
      'exit',
    ]);
    expect(lostOf(fn.collector.spans)).toBe(0);
  });

  test('a promise that cannot settle', async () => {
    const fn = await startFunction('export const handler = wrap(() => new Promise(() => {}));');
    expect(await fn.call()).toMatchObject({ body: { errorType: 'Runtime.NodeJsExit' } });
    await fn.collector.until(() => fn.invocations().length === 1);
    expect(fn.invocations()[0]?.attributes['error.type']).toBe('Unsettled');
  });

  test('with the collector away, the last spans are left to the next process of the sandbox', async () => {
    const fn = await startFunction(
      `export const handler = wrap(async ({ exit }) => { if (exit) process.exit(1); return process.pid; });`,
    );
    fn.collector.answer = (response) => response.writeHead(503).end();
    const { body: pid } = await fn.call();
    await fn.call({ exit: true });
    expect(fn.collector.spans).toHaveLength(0);
    fn.collector.answer = (response) => response.writeHead(200).end('{}');
    await fn.call();
    await fn.collector.until(() => fn.invocations().length === 3);
    const [first, second, third] = fn.invocations();
    // Each still reports its own process.
    expect([first, second].map((span) => span?.resource['process.pid'])).toEqual([String(pid), String(pid)]);
    expect(third?.resource['process.pid']).not.toBe(String(pid));
    expect(second?.attributes['error.type']).toBe('ProcessExit');
    expect(lostOf(fn.collector.spans)).toBe(0);
  });

  test.each([
    ['killed, as the kernel does when memory runs out', 'process.kill(process.pid, "SIGKILL")'],
    ['out of heap', 'const all = []; for (;;) all.push(new Array(1e5).fill({}))'],
  ])('%s: the invocation is missed', async (_how, statement) => {
    const fn = await startFunction(
      `export const handler = wrap(async ({ end }) => { if (end) { ${statement}; } return 1; });`,
      { environment: { NODE_OPTIONS: '--max-old-space-size=24' }, timeoutSeconds: 20 },
    );
    await fn.call();
    expect(await fn.call({ end: true })).toMatchObject({ body: { errorType: 'Runtime.ExitError' } });
    await fn.call();
    expect(fn.invocations()).toHaveLength(2);
    expectOneLost(fn.collector.spans);
  });

  test('killed in its very first invocation: the sandbox is known again all the same', async () => {
    const fn = await startFunction(
      `export const handler = wrap(async ({ end }) => { if (end) process.kill(process.pid, 'SIGKILL'); return 1; });`,
    );
    await fn.call({ end: true });
    await fn.call();
    expect(fn.invocations()).toHaveLength(1);
    expect(fn.invocations()[0]?.attributes['sandscope.init.type']).toBe('reinit');
    const [lost] = fn.named('sandscope.shutdown');
    expect(lost?.attributes).toMatchObject({
      'sandscope.shutdown.reason': 'lost',
      'sandscope.shutdown.last_ordinal': '1',
    });
  });
});

/** The goodbye that the next process sends for the killed one makes the collector count the missing invocation. */
function expectOneLost(spans: readonly ReceivedSpan[]): void {
  const last = spans.findLast((span) => span.name === 'f');
  expect(last?.attributes).toMatchObject({
    'sandscope.init.type': 'reinit',
    'sandscope.sandbox.ordinal': '1',
  });
  const goodbyes = spans.filter((span) => span.name === 'sandscope.shutdown');
  expect(goodbyes.map((span) => attribute(span, 'shutdown.reason'))).toEqual(['lost']);
  expect(attribute(goodbyes[0], 'sandbox.id')).toBe(attribute(last, 'sandbox.id'));
  expect(attribute(goodbyes[0], 'process.start_ticks')).not.toBe(attribute(last, 'process.start_ticks'));
  expect(lostOf(spans)).toBe(1);
}

/** The collector's own conclusions from the spans. */
function lostOf(spans: readonly ReceivedSpan[]): number {
  const named = (name: string): ReceivedSpan[] => spans.filter((span) => span.name === name);
  const lines = lifelines(
    named('f').map(invocationOf),
    endsBySandbox(named('sandscope.shutdown').map(endOf)),
  );
  expect(lines).toHaveLength(1);
  return lines[0]?.lost ?? Number.NaN;
}

function invocationOf(span: ReceivedSpan): Invocation {
  return {
    function: 'f',
    environment: String(attribute(span, 'sandbox.id')),
    sandboxId: String(attribute(span, 'sandbox.id')),
    processStartTicks: String(attribute(span, 'process.start_ticks')),
    version: '',
    startUnixNano: span.startTimeUnixNano,
    startMs: ms(span.startTimeUnixNano),
    endMs: ms(span.endTimeUnixNano),
    durationMs: ms(span.endTimeUnixNano) - ms(span.startTimeUnixNano),
    hasFailed: false,
    ordinal: Number(attribute(span, 'sandbox.ordinal')),
    cold: undefined,
    initDurationMs: undefined,
    exportMs: undefined,
    concurrent: undefined,
  };
}

function endOf(span: ReceivedSpan): SandboxEnd {
  return {
    function: 'f',
    sandboxId: String(attribute(span, 'sandbox.id')),
    instance: '',
    processStartTicks: String(attribute(span, 'process.start_ticks')),
    timeMs: ms(span.startTimeUnixNano),
    reason: String(attribute(span, 'shutdown.reason')),
    lastOrdinal: Number(attribute(span, 'shutdown.last_ordinal')),
  };
}

function ms(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n);
}
