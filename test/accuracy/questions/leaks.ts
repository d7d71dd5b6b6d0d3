import { SEGMENTS } from '../../../collector/src/correlate/questions/leaks/evidence.ts';
import type {
  DeploymentLives,
  Life,
  Resource,
  Segment,
} from '../../../collector/src/correlate/questions/leaks/evidence.ts';
import { judgeLeaks } from '../../../collector/src/correlate/questions/leaks/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, atMost, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

const MB = 2 ** 20;
const RESOURCES: readonly Resource[] = ['rss', 'heap', 'descriptors', 'sockets'];
/** Means of the initial levels, of the additional warm-up, and of the sawteeth. */
const BASE = 70;
const WARM_UP = 10;
const LIMIT_MB = 256;

/** Levels over one lifetime: warm-up, noise correlated from call to call, the sawteeth of a GC, and growth. */
function levels(calls: number, random: Random, perCall: number): { values: number[]; meanTooth: number } {
  const follows = 0.5 + 0.45 * random.uniform();
  const base = BASE + 20 * (random.uniform() - 0.5);
  const warmUp = 2 * WARM_UP * random.uniform();
  const tooth = 5 + random.below(20);
  let noise = random.normal();
  const values = Array.from({ length: calls }, (_, call) => {
    noise = follows * noise + Math.sqrt(1 - follows * follows) * random.normal();
    const warm = warmUp * (1 - Math.exp((-12 * call) / calls));
    return base + warm + 2 * noise + (call % tooth) / 4 + perCall * (call + 1);
  });
  return { values, meanTooth: (tooth - 1) / 8 };
}

/** Cuts lifetimes as the engine does: without the first quarter, the rest in parts. */
function segmentsOf(values: readonly number[], unit: number): Segment[] {
  const warm = 1 + 0.25 * values.length;
  const parts = Array.from({ length: SEGMENTS }, () => ({ n: 0, call: 0, level: 0 }));
  for (const [index, level] of values.entries()) {
    if (index + 1 < warm) continue;
    const at = Math.floor(((index + 1 - warm) / (values.length + 1 - warm)) * SEGMENTS);
    const part = parts[Math.min(SEGMENTS - 1, at)]!;
    part.n += 1;
    part.call += index + 1;
    part.level += level * unit;
  }
  return parts.filter(({ n }) => n > 0).map(({ n, call, level }) => ({ call: call / n, level: level / n }));
}

interface Made {
  readonly lives: DeploymentLives;
  /** Mean level at call 0 of these lifetimes, MB. */
  readonly startMb: number;
}

function deployment(random: Random, count: number, rssMbPerCall: number): Made {
  let starts = 0;
  const lives = Array.from({ length: count }, (): Life => {
    const calls = 40 + random.below(random.below(4) === 0 ? 1_500 : 300);
    const segments = new Map<Resource, Segment[]>();
    for (const resource of RESOURCES) {
      const isRss = resource === 'rss';
      const { values, meanTooth } = levels(calls, random, isRss ? rssMbPerCall : 0);
      if (isRss) starts += meanTooth;
      segments.set(resource, segmentsOf(values, isRss ? MB : 1));
    }
    return { calls, segments };
  });
  const row = { function: 'f', version: '', account_id: '', region: '', platform: 'aws_lambda' };
  return {
    lives: { row, lives, memoryLimitBytes: LIMIT_MB * MB, tempBytes: undefined },
    startMb: BASE + WARM_UP + starts / count,
  };
}

/** Growth of lifetimes with known truth. */
export const leaks: Section = {
  name: 'leaks',
  about:
    'Answers of one to five deployments with 3 to 40 lives of 40 to 1,500 calls: four resources with warm-up, noise that goes on from ' +
    'call to call (0.5 to 0.95) and saw teeth of a garbage collector; flat, or with a resident set that grows by 0.05 to 1 MB a call.',
  measure: (scale) => {
    const random = seededRandom(601);
    const alarms = new Tally();
    for (let run = 0; run < 1_000 * scale; run += 1) {
      const made = Array.from({ length: 1 + random.below(5) }, () =>
        deployment(random, 3 + random.below(38), 0),
      );
      const answers = judgeLeaks(made.map(({ lives }) => lives));
      alarms.add(answers.some(({ resources }) => resources.some((growth) => growth.leaks)));
    }
    const found = new Tally();
    const foundOfFew = new Tally();
    const falseBeside = new Tally();
    const slope = new Tally();
    const reached = new Tally();
    for (let run = 0; run < 1_000 * scale; run += 1) {
      const perCall = 0.05 * 20 ** random.uniform();
      const isFew = run % 4 === 0;
      const made = deployment(random, isFew ? 3 + random.below(3) : 10 + random.below(30), perCall);
      const [answer] = judgeLeaks([made.lives]);
      const rss = answer!.resources.find(({ resource }) => resource === 'rss')!;
      (isFew ? foundOfFew : found).add(rss.leaks);
      for (const growth of answer!.resources) if (growth.leaks) falseBeside.add(growth.resource !== 'rss');
      slope.add(holds(rss.perCall, perCall * MB));
      if (rss.limitCall) {
        // Extrapolates the known lifetimes: another sandbox begins at another level.
        const truth = (LIMIT_MB - made.startMb) / perCall;
        reached.add(holds({ low: rss.limitCall.low ?? 1, high: rss.limitCall.high ?? Infinity }, truth));
      }
    }
    return [
      atMost('flat lives: answers with an alarm', 0.05, alarms, 'answers'),
      atLeast('growing lives, 10 or more: found', 0.95, found, 'deployments'),
      atLeast('… 3 to 5 lives: found', 0.5, foundOfFew, 'deployments'),
      atMost('… alarms about what is flat beside it', 0.05, falseBeside, 'alarms'),
      atLeast('… growth a call inside its interval', 0.93, slope, 'deployments'),
      atLeast('… call at which the limit is reached inside its interval', 0.93, reached, 'leaks'),
    ];
  },
};
