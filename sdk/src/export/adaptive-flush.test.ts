/** Frequent invocations are exported together, so that the export causes no cold starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runHandler } from '../testing/test-child.ts';
import type { TestChild } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan, TestCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';
import type { TestRuntimeApi } from '../testing/test-runtime-api.ts';

const ECHO = `import { wrap } from 'SDK'; export const handler = wrap(async (event) => event);`;

interface Sandbox extends AsyncDisposable {
  readonly collector: TestCollector;
  readonly api: TestRuntimeApi;
  readonly child: TestChild;
  /** Invokes the function this many times, one call right after the other. */
  invoke(count: number): Promise<void>;
  /** Ordinals of the invocations that have arrived. */
  ordinals(): number[];
}

async function start(env: Record<string, string> = {}): Promise<Sandbox> {
  const collector = await startCollector();
  const api = await startRuntimeApi();
  const child = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...env },
  });
  return {
    collector,
    api,
    child,
    async invoke(count) {
      for (let i = 0; i < count; i += 1) {
        await api.invoke({ i }, { first: i % 2 === 0 ? 'runtime' : 'extension' });
        await api.idle();
      }
    },
    ordinals: () =>
      invocations(collector).map((span) => Number(span.attributes['sandscope.sandbox.ordinal'])),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
    },
  };
}

const invocations = ({ spans }: TestCollector): ReceivedSpan[] => spans.filter(({ name }) => name === 'f');
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('the first twenty are exported at once; later frequent ones wait until a call after a pause', async () => {
  await using sandbox = await start();
  await sandbox.invoke(20);
  // Each had arrived before the sandbox was free again.
  expect(sandbox.ordinals()).toEqual(upTo(20));
  expect(sandbox.collector.requests).toHaveLength(20);
  await sandbox.invoke(15);
  expect(sandbox.collector.requests).toHaveLength(20);
  await sleep(1100);
  await sandbox.invoke(1);
  expect(sandbox.collector.requests).toHaveLength(21);
  expect(sandbox.ordinals()).toEqual(upTo(36));
  const held = invocations(sandbox.collector).map(({ attributes }) => attributes['sandscope.export.held_ms']);
  expect(held.slice(0, 20)).toEqual(held.slice(0, 20).map(() => undefined));
  // They were kept since before the pause; the last one was not kept.
  for (const ms of held.slice(20, 35)) expect(ms).toBeGreaterThan(1000);
  expect(held[35]).toBeUndefined();
  expect(invocations(sandbox.collector).at(-1)!.attributes['sandscope.export.held_count']).toBe('15');
  expect(sandbox.collector.spans.at(-1)!.resource['sandscope.export.flush']).toBe('adaptive');
  expect(sandbox.child.stderr()).toBe('');
});

test('a hundred are exported together, and none is missing', async () => {
  await using sandbox = await start();
  await sandbox.invoke(125);
  // On a slow machine, invocations that take five seconds are sent before there are a hundred.
  await sandbox.collector.until(() => sandbox.ordinals().length > 20, 'more than 20 invocations');
  expect(sandbox.ordinals()).toEqual(upTo(sandbox.ordinals().length));
  expect(sandbox.collector.requests.slice(20).map(({ spans }) => spans > 10)).not.toContain(false);
  sandbox.child.process.kill('SIGTERM');
  await sandbox.child.ended;
  expect(sandbox.ordinals()).toEqual(upTo(125));
  const goodbye = sandbox.collector.spans.find(({ name }) => name === 'sandscope.shutdown');
  expect(goodbye?.attributes['sandscope.shutdown.last_ordinal']).toBe('125');
});

test('spans that wait in a frozen sandbox are exported after the thaw', async () => {
  await using sandbox = await start();
  await sandbox.invoke(25);
  sandbox.child.process.kill('SIGSTOP');
  await sleep(1200);
  expect(sandbox.ordinals()).toEqual(upTo(20));
  sandbox.child.process.kill('SIGCONT');
  await sandbox.invoke(1);
  expect(sandbox.ordinals()).toEqual(upTo(26));
});

test('a process that crashes exports its waiting spans, or leaves them to the next process of its sandbox', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  const source = `import { wrap } from 'SDK';
    export const handler = wrap(async ({ end }) => { if (end) process.exit(3); });`;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using child = await runHandler(source, api.address, { env });
  for (let i = 0; i < 25; i += 1) {
    await api.invoke({});
    await api.idle();
  }
  void api.invoke({ end: true });
  expect(await child.ended).toEqual({ code: 3, signal: null });
  await using nextApi = await startRuntimeApi();
  await using nextChild = await runHandler(source, nextApi.address, { env, folder: child.folder });
  await nextApi.invoke({});
  await nextApi.idle();
  expect(nextChild.process.exitCode).toBeNull();
  const told = new Map(invocations(collector).map((span) => [span.spanId, span.attributes]));
  expect(
    [...told.values()].map((span) => Number(span['sandscope.sandbox.ordinal'])).sort((a, b) => a - b),
  ).toEqual([1, ...upTo(26)]);
});

test('SANDSCOPE_FLUSH=each exports every invocation at once', async () => {
  await using sandbox = await start({ SANDSCOPE_FLUSH: 'each' });
  await sandbox.invoke(25);
  expect(sandbox.ordinals()).toEqual(upTo(25));
  expect(sandbox.collector.requests).toHaveLength(25);
  expect(sandbox.collector.spans.at(-1)!.resource['sandscope.export.flush']).toBe('each');
});
