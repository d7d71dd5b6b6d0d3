/** Results of experiments like those of a real run, from seeded random numbers, for tests of their charts. */
import { RESULT_SCHEMA_VERSION } from '@sandscope/probes/outside';
import type {
  Estimate,
  ExperimentName,
  LatencySummary,
  ProbeResult,
  Sample,
  Summaries,
} from '@sandscope/probes/outside';
import { wilson } from '../../statistics/proportion.ts';
import { quantileInterval } from '../../statistics/quantile-interval.ts';
import { seededRandom } from '../../statistics/random.ts';

const random = seededRandom(7);
/** Log-normal around a median. */
const around = (median: number, spread = 0.25): number => median * Math.exp(spread * random.normal());
const many = (n: number, median: number, spread?: number): number[] =>
  Array.from({ length: n }, () => around(median, spread));

export function latencySummary(values: readonly number[]): LatencySummary {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  const deviation = Math.sqrt(
    sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1),
  );
  const half = (1.96 * deviation) / Math.sqrt(Math.max(1, n));
  return {
    n,
    mean: n === 0 ? { n } : { value: mean, low: mean - half, high: mean + half, n },
    ...(n > 0 && { min: sorted[0]!, max: sorted.at(-1)! }),
    p50: quantileInterval(sorted, 0.5),
    p90: quantileInterval(sorted, 0.9),
    p95: quantileInterval(sorted, 0.95),
    p99: quantileInterval(sorted, 0.99),
    p999: quantileInterval(sorted, 0.999),
  };
}

interface Call extends Partial<Sample> {
  readonly latencyMs: number;
  readonly start: Sample['start'];
}

function resultOf<Name extends ExperimentName>(
  experiment: Name,
  summary: Summaries[Name],
  calls: readonly Call[],
  verdict: string,
): ProbeResult<Name> {
  const samples = calls.map(({ latencyMs, ...more }, index): Sample => ({
    index,
    unit: `unit-${index}`,
    role: 'call',
    outcome: 'ok',
    scheduledMs: index * 1000,
    sentMs: index * 1000,
    endMs: index * 1000 + latencyMs,
    ...more,
  }));
  return {
    schema: RESULT_SCHEMA_VERSION,
    experiment,
    tool: { name: 'sandscope', version: '0.1.0' },
    runId: `${experiment}-1`,
    startedAt: '2026-11-27T10:00:00.000Z',
    endedAt: '2026-11-27T11:00:00.000Z',
    startedUnixMs: Date.parse('2026-11-27T10:00:00.000Z'),
    complete: true,
    machine: {
      cpuModel: 'Example CPU',
      cpuCount: 2,
      memoryBytes: 8 * 1024 ** 3,
      os: 'linux',
      nodeVersion: '24.21.0',
    },
    seed: 7,
    timeScale: 1,
    target: {
      kind: 'local',
      name: 'checkout',
      identity: { url: 'http://user:secret@10.0.0.7:9000/', accountId: '123456789012' },
    },
    parameters: {},
    plan: { units: samples.length, calls: samples.length, durationMs: 3_600_000 },
    counts: { ok: samples.length, errors: {}, discarded: {} },
    clockSteps: [],
    samples,
    summary,
    verdict,
    missing: [],
  };
}

const share = (hits: number, n: number): Estimate => wilson(hits, n);
const about = (value: number, part = 0.06, n = 50): Estimate => ({
  value,
  low: value * (1 - part),
  high: value * (1 + part),
  n,
});

/** @param medianMs of warm calls */
export function backoffResult(medianMs = 44): ProbeResult<'backoff'> {
  const waits = [1, 2, 3, 4, 4.5, 5, 5.3, 6, 7, 9, 11].map((minutes) => minutes * 60_000);
  const calls = waits.flatMap((idleBeforeMs) =>
    Array.from({ length: 40 }, (): Call => {
      const isCold = random.uniform() < 1 / (1 + Math.exp(-(idleBeforeMs - 319_000) / 9000));
      return {
        idleBeforeMs,
        start: isCold ? 'cold' : 'warm',
        startGround: 'answer',
        latencyMs: around(isCold ? 450 : medianMs),
      };
    }),
  );
  const points = waits.map((idleMs) => {
    const own = calls.filter(({ idleBeforeMs }) => idleBeforeMs === idleMs);
    return {
      idleMs,
      cold: share(own.filter(({ start }) => start === 'cold').length, own.length),
      latency: latencySummary(own.map(({ latencyMs }) => latencyMs)),
    };
  });
  return resultOf(
    'backoff',
    {
      startGround: 'answer',
      points,
      limit: {
        kind: 'soft',
        lowMs: 270_000,
        highMs: 360_000,
        medianMs: { value: 319_000, low: 317_000, high: 321_000, n: 440 },
      },
      coldWarmRatio: about(10.2),
    },
    calls,
    'An idle sandbox lives 5 min 19 s; a cold call then costs 409 ms more.',
  );
}

