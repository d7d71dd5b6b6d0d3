import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMPILE_CACHE, runHandler, runProgram, SDK_SOURCE } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

const ECHO = `import { wrap } from 'SDK'; export const handler = wrap(async (event) => event);`;

function invocations(spans: ReceivedSpan[]): ReceivedSpan[] {
  return spans.filter((span) => span.name === 'f');
}

test('a Lambda function: cold start, resource, init span', async () => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      SANDSCOPE_HOST_ID: 'host-1',
    },
  });
  const { requestId } = await api.invoke({ httpMethod: 'GET', requestContext: {} });
  await api.invoke({});
  await api.idle();
  const [first, second] = invocations(collector.spans);
  expect(first!.attributes).toMatchObject({
    'faas.coldstart': true,
    'faas.trigger': 'http',
    'faas.invocation_id': requestId,
    'cloud.resource_id': 'arn:aws:lambda:eu-west-1:123456789012:function:f:7',
    'aws.lambda.invoked_arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f:live',
    'sandscope.init.type': 'on_demand',
    'sandscope.kernel.isolation': 'microvm',
    'sandscope.sandbox.ordinal': '1',
    'sandscope.host.declared_id': 'host-1',
  });
  expect(first!.attributes).not.toHaveProperty('sandscope.sandbox.idle_ms');
  expect(second!.attributes).toMatchObject({ 'faas.coldstart': false, 'sandscope.sandbox.ordinal': '2' });
  expect(second!.attributes['sandscope.sandbox.idle_ms']).toBeGreaterThanOrEqual(0);
  expect(second!.attributes).not.toHaveProperty('sandscope.init.duration_ms');
  expect(first!.resource).toMatchObject({
    'service.name': 'f',
    'faas.name': 'f',
    'faas.version': '7',
    'faas.instance': '2026/01/01/[7]abc',
    'faas.max_memory': '268435456',
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_lambda',
    'cloud.region': 'eu-west-1',
    'cloud.account.id': '123456789012',
    'process.pid': String(sandbox.pid),
  });
  expect(first!.attributes['sandscope.init.pool_dwell_ms']).toBeGreaterThanOrEqual(0);
  const inits = collector.spans.filter((span) => span.name === 'sandscope.init');
  expect(inits).toHaveLength(1);
  expect(inits[0]).toMatchObject({ kind: 1, traceId: first!.traceId, parentSpanId: first!.spanId });
  expect(BigInt(inits[0]!.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(first!.startTimeUnixNano));
});

test.each([
  ['provisioned-concurrency', 'provisioned', false],
  ['snap-start', 'restored', true],
  ['lambda-managed-instances', 'managed', false],
])('AWS_LAMBDA_INITIALIZATION_TYPE=%s is %s', async (type, expected, coldstart) => {
  await using collector = await startCollector();
  await using api = await startRuntimeApi();
  await using sandbox = await runHandler(ECHO, api.address, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, AWS_LAMBDA_INITIALIZATION_TYPE: type },
  });
  await api.invoke({});
  await collector.until((spans) => invocations(spans).length === 1);
  expect(collector.spans.at(-1)!.attributes).toMatchObject({
    'sandscope.init.type': expected,
    'faas.coldstart': coldstart,
  });
  expect(sandbox.stderr()).toBe('');
});

test('a restarted process keeps the sandbox’s id, and has its own start time', async () => {
  await using collector = await startCollector();
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-sandbox-'));
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  for (let i = 0; i < 2; i += 1) {
    await using api = await startRuntimeApi();
    await using sandbox = await runHandler(ECHO, api.address, { env, folder });
    await api.invoke({});
    await api.idle();
    sandbox.process.kill('SIGKILL');
    await sandbox.ended;
  }
  await rm(folder, { recursive: true });
  const [before, after] = invocations(collector.spans).map((span) => span.attributes);
  expect(before!['sandscope.init.type']).toBe('on_demand');
  expect(after!['sandscope.init.type']).toBe('reinit');
  expect(after!['faas.coldstart']).toBe(true);
  expect(after!['sandscope.sandbox.id']).toBe(before!['sandscope.sandbox.id']);
  expect(after!['sandscope.sandbox.ordinal']).toBe('1');
  expect(after!['sandscope.process.start_ticks']).not.toBe(before!['sandscope.process.start_ticks']);
});

