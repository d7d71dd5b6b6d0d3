import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measureBundle } from './bundle-sizes.ts';
import { PERIOD_MICROS, QUOTA_MICROS } from './cpu-quota.ts';
import { peerVersion } from './peers.ts';
import type { Plan } from './plan.ts';
import { summarize, type VariantResult } from './results.ts';
import type { Run, Samples } from './run.ts';
import type { Breakdown } from './stages.ts';
import { judgeTargets, type Target } from './targets.ts';
import { readFile } from 'node:fs/promises';
import type { Variant } from './variants.ts';

/** All results of a run; the output of `--json`. */
export interface Report {
  readonly format: 'sandscope-overhead/1';
  /** RFC 3339, UTC. */
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly plan: Omit<Plan, 'only'>;
  readonly quota?: {
    readonly cgroup: 'v1' | 'v2';
    readonly quotaMicros: number;
    readonly periodMicros: number;
  };
  readonly warnings: readonly string[];
  readonly variants: readonly VariantResult[];
  readonly targets: readonly Target[];
  readonly breakdown?: Breakdown;
}

export interface Machine {
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly arch: string;
  readonly kernel: string;
  readonly node: string;
  /** One-minute load average before the first measurement. */
  readonly loadAverage: number;
}

export function readMachine(): Machine {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryBytes: totalmem(),
    arch: arch(),
    kernel: release(),
    node: process.version,
    loadAverage: loadavg()[0]!,
  };
}

/** Turns a run's samples into figures, compares them with the targets and lists doubts about them. */
export async function makeReport(
  run: Run,
  { plan, machine, command, sdkFolder }: { plan: Plan; machine: Machine; command: string; sdkFolder: string },
): Promise<Report> {
  const variants = await Promise.all(
    run.samples.map(async (samples) => {
      const { variant } = samples;
      const bare = run.samples.find((other) => other.variant.id === variant.baseline);
      const bundle = samples.problems.length === 0 ? await measureBundle(variant, sdkFolder) : undefined;
      return summarize(samples, bare, await versions(variant), bundle);
    }),
  );
  const { only: _, ...planned } = plan;
  return {
    format: 'sandscope-overhead/1',
    date: new Date().toISOString(),
    command,
    machine,
    plan: planned,
    ...(run.quotaCgroup && {
      quota: { cgroup: run.quotaCgroup, quotaMicros: QUOTA_MICROS, periodMicros: PERIOD_MICROS },
    }),
    warnings: [...run.warnings, ...doubts(machine, run.samples, variants)],
    variants,
    targets: judgeTargets(variants),
    ...(run.breakdown && { breakdown: run.breakdown }),
  };
}

async function versions(variant: Variant): Promise<Record<string, string>> {
  const found = await Promise.all(
    variant.packages.map(
      async (name) => [name, variant.peer ? await peerVersion(name) : await ownVersion()] as const,
    ),
  );
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function ownVersion(): Promise<string> {
  const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}

// The very last export of a process may still be in progress when it is killed.
const DELIVERED = 0.98;

function doubts(machine: Machine, samples: readonly Samples[], results: readonly VariantResult[]): string[] {
  const found: string[] = [];
  if (machine.loadAverage > 0.5)
    found.push(`the machine was busy before the run began: load average ${machine.loadAverage.toFixed(2)}`);
  for (const [i, { variant, problems }] of samples.entries()) {
    const result = results[i]!;
    if (result.status === 'missing') found.push(`MISSING: ${variant.title}: ${problems[0] ?? 'no samples'}`);
    else if (problems.length > 0)
      found.push(`${variant.title}: ${problems.length} rounds failed: ${problems[0]}`);
    if (result.deliveredPerInvocation && !isDelivered(variant, result.deliveredPerInvocation))
      found.push(
        `${variant.title} did not deliver its ${variant.delivers} for every invocation, so its figures look better than they are`,
      );
    else if (variant.delivers === 'spans' && (result.measuredSpansPerInvocation ?? 1) < DELIVERED)
      found.push(
        `${variant.title} exported ${result.measuredSpansPerInvocation} spans for each measured invocation while it was measured, and the rest before or afterwards, so its CPU time looks better than it is`,
      );
    if (variant.id.startsWith('sandscope') && result.extensions < result.processes)
      found.push(
        `${variant.title} registered its extension in ${result.extensions} of ${result.processes} processes only; in the others it exports before the response`,
      );
  }
  return found;
}

function isDelivered(
  { delivers }: Variant,
  each: NonNullable<VariantResult['deliveredPerInvocation']>,
): boolean {
  if (delivers === undefined) return true;
  if (delivers === 'stdout') return each.stdoutBytes >= 100;
  return each[delivers] >= DELIVERED;
}
