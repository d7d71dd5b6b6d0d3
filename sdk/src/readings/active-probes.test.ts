import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActiveProbes } from './active-probes.ts';
import type { ProbeSettings } from './active-probes.ts';
import { readConfig } from '../config/config.ts';
import { reports } from '../fence/report.ts';
import { runHandler, runProgram } from '../testing/test-child.ts';
import { startCollector } from '../testing/test-collector.ts';
import type { ReceivedSpan, TestCollector } from '../testing/test-collector.ts';
import { startRuntimeApi } from '../testing/test-runtime-api.ts';

let collector: TestCollector;
const target = createServer((_request, response) => response.end('x'.repeat(5000)));
let endpoint: string;

beforeAll(async () => {
  collector = await startCollector();
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
  await collector[Symbol.asyncDispose]();
});

const program = `import { wrap } from 'SDK'; export const handler = wrap(async () => 1, { name: 'NAME' });`;
const all = { SANDSCOPE_PROBES: 'disk,network,cpu', SANDSCOPE_PROBE_RATIO: '1' };

describe('on a platform that freezes', () => {
  test('probes run after the response, while the sandbox is kept awake, as children of the invocation', async () => {
    await using api = await startRuntimeApi();
    await using child = await runHandler(program.replace('NAME', 'probed'), api.address, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_PROBE_ENDPOINT: endpoint, ...all },
    });
    expect(await api.invoke({})).toMatchObject({ ok: true, body: '1' });
    await api.idle();
    await collector.until((spans) => spans.filter(({ name }) => name.startsWith('probe.')).length === 3);
    expect(child.stderr()).toBe('');
    // The last request to the platform is the one for the next event, and the probes were over by then.
    expect(api.calls.at(-1)).toBe('ext next');
    const parent = collector.spans.find(({ name }) => name === 'probed')!;
    const find = (name: string) => collector.spans.find((span) => span.name === name)!;
    for (const name of ['probe.disk', 'probe.network', 'probe.cpu']) {
      const span = find(name);
      expect(span).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId, kind: 1 });
      expect(BigInt(span.startTimeUnixNano)).toBeGreaterThan(BigInt(parent.endTimeUnixNano));
      expect(span.attributes).toMatchObject({
        'sandscope.probe.completed': true,
        'sandscope.sandbox.id': parent.attributes['sandscope.sandbox.id'],
      });
    }
    expect(find('probe.disk').attributes['sandscope.probe.disk.sync_ms']).toBeGreaterThan(0);
    expect(find('probe.cpu').attributes['sandscope.probe.cpu.score']).toBeGreaterThan(0);
    expect(find('probe.network').attributes).toMatchObject({
      'sandscope.probe.network.transfer_bytes': '5000',
      'http.response.status_code': '200',
    });
    expect((await readdir(child.folder)).filter((name) => name.startsWith('sandscope-probe'))).toEqual([]);
  });
});

describe('if the response waits for the export', () => {
  const again = `${program.replace('NAME', 'served')}
    for (let i = 0; i < 1000; i += 1) {
      await handler();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }`;

  test('probes run after it, and their spans leave with a later export', async () => {
    await using child = await runProgram(again, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...all, SANDSCOPE_PROBES: 'cpu' },
    });
    const probe = await spanNamed('probe.cpu', child.pid);
    const parent = collector.spans.find(({ spanId }) => spanId === probe.parentSpanId);
    expect(parent).toMatchObject({ name: 'served', kind: 2 });
    expect(child.stderr()).toBe('');
  });

  test('the inventory is taken once per sandbox, if requested', async () => {
    await using child = await runProgram(again, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, SANDSCOPE_INVENTORY: '1' },
    });
    const inventory = await spanNamed('sandscope.inventory', child.pid);
    expect(Number(inventory.attributes['sandscope.inventory.cpu_cores'])).toBeGreaterThan(0);
    const seen = of(child.pid).length;
    await collector.until(() => of(child.pid).length > seen + 5, 'later invocations');
    expect(of(child.pid).filter(({ name }) => name === 'sandscope.inventory')).toHaveLength(1);
  });

  function of(pid: number): ReceivedSpan[] {
    return collector.spans.filter(({ resource }) => resource['process.pid'] === String(pid));
  }

  async function spanNamed(name: string, pid: number): Promise<ReceivedSpan> {
    await collector.until(() => of(pid).some((span) => span.name === name), name);
    return of(pid).find((span) => span.name === name)!;
  }
});

describe('whether probes run', () => {
  const settings: ProbeSettings = { probes: ['cpu'], probeRatio: 0.5, inventory: false };
  const invocation = { traceId: 'a'.repeat(32), spanId: '0'.repeat(16), identity: {} };

  test('is decided by the span id, once per invocation', async () => {
    const probes = new ActiveProbes(settings);
    expect(probes.due('f'.repeat(16))).toBe(false);
    expect(probes.due(invocation.spanId)).toBe(true);
    const running = probes.run(invocation, 1000);
    expect(probes.due('1'.repeat(16))).toBe(false);
    expect((await running).map(({ name }) => name)).toEqual(['probe.cpu']);
    expect(probes.due(invocation.spanId)).toBe(false);
    expect(probes.due('1'.repeat(16))).toBe(true);
  });

  test('depends on the time left', async () => {
    expect(await new ActiveProbes(settings).run(invocation, 5)).toEqual([]);
    expect(await new ActiveProbes({ ...settings, probeRatio: 0 }).run(invocation, 1000)).toEqual([]);
  });

  test('a refused connection is a result; without an endpoint there is none', async () => {
    const network: ProbeSettings = { ...settings, probes: ['network'] };
    const refused = { ...network, probeEndpoint: 'tcp://127.0.0.1:1' };
    const [span] = await new ActiveProbes(refused).run(invocation, 1000);
    expect(span?.attributes).toMatchObject({
      'sandscope.probe.completed': false,
      'error.type': 'ECONNREFUSED',
    });
    expect(await new ActiveProbes(network).run(invocation, 1000)).toEqual([]);
    expect(reports().join()).toContain('SANDSCOPE_PROBE_ENDPOINT');
  });

  test('is off by default; an unknown name is reported', () => {
    expect(readConfig({})).toMatchObject({ probes: [], probeRatio: 0.1, inventory: false, fsTiming: false });
    expect(readConfig({ SANDSCOPE_PROBES: ' CPU, disk ,gpu,' }).probes).toEqual(['disk', 'cpu']);
    expect(reports().join()).toContain('gpu');
  });
});
