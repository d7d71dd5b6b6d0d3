import type { ColdCall, WarmCalls } from '../../../collector/src/correlate/cold-cost/index.ts';
import { partsOf, phasesOf } from '../../../collector/src/correlate/cold-cost/index.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, atMost, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

/** Work of a call by its CPU, ms; its median is 100 on the faster one. */
const SPEEDS = { Fast: 1, Slow: 1.4 } as const;
const MODELS = ['Fast', 'Slow'] as const;
const WAY_MS = 5;

interface World {
  readonly scatter: number;
  /** How much longer the first call takes, on the faster CPU. */
  readonly penaltyMs: number;
  readonly isSeen: boolean;
}

const lognormal = (random: Random, median: number, scatter: number): number =>
  median * Math.exp(scatter * random.normal());
const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >>> 1]!;

interface Drawn {
  readonly call: ColdCall;
  readonly addedMs: number;
}

function coldCall(random: Random, { scatter, penaltyMs, isSeen }: World): Drawn {
  const cpuModel = MODELS[random.below(2)]!;
  const penalty = penaltyMs * SPEEDS[cpuModel];
  const initMs = lognormal(random, 200, 0.2);
  const platformMs = lognormal(random, 60, 0.3);
  const call = {
    function: 'f',
    sandboxId: 's',
    instance: 'i',
    version: '1',
    platform: 'aws_lambda',
    region: '',
    architecture: 'amd64',
    cpuModel,
    initType: 'on_demand',
    startMs: 0,
    durationMs: lognormal(random, 100 * SPEEDS[cpuModel], scatter) + penalty,
    hasFailed: false,
    initMs,
    ...(isSeen && { beyondMs: platformMs + initMs + WAY_MS + 2 * random.uniform() }),
  };
  return { call, addedMs: initMs + penalty + (isSeen ? platformMs : 0) };
}

function warmOf(random: Random, { scatter }: World): WarmCalls[] {
  return MODELS.map((cpuModel) => ({
    function: 'f',
    version: '1',
    cpuModel,
    n: 500,
    medianMs: medianOf(Array.from({ length: 500 }, () => lognormal(random, 100 * SPEEDS[cpuModel], scatter))),
  }));
}

/** Cold starts with known additional time. */
export const coldStarts: Section = {
  name: 'cold-starts',
  about:
    'Functions of 1 to 100 cold starts on two CPU models, the slower one by 40 %; initialisation of 200 ms (20 % scatter); work of 100 ms ' +
    'that scatters by 30 to 120 % from call to call, and the first call 0 to 80 ms longer; half with callers, who wait 60 ms more for the platform.',
  measure: (scale) => {
    const random = seededRandom(608);
    const inside = new Tally();
    const below = new Tally();
    const bare = new Tally();
    for (let world = 0; world < 40 * scale; world += 1) {
      const own: World = {
        scatter: 0.3 + 0.9 * random.uniform(),
        penaltyMs: random.below(2) === 0 ? 0 : 80 * random.uniform(),
        isSeen: random.below(2) === 0,
      };
      const truth = medianOf(Array.from({ length: 10_001 }, () => coldCall(random, own).addedMs));
      for (let run = 0; run < 25; run += 1) {
        const n = run % 5 === 0 ? 1 + random.below(5) : 6 + random.below(95);
        const colds = Array.from({ length: n }, () => coldCall(random, own).call);
        const warmBeyondMs = Array.from({ length: 50 }, () => WAY_MS + 2 * random.uniform());
        const { totalMs, firstCallMs } = phasesOf(
          partsOf(colds, { warm: warmOf(random, own), warmBeyondMs }),
        );
        below.add(totalMs.value! < 0);
        bare.add((firstCallMs.value ?? 0) < 0 && firstCallMs.low === undefined);
        if (totalMs.low !== undefined) inside.add(holds(totalMs, truth));
      }
    }
    return [
      atLeast('what a cold start adds inside its interval', 0.93, inside, 'functions with six or more'),
      atMost('… below 0', 0, below, 'functions'),
      atMost('penalty below 0 without an interval', 0, bare, 'functions'),
    ];
  },
};
