import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Deployment } from './deployments.ts';
import { measureCold, type ColdSample } from './measure.ts';
import type { Surroundings } from './sandbox.ts';
import { estimate, estimateAdded, type Estimate } from './statistics.ts';
import type { Variant } from './variants.ts';

const HANDLERS = fileURLToPath(new URL('handlers/', import.meta.url));
const run = promisify(execFile);

/** A part of the time that Sandscope adds to the first response. */
export interface Stage {
  readonly name: string;
  /** Wall time and CPU time of the process, ms; a stage within a single process has no separate CPU time. */
  readonly wallMs: Estimate;
  readonly cpuMs?: Estimate;
  /** A part of the stage above it. */
  readonly within: boolean;
}

/** A single system call of a warm invocation, medians, µs. */
export interface Step {
  readonly name: string;
  /** After a pause of 4 ms, as between two invocations of the benchmark. */
  readonly pausedMicros: number;
  /** In a loop. */
  readonly loopedMicros: number;
}

/** Explanation of the figures. */
export interface Breakdown {
  readonly stages: readonly Stage[];
  readonly steps: readonly Step[];
}

const stage = (id: string, handler: string): Variant => ({
  id: `stage-${id}`,
  title: id,
  handler,
  peer: false,
  packages: id === 'bare' ? [] : ['@sandscope/sdk'],
});

// Each step includes the previous one.
const BUILD_UP = [
  stage('bare', 'bare.cjs'),
  stage('load', 'stage-load.cjs'),
  stage('wrap', 'stage-wrap.cjs'),
  stage('call', 'sandscope.cjs'),
];
const NAMES = ['load the package', 'wrap the handler and register the extension', 'first invocation'];

interface LoadSteps {
  readonly find: number;
  readonly read: number;
  readonly compile: number;
  readonly evaluate: number;
}

/** Measures the steps of the CommonJS variant in rounds, and single steps separately. */
export async function measureBreakdown(
  around: Surroundings,
  rounds: number,
  log: (line: string) => void,
): Promise<Breakdown> {
  const deployments: Deployment[] = [];
  for (const variant of BUILD_UP) deployments.push(await around.deployments.deploy(variant));
  const samples: ColdSample[][] = BUILD_UP.map(() => []);
  const loads: LoadSteps[] = [];
  const { folder } = deployments.at(-1)!;
  await copyFile(join(HANDLERS, 'load-steps.cjs'), join(folder, 'load-steps.cjs'));
  for (let round = 0; round < rounds; round += 1) {
    log(`stages ${round + 1}/${rounds}`);
    for (let i = 0; i < deployments.length; i += 1) {
      const at = (i + round) % deployments.length;
      samples[at]!.push(await measureCold(deployments[at]!, around));
    }
    const { stdout } = await run(process.execPath, [join(folder, 'load-steps.cjs')]);
    loads.push(JSON.parse(stdout) as LoadSteps);
  }
  log('single steps');
  const { stdout } = await run(process.execPath, [join(HANDLERS, 'warm-steps.cjs')]);
  return { stages: stagesOf(samples, loads), steps: JSON.parse(stdout) as Step[] };
}

function stagesOf(samples: readonly ColdSample[][], loads: readonly LoadSteps[]): Stage[] {
  const part = (name: string, figure: (load: LoadSteps) => number): Stage => ({
    name,
    wallMs: estimate(loads.map(figure)),
    within: true,
  });
  return NAMES.flatMap((name, i) => {
    const added = (figure: (sample: ColdSample) => number): Estimate =>
      estimateAdded(samples[i + 1]!.map(figure), samples[i]!.map(figure));
    const whole: Stage = {
      name,
      wallMs: added((one) => one.firstResponseMs),
      cpuMs: added((one) => one.startupCpuMs),
      within: false,
    };
    if (i > 0) return [whole];
    return [
      whole,
      part('Node finds it by its `exports`', ({ find }) => find),
      part('read', ({ read }) => read),
      part('compiled', ({ compile }) => compile),
      part('evaluated', ({ evaluate }) => evaluate),
    ];
  });
}
