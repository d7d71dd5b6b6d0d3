import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Random } from '../../../statistics/index.ts';
import { SEGMENTS } from './evidence.ts';
import type { DeploymentLives, Life, Resource, Segment } from './evidence.ts';
import { judgeLeaks } from './judge.ts';

const MB = 2 ** 20;

/** Levels of one life: warm-up, autocorrelated noise, the saw teeth of a garbage collector, and growth. */
function levels(calls: number, random: Random, perCall: number, follows: number): number[] {
  const base = 60 + 20 * random.uniform();
  const warmUp = 20 * random.uniform();
  const tooth = 5 + random.below(20);
  let noise = random.normal();
  return Array.from({ length: calls }, (_, call) => {
    noise = follows * noise + Math.sqrt(1 - follows * follows) * random.normal();
    return (
      base + warmUp * (1 - Math.exp((-12 * call) / calls)) + 2 * noise + (call % tooth) / 4 + perCall * call
    );
  });
}

/** The parts of lives as the engine builds them: without the first quarter, the rest in eight parts. */
function segmentsOf(values: readonly number[]): Segment[] {
  const warm = 1 + 0.25 * values.length;
  const parts = Array.from({ length: SEGMENTS }, () => [] as { call: number; level: number }[]);
  for (const [index, level] of values.entries()) {
    const call = index + 1;
    if (call < warm) continue;
    const at = Math.floor(((call - warm) / (values.length + 1 - warm)) * SEGMENTS);
    parts[Math.min(SEGMENTS - 1, at)]!.push({ call, level });
  }
  const mean = (own: readonly number[]): number => own.reduce((a, b) => a + b, 0) / own.length;
  return parts.map((own) => ({
    call: mean(own.map(({ call }) => call)),
    level: mean(own.map(({ level }) => level)),
  }));
}

function deployment(
  random: Random,
  lives: number,
  grows: Partial<Record<Resource, number>> = {},
): DeploymentLives {
  const RESOURCES: Resource[] = ['rss', 'heap', 'descriptors', 'sockets'];
  const made = Array.from({ length: lives }, (): Life => {
    const calls = 40 + random.below(300);
    const follows = 0.5 + 0.45 * random.uniform();
    return {
      calls,
      segments: new Map(
        RESOURCES.map((resource) => [
          resource,
          segmentsOf(levels(calls, random, grows[resource] ?? 0, follows)),
        ]),
      ),
    };
  });
  const row = { function: 'f', version: '', account_id: '', region: '', platform: 'aws_lambda' };
  return { row, lives: made, memoryLimitBytes: 128 * MB, tempBytes: undefined };
}

describe('alarms', () => {
  test('are false of at most one in twenty deployments whose lives are flat', () => {
    const random = seededRandom(31);
    let lives = 0;
    let alarms = 0;
    const deployments = 400;
    for (let run = 0; run < deployments; run += 1) {
      const flat = deployment(random, 3 + random.below(10));
      lives += flat.lives.length;
      const [answer] = judgeLeaks([flat]);
      if (answer!.resources.some(({ leaks }) => leaks)) alarms += 1;
    }
    expect(lives).toBeGreaterThan(1_000);
    expect(alarms / deployments).toBeLessThanOrEqual(0.05);
  });

  test('are not raised by what is still filling when the warm-up is over', () => {
    const random = seededRandom(35);
    const filling = (calls: number): Life => {
      const values = levels(calls, random, 0, 0.5).map(
        (level, call) => level + 40 * (1 - Math.exp((-12 * call) / calls)),
      );
      return { calls, segments: new Map([['rss', segmentsOf(values)]]) };
    };
    let alarms = 0;
    for (let run = 0; run < 60; run += 1) {
      const made = deployment(random, 0);
      const lives = Array.from({ length: 30 }, () => filling(100 + random.below(300)));
      const [answer] = judgeLeaks([{ ...made, lives }]);
      if (answer!.resources.some(({ leaks }) => leaks)) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(3);
  });

  test('tell a leak, with an interval that holds it', () => {
    const random = seededRandom(32);
    let found = 0;
    let covered = 0;
    for (let run = 0; run < 100; run += 1) {
      const [answer] = judgeLeaks([deployment(random, 10, { descriptors: 0.1 })]);
      const growth = answer!.resources.find(({ resource }) => resource === 'descriptors')!;
      if (growth.leaks) found += 1;
      if (growth.perCall.low! <= 0.1 && growth.perCall.high! >= 0.1) covered += 1;
    }
    expect(found).toBeGreaterThanOrEqual(95);
    expect(covered).toBeGreaterThanOrEqual(90);
  });

  test('say at which call the limit is reached', () => {
    const [answer] = judgeLeaks([deployment(seededRandom(33), 20, { descriptors: 2 })]);
    const { limit, limitCall } = answer!.resources.find(({ resource }) => resource === 'descriptors')!;
    expect(limit).toBe(1_024);
    // From about 90 on, two per call.
    expect(limitCall!.value).toBeGreaterThan(440);
    expect(limitCall!.value).toBeLessThan(490);
    expect(limitCall!.low).toBeLessThan(limitCall!.value!);
    expect(limitCall!.high).toBeGreaterThan(limitCall!.value!);
  });

  test('wait for lives', () => {
    const [answer] = judgeLeaks([deployment(seededRandom(34), 2, { rss: 5 })]);
    expect(answer).toMatchObject({ resources: [], basis: { enough: false, n: 2, needed: 3 } });
    expect(answer!.basis.missing[0]).toBe('not enough data yet (2 of 3 lives of 40 calls)');
  });
});
