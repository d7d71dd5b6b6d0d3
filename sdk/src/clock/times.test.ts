/** How long spans and initialisations last. */
import { expect, test } from 'vitest';
import { runHandler, runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

/** By how much the spans of 60 calls in a new process are longer than the handler, µs. */
async function addedMicros(): Promise<number[]> {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { wrap } from 'SDK';
     const lasted = [];
     const handler = wrap(async () => {
       const began = process.hrtime.bigint();
       for (const end = began + 300_000n; process.hrtime.bigint() < end;);
       lasted.push(Number(process.hrtime.bigint() - began));
     }, { name: 'lasting' });
     for (let i = 0; i < 60; i += 1) await handler({}, { awsRequestId: String(i) });
     console.log(JSON.stringify(lasted));`,
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_SYNC_TIMEOUT_MILLIS: '5000' } },
  );
  expect(await program.ended).toEqual({ code: 0, signal: null });
  const lasted = JSON.parse(program.stdout()) as number[];
  const told = collector.spans
    .filter(({ name }) => name === 'lasting')
    .map(({ startTimeUnixNano, endTimeUnixNano }) =>
      Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)),
    );
  expect(told).toHaveLength(60);
  return told.map((nanos, index) => (nanos - lasted[index]!) / 1e3);
}

test('a span lasts as long as its handler, from the first on', async () => {
  const added = [await addedMicros(), await addedMicros(), await addedMicros()];
  for (const one of added.flat()) expect(one).toBeGreaterThanOrEqual(0);
  // The SDK adds its own time to each of them, so the quickest show it too; a busy machine only makes some longer. The
  // benchmark measures the median.
  const warm = added.flatMap((calls) => calls.slice(10)).sort((a, b) => a - b);
  expect(warm[15]).toBeLessThan(20);
  // The first invocation loads and reads nothing within its span.
  const first = added.map((calls) => calls[0]!);
  expect(Math.min(...first)).toBeLessThan(1000);
});

const BUSY = `const busy = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); };`;

test.each([
  ['before the package is loaded, and after the wrap', `busy(150);`, `busy(150);`, 'module'],
  ['awaited after the wrap', ``, `await new Promise((resolve) => setTimeout(resolve, 300));`, 'rest'],
])('initialisation is what the caller waits for: work %s', async (_where, before, after, part) => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const source = `${BUSY} ${before}
    const { wrap } = await import('SDK');
    export const handler = wrap(async () => 1);
    ${after}`;
  const spawned = performance.now();
  await using sandbox = await runHandler(source, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  await api.called((call) => call === 'next');
  const readyMs = performance.now() - spawned;
  await api.invoke({}, { first: 'extension' });
  await api.idle();
  expect(sandbox.stderr()).toBe('');
  const [init, first] = collector.spans;
  const { attributes } = first!;
  const durationMs = Number(attributes['sandscope.init.duration_ms']);
  expect(durationMs).toBeGreaterThan(300);
  // Node reports the process start a few ms late.
  expect(durationMs).toBeLessThan(readyMs + 50);
  const parts = ['runtime', 'module', 'rest'].map((one) => Number(attributes[`sandscope.init.${one}_ms`]));
  expect(parts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(durationMs, 1);
  expect(Number(attributes[`sandscope.init.${part}_ms`])).toBeGreaterThan(140);
  const lasted = Number(BigInt(init!.endTimeUnixNano) - BigInt(init!.startTimeUnixNano)) / 1e6;
  expect(lasted).toBeCloseTo(durationMs, 0);
});

test('a server is initialised when it listens, however late it is called', async () => {
  await using collector = await startCollector();
  await using program = await runProgram(
    `import { createServer } from 'node:http';
     import { wrapHttp } from 'HTTP';
     const server = createServer(wrapHttp((request, response) => response.end('hello'), { name: 'serving' }));
     await new Promise((resolve) => setTimeout(resolve, 200));
     server.listen(0, '127.0.0.1', async () => {
       const listening = process.uptime() * 1e3;
       await new Promise((resolve) => setTimeout(resolve, 700));
       await (await fetch('http://127.0.0.1:' + server.address().port)).text();
       console.log(listening);
     });`.replace('HTTP', new URL('../platforms/http.ts', import.meta.url).pathname),
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } },
  );
  await collector.until((spans) => spans.some(({ name }) => name === 'serving'));
  await expect.poll(() => program.stdout()).toMatch(/\d/);
  const listeningMs = Number(program.stdout());
  const { attributes } = collector.spans.find(({ name }) => name === 'serving')!;
  const durationMs = Number(attributes['sandscope.init.duration_ms']);
  expect(durationMs).toBeGreaterThanOrEqual(listeningMs - 1);
  expect(durationMs).toBeLessThan(listeningMs + 300);
});
