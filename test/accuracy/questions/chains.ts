import type { Link, Trace } from '../../../collector/src/correlate/questions/chains/evidence.ts';
import { judgeChain } from '../../../collector/src/correlate/questions/chains/judge.ts';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { atLeast, holds, Tally } from './section.ts';
import type { Section } from './section.ts';

/** A platform on which functions call others, one after the other or in parallel. */
interface Shape {
  readonly stages: readonly (readonly number[])[];
  readonly isTold: boolean;
}

/** The true cost of a trace. */
interface Played {
  readonly trace: Trace;
  readonly totalMs: number;
  /** How much shorter the trace would have been without cold starts, and without those of successors. */
  readonly coldMs: number;
  readonly savedMs: number;
}

const span = (name: string, startMs: number, endMs: number, initMs: number, parent: string): Link => ({
  function: name,
  spanId: `${name} ${startMs}`,
  parentSpanId: parent,
  place: { account_id: '', region: '', platform: '' },
  environment: `${name} sandbox`,
  startMs,
  endMs,
  isCold: initMs > 0,
  initMs,
});

/** A root that calls stage after stage; the calls of a stage run in parallel, and the slowest is awaited. */
function play(random: Random, { stages, isTold }: Shape): Played {
  const init = (chance: number): number => (random.uniform() < chance ? 100 + 200 * random.uniform() : 0);
  const work = (): number => 5 + 40 * random.uniform();
  const rootInit = init(0.1);
  const links: Link[] = [];
  let at = work();
  let coldOnPath = 0;
  for (const [stage, chances] of stages.entries()) {
    let end = at;
    let inits = 0;
    for (const [index, chance] of chances.entries()) {
      const initMs = init(chance);
      const start = at + initMs;
      const own = span(`s${stage}-${index}`, start, start + work(), initMs, isTold ? 'root 0' : '');
      links.push(own);
      if (own.endMs > end) [end, inits] = [own.endMs, initMs];
    }
    coldOnPath += inits;
    at = end + work();
  }
  const root = span('root', 0, at, rootInit, '');
  const trace = [root, ...links].toSorted((a, b) => a.startMs - b.startMs);
  return { trace, totalMs: at + rootInit, coldMs: coldOnPath + rootInit, savedMs: coldOnPath };
}

const SHAPES: readonly Shape[] = [
  { stages: [[0.3], [0.5]], isTold: true },
  { stages: [[0.3], [0.5]], isTold: false },
  { stages: [[0.2, 0.2, 0.2], [0.4]], isTold: true },
  { stages: Array.from({ length: 8 }, () => [0.1]), isTold: true },
];

/** Traces through several functions with known costs of cold starts. */
export const chains: Section = {
  name: 'chains',
  about:
    'Traces through two to eight stages, one of them three functions side by side, each cold with its own chance; with parents told, or ' +
    'by which call encloses which. The truth is the mean over 20,000 traces that are drawn the same way.',
  measure: (scale) => {
    const random = seededRandom(606);
    const shares = new Tally();
    const saved = new Tally();
    const paths = new Tally();
    for (const shape of SHAPES) {
      const all = Array.from({ length: 20_000 }, () => play(random, shape));
      const mean = (of: (played: Played) => number): number =>
        all.reduce((sum, own) => sum + of(own), 0) / all.length;
      const truth = {
        total: mean(({ totalMs }) => totalMs),
        cold: mean(({ coldMs }) => coldMs),
        saved: mean(({ savedMs }) => savedMs),
      };
      for (let run = 0; run < 200 * scale; run += 1) {
        const played = Array.from({ length: 25 + random.below(100) }, () => play(random, shape));
        const answer = judgeChain(played.map(({ trace }) => trace));
        shares.add(holds(answer.coldShare, truth.cold / truth.total));
        saved.add(holds(answer.prewarmSavesMs, truth.saved));
        const median = played.map(({ totalMs }) => totalMs).toSorted((a, b) => a - b)[
          (played.length - 1) >>> 1
        ]!;
        paths.add(Math.abs(answer.pathMs.value! - median) < 1e-6);
      }
    }
    return [
      atLeast('share of the path that cold starts cost inside its interval', 0.93, shares, 'data sets'),
      atLeast('what prewarming the successors saves inside its interval', 0.93, saved, 'data sets'),
      atLeast('length of the path as drawn', 1, paths, 'data sets'),
    ];
  },
};
