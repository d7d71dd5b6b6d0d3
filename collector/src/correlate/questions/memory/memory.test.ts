import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import { invocationRow } from '../../../store/test-rows.ts';
import { askAbout } from '../test-question.ts';
import type { AskedApi } from '../test-question.ts';
import { quotaLaw, wallTime } from './quota-law.ts';

const T = Date.UTC(2026, 10, 23, 12);
const MB = 2 ** 20;
const lambda = quotaLaw('aws_lambda')!;

/** Calls on four sandboxes that compute for 60 ms and wait for 40, at one memory size. */
function calls(name: string, memoryMb: number, n: number, platform = 'aws_lambda', told = true) {
  const random = seededRandom(memoryMb + n);
  return Array.from({ length: n }, (_, at) => {
    const cpu = 60 + random.normal();
    const wall = wallTime(lambda, cpu, memoryMb)!.valueMs + 40 + random.normal();
    return invocationRow({
      function: name,
      sandbox: String(memoryMb).padStart(31, '0') + String(at % 4),
      ordinal: 2 + Math.floor(at / 4),
      startMs: T + at * 1_000 + memoryMb,
      durationMs: wall,
      attributes: {
        'faas.max_memory': memoryMb * MB,
        'cloud.platform': platform,
        'cloud.region': 'eu-west-1',
        'host.arch': 'amd64',
        'host.cpu.model.name': 'Xeon',
        'sandscope.memory.peak_rss_bytes': 150 * MB,
        ...(told && { 'sandscope.cpu.user_ms': cpu - 5, 'sandscope.cpu.system_ms': 5 }),
      },
    });
  });
}

interface Answer {
  functions: {
    function: string;
    fromMb?: number;
    cpuMs: number;
    waitingMs: number;
    cpuFrom: string;
    sizes: {
      memoryMb: number;
      fits: boolean;
      meanMs: { value: number; low: number; high: number; n: number };
      perMillion: number;
    }[];
    treads: { fromMb: number; toMb: number; meanMs: number }[];
    checked: { memoryMb: number; measuredMs: number; predictedMs: number }[];
    cheapestMb: number;
    fastestMb: number;
    plan: { name: string };
    basis: { enough: boolean; n: number; missing: string[] };
  }[];
}

let api: AskedApi;
let answer: Answer;
const of = (name: string) => answer.functions.find((found) => found.function === name)!;
const RANGE = 'from=2026-11-23&to=2026-11-24';

beforeAll(async () => {
  api = await askAbout([
    ...calls('sized', 512, 400),
    ...calls('sized', 1_024, 200),
    ...calls('few', 512, 20),
    ...calls('untold', 1_769, 200, 'aws_lambda', false),
    ...calls('elsewhere', 512, 200, 'fission'),
    ...calls('unlimited', 512, 200).map((row) => Object.assign(row, { Duration: '70000000' })),
  ]);
  answer = await api.ask<Answer>(`memory?${RANGE}`);
}, 60_000);
afterAll(() => api.close());

describe('time at other sizes', () => {
  test('is told of CPU and waiting apart', () => {
    const { fromMb, cpuMs, waitingMs, cpuFrom } = of('sized');
    expect({ fromMb, cpuFrom }).toEqual({ fromMb: 512, cpuFrom: 'measured' });
    expect(cpuMs).toBeCloseTo(60, 0);
    expect(Math.abs(waitingMs - 40)).toBeLessThan(2);
  });

  test('holds for a size that was seen', () => {
    const [checked] = of('sized').checked;
    expect(checked?.memoryMb).toBe(1_024);
    expect(Math.abs(checked!.predictedMs / checked!.measuredMs - 1)).toBeLessThan(0.03);
  });

  test('does not fall below CPU and waiting, and lies inside of its bounds', () => {
    const { sizes } = of('sized');
    expect(sizes.at(-1)!.meanMs.value).toBeGreaterThan(99);
    for (const { meanMs } of sizes) {
      expect(meanMs.value).toBeGreaterThanOrEqual(meanMs.low);
      expect(meanMs.value).toBeLessThanOrEqual(meanMs.high);
    }
  });

  test('is advised for sizes that hold what was used', () => {
    const { sizes, cheapestMb, fastestMb } = of('sized');
    expect(sizes.find(({ memoryMb }) => memoryMb === 128)?.fits).toBe(false);
    expect(cheapestMb).toBeGreaterThan(150);
    expect(fastestMb).toBeLessThanOrEqual(1_769);
    const money = sizes.filter(({ fits }) => fits).map(({ perMillion }) => perMillion);
    expect(sizes.find(({ memoryMb }) => memoryMb === cheapestMb)?.perMillion).toBe(Math.min(...money));
    expect(of('sized').plan.name).toBe('aws-lambda-x86-2025');
  });

  test('shows stairs', () => {
    const { treads, sizes } = of('sized');
    expect(treads.length).toBeLessThan(sizes.length);
    expect(treads[0]!.fromMb).toBe(128);
    expect(treads.at(-1)!.toMb).toBe(10_240);
  });

  test('is taken from durations where CPU time is not told, and says so', () => {
    const { cpuFrom, basis, cpuMs } = of('untold');
    expect(cpuFrom).toBe('whole-cpu');
    // Waiting is then indistinguishable from computing.
    expect(Math.abs(cpuMs - 100)).toBeLessThan(2);
    expect(basis.missing.join()).toContain('CPU time is unknown');
  });

  test('warns of calls that are faster than the law where they were seen', () => {
    expect(of('unlimited').basis.missing.join()).toContain('faster than the law');
    expect(of('sized').basis.missing.join()).not.toContain('faster than the law');
  });

  test('is not told of too few calls, nor where nobody knows the CPUs', () => {
    expect(of('few')).toMatchObject({ sizes: [], basis: { enough: false, n: 20 } });
    expect(of('few').basis.missing[0]).toBe('not enough data yet (20 of 100 warm calls)');
    expect(of('elsewhere')).toMatchObject({
      sizes: [],
      basis: { enough: false, missing: ['how fission assigns CPU to memory sizes'] },
    });
  });
});

test('a plan that is not there is refused', async () => {
  expect(await api.get(`memory?${RANGE}&plan=none`)).toMatchObject({
    status: 400,
    body: { code: 'ERR_BAD_PARAMETER', details: { parameter: 'plan' } },
  });
});
