import { HOST_CONFIDENCES } from '@sandscope/probes/semconv';
import type { HostConfidence } from '@sandscope/probes/semconv';
import { addToGroup } from '../lists/index.ts';
import { hostsByBootTime } from './hosts-by-boot-time.ts';
import { lifelineKey } from './lifelines.ts';
import { mostAtOnce } from './most-at-once.ts';
import { hasPrivateKernel } from './sandbox-facts.ts';
import type { HostOf, SandboxFacts } from './sandbox-facts.ts';
import { TimeSlice } from './time-slice.ts';

export type { HostOf, SandboxFacts } from './sandbox-facts.ts';

const UNKNOWN_HOST: HostOf = { confidence: 'none', evidence: [] };

/**
 * Host of each sandbox, by lifeline key.
 *
 * A declared id is used directly. Otherwise the kernel's boot id identifies the host only if sandboxes are shown to
 * share that kernel: two of them were alive at once with it, they are not clones of one another, and nothing indicates
 * a snapshot or a private kernel. That proves nothing about any other kernel. Where no boot id can be read, sandboxes
 * that report a shared kernel are on one host if it booted at the same time on the same hardware; that is `derived`.
 *
 * @param slice when to let other work run: there may be a hundred thousand sandboxes
 */
export async function learnHosts(
  facts: Iterable<SandboxFacts>,
  slice: TimeSlice = new TimeSlice(),
): Promise<Map<string, HostOf>> {
  const hosts = new Map<string, HostOf>();
  const deployments = new Map<string, SandboxFacts[]>();
  await slice.each(facts, (fact) => {
    const { sandboxId, platform, region, accountId } = fact;
    if (sandboxId !== '') addToGroup(deployments, `${platform}\0${region}\0${accountId}`, fact);
  });
  for (const deployment of deployments.values()) {
    const learned = await learnKernels(deployment, slice);
    const derived = await hostsByBootTime(deployment, slice);
    const known = new Map<string, HostOf>();
    await slice.each(deployment, (fact) => {
      const key = fact.key ?? lifelineKey(fact);
      const byBootTime = derived.get(fact);
      if (byBootTime) {
        hosts.set(key, byBootTime);
        return;
      }
      const told = fact.declaredHostId === '' ? fact.bootId : `${fact.declaredHostId}\0${fact.bootId}`;
      const host = known.get(told) ?? hostOf(fact, learned);
      known.set(told, host);
      hosts.set(key, host);
    });
  }
  return hosts;
}

interface Learned {
  /** Boot ids for which some sandbox reports a snapshot or a private kernel. */
  readonly isPrivate: ReadonlySet<string>;
  readonly shared: ReadonlyMap<string, number>;
  readonly bootsOfName: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What the sandboxes of one deployment show about their kernels. */
async function learnKernels(deployment: readonly SandboxFacts[], slice: TimeSlice): Promise<Learned> {
  const kernels = new Map<string, SandboxFacts[]>();
  const isPrivate = new Set<string>();
  await slice.each(deployment, (fact) => {
    if (fact.bootId === '') return;
    addToGroup(kernels, fact.bootId, fact);
    if (hasPrivateKernel(fact)) isPrivate.add(fact.bootId);
  });
  const shared = new Map<string, number>();
  for (const [bootId, members] of kernels) {
    if (isPrivate.has(bootId)) continue;
    const together = await mostAtOnce(members, slice);
    if (together > 1) shared.set(bootId, together);
  }
  const bootsOfName = new Map<string, Set<string>>();
  await slice.each(deployment, ({ declaredHostId, bootId }) => {
    if (declaredHostId === '' || !shared.has(bootId)) return;
    bootsOfName.set(declaredHostId, (bootsOfName.get(declaredHostId) ?? new Set()).add(bootId));
  });
  return { isPrivate, shared, bootsOfName };
}

function hostOf(fact: SandboxFacts, { isPrivate, shared, bootsOfName }: Learned): HostOf {
  if (fact.declaredHostId !== '') {
    const boots = bootsOfName.get(fact.declaredHostId) ?? new Set<string>();
    // A name reused for another machine: same name, another kernel, and kernels here are known to be shared.
    const again = boots.size > 1 && boots.has(fact.bootId);
    return {
      id: again ? `${fact.declaredHostId}@${fact.bootId.slice(0, 8)}` : fact.declaredHostId,
      confidence: 'declared',
      evidence: [
        `declared as ${fact.declaredHostId}`,
        ...(again ? [`${boots.size} kernels were seen under this name`] : []),
      ],
    };
  }
  const together = shared.get(fact.bootId);
  if (together === undefined || isPrivate.has(fact.bootId)) return UNKNOWN_HOST;
  return {
    id: fact.bootId,
    confidence: 'kernel',
    evidence: [`${together} sandboxes alive at once with this boot id`],
  };
}

/** The lowest confidence of all known hosts; `none` where no host is known. */
export function weakest(hosts: Iterable<Pick<HostOf, 'confidence'>>): HostConfidence {
  let rank = -1;
  for (const { confidence } of hosts) {
    if (confidence !== 'none') rank = Math.max(rank, HOST_CONFIDENCES.indexOf(confidence));
  }
  return HOST_CONFIDENCES[rank] ?? 'none';
}
