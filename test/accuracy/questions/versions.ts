import type { SandboxSample } from '../../../collector/src/correlate/questions/versions/evidence.ts';
import { judgeDeploy } from '../../../collector/src/correlate/questions/versions/judge.ts';
import type { Metric, Side } from '../../../collector/src/correlate/questions/versions/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, atMost, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

const PLACE = { function: 'f', account_id: '', region: '', platform: '' };

interface Truth {
  readonly sandboxes: number;
  /** Factors of initialisation, warm calls and memory. */
  readonly init: number;
  readonly warm: number;
  readonly memory: number;
  readonly errors: number;
}

/** Sandboxes with a speed of their own; one call in three does other work. */
function side(random: Random, version: string, { sandboxes, init, warm, memory, errors }: Truth): Side {
  const samples = Array.from({ length: sandboxes }, (): SandboxSample => {
    const speed = Math.exp(0.1 * random.normal());
    const calls = 1 + random.below(25);
    const call = (): number =>
      20 * warm * speed * (random.below(3) === 0 ? 3 : 1) * Math.exp(0.15 * random.normal());
    // Most failures happen in one sandbox in ten.
    const failing = random.below(10) === 0 ? 5 * errors : errors / 2;
    return {
      ...PLACE,
      version,
      memoryBytes: 2 ** 29,
      initMs: 300 * init * speed * Math.exp(0.1 * random.normal()),
      moduleMs: 150 * init * speed * Math.exp(0.1 * random.normal()),
      firstCallMs: 2 * call(),
      warmMs: Array.from({ length: calls }, call),
      memoryPeakBytes: 80e6 * memory * Math.exp(0.04 * random.normal()),
      invocations: calls,
      errors: Array.from({ length: calls }, () => random.uniform()).filter((at) => at < failing).length,
    };
  });
  const counts = {
    ...PLACE,
    version,
    memoryBytes: 2 ** 29,
    fromMs: 0,
    toMs: 1,
    invocations: samples.reduce((sum, { invocations }) => sum + invocations, 0),
    coldStarts: sandboxes,
    errors: samples.reduce((sum, sample) => sum + sample.errors, 0),
    sandboxes,
  };
  return { counts, samples, packages: [] };
}

const NOTHING = { init: 1, warm: 1, memory: 1, errors: 0.02 };
const CHANGES: readonly { readonly metric: Metric; readonly truth: Partial<Truth> }[] = [
  { metric: 'init-ms', truth: { init: 1.15 } },
  { metric: 'duration-ms', truth: { warm: 1.2 } },
  { metric: 'memory-bytes', truth: { memory: 1.1 } },
  { metric: 'error-rate', truth: { errors: 0.08 } },
];

/** Deploys with known changes. */
export const versions: Section = {
  name: 'versions',
  about:
    'Two versions of 8 to 200 sandboxes each, with a speed of their own (10 %) and 1 to 25 calls, a third of which do three times the ' +
    'work; failures come in a tenth of the sandboxes. Changes: initialisation +15 %, warm calls +20 %, memory +10 %, errors 2 to 8 %.',
  measure: (scale) => {
    const random = seededRandom(604);
    const alarms = new Tally();
    const covered = new Tally();
    for (let run = 0; run < 600 * scale; run += 1) {
      const sandboxes = 8 + random.below(193);
      const before = side(random, '1', { ...NOTHING, sandboxes });
      const after = side(random, '2', { ...NOTHING, sandboxes: 8 + random.below(193) });
      const { verdict, changes } = judgeDeploy(before, after);
      alarms.add(verdict === 'worse' || verdict === 'better');
      for (const { difference } of changes) if (difference) covered.add(holds(difference, 0));
    }
    const found = new Tally();
    const turned = new Tally();
    const beside = new Tally();
    for (let run = 0; run < 400 * scale; run += 1) {
      const { metric, truth } = CHANGES[run % CHANGES.length]!;
      const sandboxes = 150;
      const [first, second] = [
        { ...NOTHING, sandboxes },
        { ...NOTHING, ...truth, sandboxes },
      ];
      const isBetter = random.below(2) === 0;
      const { changes } = judgeDeploy(
        side(random, '1', isBetter ? second : first),
        side(random, '2', isBetter ? first : second),
      );
      const said = changes.find((change) => change.metric === metric)!.verdict;
      found.add(said === (isBetter ? 'better' : 'worse'));
      turned.add(said === (isBetter ? 'worse' : 'better'));
      const touched =
        metric === 'duration-ms'
          ? ['duration-ms', 'first-call-ms']
          : metric === 'init-ms'
            ? ['init-ms', 'module-ms']
            : [metric];
      for (const change of changes) {
        if (!touched.includes(change.metric))
          beside.add(change.verdict === 'worse' || change.verdict === 'better');
      }
    }
    return [
      atMost('nothing changed: deploys with a verdict', 0.05, alarms, 'deploys'),
      atLeast('… difference of 0 inside its interval', 0.93, covered, 'differences'),
      atLeast('changed, 150 sandboxes a side: found', 0.9, found, 'deploys'),
      atMost('… found the other way round', 0.001, turned, 'deploys'),
      atMost('… verdicts about what did not change', 0.05, beside, 'metrics'),
    ];
  },
};
