import { neighboursOf } from '../../../collector/src/correlate/questions/cpu/contention.ts';
import type { SandboxSlot } from '../../../collector/src/correlate/questions/cpu/evidence.ts';
import { isFound } from '../../../collector/src/correlate/questions/cpu/judge.ts';
import type { Verdict } from '../../../collector/src/correlate/questions/cpu/judge.ts';
import {
  hostOf,
  judgedSlots,
  simulatedSlots,
} from '../../../collector/src/correlate/questions/cpu/test-slots.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, atMost, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

/** By how much injected signals stretch calls, per unit of the signal. */
const EFFECT = { throttling: 2, steal: 4, neighbours: 2 };
type Injected = keyof typeof EFFECT | 'nothing';
const RIGHT: Readonly<Record<Injected, Verdict>> = {
  throttling: 'self-throttled',
  steal: 'foreign-or-unknown',
  neighbours: 'own-neighbours',
  nothing: 'not-cpu',
};

interface World {
  readonly sandboxes: number;
  readonly slots: number;
  readonly injected: Injected;
  /** Logarithm of the effect of one of the models. */
  readonly slower?: number;
}

/** Load follows from slot to slot, as noise and signals do, and sandboxes differ permanently. */
function deployment(
  random: Random,
  name: string,
  { sandboxes, slots, injected, slower = 0 }: World,
): SandboxSlot[] {
  const made = simulatedSlots(name, {
    random,
    sandboxes,
    slots,
    effect: ({ throttled, steal }) =>
      injected === 'throttling'
        ? EFFECT.throttling * throttled
        : injected === 'steal'
          ? EFFECT.steal * steal
          : 0,
    model: (model) => (model === 'EPYC' ? slower : 0),
  });
  if (injected !== 'neighbours') return made;
  const neighbours = neighboursOf(made, made, hostOf);
  return made.map((slot) => {
    const more = EFFECT.neighbours * (neighbours.get(`${slot.environment} ${slot.slot}`) ?? 0);
    const logStretch = slot.logStretch! + more;
    return Object.assign(slot, { logStretch, logWall: logStretch });
  });
}

/** Calls that are slowed by known amounts. */
export const cpu: Section = {
  name: 'cpu',
  about:
    'Answers of ten deployments with 6 to 14 sandboxes over two to four hours; speed of a sandbox, noise, throttling, steal and load that go ' +
    'on from one slot of five minutes to the next; two sandboxes on each host. Nothing is slowed, or three of ten by one signal each.',
  measure: (scale) => {
    const random = seededRandom(605);
    const world = (injected: Injected): World => ({
      sandboxes: 2 * (3 + random.below(5)),
      slots: 24 + random.below(25),
      injected,
    });
    const wrong = new Tally();
    const models = new Tally();
    for (let run = 0; run < 40 * scale; run += 1) {
      const answers = judgedSlots(
        Array.from({ length: 10 }, (_, at) => deployment(random, `f${at}`, world('nothing'))),
      );
      for (const answer of answers) {
        wrong.add(answer.verdict !== 'not-cpu');
        models.add(answer.models.some(isFound));
      }
    }
    const right = {
      throttling: new Tally(),
      steal: new Tally(),
      neighbours: new Tally(),
      nothing: new Tally(),
    };
    const KINDS: readonly Injected[] = ['throttling', 'steal', 'neighbours'];
    for (let run = 0; run < 40 * scale; run += 1) {
      const injected = Array.from({ length: 10 }, (_, at): Injected => KINDS[at] ?? 'nothing');
      const answers = judgedSlots(injected.map((kind, at) => deployment(random, `f${at}`, world(kind))));
      for (const [at, kind] of injected.entries()) right[kind].add(answers[at]!.verdict === RIGHT[kind]);
    }
    const slower = new Tally();
    const covered = new Tally();
    for (let run = 0; run < 300 * scale; run += 1) {
      const [answer] = judgedSlots([
        deployment(random, 'f', { sandboxes: 80, slots: 2, injected: 'nothing', slower: Math.log(1.3) }),
      ]);
      const epyc = answer!.models.find(({ model }) => model === 'EPYC');
      if (epyc === undefined) continue;
      slower.add(isFound(epyc) && epyc.time.value! > 1);
      covered.add(holds(epyc.time, 1.3));
    }
    return [
      atMost('nothing slows calls: verdicts that say so', 0.05, wrong, 'deployments'),
      atMost('… models that are told apart', 0.05, models, 'deployments'),
      atLeast('throttling: self-throttled', 0.9, right.throttling, 'deployments'),
      atLeast('steal: foreign or unknown', 0.9, right.steal, 'deployments'),
      atLeast('own neighbours: named', 0.9, right.neighbours, 'deployments'),
      atLeast('those beside them that nothing slows: not CPU', 0.95, right.nothing, 'deployments'),
      atLeast('a model slower by 30 %, 80 sandboxes: found', 0.95, slower, 'deployments'),
      atLeast('… its ratio inside its interval', 0.93, covered, 'deployments'),
    ];
  },
};