export function evictionResult(): ProbeResult<'eviction'> {
  const waits = [1, 60, 180, 350, 370, 500, 700, 760, 1000, 1150, 1500].map((seconds) => seconds * 1000);
  const cells = [1, 4, 8, 12, 20].flatMap((initial) =>
    waits.map((waitMs) => ({
      initial,
      waitMs,
      warm: Array.from({ length: 5 }, () =>
        Math.ceil(initial / 2 ** Math.floor(waitMs / around(370_000, 0.01))),
      ),
    })),
  );
  return resultOf(
    'eviction',
    {
      cells,
      batches: cells.length * 5,
      laws: [{ law: 'halving', parameters: { periodMs: 370_000 }, aic: 100, weight: 0.99 }],
      identified: 'halving',
      period: { lowMs: 360_000, highMs: 380_000, rSquared: 0.98 },
    },
    many(60, 40).map((latencyMs) => ({ latencyMs, start: 'warm' })),
    'Half of a burst is gone every 6 min 10 s.',
  );
}

export function concurrencyResult(): ProbeResult<'concurrency'> {
  const widths = Array.from({ length: 15 }, (_, index) => index + 1).map((width) => {
    const served = Math.min(width, 8);
    return {
      width,
      throughputPerSecond: about(served * 18 * (1 - served * 0.01), 0.04),
      latency: latencySummary(many(200, 50 * (width / served))),
      sandboxes: served,
      coldShare: share(served, 200),
      efficiency: served / width,
      throttled: 0,
    };
  });
  return resultOf(
    'concurrency',
    { widths, limit: { low: 8, high: 9, ground: 'queueing' } },
    many(100, 50).map((latencyMs) => ({ latencyMs, start: 'warm' })),
    'Eight calls run at once; more of them wait.',
  );
}

export function overheadResult(): ProbeResult<'overhead'> {
  const calls = (['cold', 'warm'] as const).flatMap((start) =>
    Array.from({ length: 100 }, (_, index): Call => {
      const mb = 0.001 + ((index % 20) / 19) * 5.999;
      const handlerMs = 20;
      return {
        start,
        requestBytes: Math.round(mb * 1e6),
        function: { durationMs: handlerMs },
        latencyMs: handlerMs + around((start === 'cold' ? 380 : 12) + mb * 21, 0.08),
      };
    }),
  );
  const fit = (intercept: number) => ({
    intercept: about(intercept),
    slope: about(21),
    adjustedRSquared: 0.97,
    n: 100,
  });
  return resultOf(
    'overhead',
    {
      clock: { offsetMs: about(36, 0.01), leastRoundTripMs: 2.1 },
      starts: (['cold', 'warm'] as const).map((start) => ({
        start,
        request: fit(start === 'cold' ? 370 : 8),
        total: fit(start === 'cold' ? 380 : 12),
        latency: latencySummary(
          calls.filter((call) => call.start === start).map(({ latencyMs }) => latencyMs),
        ),
      })),
    },
    calls,
    'A warm call costs 12 ms beside its work, and 21 ms more for each MB.',
  );
}

export function perfCostResult(): ProbeResult<'perf-cost'> {
  const medians = { cold: 420, burst: 260, sequential: 52, warm: 46 };
  const cells = [128, 512, 1024, 2048].flatMap((memoryMb) =>
    (['cold', 'warm', 'burst', 'sequential'] as const).map((mode) => {
      const client = latencySummary(many(200, medians[mode] * (1 + 200 / memoryMb)));
      return {
        mode,
        memoryMb,
        client,
        median99: client.p50,
        mean99: client.mean,
        costPerMillion: about(memoryMb / 900),
        currency: 'USD',
        billedEfficiency: 0.9,
      };
    }),
  );
  return resultOf(
    'perf-cost',
    { cells, coldWarmRatio: [] },
    many(80, 50).map((latencyMs) => ({ latencyMs, start: 'warm' })),
    'From 512 MB on it is not faster.',
  );
}

