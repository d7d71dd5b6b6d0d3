import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import { neighboursOf } from './contention.ts';
import { isFound, judgeCpu } from './judge.ts';
import { hostOf, judgedSlots, simulatedSlots } from './test-slots.ts';

describe('verdicts', () => {
  test('are false in at most one of twenty where the CPU does nothing', () => {
    const random = seededRandom(11);
    let verdicts = 0;
    let wrong = 0;
    let wrongModels = 0;
    for (let run = 0; run < 24; run += 1) {
      const answers = judgedSlots(
        Array.from({ length: 10 }, (_, at) => simulatedSlots(`f${at}`, { random })),
      );
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
    const answers = judgedSlots([
      simulatedSlots('throttled', { random, effect: ({ throttled }) => 2 * throttled }),
      simulatedSlots('stolen', { random, effect: ({ steal }) => 4 * steal }),
      simulatedSlots('quiet', { random }),
    ]);
    expect(answers.map(({ verdict }) => verdict)).toEqual([
      'self-throttled',
      'foreign-or-unknown',
      'not-cpu',
    ]);
  });

  test('name own neighbours where hosts are known, and never where they are not', () => {
    const random = seededRandom(13);
    const slots = simulatedSlots('crowded', { random, sandboxes: 12, slots: 36 });
    const neighbours = neighboursOf(slots, slots, hostOf);
    const slowed = slots.map((slot) => {
      const load = neighbours.get(`${slot.environment} ${slot.slot}`)!;
      return Object.assign(slot, { logStretch: slot.logStretch! + 2 * load, steal: load });
    });
    expect(judgeCpu([slowed], neighbours)[0]?.verdict).toBe('own-neighbours');
    expect(judgeCpu([slowed], new Map())[0]).toMatchObject({
      verdict: 'foreign-or-unknown',
      basis: { missing: expect.arrayContaining(['known hosts, which neighbours depend on']) },
    });
  });

  test('wait for data', () => {
    const [answer] = judgedSlots([
      simulatedSlots('new', { random: seededRandom(14), sandboxes: 2, slots: 3 }),
    ]);
    expect(answer).toMatchObject({ verdict: 'unknown', basis: { enough: false, n: 6 } });
  });
});

describe('the lottery', () => {
  test('finds a model that is slower, with an interval that holds how much', () => {
    const random = seededRandom(15);
    let covered = 0;
    let found = 0;
    for (let run = 0; run < 40; run += 1) {
      const slow = simulatedSlots('f', {
        random,
        sandboxes: 60,
        slots: 2,
        model: (name) => (name === 'EPYC' ? Math.log(1.3) : 0),
      });
      const [answer] = judgedSlots([slow]);
      const epyc = answer!.models.find(({ model }) => model === 'EPYC')!;
      if (epyc.time.low! <= 1.3 && epyc.time.high! >= 1.3) covered += 1;
      if (isFound(epyc)) found += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(34);
    expect(found).toBeGreaterThanOrEqual(36);
  });

  test('says nothing of a model that was alone', () => {
    const random = seededRandom(16);
    const alone = simulatedSlots('f', { random }).map((slot) => Object.assign(slot, { cpuModel: 'EPYC' }));
    const [answer] = judgedSlots([alone]);
    expect(answer!.models).toHaveLength(1);
    expect(answer!.models[0]).not.toHaveProperty('p');
    expect(answer!.models[0]!.time.value).toBeUndefined();
  });
});
