import { HOST_CONFIDENCES } from '@sandscope/probes/semconv';
import type { HostConfidence } from '@sandscope/probes/semconv';
import { hostsByBootTime } from './hosts-by-boot-time.ts';
import { groupBy, lifelineKey } from './lifelines.ts';
import { mostAtOnce } from './most-at-once.ts';
import type { HostOf, SandboxFacts } from './sandbox-facts.ts';

export type { HostOf, SandboxFacts } from './sandbox-facts.ts';

const UNKNOWN_HOST: HostOf = { confidence: 'none', evidence: [] };

/**
 * Host of each sandbox, by lifeline key.
 *
 * A declared id is used directly. Otherwise the kernel's boot id identifies the host only if sandboxes are shown to
 * share that kernel: two of them were alive at once with it, they are not clones of one another, and nothing indicates
 * a snapshot or a private kernel. That proves nothing about any other kernel. Where no boot id can be read, sandboxes
 * that report a shared kernel are on one host if it booted at the same time on the same hardware; that is `derived`.
 */
export function learnHosts(facts: readonly SandboxFacts[]): Map<string, HostOf> {
  const hosts = new Map<string, HostOf>();
  const deployments = groupBy(
    facts.filter(({ sandboxId }) => sandboxId !== ''),
    ({ platform, region, accountId }) => `${platform}\0${region}\0${accountId}`,
  );
  for (const deployment of deployments.values()) {
    const kernels = groupBy(
      deployment.filter((fact) => fact.bootId !== ''),
      (fact) => fact.bootId,
    );
    const shared = new Map<string, number>();
    const isPrivate = new Set<string>();
    for (const [bootId, members] of kernels) {
      if (members.some(hasPrivateKernel)) {
        isPrivate.add(bootId);
        continue;
      }
      const together = mostAtOnce(members);
      if (together > 1) shared.set(bootId, together);
    }
    const bootsOfName = new Map<string, Set<string>>();
    for (const { declaredHostId, bootId } of deployment) {
      if (declaredHostId === '' || !shared.has(bootId)) continue;
      bootsOfName.set(declaredHostId, (bootsOfName.get(declaredHostId) ?? new Set()).add(bootId));
    }
    const known = new Map<string, HostOf>();
    const derived = hostsByBootTime(deployment.filter((fact) => !hasPrivateKernel(fact)));
    for (const fact of deployment) {
      const byBootTime = derived.get(fact);
      if (byBootTime) {
        hosts.set(fact.key ?? lifelineKey(fact), byBootTime);
        continue;
      }
      const told = fact.declaredHostId === '' ? fact.bootId : `${fact.declaredHostId}\0${fact.bootId}`;
      const host = known.get(told) ?? hostOf(fact, { isPrivate, shared, bootsOfName });
      known.set(told, host);
      hosts.set(fact.key ?? lifelineKey(fact), host);
    }
  }
  return hosts;
}

interface Learned {
  /** Boot ids for which some sandbox reports a snapshot or a private kernel. */
  readonly isPrivate: ReadonlySet<string>;
  readonly shared: ReadonlyMap<string, number>;
  readonly bootsOfName: ReadonlyMap<string, ReadonlySet<string>>;
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

/** Whether a sandbox reports a snapshot or a private kernel. */
export function hasPrivateKernel(fact: SandboxFacts): boolean {
  return fact.isolation === 'microvm' || fact.isolation === 'gvisor' || fact.initTypes.includes('restored');
}

/** The lowest confidence of all known hosts; `none` where no host is known. */
export function weakest(hosts: Iterable<Pick<HostOf, 'confidence'>>): HostConfidence {
  let rank = -1;
  for (const { confidence } of hosts) {
    if (confidence !== 'none') rank = Math.max(rank, HOST_CONFIDENCES.indexOf(confidence));
  }
  return HOST_CONFIDENCES[rank] ?? 'none';
}
