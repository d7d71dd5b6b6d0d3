import { neighboursOf } from '../../../collector/src/correlate/questions/cpu/contention.ts';
import type { SandboxSlot } from '../../../collector/src/correlate/questions/cpu/evidence.ts';
import { isFound, judgeCpu } from '../../../collector/src/correlate/questions/cpu/judge.ts';
import type { Verdict } from '../../../collector/src/correlate/questions/cpu/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, atMost, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

const MODELS = ['Xeon 2.5', 'Xeon 3.0', 'EPYC'] as const;
/** By how much injected signals stretch calls, per unit of the signal. */
const EFFECT = { throttling: 2, steal: 4, neighbours: 2 };
type Injected = keyof typeof EFFECT | 'nothing';
const RIGHT: Readonly<Record<Injected, Verdict>> = {
  throttling: 'self-throttled',
  steal: 'foreign-or-unknown',
  neighbours: 'own-neighbours',
  nothing: 'not-cpu',
};

/** Two sandboxes share a host. */
const hostOf = ({ environment }: SandboxSlot): string => {
  const [name, number] = environment.split(' ') as [string, string];
  return `${name} host ${Math.floor(Number(number) / 2)}`;
};

interface World {
  readonly sandboxes: number;
  readonly slots: number;
  readonly injected: Injected;
  /** Logarithm of each model's effect. */
  readonly slower?: number;
}

/** Noise and signals are correlated from slot to slot, load follows the hour, and sandboxes differ permanently. */
function deployment(
  random: Random,
  name: string,
  { sandboxes, slots, injected, slower = 0 }: World,
): SandboxSlot[] {
  const follow = (before: number): number => 0.6 * before + 0.8 * random.normal();
  const made: SandboxSlot[] = [];
  for (let sandbox = 0; sandbox < sandboxes; sandbox += 1) {
    const cpuModel = MODELS[random.below(MODELS.length)]!;
    const own = 0.2 * random.normal() + (cpuModel === 'EPYC' ? slower : 0);
    let [noise, throttle, steal, load] = [random.normal(), random.normal(), random.normal(), random.normal()];
    for (let slot = 0; slot < slots; slot += 1) {
      [noise, throttle, steal, load] = [follow(noise), follow(throttle), follow(steal), follow(load)];
      const throttled = Math.min(0.9, Math.exp(throttle - 3));
      const stolen = Math.min(0.9, Math.exp(steal - 4));
      const stretched = injected === 'throttling' ? throttled : injected === 'steal' ? stolen : 0;
      const logStretch =
        own + 0.1 * noise + (injected in EFFECT ? EFFECT[injected as 'steal'] : 0) * stretched;
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
        busyMs: 1e4 * Math.exp(load),
        throttled,
        steal: stolen,
      });
    }
  }
  if (injected !== 'neighbours') return made;
  const neighbours = neighboursOf(made, hostOf);
  return made.map((slot) => {
    const more = EFFECT.neighbours * (neighbours.get(`${slot.environment} ${slot.slot}`) ?? 0);
    const logStretch = slot.logStretch! + more;
    return Object.assign(slot, { logStretch, logWall: logStretch });
  });
}

function judged(deployments: readonly SandboxSlot[][]) {
  return judgeCpu(deployments, neighboursOf(deployments.flat(), hostOf));
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
      const answers = judged(
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
      const answers = judged(injected.map((kind, at) => deployment(random, `f${at}`, world(kind))));
      for (const [at, kind] of injected.entries()) right[kind].add(answers[at]!.verdict === RIGHT[kind]);
    }
    const slower = new Tally();
    const covered = new Tally();
    for (let run = 0; run < 300 * scale; run += 1) {
      const [answer] = judged([
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
