import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import { HANG, startCollector } from '../testing/test-collector.ts';
import { findWaitUntil } from './wait-until.ts';

const VERCEL = Symbol.for('@vercel/request-context');

describe('the waitUntil of an invocation', () => {
  test('is a method of the context or of a third argument, called with its `this`', () => {
    const held: unknown[] = [];
    const context = {
      held,
      waitUntil(this: { held: unknown[] }, promise: Promise<unknown>) {
        this.held.push(promise);
      },
    };
    const promise = Promise.resolve();
    findWaitUntil([{}, context])?.(promise);
    findWaitUntil([{}, {}, context])?.(promise);
    expect(held).toEqual([promise, promise]);
  });

  test("is Vercel's if there is no other", () => {
    const store = globalThis as Record<symbol, unknown>;
    onTestFinished(() => void delete store[VERCEL]);
    let held = 0;
    store[VERCEL] = { get: () => ({ waitUntil: () => (held += 1) }) };
    findWaitUntil([{}])?.(Promise.resolve());
    expect(held).toBe(1);
    store[VERCEL] = { get: () => undefined };
    expect(findWaitUntil([{}])).toBeUndefined();
  });

  test('is absent if there is none', () => {
    expect(findWaitUntil([])).toBeUndefined();
    expect(findWaitUntil([{ waitUntil: () => {} }, null, 'x', { waitUntil: 7 }])).toBeUndefined();
  });
});

describe('the mode waitUntil', () => {
  const PROGRAM = `import { wrap } from 'SDK';
    const held = [];
    const handler = wrap(async (event) => event, OPTIONS);
    const start = performance.now();
    for (let i = 0; i < 2; i += 1) await handler(i, CONTEXT);
    console.log(performance.now() - start < 1000 ? 'at once' : 'late', held.length);
    await Promise.all(held);`;
  const program = (options: string, context: string): string =>
    PROGRAM.replace('OPTIONS', options).replace('CONTEXT', context);

  test.each([
    ['of the context', "{ name: 'f' }", '{ waitUntil: (promise) => held.push(promise) }'],
    ['of the options', "{ name: 'f', waitUntil: (promise) => held.push(promise) }", 'undefined'],
  ])('%s: the result is handed back at once, and the export held by the platform', async (_whose, ...of) => {
    await using collector = await startCollector();
    await using child = await runProgram(program(...of), {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT: 'waitUntil' },
    });
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.stdout()).toBe('at once 2\n');
    expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'f', 'f']);
    expect(child.stderr()).toBe('');
  });

  test('a collector that does not answer delays it no longer than the export timeout', async () => {
    await using collector = await startCollector();
    collector.answer = HANG;
    await using child = await runProgram(
      program("{ name: 'f' }", '{ waitUntil: (promise) => held.push(promise) }'),
      {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          SANDSCOPE_EXPORT: 'waitUntil',
          SANDSCOPE_EXPORT_TIMEOUT_MILLIS: '100',
        },
      },
    );
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.stdout()).toBe('at once 2\n');
  });

  test.each([
    ['none', '{}'],
    ['one that throws', '{ waitUntil() { throw new Error("not now"); } }'],
  ])('degrades to sync with %s', async (_what, context) => {
    await using collector = await startCollector();
    await using child = await runProgram(program("{ name: 'f' }", context), {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT: 'waitUntil' },
    });
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(collector.spans.map(({ name }) => name)).toEqual(['sandscope.init', 'f', 'f']);
    expect(child.stderr()).toContain('exporting before the response instead');
  });
});
