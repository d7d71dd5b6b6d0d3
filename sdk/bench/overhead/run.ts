import { openCpuQuota } from './cpu-quota.ts';
import { Deployments, type Deployment } from './deployments.ts';
import { measureCold, measureUnderQuota, measureWarm, type ColdSample, type WarmSample } from './measure.ts';
import { installPeers } from './peers.ts';
import type { Plan } from './plan.ts';
import type { Surroundings } from './sandbox.ts';
import { Sinks } from './sinks.ts';
import { measureBreakdown, type Breakdown } from './stages.ts';
import { selectVariants, type Variant } from './variants.ts';

/** Results of a variant's rounds; undefined for a failed round, so that rounds stay paired. */
export interface Samples {
  readonly variant: Variant;
  readonly cold: (ColdSample | undefined)[];
  readonly warm: (WarmSample | undefined)[];
  readonly quotaFirstResponseMs: (number | undefined)[];
  /** Why there are no samples, or fewer than planned. */
  readonly problems: string[];
}

/** All samples of a run. */
export interface Run {
  readonly samples: readonly Samples[];
  /** Notes for the reader of the figures. */
  readonly warnings: readonly string[];
  /** The breakdown of Sandscope's figures; absent if it was not measured. */
  readonly breakdown?: Breakdown;
  /** The cgroup version of the quota; absent without a quota. */
  readonly quotaCgroup?: 'v1' | 'v2';
}

/**
 * Measures round by round. Each round runs all variants one after another, and the next round begins with another
 * variant, so that slow periods of the machine and the position in the round affect all variants alike.
 *
 * @param sdkFolder the built SDK
 * @param log receives progress messages
 */
export async function measureAll(plan: Plan, sdkFolder: string, log: (line: string) => void): Promise<Run> {
  const warnings: string[] = [];
  const variants = selectVariants(plan.only);
  const samples = variants.map<Samples>((variant) => ({
    variant,
    cold: [],
    warm: [],
    quotaFirstResponseMs: [],
    problems: [],
  }));
  const noPeers = variants.some(({ peer }) => peer) ? await installPeers(log) : undefined;
  if (noPeers !== undefined) warnings.push(`PEERS MISSING: ${noPeers}`);
  await using sinks = await Sinks.open();
  await using deployments = await Deployments.create(sdkFolder);
  const around: Surroundings = { deployments, sinks };
  const entries: Entry[] = [];
  for (const one of samples) {
    try {
      if (one.variant.peer && noPeers !== undefined) throw new Error('the peers are not installed');
      entries.push({ samples: one, deployment: await deployments.deploy(one.variant) });
    } catch (error) {
      problem(one, error, log);
    }
  }
  await inRounds('cold', plan.coldRounds, entries, log, async ({ samples, deployment }) => {
    samples.cold.push(await attempt(samples, log, () => measureCold(deployment, around)));
  });
  await inRounds('warm', plan.warmRounds, entries, log, async ({ samples, deployment }) => {
    samples.warm.push(await attempt(samples, log, () => measureWarm(deployment, around, plan)));
  });
  const breakdown = entries.some(({ deployment }) => deployment.variant.id.startsWith('sandscope'))
    ? { breakdown: await measureBreakdown(around, plan.stageRounds, log) }
    : {};
  if (!plan.quota) return { samples, warnings, ...breakdown };
  const quota = openCpuQuota();
  if ('refused' in quota) {
    warnings.push(`CPU QUOTA SKIPPED: ${quota.refused}`);
    return { samples, warnings, ...breakdown };
  }
  using _ = quota;
  await inRounds('quota', plan.quotaOwnRounds, entries, log, async ({ samples, deployment }, round) => {
    if (deployment.variant.peer && round >= plan.quotaRounds) return;
    const measured = await attempt(samples, log, () => measureUnderQuota(deployment, around, quota));
    samples.quotaFirstResponseMs.push(measured);
  });
  return { samples, warnings, ...breakdown, quotaCgroup: quota.version };
}

interface Entry {
  readonly samples: Samples;
  readonly deployment: Deployment;
}

async function inRounds(
  name: string,
  rounds: number,
  entries: readonly Entry[],
  log: (line: string) => void,
  measure: (entry: Entry, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    log(`${name} ${round + 1}/${rounds}`);
    for (let i = 0; i < entries.length; i += 1) await measure(entries[(i + round) % entries.length]!, round);
  }
}

async function attempt<T>(
  samples: Samples,
  log: (line: string) => void,
  measure: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await measure();
  } catch (error) {
    problem(samples, error, log);
    return undefined;
  }
}

function problem(samples: Samples, error: unknown, log: (line: string) => void): void {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  samples.problems.push(text);
  log(`${samples.variant.id}: ${text}`);
}
