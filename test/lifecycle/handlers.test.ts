/** Every kind of handler on real sandboxes, frozen after each invocation. */
import { describe, expect, test } from 'vitest';
import { attribute, durationMs, startFunction } from '../support/wrapped-function.ts';

describe('handlers that end well', () => {
  test.each([
    ['async', 'export const handler = wrap(async ({ x }) => ({ x }));', { x: 7 }],
    ['CommonJS', 'module.exports.handler = wrap(async ({ x }) => ({ x }));', { x: 7 }],
    [
      'a promise of another kind',
      'export const handler = wrap(({ x }) => ({ then(ok) { setTimeout(ok, 5, { x }); } }));',
      { x: 7 },
    ],
    ['a plain result', 'export const handler = wrap(({ x }) => ({ x }));', { x: 7 }],
  ])('%s', async (_kind, source, expected) => {
    const fn = await startFunction(source);
    for (let i = 0; i < 2; i += 1) {
      expect(await fn.call({ x: 7 })).toEqual({ status: 200, functionError: null, body: expected });
    }
    await fn.collector.until(() => fn.invocations().length === 2);
    const [first, second] = fn.invocations();
    expect(first?.status).toBeUndefined();
    expect([first, second].map((span) => attribute(span, 'sandbox.ordinal'))).toEqual(['1', '2']);
    expect(attribute(first, 'faas.coldstart')).toBe(true);
    expect(attribute(second, 'faas.coldstart')).toBe(false);
    expect(attribute(second, 'sandbox.id')).toBe(attribute(first, 'sandbox.id'));
  });

  test.each([
    [
      'a callback',
      `export const handler = wrap((event, context, callback) => {
        setTimeout(() => callback(null, { x: event.x }), 10);
      });`,
      { x: 7 },
    ],
    [
      'a callback that waits for what is left to do',
      `export const handler = wrap((event, context, callback) => {
        const result = { x: 0 };
        callback(null, result);
        setTimeout(() => (result.x = event.x), 50);
      });`,
      { x: 7 },
    ],
    [
      'a callback that waits for nothing',
      `export const handler = wrap((event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false;
        setInterval(() => {}, 1000);
        callback(null, { x: event.x });
      });`,
      { x: 7 },
    ],
    ['a callback that never comes', 'export const handler = wrap((event, context, callback) => {});', null],
    [
      'context.succeed',
      'export const handler = wrap((event, context, _) => context.succeed({ x: 7 }));',
      { x: 7 },
    ],
    [
      'context.succeed of a handler with fewer parameters',
      'export const handler = wrap((event, context) => void setTimeout(context.succeed, 60, { x: 7 }));',
      { x: 7 },
    ],
    [
      'a callback among the rest',
      'export const handler = wrap((event, ...rest) => void setTimeout(rest[1], 60, null, { x: 7 }));',
      { x: 7 },
    ],
    [
      'a callback with a default',
      'export const handler = wrap((event, context, callback = null) => void setTimeout(callback, 60, null, { x: 7 }));',
      { x: 7 },
    ],
    ['a plain result, which nobody takes', 'export const handler = wrap(({ x }) => x);', null],
  ])('where callbacks are known: %s', async (_kind, source, expected) => {
    const fn = await startFunction(source, { runtimeClient: 3 });
    for (let i = 0; i < 2; i += 1) {
      expect(await fn.call({ x: 7 })).toEqual({ status: 200, functionError: null, body: expected });
    }
    await fn.collector.until(() => fn.invocations().length === 2);
    const [first, second] = fn.invocations();
    expect(first?.status).toBeUndefined();
    const leastMs = Number(/setTimeout\(.*, (\d+), /.exec(source)?.[1] ?? 0);
    expect(durationMs(second!)).toBeGreaterThanOrEqual(leastMs - 1);
    expect([first, second].map((span) => attribute(span, 'sandbox.ordinal'))).toEqual(['1', '2']);
    expect(attribute(first, 'faas.coldstart')).toBe(true);
    expect(attribute(second, 'faas.coldstart')).toBe(false);
    expect(attribute(second, 'sandbox.id')).toBe(attribute(first, 'sandbox.id'));
  });
});

describe('streaming', () => {
  const STREAM = `
    import { Readable } from 'node:stream';
    import { setTimeout as sleep } from 'node:timers/promises';`;

  test.each([
    ['the handler ends the stream', `wrap(awslambda.streamifyResponse(BODY))`],
    ['wrapped inside', `awslambda.streamifyResponse(wrap(BODY))`],
  ])('%s: recorded until stream and promise are over', async (_how, shape) => {
    const body = `async (event, stream) => { stream.write('one '); await sleep(60); stream.write('two'); stream.end(); }`;
    const fn = await startFunction(`${STREAM} export const handler = ${shape.replace('BODY', body)};`);
    for (let i = 0; i < 2; i += 1) {
      expect(await (await fetch(`${fn.platform.url}/url/f/`)).text()).toBe('one two');
      await fn.platform.atRest();
    }
    const spans = fn.invocations();
    expect(spans).toHaveLength(2);
    for (const span of spans) expect(durationMs(span)).toBeGreaterThan(55);
    expect(attribute(spans[0], 'faas.trigger')).toBe('http');
  });

  test('a stream that goes on after the promise, with the prelude kept', async () => {
    const fn = await startFunction(`${STREAM}
      export const handler = wrap(awslambda.streamifyResponse(async (event, stream) => {
        const http = awslambda.HttpResponseStream.from(stream, { statusCode: 203 });
        Readable.from((async function* () { yield 'a'; await sleep(80); yield 'b'; })()).pipe(http);
      }));`);
    const response = await fetch(`${fn.platform.url}/url/f/`);
    expect([response.status, await response.text()]).toEqual([203, 'ab']);
    await fn.platform.atRest();
    expect(fn.invocations()).toHaveLength(1);
    expect(durationMs(fn.invocations()[0]!)).toBeGreaterThan(75);
  });

  test('a stream that fails in the middle', async () => {
    const fn = await startFunction(`${STREAM}
      export const handler = wrap(awslambda.streamifyResponse(async (event, stream) => {
        stream.write('part');
        await sleep(20);
        throw new RangeError('cut');
      }));`);
    await fetch(`${fn.platform.url}/2015-03-31/functions/f/invocations`, { method: 'POST', body: '{}' });
    await fn.platform.atRest();
    expect(fn.invocations()).toMatchObject([
      { status: { code: 2, message: 'cut' }, attributes: { 'error.type': 'RangeError' } },
    ]);
  });
});

describe('handlers that fail', () => {
  test.each([
    ['throws', 'export const handler = wrap(() => { throw new TypeError("no"); });', 'TypeError'],
    ['rejects', 'export const handler = wrap(async () => { throw new RangeError("no"); });', 'RangeError'],
    ['calls back', 'export const handler = wrap((e, c, callback) => callback(new Error("no")));', 'Error'],
    ['context.fail', 'export const handler = wrap((e, c, _) => c.fail(new TypeError("no")));', 'TypeError'],
    [
      'context.fail of a handler with fewer parameters',
      'export const handler = wrap((e, c) => void setTimeout(c.fail, 20, new TypeError("no")));',
      'TypeError',
    ],
  ])('%s', async (how, source, type) => {
    const fn = await startFunction(source, { runtimeClient: /throws|rejects/.test(how) ? 4 : 3 });
    for (let i = 0; i < 2; i += 1) {
      expect(await fn.call()).toMatchObject({ functionError: 'Unhandled', body: { errorMessage: 'no' } });
    }
    await fn.collector.until(() => fn.invocations().length === 2);
    for (const span of fn.invocations())
      expect(span).toMatchObject({ status: { code: 2, message: 'no' }, attributes: { 'error.type': type } });
    expect(fn.platform.status()).toMatchObject([{ invocations: 2 }]);
  });
});

describe('idle time', () => {
  test('tells the time frozen from the time idle', async () => {
    const fn = await startFunction('export const handler = wrap(async () => 1);');
    await fn.call();
    await expect.poll(async () => (await fn.platform.events()).at(-1)?.event).toBe('freeze');
    await new Promise((resolve) => setTimeout(resolve, 400));
    await fn.call();
    const events = await fn.platform.events();
    const at = (event: string): number =>
      events.find((one) => one.event === event)?.timeUnixMillis ?? Number.NaN;
    const frozenMs = at('thaw') - at('freeze');
    const span = fn.invocations()[1];
    const idleMs = attribute(span, 'sandbox.idle_ms') as number;
    const freezeMs = attribute(span, 'sandbox.freeze_ms') as number;
    expect(frozenMs).toBeGreaterThan(390);
    expect(idleMs).toBeGreaterThanOrEqual(frozenMs - 2);
    expect(freezeMs).toBeGreaterThan(frozenMs / 2);
    expect(freezeMs).toBeLessThanOrEqual(idleMs);
  });
});
