import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clientMs, measured } from '@sandscope/probes/outside';
import { platformTarget } from '../../collector/src/experiments/index.ts';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { example, measure, probeFunction, restedTarget, slowWay, startTruth, targetOf } from './harness.ts';

const CLOCK_AHEAD_MS = 250;
const SLOTS = 3;
const DELAY_MS = 40;
const PER_MB_MS = 30;
/** Far more than a busy machine adds to a call. */
const HOP_MS = 1000;
const LOAD_MS = 1000;
/** A timer may end this much early. */
const TIMER_MS = 1;
const quiet = { OTEL_SDK_DISABLED: 'true' };
let platform: PlatformHandle;
let folder: string;

/** The probe function with another clock, and one whose code takes long to load. */
function variants(): { readonly ahead: string; readonly large: string } {
  const source = JSON.stringify(example('probe'));
  const ahead = join(folder, 'ahead.ts');
  const shift = `const now = Date.now; Date.now = () => now() + ${CLOCK_AHEAD_MS};`;
  writeFileSync(join(folder, 'shift.ts'), shift);
  writeFileSync(ahead, `import './shift.ts';\nexport { handler } from ${source};\n`);
  const large = join(folder, 'large.ts');
  // A wait, which is the same on every machine: the time to load real code would be lost in the noise of a busy one.
  writeFileSync(
    join(folder, 'ballast.ts'),
    `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${LOAD_MS});\n`,
  );
  writeFileSync(large, `import './ballast.ts';\nexport { handler } from ${source};\n`);
  return { ahead, large };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-variants-'));
  const { ahead, large } = variants();
  platform = await startTruth(
    [
      probeFunction('probe'),
      probeFunction('slots', { maxConcurrency: SLOTS }),
      probeFunction('ahead', { source: ahead }),
      probeFunction('large', { source: large }),
      probeFunction('ready', { initializedAhead: 2 }),
      { name: 'chain', source: example('chain'), environment: quiet },
      { name: 'double', source: example('double'), environment: quiet },
      { name: 'add-double', source: example('add-double'), environment: quiet },
    ],
    { hosts: 4 },
  );
});
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true });
});

