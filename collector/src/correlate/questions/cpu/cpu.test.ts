import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Random } from '../../../statistics/index.ts';
import { neighboursOf } from './contention.ts';
import type { SandboxSlot } from './evidence.ts';
import { isFound, judgeCpu } from './judge.ts';

const MODELS = ['Xeon 2.5', 'Xeon 3.0', 'EPYC'] as const;

interface World {
  readonly random: Random;
  readonly sandboxes?: number;
  readonly slots?: number;
  /** How signals stretch the calls of a slot; default not at all. */
  readonly effect?: (signals: { throttled: number; steal: number; load: number }) => number;
  /** Logarithm of the time on a model. */
  readonly model?: (name: string) => number;
}

/** Sandboxes of one deployment: autocorrelated noise and signals, and permanent differences between sandboxes. */
function deployment(
  name: string,
  { random, sandboxes = 8, slots = 24, effect = () => 0, model = () => 0 }: World,
) {
  const follow = (before: number): number => 0.6 * before + 0.8 * random.normal();
  const made: SandboxSlot[] = [];
  for (let sandbox = 0; sandbox < sandboxes; sandbox += 1) {
    const cpuModel = MODELS[random.below(MODELS.length)]!;
    const own = 0.2 * random.normal() + model(cpuModel);
    let [noise, throttle, steal, load] = [random.normal(), random.normal(), random.normal(), random.normal()];
    for (let slot = 0; slot < slots; slot += 1) {
      noise = follow(noise);
      throttle = follow(throttle);
      steal = follow(steal);
      load = follow(load);
      const signals = { throttled: Math.exp(throttle - 3), steal: Math.exp(steal - 4), load: Math.exp(load) };
      const logStretch = own + 0.1 * noise + effect(signals);
      made.push({
        function: name,
        version: '1',
        account_id: '',
        region: '',
        platform: 'aws_lambda',
        memoryMb: 512,
        architecture: 'amd64',
        cpuModel,
        environment: `${name} ${sandbox}`,
        slot: slot + 100_000,
        n: 20,
        logWall: logStretch,
        logCpu: own,
        logStretch,
        meanMs: Math.exp(logStretch),
        busyMs: 1e4 * signals.load,
        throttled: signals.throttled,
        steal: signals.steal,
      });
    }
  }
  return made;
}

/** Two sandboxes share a host. */
const hostOf = ({ environment }: SandboxSlot): string => {
  const [name, number] = environment.split(' ') as [string, string];
  return `${name} host ${Math.floor(Number(number) / 2)}`;
};

function judged(deployments: readonly SandboxSlot[][]) {
  return judgeCpu(deployments, neighboursOf(deployments.flat(), hostOf));
}

describe('verdicts', () => {
  test('are false in at most one of twenty where the CPU does nothing', () => {
    const random = seededRandom(11);
    let verdicts = 0;
    let wrong = 0;
    let wrongModels = 0;
    for (let run = 0; run < 24; run += 1) {
      const answers = judged(Array.from({ length: 10 }, (_, at) => deployment(`f${at}`, { random })));
      for (const { verdict, models } of answers) {
        verdicts += 1;
        if (verdict !== 'not-cpu') wrong += 1;
        if (models.some(isFound)) wrongModels += 1;
      }
    }
    expect(verdicts).toBe(240);
    expect(wrong / verdicts).toBeLessThan(0.05);
    expect(wrongModels / verdicts).toBeLessThan(0.05);
  });

  test('name what stretches calls', () => {
    const random = seededRandom(12);
    const answers = judged([
      deployment('throttled', { random, effect: ({ throttled }) => 2 * throttled }),
      deployment('stolen', { random, effect: ({ steal }) => 4 * steal }),
      deployment('quiet', { random }),
    ]);
    expect(answers.map(({ verdict }) => verdict)).toEqual([
      'self-throttled',
      'foreign-or-unknown',
      'not-cpu',
    ]);
  });

  test('name own neighbours where hosts are known, and never where they are not', () => {
    const random = seededRandom(13);
    const slots = deployment('crowded', { random, sandboxes: 12, slots: 36 });
    const neighbours = neighboursOf(slots, hostOf);
    const slowed = slots.map((slot) => {
      const load = neighbours.get(`${slot.environment} ${slot.slot}`)!;
      return Object.assign(slot, { logStretch: slot.logStretch! + 2 * load, steal: load });
    });
    expect(judgeCpu([slowed], neighbours)[0]?.verdict).toBe('own-neighbours');
    expect(judgeCpu([slowed], new Map())[0]).toMatchObject({
      verdict: 'foreign-or-unknown',
      basis: { missing: expect.arrayContaining(['hosts that are known, and with them neighbours']) },
    });
  });

  test('wait for data', () => {
    const [answer] = judged([deployment('new', { random: seededRandom(14), sandboxes: 2, slots: 3 })]);
    expect(answer).toMatchObject({ verdict: 'unknown', basis: { enough: false, n: 6 } });
  });
});

describe('the lottery', () => {
  test('finds a model that is slower, with an interval that holds how much', () => {
    const random = seededRandom(15);
    let covered = 0;
    let found = 0;
    for (let run = 0; run < 40; run += 1) {
      const slow = deployment('f', {
        random,
        sandboxes: 60,
        slots: 2,
        model: (name) => (name === 'EPYC' ? Math.log(1.3) : 0),
      });
      const [answer] = judged([slow]);
      const epyc = answer!.models.find(({ model }) => model === 'EPYC')!;
      if (epyc.time.low! <= 1.3 && epyc.time.high! >= 1.3) covered += 1;
      if (isFound(epyc)) found += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(34);
    expect(found).toBeGreaterThanOrEqual(36);
  });

  test('says nothing of a model that was alone', () => {
    const random = seededRandom(16);
    const alone = deployment('f', { random }).map((slot) => Object.assign(slot, { cpuModel: 'EPYC' }));
    const [answer] = judged([alone]);
    expect(answer!.models).toHaveLength(1);
    expect(answer!.models[0]).not.toHaveProperty('p');
    expect(answer!.models[0]!.time.value).toBeUndefined();
  });
});
