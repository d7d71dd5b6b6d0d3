import { describe, expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';

/**
 * Calls handlers of several shapes twice and prints their answers; `BEFORE` and `INSIDE` are what the program does to
 * its environment.
 */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  const { stringify } = JSON;
  const P = Promise;
  const later = setImmediate;
  let done = false;
  const once = (what) => { if (!done) { done = true; what(); } };
  BEFORE
  const { wrap } = BARE ? { wrap: (handler) => handler } : await import('SDK');
  const inside = () => once(() => { INSIDE });
  const shapes = {
    async: wrap(async (n) => { inside(); return n; }, { name: 'async' }),
    rejecting: wrap(async () => { inside(); throw new RangeError('no'); }, { name: 'rejecting' }),
    plain: wrap((n) => n, { name: 'plain' }),
    callback: wrap((n, context, callback) => void later(() => callback(null, n)), { name: 'callback' }),
    succeed: wrap((n, context) => context.succeed(n), { name: 'succeed' }),
  };
  const call = (handler, n) => new P((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const context = { awsRequestId: 'r' + n, succeed: resolve, fail: reject };
    try {
      const result = handler(n, context, callback);
      if (result !== undefined) P.prototype.then.call(result, resolve, reject);
    } catch (error) { reject(error); }
  });
  for (const n of [1, 2])
    for (const [name, handler] of Object.entries(shapes)) {
      let answer;
      try { answer = stringify(await call(handler, n)); } catch (error) { answer = 'failed: ' + error.message; }
      writeSync(1, n + ' ' + name + ' ' + answer + '\\n');
    }`;

interface Mischief {
  readonly before?: string;
  readonly inside?: string;
  /** Spans cannot leave, or there is nothing to record with. */
  readonly silent?: boolean;
}

const FAKE = '() => ({ ref() {}, unref() { return this; } })';
// Node itself reads some variables when it loads a module.
const UNREADABLE = `new Proxy({}, { get(target, name) {
  if (/^(?:AWS|OTEL|SANDSCOPE)_/.test(String(name))) throw new Error('not readable');
} })`;

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  'fake timers and clocks': {
    inside: `globalThis.setTimeout = globalThis.setImmediate = ${FAKE};
      globalThis.clearTimeout = globalThis.queueMicrotask = () => {};
      Date.now = performance.now = () => 0;
      process.uptime = () => 0;
      process.hrtime.bigint = () => 0n;`,
  },
  // Node's own sockets then fail too; the answer must still come in time.
  'fake ticks as well': {
    inside: `globalThis.setTimeout = globalThis.setImmediate = ${FAKE}; process.nextTick = () => {};`,
    silent: true,
  },
  'clocks that throw': {
    inside: `Date.now = performance.now = process.uptime = process.hrtime.bigint = () => { throw new Error('no'); };`,
  },
  'a sealed global object': { before: 'Object.preventExtensions(globalThis);' },
  'frozen built-in objects': {
    before: `for (const one of [Object, Array, Function, Promise, Error, Date, JSON, Math, Map, Set, Reflect, process])
      { Object.freeze(one); if (one.prototype) Object.freeze(one.prototype); }`,
  },
  'an environment that cannot be read': { before: `process.env = ${UNREADABLE};`, silent: true },
  'an environment that cannot be read any more': { inside: `process.env = ${UNREADABLE};` },
  'no environment any more': { inside: 'process.env = undefined;' },
  'promises without catch': { inside: 'delete Promise.prototype.catch; delete Promise.prototype.finally;' },
  'no Promise any more': { inside: 'globalThis.Promise = undefined;' },
};

describe('a program with', () => {
  test.each(Object.entries(MISCHIEF))('%s', async (_what, { before = '', inside = '', silent = false }) => {
    const program = PROGRAM.replace('BEFORE', () => before).replace('INSIDE', () => inside);
    await using bare = await runProgram(program.replace('BARE', 'true'));
    await using collector = await startCollector();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      SANDSCOPE_EXPORT: 'sync',
      // The time after which an answer has to be released although its export is not over.
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: silent ? '100' : '5000',
    };
    const beganUnixMs = Date.now();
    await using wrapped = await runProgram(program.replace('BARE', 'false'), { env });
    expect(await wrapped.ended).toEqual(await bare.ended);
    expect(wrapped.stdout()).toBe(bare.stdout());
    expect(bare.stdout().split('\n')).toHaveLength(11);
    if (silent) return;
    const spans = collector.spans.filter(({ kind }) => kind === 2);
    expect(spans).toHaveLength(10);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
      expect(Number(startTimeUnixNano) / 1e6).toBeGreaterThan(beganUnixMs - 1000);
      expect(Number(endTimeUnixNano) / 1e6).toBeLessThan(Date.now() + 1000);
      expect(Number(endTimeUnixNano)).toBeGreaterThanOrEqual(Number(startTimeUnixNano));
    }
  });
});

test('a handler whose properties cannot be read', async () => {
  const program = `
    import { wrap } from 'SDK';
    const refuse = () => { throw new Error('not yours'); };
    const handler = new Proxy((n) => n, { get: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse });
    console.log(wrap(handler)(1, {}));`;
  await using run = await runProgram(program, { env: { SANDSCOPE_EXPORT: 'batch' } });
  expect(await run.ended).toEqual({ code: 0, signal: null });
  expect(run.stdout()).toBe('1\n');
});

test('a context whose properties cannot be read', async () => {
  const program = `
    import { wrap } from 'SDK';
    const refuse = () => { throw new Error('not yours'); };
    const context = new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
    console.log(await wrap(async (n) => n)(1, context), wrap((n) => n)(2, context, () => {}));`;
  await using run = await runProgram(program, { env: { SANDSCOPE_EXPORT: 'batch' } });
  expect(await run.ended).toEqual({ code: 0, signal: null });
  expect(run.stdout()).toBe('1 2\n');
});