describe('experiments on calls', () => {
  it('concurrency finds how many calls the platform runs at once', async () => {
    const { summary, counts } = await measure('concurrency', targetOf(platform, 'slots'), {
      // Held long enough that calls overlap even if starting them takes time.
      set: ['widths=1,3,4', 'time=3s', 'hold=400ms'],
    });
    expect(summary.limit).toEqual({ low: SLOTS, high: SLOTS, ground: 'throttled' });
    expect(counts.errors['throttled']).toBeGreaterThan(0);
    const [one, three] = summary.widths;
    expect(one).toMatchObject({ busyPeak: 1, throttled: 0 });
    expect(three?.busyPeak).toBe(3);
    // Little's law: the number of callers is the rate of calls times the duration of a call.
    const callers = (one!.throughputPerSecond.value! * one!.latency.mean.value!) / 1000;
    expect(callers).toBeGreaterThan(0.5);
    expect(callers).toBeLessThan(1.5);
    // One caller gets an answer every 400 ms at most, and its answers are divided by nine tenths of the time: the first
    // tenth is left out, and no answer comes in it.
    expect(one?.throughputPerSecond.value).toBeLessThanOrEqual(1000 / (0.9 * (400 - TIMER_MS)));
  });

  it('overhead recovers a delay, a rate and the offset of the clocks', async () => {
    const way = await slowWay(platform.url, DELAY_MS, PER_MB_MS);
    try {
      const target = restedTarget(platform, platformTarget(way.url, 'ahead'));
      const { summary, samples } = await measure('overhead', target, {
        set: ['sizes=1000,2000000', 'repeats=3'],
      });
      const { offsetMs } = summary.clock;
      expect(offsetMs.low).toBeLessThanOrEqual(CLOCK_AHEAD_MS);
      expect(offsetMs.high).toBeGreaterThanOrEqual(CLOCK_AHEAD_MS);
      const warm = summary.starts.find(({ start }) => start === 'warm')!;
      expect(warm.total.n).toBe(6);
      // A least-squares line through calls of two sizes goes through the mean of each, however much a busy machine
      // scatters them; and each call took at least the time of the path.
      const { intercept, slope } = warm.total;
      for (const bytes of [1000, 2_000_000]) {
        const own = measured(samples).filter(
          ({ start, cell }) => start === 'warm' && cell!['bytes'] === bytes,
        );
        const taken = own.map((sample) => clientMs(sample)! - sample.function!.durationMs!);
        const megabytes = own[0]!.requestBytes! / 1e6;
        expect(Math.min(...taken)).toBeGreaterThan(DELAY_MS + PER_MB_MS * megabytes - TIMER_MS);
        const mean = taken.reduce((sum, ms) => sum + ms, 0) / taken.length;
        expect(intercept.value! + slope.value! * megabytes).toBeCloseTo(mean, 3);
      }
      const cold = summary.starts.find(({ start }) => start === 'cold')!;
      expect(cold.latency.p50.value).toBeGreaterThan(warm.latency.p50.value!);
      expect(cold.latency.n).toBe(6);
    } finally {
      way.close();
    }
  });

  it('perf-cost keeps cold and warm apart and prices both', async () => {
    const results = mkdtempSync(join(tmpdir(), 'sandscope-perf-cost-'));
    onTestFinished(() => rmSync(results, { recursive: true, force: true }));
    const { summary, counts } = await measure('perf-cost', targetOf(platform, 'probe'), {
      set: ['samples=8', 'batch=4', 'hold=60ms'],
      prices: 'aws-lambda-2020',
      folder: results,
    });
    const [head, ...lines] = readFileSync(join(results, 'result.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe('memory,type,is_cold,exec_time,connection_time,client_time,provider_time,mem_used');
    expect(lines).toHaveLength(counts.ok);
    const cell = (mode: string) => summary.cells.find((one) => one.mode === mode)!;
    expect(cell('cold').client.n + (counts.discarded['wrong_start'] ?? 0)).toBeGreaterThanOrEqual(8);
    expect(cell('warm').client.n).toBeGreaterThan(0);
    expect(summary.coldWarmRatio[0]?.ratio.value).toBeGreaterThan(1);
    const { function: own, costPerMillion } = cell('sequential');
    expect(own!.p50.value).toBeGreaterThanOrEqual(60);
    // Whatever a busy machine makes of 60 ms: each call costs the fee and whole steps of 100 ms of 128 MB.
    const steps = ((costPerMillion!.value! - 0.2) * own!.n) / (1e6 * 0.1 * (128 / 1024) * 0.0000166667);
    expect(steps).toBeGreaterThanOrEqual(own!.n - 1e-6);
    expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
    expect(cell('sequential').billedEfficiency).toBeLessThan(1);
  });

  it('ping-pong counts round trips, and what gets lost', async () => {
    const { summary, samples } = await measure('ping-pong', targetOf(platform, 'probe'), {
      set: ['exchanges=200', 'calls=2'],
    });
    expect(summary).toMatchObject({ exchanges: 400, roundTrip: { n: 400 }, lost: { value: 0 } });
    expect(summary.roundTrip.p50.value).toBeGreaterThan(0);
    // Exchanges are sequential: all of them together fit into the calls, however slow the machine is.
    const calledMs = measured(samples).reduce((sum, sample) => sum + clientMs(sample)!, 0);
    expect(summary.roundTrip.mean.value! * 400).toBeLessThan(calledMs);
    const { summary: nobody } = await measure('ping-pong', targetOf(platform, 'probe'), {
      set: ['exchanges=3', 'calls=1', 'timeout=50', 'peer=127.0.0.1:9'],
    });
    expect(nobody).toMatchObject({ exchanges: 3, roundTrip: { n: 0 }, lost: { value: 1 } });
  });

  it('cold-chain recovers what a hop between the functions takes', async () => {
    const way = await slowWay(platform.url, HOP_MS);
    try {
      const next = `${way.url}/2015-03-31/functions/double/invocations`;
      const { summary } = await measure('cold-chain', targetOf(platform, 'chain'), {
        set: ['repeats=3', `next=${next}`],
      });
      expect(summary.wrongAnswers).toBe(0);
      expect(summary.cells.map(({ latency }) => latency.n)).toEqual([3, 3, 3, 3]);
      const warm = (chained: boolean) =>
        summary.cells.find((one) => one.start === 'warm' && one.chained === chained)!.latency.p50.value!;
      // A warm chain consists of the hop and two calls; the remainder is a fraction of the hop.
      expect(warm(true) - warm(false)).toBeGreaterThan(HOP_MS - TIMER_MS);
      expect(warm(true) - warm(false)).toBeLessThan(2 * HOP_MS);
      expect(summary.effects.chained.value).toBeGreaterThan(HOP_MS - TIMER_MS);
      expect(summary.effects.cold.value).toBeGreaterThan(0);
    } finally {
      way.close();
    }
  });

  it('burst sees that a sandbox takes one call at a time', async () => {
    const { summary } = await measure('burst', targetOf(platform, 'probe'), {
      set: ['sizes=1,4', 'idle=100ms', 'repeats=2', 'hold=100ms'],
    });
    expect(summary.model).toBe('one-to-one');
    expect(summary.bursts.map(({ size, sandboxes }) => [size, sandboxes])).toEqual([
      [1, 1],
      [4, 4],
    ]);
  });

  it('placement and hopping find the hosts and that they are taken in turn', async () => {
    const own = await startTruth([probeFunction('probe')], { hosts: 4 });
    onTestFinished(() => own.stop());
    const placed = await measure('placement', targetOf(own, 'probe'), {
      // Two rounds would be this even by chance in one case of ten.
      set: ['width=8', 'rounds=3', 'hold=1s'],
    });
    expect(placed.summary.hosts.map(({ sandboxes }) => sandboxes)).toEqual([2, 2, 2, 2]);
    expect(placed.summary.policy).toBe('spread');
    const hopped = await measure('hopping', targetOf(own, 'probe'), {
      set: ['interval=20ms', 'time=200ms', 'burst-every=5', 'burst=8', 'hold=200ms'],
    });
    const { summary } = hopped;
    expect(summary.hosts).toHaveLength(4);
    expect(summary.sequence).toHaveLength(hopped.counts.ok);
    // The most recently used sandbox is reused: sequential calls stay on their sandbox.
    expect(summary.hopRate.value).toBeLessThan(0.5);
  });

  it('io measures the disk and the network', async () => {
    const { summary } = await measure('io', targetOf(platform, 'probe'), {
      set: ['bytes=4096,1048576', 'widths=1', 'repeats=2', `url=${platform.url}/healthz`],
    });
    const found = new Map(summary.operations.map((one) => [`${one.operation} ${one.bytes}`, one]));
    expect([...found.keys()].sort()).toEqual(
      ['connect', 'fsync', 'read', 'transfer', 'write'].flatMap((name) => [
        `${name} 1048576`,
        `${name} 4096`,
      ]),
    );
    for (const { latency } of summary.operations) expect(latency.n).toBe(2);
    expect(found.get('connect 4096')).toMatchObject({ bytesPerSecond: { n: 0 } });
  });

  it('techniques shows reuse, and prewarming only where there is some', async () => {
    const verdicts = async (name: string) => {
      const { summary } = await measure('techniques', targetOf(platform, name), {
        set: ['rounds=2', 'cold-wait=10ms', 'again=2'],
      });
      return Object.fromEntries(summary.techniques.map(({ technique, verdict }) => [technique, verdict]));
    };
    expect(await verdicts('probe')).toMatchObject({
      reuse: 'shown',
      pooling: 'not shown',
      prewarming: 'not shown',
    });
    expect(await verdicts('ready')).toMatchObject({ reuse: 'shown', prewarming: 'shown' });
  });

  it('communication measures from function to function', async () => {
    const { summary } = await measure('communication', targetOf(platform, 'probe'), {
      set: ['sizes=1000,2000000', 'repeats=2'],
    });
    expect(summary.paths.map(({ path, payloadBytes, latency }) => [path, payloadBytes, latency.n])).toEqual([
      ['function', 1_000, 2],
      ['function', 2_000_000, 2],
    ]);
    expect(summary.fits[0]?.fit.slope.value).toBeGreaterThan(0);
  });

  it('package-size finds that more code takes longer', async () => {
    const { summary } = await measure('package-size', targetOf(platform, 'probe'), {
      set: ['functions=probe:10000,large:600000', 'repeats=3'],
    });
    expect(summary.sizes.map(({ cold }) => cold.n)).toEqual([3, 3]);
    // Milliseconds per MB; other processes that start meanwhile add to either.
    expect(summary.sizes[1]!.cold.min).toBeGreaterThan(LOAD_MS - TIMER_MS);
    expect(summary.fit.slope.value).toBeGreaterThan(0);
  });

  it('async finds when calls without an answer started', async () => {
    const { summary } = await measure('async', targetOf(platform, 'ahead'), {
      set: ['loads=1,3', 'repeats=2', 'hold=20ms', 'pause=10ms'],
    });
    expect(summary.loads.map(({ calls, lost }) => [calls, lost.value])).toEqual([
      [1, 0],
      [3, 0],
    ]);
    const [alone] = summary.loads;
    expect(alone?.triggerDelay.n).toBe(2);
    // The function's clock is ahead, which must not count as a delay.
    expect(alone?.triggerDelay.min).toBeLessThan(CLOCK_AHEAD_MS);
    expect(alone?.triggerDelay.min).toBeGreaterThan(-5);
  });

  it('replay sends each call of a trace at its time', async () => {
    const trace = join(folder, 'invocations.csv');
    writeFileSync(
      trace,
      'HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f,http,6,0,3\no,a,g,http,2,1,0\n',
    );
    const { summary, samples, counts } = await measure('replay', targetOf(platform, 'probe'), {
      set: [`trace=${trace}`, 'minutes=2', 'within=equidistant'],
      timeScale: 60,
    });
    expect(counts.ok + (counts.discarded['late'] ?? 0)).toBe(9);
    expect(summary.functions.map(({ function: name }) => name)).toEqual(['f', 'g']);
    const [first] = samples;
    const due = samples.map(({ scheduledMs }) => scheduledMs - first!.scheduledMs);
    // f at 1/12, 3/12, … of a second, g at 1/4 and 3/4, and at 1.5 s.
    const wanted = [1 / 12, 3 / 12, 1 / 4, 5 / 12, 7 / 12, 9 / 12, 3 / 4, 11 / 12, 1.5];
    for (const [index, ms] of due.entries()) expect(ms).toBeCloseTo((wanted[index]! - wanted[0]!) * 1000, 3);
    for (const { sentMs, scheduledMs } of samples) expect(sentMs).toBeGreaterThanOrEqual(scheduledMs - 2);
  });
});
