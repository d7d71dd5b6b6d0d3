import { HOST_CONFIDENCES } from '@sandscope/probes/semconv';
import type { HostConfidence } from '@sandscope/probes/semconv';
import { groupBy, lifelineKey } from './lifelines.ts';

/** What a sandbox told of its kernel and host; empty text is what it did not tell. */
export interface SandboxFacts {
  readonly function: string;
  readonly sandboxId: string;
  readonly instance: string;
  readonly bootId: string;
  /** `shared`, `microvm`, `gvisor`, `unknown` or empty. */
  readonly isolation: string;
  readonly initTypes: readonly string[];
  readonly declaredHostId: string;
  readonly platform: string;
  readonly region: string;
  readonly accountId: string;
  readonly firstStartMs: number;
  readonly lastEndMs: number;
}

/** The host of a sandbox, or the honest absence of one. */
export interface HostOf {
  /** Absent when the confidence is `none`. */
  readonly id?: string;
  readonly confidence: HostConfidence;
  /** What the id rests on, in sentences for a reader. */
  readonly evidence: readonly string[];
}

const UNKNOWN_HOST: HostOf = { confidence: 'none', evidence: [] };

/**
 * Host of each sandbox, by lifeline key.
 *
 * A declared id is taken as it is. Otherwise the kernel's boot id is the host's only where sandboxes are shown to
 * share a kernel: two of them alive at once with one boot id, and nothing that speaks of a snapshot or a private
 * kernel. One such pair is proof for the other boot ids of its deployment (platform, region, account) too.
 */
export function learnHosts(facts: readonly SandboxFacts[]): Map<string, HostOf> {
  const hosts = new Map<string, HostOf>();
  for (const deployment of groupBy(facts, (fact) =>
    JSON.stringify([fact.platform, fact.region, fact.accountId]),
  ).values()) {
    const kernels = groupBy(
      deployment.filter((fact) => fact.bootId !== ''),
      (fact) => fact.bootId,
    );
    const shared = new Map<string, number>();
    for (const [bootId, members] of kernels) {
      const together = sharedAtOnce(members);
      if (together > 1) shared.set(bootId, together);
    }
    const bootsOfName = groupBy(
      deployment.filter((fact) => fact.declaredHostId !== '' && shared.has(fact.bootId)),
      (fact) => fact.declaredHostId,
    );
    for (const fact of deployment) {
      hosts.set(lifelineKey(fact), hostOf(fact, { kernels, shared, bootsOfName }));
    }
  }
  return hosts;
}

interface Learned {
  readonly kernels: ReadonlyMap<string, readonly SandboxFacts[]>;
  readonly shared: ReadonlyMap<string, number>;
  readonly bootsOfName: ReadonlyMap<string, readonly SandboxFacts[]>;
}

function hostOf(fact: SandboxFacts, { kernels, shared, bootsOfName }: Learned): HostOf {
  if (fact.declaredHostId !== '') {
    const boots = new Set(bootsOfName.get(fact.declaredHostId)?.map(({ bootId }) => bootId));
    // A name given again to another machine: same name, another kernel, and kernels here are known to be shared.
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
  if (shared.size === 0 || fact.bootId === '' || kernels.get(fact.bootId)?.some(hasPrivateKernel))
    return UNKNOWN_HOST;
  const together = shared.get(fact.bootId);
  return {
    id: fact.bootId,
    confidence: 'kernel',
    evidence: [
      together === undefined
        ? 'boot id of a deployment whose sandboxes are shown to share kernels'
        : `${together} sandboxes alive at once with this boot id`,
    ],
  };
}

function hasPrivateKernel(fact: SandboxFacts): boolean {
  return fact.isolation === 'microvm' || fact.isolation === 'gvisor' || fact.initTypes.includes('restored');
}

/** The most sandboxes of one boot id that were alive at once; 0 where the boot id may be a clone's. */
function sharedAtOnce(members: readonly SandboxFacts[]): number {
  if (members.some(hasPrivateKernel)) return 0;
  const byId = groupBy(members, (fact) => fact.sandboxId);
  const lives = [...byId.values()].map((same) => ({
    from: Math.min(...same.map((fact) => fact.firstStartMs)),
    to: Math.max(...same.map((fact) => fact.lastEndMs)),
  }));
  const moments = lives
    .flatMap(({ from, to }) => [
      { at: from, change: 1 },
      { at: to, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let alive = 0;
  let most = 0;
  for (const { change } of moments) {
    alive += change;
    most = Math.max(most, alive);
  }
  return most;
}

/** The lowest confidence among known hosts; `none` where no host is known. */
export function weakest(hosts: Iterable<HostOf>): HostConfidence {
  let rank = -1;
  for (const { confidence } of hosts) {
    if (confidence !== 'none') rank = Math.max(rank, HOST_CONFIDENCES.indexOf(confidence));
  }
  return HOST_CONFIDENCES[rank] ?? 'none';
}
