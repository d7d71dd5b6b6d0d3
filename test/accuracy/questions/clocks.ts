import type { ClientPair } from '../../../collector/src/correlate/evidence/client-pairs/client-pairs.ts';
import { pairedEpochs } from '../../../collector/src/correlate/evidence/client-pairs/clock-pairs.ts';
import { judgeOverhead, placePairs } from '../../../collector/src/correlate/questions/overhead/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

interface World {
  readonly n: number;
  /** Function clock minus client clock, at a client time. */
  readonly clock: (ms: number) => number;
  /** Minimum and median of the one-way delays in each direction, ms. */
  readonly thereMs: readonly [number, number];
  readonly backMs: readonly [number, number];
  /** Share of calls whose client leaves before the function is done. */
  readonly leaves: number;
  /** Whether clocks are read in whole ms. */
  readonly isCut: boolean;
}

const way = (random: Random, [least, median]: readonly [number, number]): number =>
  // Lognormal above the minimum, as queues produce it.
  least + (median - least) * Math.exp(0.8 * random.normal());

function calls(random: Random, { n, clock, thereMs, backMs, leaves, isCut }: World): ClientPair[] {
  const read = (ms: number): number => (isCut ? Math.floor(ms) : ms);
  return Array.from({ length: n }, (_, at) => {
    const sentMs = at * 10_000 + 5_000 * random.uniform();
    const began = sentMs + way(random, thereMs);
    const ended = began + 5 + 50 * random.uniform();
    return {
      function: 'f',
      version: '',
      account_id: '',
      region: '',
      platform: '',
      client: 'probe',
      kernel: 'k',
      sentMs: read(sentMs),
      receivedMs: random.uniform() < leaves ? undefined : read(ended + way(random, backMs)),
      beganMs: read(began + clock(began)),
      endedMs: read(ended + clock(ended)),
      cold: false,
      initMs: undefined,
      payloadBytes: undefined,
    };
  });
}

const worldOf = (random: Random, clock: World['clock']): World => {
  const there = 0.1 + 20 * random.uniform();
  const back = 0.1 + 5 * random.uniform();
  return {
    n: 6 + random.below(120),
    clock,
    thereMs: [there, there * (1.02 + 3 * random.uniform())],
    backMs: [back, back * (1.02 + 2 * random.uniform())],
    leaves: random.below(3) === 0 ? 0.3 : 0,
    isCut: random.below(2) === 0,
  };
};

/** Clocks with known offsets. */
export const clocks: Section = {
  name: 'clocks',
  about:
    'Six to 125 calls of a client whose clock is up to five seconds off and drifts by up to 50 ppm; ways with a least time and a long ' +
    'tail, other there than back; in a third of the data sets three calls in ten are not waited for, and in half of them clocks are read in whole ms; in the last row the clock is set once.',
  measure: (scale) => {
    const random = seededRandom(602);
    const offsets = new Tally();
    const drifts = new Tally();
    const whole = new Tally();
    for (let run = 0; run < 1_000 * scale; run += 1) {
      const offset = 10_000 * (random.uniform() - 0.5);
      const drift = 1e-4 * (random.uniform() - 0.5);
      const epochs = pairedEpochs(
        calls(
          random,
          worldOf(random, (ms) => offset + drift * ms),
        ),
      );
      whole.add(epochs.length === 1);
      const [epoch] = epochs;
      if (epoch?.offset === undefined) continue;
      offsets.add(holds(epoch.offset, offset + drift * epoch.offset.origin));
      drifts.add(holds({ low: epoch.offset.driftLow, high: epoch.offset.driftHigh }, drift));
    }
    const steps = new Tally();
    for (let run = 0; run < 500 * scale; run += 1) {
      const before = 10_000 * (random.uniform() - 0.5);
      const step = (random.below(2) === 0 ? 1 : -1) * (500 + 60_000 * random.uniform());
      const world = worldOf(random, (ms) => (ms < 400_000 ? before : before + step));
      const epochs = pairedEpochs(calls(random, { ...world, n: 80 }));
      const [first, second] = epochs;
      steps.add(
        epochs.length === 2 &&
          holds(first!.offset ?? {}, before) &&
          holds(second!.offset ?? {}, before + step),
      );
    }
    return [
      atLeast('a clock that ran evenly is one epoch', 0.99, whole, 'data sets'),
      atLeast('injected offset inside its interval', 0.95, offsets, 'data sets'),
      atLeast('injected drift inside its interval', 0.95, drifts, 'data sets'),
      atLeast('a clock that was set: two epochs, both offsets inside', 0.95, steps, 'data sets'),
    ];
  },
};

/** Delays with known truth, between clocks with offsets. */
export const overhead: Section = {
  name: 'overhead',
  about: 'As `clocks`, with 25 to 150 calls; the truth is the median of the way that was drawn from.',
  measure: (scale) => {
    const random = seededRandom(603);
    const waits = new Tally();
    const returns = new Tally();
    for (let run = 0; run < 600 * scale; run += 1) {
      const offset = 10_000 * (random.uniform() - 0.5);
      const drift = 1e-4 * (random.uniform() - 0.5);
      const world = { ...worldOf(random, (ms) => offset + drift * ms), n: 25 + random.below(126) };
      const { warm } = judgeOverhead(placePairs(pairedEpochs(calls(random, world))));
      waits.add(holds(warm.waitMs, world.thereMs[1]));
      returns.add(holds(warm.returnMs, world.backMs[1]));
    }
    return [
      atLeast('injected delay there inside its interval', 0.95, waits, 'data sets'),
      atLeast('injected delay back inside its interval', 0.95, returns, 'data sets'),
    ];
  },
};
