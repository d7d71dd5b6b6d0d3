/**
 * `npm run bench:statistics`: the cost of the statistics for the largest data they are meant for: ten million idle gaps
 * that ended in a reuse and 20,000 sandboxes that have not come back.
 *
 * Prints wall and CPU time of each step, the median of the rounds. Wall time means little while the machine does
 * other work.
 */
import { availableParallelism, cpus } from 'node:os';
import {
  akaikeWeights,
  averageDraws,
  averageSurvival,
  deathPosterior,
  drawLaw,
  EvidenceBuilder,
  fitLaws,
  geometricEdges,
  goneProbabilities,
  isotonic,
  kaplanMeier,
  observationCount,
  seededRandom,
  smoothedSurvival,
  turnbull,
} from '../src/statistics/index.ts';
import { runBench, wholeNumber } from './run-bench.ts';

interface Options {
  readonly gaps: number;
  readonly sandboxes: number;
  readonly rounds: number;
}

function read(args: readonly string[]): Options {
  const options = { gaps: 10_000_000, sandboxes: 20_000, rounds: 3 };
  for (let index = 0; index < args.length; index += 2) {
    const [option = '', value = ''] = args.slice(index, index + 2);
    if (option === '--gaps') options.gaps = wholeNumber(option, value, 1, 1e8);
    else if (option === '--sandboxes') options.sandboxes = wholeNumber(option, value, 1, 1e6);
    else if (option === '--rounds') options.rounds = wholeNumber(option, value, 1, 100);
    else throw new RangeError(`no option ${option}; there are --gaps, --sandboxes and --rounds`);
  }
  return options;
}

const HALF_LIFE_S = 1_800;
const DAY_S = 86_400;

/** Times of steps, by name. */
class Stopwatch {
  readonly steps = new Map<string, { wallMs: number; cpuMs: number }[]>();

  run<T>(name: string, step: () => T): T {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const result = step();
    const used = process.cpuUsage(cpu);
    const own = this.steps.get(name) ?? [];
    own.push({ wallMs: performance.now() - began, cpuMs: (used.user + used.system) / 1_000 });
    this.steps.set(name, own);
    return result;
  }
}

/** Idle spells under a threshold around 320 s; a call ends one, on average after 40 s. */
function spells({ gaps, sandboxes }: Options): {
  reused: Float64Array;
  unreturned: { times: number[]; levels: number[]; until: number }[];
} {
  const random = seededRandom(5);
  const exponential = (mean: number): number => -mean * Math.log1p(-random.uniform());
  const life = (): number => {
    const u = random.uniform();
    return Math.max(1, 320 + 22 * Math.log(u / (1 - u)));
  };
  const reused = Float64Array.from({ length: gaps }, () => Math.min(life(), exponential(40)));
  const unreturned = Array.from({ length: sandboxes }, () => {
    const until = random.uniform() * DAY_S;
    const own = life();
    const times: number[] = [];
    const levels: number[] = [];
    let level = 1;
    for (let at = exponential(200); at < until && level > 0.004; at += exponential(200)) {
      // A cold start; one in 500 happens although the sandbox lives.
      if (own > at && random.uniform() > 0.002) continue;
      level *= 0.005;
      times.push(at);
      levels.push(0.002 + 0.998 * level);
    }
    return { times, levels, until };
  });
  return { reused, unreturned };
}

function round(options: Options, watch: Stopwatch): { classes: number; edges: number } {
  const { reused, unreturned } = spells(options);
  const evidence = watch.run('build evidence on a grid of 2 %', () => {
    const builder = new EvidenceBuilder({
      edges: geometricEdges(1, DAY_S, 1.02),
      exactExtremes: 64,
      levelRatio: 1.05,
    });
    builder.aliveAll(reused);
    for (const observation of unreturned) builder.graded(observation);
    return builder.build();
  });
  const rough = watch.run('turnbull', () => turnbull(evidence));
  const prior = Float64Array.from(evidence.edges, (edge) => 2 ** (-edge / HALF_LIFE_S));
  const free = watch.run('smoothedSurvival', () => smoothedSurvival(evidence, { prior, passes: 4 }));
  const fits = watch.run('fitLaws, all', () =>
    fitLaws(evidence, undefined, { ...(rough && { survival: rough.survival }) }),
  );
  const weights = akaikeWeights([...fits, { aic: 24 - 2 * free.logLikelihood }], 0.03);
  const survival = watch.run('drawLaw and average', () => {
    const tables = fits.map((fit, index) =>
      weights[index]! > 0 ? averageDraws(evidence, fit, drawLaw(evidence, fit)) : [free.survival],
    );
    return averageSurvival([...tables, [free.survival]], weights);
  });
  watch.run('goneProbabilities, all', () => goneProbabilities(evidence, survival));
  watch.run('deathPosterior, each', () => {
    for (let index = 0; index < observationCount(evidence); index += 1)
      deathPosterior(evidence, index, survival);
  });
  const exact = watch.run('build exact evidence, sandboxes alone', () => {
    const builder = new EvidenceBuilder();
    for (const { times, until } of unreturned) {
      if (times[0] === undefined) builder.alive(until);
      else builder.ended(times[0] / 2, times[0]);
    }
    return builder.build();
  });
  watch.run('turnbull, exact', () => turnbull(exact));
  watch.run('kaplanMeier, all gaps', () =>
    kaplanMeier({ durations: reused, ended: new Uint8Array(reused.length) }),
  );
  watch.run('isotonic, all gaps', () => isotonic(reused));
  return { classes: observationCount(evidence), edges: evidence.edges.length };
}

function bench(options: Options, command: string): number {
  const watch = new Stopwatch();
  let size = { classes: 0, edges: 0 };
  for (let turn = 0; turn < options.rounds; turn += 1) size = round(options, watch);
  const median = (values: number[]): string =>
    values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!.toFixed(0);
  console.log(
    `${command}\nNode ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}`,
  );
  console.log(
    `${options.gaps} gaps, ${options.sandboxes} unreturned sandboxes: ${size.classes} different observations on ${size.edges} edges; ${options.rounds} rounds\n`,
  );
  console.log('| step | wall, ms | CPU, ms |\n| --- | ---: | ---: |');
  for (const [name, own] of watch.steps) {
    console.log(
      `| ${name} | ${median(own.map(({ wallMs }) => wallMs))} | ${median(own.map(({ cpuMs }) => cpuMs))} |`,
    );
  }
  return 0;
}

await runBench('bench:statistics', read, bench);
