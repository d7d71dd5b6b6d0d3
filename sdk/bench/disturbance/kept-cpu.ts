import { setTimeout as sleep } from 'node:timers/promises';
import { openCpuQuota } from '../overhead/cpu-quota.ts';
import type { CpuQuota, QuotaSize } from '../overhead/cpu-quota.ts';
import { Deployments } from '../overhead/deployments.ts';
import type { Deployment } from '../overhead/deployments.ts';
import { Sandbox } from '../overhead/sandbox.ts';
import type { Sinks } from '../overhead/sinks.ts';
import { selectVariants } from '../overhead/variants.ts';

/** Lambda's share of a core for 128 MB, in its period of 20 ms. */
export const LAMBDA_128_MB: QuotaSize = { quotaMicros: 1429, periodMicros: 20_000 };

const PAUSE_MS = 4;

/** CPU time of the process from the settled call until the next event arrived, µs, one value per invocation. */
export interface KeptCpu {
  readonly bareMicros: number[];
  /** Of invocations whose export was postponed. */
  readonly keptMicros: number[];
  /** Of invocations that were followed by an export. */
  readonly exportedMicros: number[];
}

/**
 * Invocations 4 ms apart under a CPU quota, bare and wrapped processes in turn, without the first 30 of each process.
 *
 * @returns the samples, or why there can be no quota
 */
export async function measureKeptCpu(
  sinks: Sinks,
  sdkFolder: string,
  plan: { readonly rounds: number; readonly invocations: number },
): Promise<KeptCpu | { readonly refused: string }> {
  const quota = openCpuQuota(LAMBDA_128_MB);
  if ('refused' in quota) return quota;
  using _ = quota;
  await using deployments = await Deployments.create(sdkFolder);
  const result: KeptCpu = { bareMicros: [], keptMicros: [], exportedMicros: [] };
  const variants = selectVariants(['sandscope-esm']);
  const deployed: Deployment[] = [];
  for (const variant of variants) deployed.push(await deployments.deploy(variant));
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const deployment of deployed) {
      const { exported, restMicros } = await runOne(
        deployment,
        { deployments, sinks },
        quota,
        plan.invocations,
      );
      for (const [i, micros] of restMicros.entries()) {
        if (i < 30) continue;
        if (deployment.variant.id.startsWith('bare')) result.bareMicros.push(micros);
        else (exported[i] ? result.exportedMicros : result.keptMicros).push(micros);
      }
    }
  }
  return result;
}

async function runOne(
  deployment: Deployment,
  around: { readonly deployments: Deployments; readonly sinks: Sinks },
  quota: CpuQuota,
  invocations: number,
): Promise<{ exported: boolean[]; restMicros: readonly number[] }> {
  await using sandbox = await Sandbox.start(deployment, around, quota);
  await sandbox.idle();
  const exported = [true];
  for (let i = 1; i < invocations; i += 1) {
    await sleep(PAUSE_MS);
    const before = around.sinks.delivered.spans;
    await sandbox.invoke({ name: 'world' });
    exported.push(around.sinks.delivered.spans > before);
  }
  await sleep(PAUSE_MS);
  return { exported, restMicros: (await sandbox.report()).restCpuMicros };
}
