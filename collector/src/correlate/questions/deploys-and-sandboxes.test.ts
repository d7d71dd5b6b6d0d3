import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TraceRow } from '../../store/index.ts';
import { invocationRow, spanRow } from '../../store/test-rows.ts';
import { seededRandom } from '../../statistics/index.ts';
import { askAbout } from './test-question.ts';
import type { AskedApi } from './test-question.ts';

const DAY = Date.UTC(2026, 10, 16);
const RANGE = 'from=2026-11-16&to=2026-11-23';
const MINUTE = 60_000;
const MB = 2 ** 20;

/**
 * Sandboxes on four hosts, started one after the other and used for twelve minutes, four at a time. From the 60th on
 * they have another version, whose modules take 40 ms more.
 */
function rows(): TraceRow[] {
  const random = seededRandom(1);
  const all: TraceRow[] = [];
  for (let index = 0; index < 120; index += 1) {
    const isNew = index >= 60;
    const sandbox = `${index}`.padStart(4, '0').repeat(8);
    const moduleMs = (isNew ? 90 : 50) + 3 * random.normal();
    const facts = {
      'cloud.platform': 'aws_lambda',
      'cloud.region': 'eu-west-1',
      'faas.version': isNew ? '2' : '1',
      'faas.max_memory': 512 * MB,
      'host.cpu.model.name': 'Xeon',
      'sandscope.memory.total_bytes': 8192 * MB,
      'sandscope.memory.peak_rss_bytes': 90 * MB,
      'sandscope.cgroup.quota_ratio': 0.5,
    };
    const at = DAY + index * 3 * MINUTE;
    for (const ordinal of [1, 2, 3, 4]) {
      all.push(
        invocationRow({
          function: 'f',
          sandbox,
          bootId: `boot-${index % 4}`,
          ordinal,
          startMs: at + (ordinal - 1) * 4 * MINUTE,
          durationMs: 20 + random.normal(),
          attributes: {
            ...facts,
            'sandscope.init.type': 'on_demand',
            ...(ordinal === 1 && {
              'sandscope.init.duration_ms': 100 + moduleMs,
              'sandscope.init.module_ms': moduleMs,
            }),
          },
        }),
      );
    }
    const init = spanRow({
      name: 'sandscope.init',
      startMs: at + 1,
      resource: { 'service.name': 'f', 'faas.name': 'f', 'faas.version': isNew ? '2' : '1' },
      attributes: { index },
    });
    all.push({
      ...init,
      'Events.Timestamp': [init.Timestamp],
      'Events.Name': ['sandscope.package'],
      'Events.Attributes': [
        { 'sandscope.package.name': 'lodash', 'sandscope.package.self_ms': String(moduleMs - 45) },
      ],
      EventAttributeTypes: [{ 'sandscope.package.self_ms': 'double' }],
      EventDroppedAttributesCounts: [0],
    });
  }
  return all;
}

let api: AskedApi;
beforeAll(async () => {
  api = await askAbout(rows());
}, 60_000);
afterAll(() => api.close());

const first = async (question: string, list: string): Promise<Record<string, unknown>> => {
  const answer = await api.ask<Record<string, Record<string, unknown>[]>>(`${question}?${RANGE}&function=f`);
  return answer[list]?.[0] ?? {};
};

describe('questions on deploys and sandboxes, from stored spans', () => {
  test('versions: the deploy is worse, by the package that grew', async () => {
    expect(await first('versions', 'deploys')).toMatchObject({
      function: 'f',
      before: { version: '1', memoryMb: 512, invocations: 240, coldStarts: 60, sandboxes: 60 },
      after: { version: '2', sandboxes: 60 },
      verdict: 'worse',
      summary: expect.stringMatching(
        /^Version 2 changes initialisation by \+(3|4)\d ms .*\(lodash: \+(3|4)\d ms\)\.$/,
      ) as string,
      packages: [{ name: 'lodash', before: { n: 60 }, after: { n: 60 } }],
    });
  });

  test('placement: four hosts that share their kernels, each filled by memory and vCPU', async () => {
    const found = await first('placement', 'platforms');
    expect(found).toMatchObject({
      platform: 'aws_lambda',
      region: 'eu-west-1',
      sandboxes: 120,
      confidence: [{ confidence: 'kernel', sandboxes: 120, hosts: 4 }],
      hosts: { seen: 4, atLeast: 4, coverage: 1, n: 120 },
      classes: [{ cpuModel: 'Xeon', memoryTotalBytes: 8192 * MB, sandboxes: 120, hosts: 4 }],
    });
    const [fullest] = found['packing'] as {
      peakMemoryRatio: number;
      peakVcpus: number;
      peakSandboxes: number;
    }[];
    expect(fullest!.peakMemoryRatio).toBeCloseTo(fullest!.peakSandboxes / 16, 9);
    expect(fullest!.peakVcpus).toBeCloseTo(fullest!.peakSandboxes / 2, 9);
  });

  test('techniques: sandboxes are used again, and none is there before anybody calls', async () => {
    const { techniques } = await api.ask<{ techniques: { technique: string; verdict: string }[] }>(
      `techniques?${RANGE}&function=f`,
    );
    expect(techniques.map(({ technique, verdict }) => [technique, verdict])).toEqual([
      ['resource-reuse', 'on'],
      ['runtime-pooling', 'unknown'],
      ['prewarming', 'off'],
      // Four hosts, but six are required.
      ['prefetching', 'unknown'],
    ]);
  });

  test('survival and keep-warm: a curve that falls, and what it rests on', async () => {
    const survival = await first('survival', 'functions');
    const curve = survival['curve'] as { kept: number; low: number; high: number }[];
    expect(curve.length).toBeGreaterThan(1);
    for (const [index, { kept, low, high }] of curve.entries()) {
      expect(low).toBeLessThanOrEqual(kept);
      expect(high).toBeGreaterThanOrEqual(kept);
      expect(kept).toBeLessThanOrEqual(curve[index - 1]?.kept ?? 1);
    }
    expect(survival['restsOn']).toEqual([
      expect.stringMatching(/^480 calls of 120 sandboxes from 2026-11-1[56]/),
      expect.stringMatching(/ends by idleness/),
    ]);
    expect(survival['drift']).toMatchObject({ verdict: 'unknown' });
    const warm = await first('keep-warm', 'functions');
    expect(warm).toMatchObject({
      function: 'f',
      hold: 1,
      pingMs: 200,
      plan: { name: 'aws-lambda-x86-2025' },
    });
    expect(warm['provisionedCostAMonth']).toBeCloseTo(5.4, 1);
  });
});
