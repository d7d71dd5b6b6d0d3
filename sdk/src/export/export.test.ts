import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';
import { ACCEPT, decode, startCollector } from '../testing/test-collector.ts';

/** A program that calls its handler `count` times, one after the other, with a pause after each. */
function calling(count: number, pauseMillis = 0): string {
  return `import { wrap } from 'SDK';
    const handler = wrap(async (event) => event, { name: 'f' });
    for (let i = 0; i < ${count}; i += 1) {
      const result = await handler(i);
      if (result !== i) throw new Error('wrong result');
      await new Promise((resolve) => setTimeout(resolve, ${pauseMillis}));
    }
    console.log('done');`;
}

test('sync: the span has arrived when the result is returned, and the process may end', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(calling(2), {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.endpoint}/base/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, authorization=Bearer%20t',
      // The default is meant for production; this machine may be busy.
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000',
    },
  });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(collector.spans.map((span) => span.name)).toEqual(['sandscope.init', 'f', 'f']);
  expect(collector.requests[0]).toMatchObject({
    url: '/base/v1/traces',
    headers: { 'x-key': 'a b', authorization: 'Bearer t', 'content-type': 'application/json' },
  });
});

test('sync: a second answer follows the first one, which waits for its export', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK';
     const shapes = {
       'twice': (event, context, callback) => { callback(null, 1); callback(null, 2); },
       'twice, later': (event, context, callback) => { callback(null, 1); setTimeout(() => callback(null, 2), 1); },
       'and a promise': async (event, context, callback) => { callback(null, 1); return 2; },
       'and a rejection': async (event, context, callback) => { callback(null, 1); throw 2; },
       'the context': (event, context, callback) => { context.succeed(1); callback(null, 2); context.fail(3); },
     };
     for (const [name, handler] of Object.entries(shapes)) {
       for (const called of [handler, wrap(handler, { name })]) {
         const answers = [];
         const context = { succeed: (value) => answers.push(value), fail: (error) => answers.push(error) };
         const returned = called({}, context, (error, value) => answers.push(error ?? value));
         if (returned) await returned.then(context.succeed, context.fail);
         await new Promise((resolve) => setTimeout(resolve, 300));
         console.log(answers.join());
       }
     }`,
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' } },
  );
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stdout().trim().split('\n')).toEqual([
    '1,2',
    '1,2',
    '1,2',
    '1,2',
    '1,2',
    '1,2',
    '1,2',
    '1,2',
    '1,2,3',
    '1,2,3',
  ]);
  expect(collector.spans.filter(({ kind }) => kind === 2)).toHaveLength(5);
});

test.each([
  ['throws', 'Date.now = () => { throw new Error("no time"); };'],
  ['tells none', 'Date.now = () => NaN;'],
  ['has fractions', 'const { now } = Date; Date.now = () => now() + 0.25;'],
])('a wall clock that a program replaced and that %s does not cost the span', async (_how, replace) => {
  await using collector = await startCollector();
  const startedMs = Date.now();
  await using program = await runProgram(`${replace} ${calling(2)}`, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' },
  });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(collector.spans.map((span) => span.name)).toEqual(['sandscope.init', 'f', 'f']);
  for (const { startTimeUnixNano, endTimeUnixNano } of collector.spans.slice(1)) {
    expect(Number(startTimeUnixNano) / 1e6).toBeGreaterThan(startedMs - 1000);
    expect(Number(endTimeUnixNano) / 1e6).toBeLessThan(Date.now() + 1000);
  }
});

test('an unreachable collector causes only one line on standard error', async () => {
  const collector = await startCollector();
  const { endpoint } = collector;
  await collector[Symbol.asyncDispose]();
  await using program = await runProgram(calling(50), {
    // On a busy machine, the default time may be over before the refusal arrives.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' },
  });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stdout()).toBe('done\n');
  expect(program.stderr().match(/\n/g)).toHaveLength(1);
  expect(program.stderr()).toContain('ECONNREFUSED');
});

test.each([
  ['503', (response: ServerResponse) => response.writeHead(503).end()],
  ['garbage instead of HTTP', (response: ServerResponse) => response.socket?.end('hello\r\n\r\n')],
  ['a connection cut', (response: ServerResponse) => response.socket?.resetAndDestroy()],
])('keeps spans through %s and sends them later, each once', async (_what, failure) => {
  await using collector = await startCollector();
  let failures = 0;
  collector.answer = (response) => {
    failures += 1;
    if (failures <= 2) failure(response);
    else ACCEPT(response);
  };
  await using program = await runProgram(calling(20, 100), {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  const ordinals = collector.spans
    .filter((span) => span.name === 'f')
    .map((span) => Number(span.attributes['sandscope.sandbox.ordinal']));
  expect(ordinals).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(collector.spans.at(-1)!.attributes['sandscope.dropped_spans']).toBe('0');
});

test('drops and counts spans that the collector rejects permanently', async () => {
  await using collector = await startCollector();
  let first = true;
  collector.answer = (response) => {
    if (first) response.writeHead(400).end('no');
    else ACCEPT(response);
    first = false;
  };
  await using program = await runProgram(calling(2), {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await program.ended;
  expect(collector.spans.map((span) => span.attributes['sandscope.sandbox.ordinal'])).toEqual(['2']);
  expect(collector.spans[0]!.attributes['sandscope.dropped_spans']).toBe('2');
  expect(program.stderr()).toContain('400');
});

test('drops the oldest when the buffer is full, and counts them', async () => {
  await using collector = await startCollector();
  let requests = 0;
  collector.answer = (response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503, { 'retry-after': '1' }).end();
    else ACCEPT(response);
  };
  await using program = await runProgram(calling(15, 100), {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_BUFFER_SPANS: '3' },
  });
  await program.ended;
  const last = collector.spans.at(-1)!;
  expect(last.attributes['sandscope.sandbox.ordinal']).toBe('15');
  // 15 invocations and the init span; those that did not arrive were dropped and reported.
  expect(Number(last.attributes['sandscope.dropped_spans'])).toBe(16 - collector.spans.length);
  expect(collector.spans.length).toBeLessThan(16);
});

test('stdout: one line of OTLP JSON for each invocation', async () => {
  await using program = await runProgram(calling(2), { env: { SANDSCOPE_EXPORT: 'stdout' } });
  await program.ended;
  const lines = program.stdout().trim().split('\n').slice(0, -1);
  expect(lines.flatMap((line) => decode(line)).map((span) => span.name)).toEqual([
    'sandscope.init',
    'f',
    'f',
  ]);
});

test('batch: exports after the response, and retries until it succeeds', async () => {
  await using collector = await startCollector();
  let requests = 0;
  collector.answer = (response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503).end();
    else ACCEPT(response);
  };
  await using program = await runProgram(`${calling(1)} setInterval(() => {}, 1000);`, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_EXPORT: 'batch' },
  });
  await collector.until((spans) => spans.length === 2);
  expect(program.stdout()).toBe('done\n');
});

test.each([
  ['OTEL_SDK_DISABLED', 'true'],
  ['SANDSCOPE_EXPORT', 'none'],
])('%s=%s: the handler itself is returned', async (name, value) => {
  await using program = await runProgram(
    `import { wrap } from 'SDK'; const f = () => 1; console.log(wrap(f) === f, process.listenerCount('SIGTERM'));`,
    { env: { [name]: value } },
  );
  await program.ended;
  expect(program.stdout()).toBe('true 0\n');
});

test('records the requested share; ordinals count all invocations', async () => {
  await using program = await runProgram(calling(200), {
    env: { SANDSCOPE_EXPORT: 'stdout', SANDSCOPE_SAMPLE_RATIO: '0.5' },
  });
  await program.ended;
  const spans = program
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => decode(line))
    .filter((span) => span.name === 'f');
  expect(spans.length).toBeGreaterThan(50);
  expect(spans.length).toBeLessThan(150);
  expect(Number(spans.at(-1)!.attributes['sandscope.sandbox.ordinal'])).toBeGreaterThan(spans.length);
});