export function warmingResult(): ProbeResult<'warming'> {
  const arms = [0, 1, 4, 8].map((pings) => ({
    pings,
    intervalMs: 240_000,
    held: { value: pings, low: Math.max(0, pings - 0.6), high: pings + 0.4, n: 10 },
    coldShare: share(10 - pings, 10),
    costPerMonth: { amount: pings * 0.02, currency: 'USD' },
  }));
  return resultOf(
    'warming',
    { arms, avoided: [] },
    many(40, 60).map((latencyMs) => ({ latencyMs, start: 'unknown' })),
    'One ping holds one sandbox, whatever its interval; eight at once hold eight.',
  );
}

export function coldChainResult(): ProbeResult<'cold-chain'> {
  const cells = (['cold', 'warm'] as const).flatMap((start) =>
    [true, false].map((chained) => ({
      start,
      chained,
      latency: latencySummary(many(60, (start === 'cold' ? 420 : 45) * (chained ? 1.9 : 1))),
    })),
  );
  return resultOf(
    'cold-chain',
    {
      cells,
      effects: {
        cold: { value: 560, low: 520, high: 600, n: 240 },
        chained: { value: 210, low: 170, high: 250, n: 240 },
        interaction: { value: 165, low: 120, high: 210, n: 240 },
      },
      wrongAnswers: 0,
    },
    many(80, 200, 0.8).map((latencyMs) => ({ latencyMs, start: latencyMs > 250 ? 'cold' : 'warm' })),
    'A cold start adds 560 ms; a chain meets two of them.',
  );
}

export function memoryResult(): ProbeResult<'memory'> {
  const sizes = [128, 256, 384, 512, 640, 768, 896, 1024, 1280, 1536, 1769, 2048].map((memoryMb) => {
    const quota = Math.min(1, memoryMb / 1769);
    const cpuMs = 36;
    const periods = Math.ceil(cpuMs / (20 * quota)) - 1;
    const median = periods * 20 + Math.max(2, cpuMs - periods * 20 * quota);
    const warm = latencySummary(many(100, median, 0.03));
    return {
      memoryMb,
      warm,
      cold: latencySummary(many(20, median + 300)),
      functionMs: warm,
      costPerMillion: about(((median * memoryMb * 1.6667e-5) / 1024) * 1000 + 0.2, 0.02),
    };
  });
  return resultOf(
    'memory',
    {
      sizes,
      cheapestMb: 256,
      fastestMb: 1769,
      balancedMb: 896,
      plateaus: [{ fromMb: 1769, toMb: 2048, medianMs: sizes[10]!.warm.p50.value! }],
    },
    many(80, 60).map((latencyMs) => ({ latencyMs, start: 'warm' })),
    '1,769 MB is fastest, 256 MB cheapest; from there on more memory is no faster.',
  );
}

export function burstResult(): ProbeResult<'burst'> {
  const bursts = [1, 10, 50, 100, 200, 500].map((size) => ({
    size,
    idleBeforeMs: 600_000,
    latency: latencySummary(many(Math.max(8, size), 300 + size * 1.4, 0.2 + size / 2000)),
    coldShare: share(size, size),
    sandboxes: size,
    tailRatio: about(1.2 + size / 150, 0.12),
  }));
  return resultOf(
    'burst',
    { bursts, model: 'one-to-one', modelEvidence: 'as many sandboxes as calls' },
    many(80, 400).map((latencyMs) => ({ latencyMs, start: 'cold' })),
    'The tail grows with the burst: p99 is 4.5 times the median at 500 calls.',
  );
}

/** One result for each experiment with a specific chart. */
export const exampleResults = (): ProbeResult[] =>
  [
    backoffResult(),
    evictionResult(),
    concurrencyResult(),
    overheadResult(),
    perfCostResult(),
    warmingResult(),
    coldChainResult(),
    memoryResult(),
    burstResult(),
  ] as ProbeResult[];