test('the id of a sandbox that reported its end is not used again', async () => {
  await using collector = await startCollector();
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-sandbox-'));
  for (let i = 0; i < 2; i += 1) {
    await using api = await startRuntimeApi();
    await using sandbox = await runHandler(ECHO, api.address, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      folder,
    });
    await api.invoke({});
    await api.idle();
    sandbox.process.kill('SIGTERM');
    await sandbox.ended;
  }
  await rm(folder, { recursive: true });
  const ids = invocations(collector.spans).map((span) => span.attributes['sandscope.sandbox.id']);
  expect(new Set(ids).size).toBe(2);
});

test('processes that share a temp directory at the same time have different ids', async () => {
  await using collector = await startCollector();
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-sandbox-'));
  const program = `import { wrap } from 'SDK';
    await wrap(async () => 1, { name: 'f' })();
    setInterval(() => {}, 1000);`;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  await using first = await runProgram(program, { env, folder });
  await collector.until((spans) => invocations(spans).length === 1);
  await using second = await runProgram(program, { env, folder });
  await collector.until((spans) => invocations(spans).length === 2);
  const [a, b] = invocations(collector.spans);
  expect(a!.attributes['sandscope.sandbox.id']).not.toBe(b!.attributes['sandscope.sandbox.id']);
  expect(b!.attributes['sandscope.init.type']).toBe('on_demand');
  first.process.kill('SIGKILL');
  second.process.kill('SIGKILL');
  await Promise.all([first.ended, second.ended]);
  await rm(folder, { recursive: true });
});

const UNSHARE = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const mayUnshare = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
if (!mayUnshare)
  console.warn('SKIPPED: sandboxes in pid namespaces are not tested: unshare --pid is not permitted here');

/** A process that is the first one of a pid namespace, as in a container; runs until `end` is called. */
async function container(folder: string, env: Record<string, string> = {}) {
  const path = join(folder, 'program.mjs');
  await writeFile(
    path,
    `import { wrap } from '${SDK_SOURCE}';
     await wrap(async () => 1, { name: 'f' })({}, {});
     setInterval(() => {}, 1000);`,
  );
  const child = spawn('unshare', [...UNSHARE, process.execPath, path], {
    env: { ...COMPILE_CACHE, TMPDIR: folder, NODE_NO_WARNINGS: '1', SANDSCOPE_EXPORT: 'stdout', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = once(child, 'close');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(end);
  await expect.poll(() => told).toContain('\n');
  const [, id] = /"sandscope.sandbox.id","value":\{"stringValue":"([0-9a-f]{32})"/.exec(told) ?? [];
  const [, initType] = /"sandscope.init.type","value":\{"stringValue":"(\w+)"/.exec(told) ?? [];
  return { id, initType, lost: told.includes('"lost"'), end };
}

describe.runIf(mayUnshare)('containers that share a temp directory', () => {
  const shared = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'sandscope-sandbox-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
  };
  const stream = { AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[7]abc' };

  test('at the same time are two sandboxes', async () => {
    const folder = await shared();
    const first = await container(folder);
    const second = await container(folder);
    expect([first, second]).toMatchObject([
      { initType: 'on_demand', lost: false },
      { initType: 'on_demand', lost: false },
    ]);
    expect(second.id).not.toBe(first.id);
  });

  test('one after the other are two sandboxes too', async () => {
    const folder = await shared();
    const first = await container(folder);
    await first.end();
    const second = await container(folder);
    expect(second).toMatchObject({ initType: 'on_demand', lost: false });
    expect(second.id).not.toBe(first.id);
  });

  test('with the same log stream are one sandbox, as on Lambda after a restart', async () => {
    const folder = await shared();
    const first = await container(folder, stream);
    await first.end();
    expect(await container(folder, stream)).toMatchObject({ id: first.id, initType: 'reinit', lost: true });
  });

  test.each([
    ['the log stream', { AWS_LAMBDA_LOG_STREAM_NAME: 'another' }],
    ['the host name in the environment', { ...stream, HOSTNAME: 'another' }],
  ])('are two where they differ in %s', async (_name, other) => {
    const folder = await shared();
    const first = await container(folder, stream);
    await first.end();
    expect((await container(folder, other)).id).not.toBe(first.id);
  });
});
