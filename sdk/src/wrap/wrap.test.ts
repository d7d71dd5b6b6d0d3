import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan, TestCollector } from '../testing/test-collector.ts';
import type * as Sdk from '../index.ts';

let collector: TestCollector;
let wrap: typeof Sdk.wrap;
let SdkError: typeof Sdk.SdkError;

beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
  vi.stubEnv('SANDSCOPE_SYNC_TIMEOUT_MILLIS', '5000');
  // The settings at the time when the first handler is wrapped apply to the whole process.
  ({ wrap, SdkError } = await import('../index.ts'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await collector[Symbol.asyncDispose]();
});

beforeEach(() => {
  collector.spans.length = 0;
});

async function onlySpan(name: string): Promise<ReceivedSpan> {
  await collector.until((spans) => spans.some((span) => span.name === name), name);
  const found = collector.spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('the wrapped function', () => {
  test('keeps length, name, own properties and symbols, prototype and asynchrony', () => {
    const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
    const handler = async (_event: unknown, _stream: unknown, _context: unknown): Promise<number> => 1;
    Object.assign(handler, { [streaming]: 'response', extra: { deep: true } });
    Object.defineProperty(handler, 'hidden', { value: 7 });
    const wrapped = wrap(handler);
    expect(wrapped).not.toBe(handler);
    expect(wrapped.length).toBe(3);
    expect(wrapped.name).toBe('handler');
    expect(Reflect.get(wrapped, streaming)).toBe('response');
    expect(Object.getOwnPropertyDescriptors(wrapped)).toEqual(Object.getOwnPropertyDescriptors(handler));
    expect(wrapped.constructor.name).toBe('AsyncFunction');
    expect(Object.getPrototypeOf(wrap(() => 1))).toBe(Function.prototype);
    expect(
      Object.hasOwn(
        wrap(() => 1),
        'prototype',
      ),
    ).toBe(false);
  });

  test('keeps this, all arguments and the result itself', async () => {
    const owner = {
      name: 'owner',
      plain: wrap(function (this: { name: string }, ...args: unknown[]) {
        return [this.name, ...args];
      }),
      later: wrap(async function (this: { name: string }, ...args: unknown[]) {
        return [this.name, ...args];
      }),
    };
    expect(owner.plain(1, 2, 3, 4, 5)).toEqual(['owner', 1, 2, 3, 4, 5]);
    expect(await owner.later(1, 2, 3, 4, 5)).toEqual(['owner', 1, 2, 3, 4, 5]);
    const result = {};
    expect(await wrap(async () => result)()).toBe(result);
    expect(wrap(() => result)()).toBe(result);
  });

  test('throws and rejects as the handler does', async () => {
    const error = new TypeError('no');
    expect(() =>
      wrap(() => {
        throw error;
      })(),
    ).toThrow(error);
    const rejecting = wrap(() => Promise.reject(error));
    const promise = rejecting();
    await expect(promise).rejects.toBe(error);
    const nothing = wrap(async () => {
      // oxlint-disable-next-line typescript/only-throw-error -- handlers do
      throw undefined;
    });
    await expect(nothing()).rejects.toBeUndefined();
  });

  test('calls the then of a thenable once', async () => {
    let calls = 0;
    const lazy = wrap(() => ({
      // oxlint-disable-next-line unicorn/no-thenable -- query builders are such things
      then(resolve: (value: number) => void) {
        calls += 1;
        resolve(42);
      },
    }));
    expect(await lazy()).toBe(42);
    expect(calls).toBe(1);
  });

  test('returns a wrapped handler as it is', () => {
    const once = wrap(() => 1);
    expect(wrap(once)).toBe(once);
  });

  test('rejects a value that is not a function', () => {
    // @ts-expect-error not a handler
    expect(() => wrap({})).toThrow(expect.objectContaining({ code: 'ERR_HANDLER_TYPE', name: 'SdkError' }));
    // @ts-expect-error not a handler
    expect(() => wrap(null)).toThrow(SdkError);
  });
});

describe('what is recorded', () => {
  test('a rejection, with type, message and stack', async () => {
    const failing = wrap(() => Promise.reject(new RangeError('too far')), { name: 'failing' });
    await expect(failing()).rejects.toThrow('too far');
    const span = await onlySpan('failing');
    expect(span.status).toEqual({ code: 2, message: 'too far' });
    expect(span.attributes['error.type']).toBe('RangeError');
    expect(span.events).toEqual([
      {
        name: 'exception',
        attributes: {
          'exception.type': 'RangeError',
          'exception.message': 'too far',
          'exception.stacktrace': expect.stringContaining('wrap.test.ts'),
        },
      },
    ]);
  });

  test('a synchronous throw, with the next export at the latest', async () => {
    const throwing = wrap(
      () => {
        throw new Error('at once');
      },
      { name: 'throwing' },
    );
    expect(throwing).toThrow('at once');
    expect((await onlySpan('throwing')).status?.code).toBe(2);
  });

  test('a callback, until it is called, and its error', async () => {
    const handler = wrap(
      (
        event: { fail: boolean },
        _context: object,
        callback: (error: Error | null, value?: number) => void,
      ) => {
        setTimeout(() => callback(event.fail ? new Error('called back') : null, 3), 30);
      },
      { name: 'calling' },
    );
    const result = await new Promise((resolve) =>
      handler({ fail: false }, {}, (_error, value) => resolve(value)),
    );
    expect(result).toBe(3);
    const span = await onlySpan('calling');
    expect(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)).toBeGreaterThan(25_000_000n);
    expect(span.status).toBeUndefined();
    collector.spans.length = 0;
    const error = await new Promise((resolve) => handler({ fail: true }, {}, resolve));
    expect(error).toEqual(new Error('called back'));
    expect((await onlySpan('calling')).status?.message).toBe('called back');
  });

  test('a callback in an arrow function that returns a timer', async () => {
    const handler = wrap(
      (_event: object, _context: object, callback: (error: null, value: string) => void) =>
        setTimeout(() => callback(null, 'late'), 20),
      { name: 'returning' },
    );
    expect(await new Promise((resolve) => handler({}, {}, (_error, value) => resolve(value)))).toBe('late');
    const span = await onlySpan('returning');
    expect(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)).toBeGreaterThan(15_000_000n);
  });

  test('context.succeed, fail and done', async () => {
    const results: unknown[] = [];
    const context = {
      succeed: (value: unknown) => results.push(['succeed', value]),
      fail: (error: unknown) => results.push(['fail', error]),
      done: (error: unknown, value: unknown) => results.push(['done', error, value]),
    };
    const handler = wrap(
      (_event: object, given: typeof context, _callback: () => void) => {
        given.fail('no');
      },
      { name: 'context' },
    );
    handler({}, { ...context }, () => undefined);
    const span = await onlySpan('context');
    expect(span.status?.message).toBe('no');
    await expect.poll(() => results).toEqual([['fail', 'no']]);
  });

  test('streaming, with the context as third argument, until the promise resolves', async () => {
    const streaming = wrap(
      async (event: { n: number }, stream: { write(text: string): void }, _context: object) => {
        stream.write(`n=${event.n}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
      { name: 'streaming' },
    );
    const written: string[] = [];
    await streaming({ n: 1 }, { write: (text) => written.push(text) }, { awsRequestId: 'stream-1' });
    expect(written).toEqual(['n=1']);
    const span = await onlySpan('streaming');
    expect(span.attributes['faas.invocation_id']).toBe('stream-1');
    expect(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)).toBeGreaterThan(15_000_000n);
  });

  test('one span if a wrapped handler calls a wrapped handler', async () => {
    const inner = wrap(async (_event: object, _context: object) => 1, { name: 'nested' });
    const outer = wrap(async (event: object, context: object) => inner(event, context), { name: 'nested' });
    expect(await outer({}, { awsRequestId: 'a' })).toBe(1);
    await onlySpan('nested');
  });

  test('concurrent invocations are marked as shared, with ordinals in the order of their start', async () => {
    const waits = wrap((event: { ms: number }) => new Promise((resolve) => setTimeout(resolve, event.ms)), {
      name: 'overlap',
    });
    await Promise.all([waits({ ms: 60 }), waits({ ms: 20 })]);
    await waits({ ms: 1 });
    await collector.until((spans) => spans.filter((span) => span.name === 'overlap').length === 3);
    const spans = collector.spans
      .filter((span) => span.name === 'overlap')
      .map(({ attributes }) => attributes)
      .sort((a, b) => Number(a['sandscope.sandbox.ordinal']) - Number(b['sandscope.sandbox.ordinal']));
    expect(spans.map((attributes) => attributes['sandscope.window.shared'])).toEqual([true, true, false]);
    expect(spans.map((attributes) => attributes['sandscope.sandbox.concurrent'])).toEqual(['1', '2', '1']);
    const [first, second, third] = spans.map((attributes) => Number(attributes['sandscope.sandbox.ordinal']));
    expect([second! - first!, third! - second!]).toEqual([1, 1]);
  });

  test('the resources used by the handler, with the right types', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const busy = wrap(
      async () => {
        const end = process.cpuUsage().user + 40_000;
        while (process.cpuUsage().user < end) Math.sqrt(2);
        await (await fetch(`http://127.0.0.1:${port}/`)).text();
      },
      { name: 'busy' },
    );
    await busy();
    server.close();
    const { attributes, resource } = await onlySpan('busy');
    expect(attributes['sandscope.cpu.user_ms']).toBeGreaterThanOrEqual(40);
    expect(attributes['sandscope.io.http_count']).toBe('1');
    expect(attributes['sandscope.io.http_ms']).toBeGreaterThan(0);
    expect(attributes['sandscope.memory.rss_bytes']).toMatch(/^\d+$/);
    expect(attributes['sandscope.overhead_us']).toMatch(/^\d+$/);
    expect(attributes['sandscope.kernel.boot_time_unix_ms']).toBeTypeOf('number');
    expect(attributes['faas.trigger']).toBe('other');
    expect(attributes['sandscope.sandbox.id']).toMatch(/^[0-9a-f]{32}$/);
    expect(resource['host.ip']).toBeInstanceOf(Array);
    expect(resource['process.pid']).toBe(String(process.pid));
  });

  test('the trace of W3C headers, with X-Ray as a link', async () => {
    const traced = wrap(async (_event: object) => 1, { name: 'traced' });
    await traced({
      headers: {
        TraceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
        tracestate: 'vendor=1',
        'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      },
    });
    const span = await onlySpan('traced');
    expect(span).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      traceState: 'vendor=1',
      flags: 0x300,
      kind: 2,
      links: [{ traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8' }],
    });
  });

  test('a function without a name gets that of its service', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'greeter');
    await wrap(async () => 1)();
    expect((await onlySpan('greeter')).kind).toBe(2);
  });

  test('a hostile event does not harm the handler', async () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('do not touch');
        },
        has() {
          throw new Error('do not ask');
        },
        ownKeys() {
          throw new Error('do not list');
        },
      },
    );
    const brave = wrap(async (_event: object, _context: object) => 'fine', { name: 'brave' });
    expect(await brave(hostile, hostile)).toBe('fine');
    expect((await onlySpan('brave')).attributes['faas.trigger']).toBe('other');
  });
});

test('one span even if middleware between two wrapped handlers replaces event and context', async () => {
  const inner = wrap(async (event: object, _context: object) => event, { name: 'replaced' });
  const outer = wrap(async (_event: object, context: object) => inner({ n: 2 }, { ...context, more: 1 }), {
    name: 'replaced',
  });
  expect(await outer({ n: 1 }, { awsRequestId: 'b' })).toEqual({ n: 2 });
  await onlySpan('replaced');
  // A retry has the same id.
  expect(await outer({ n: 1 }, { awsRequestId: 'b' })).toEqual({ n: 2 });
  expect(await inner({ n: 3 }, { awsRequestId: 'b' })).toEqual({ n: 3 });
  await collector.until((spans) => spans.filter(({ name }) => name === 'replaced').length === 3);
});
