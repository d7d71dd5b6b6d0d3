import { HOST_CONFIDENCES } from '@sandscope/probes/semconv';
import type { HostConfidence } from '@sandscope/probes/semconv';
import { groupBy, lifelineKey } from './lifelines.ts';

/** What a sandbox told of its kernel and host; empty text is what it did not tell. */
export interface SandboxFacts {
  /** Its lifeline key, where that was made already. */
  readonly key?: string;
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
  const deployments = groupBy(
    facts,
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
      const together = sharedAtOnce(members);
      if (together > 1) shared.set(bootId, together);
    }
    const bootsOfName = new Map<string, Set<string>>();
    for (const { declaredHostId, bootId } of deployment) {
      if (declaredHostId === '' || !shared.has(bootId)) continue;
      bootsOfName.set(declaredHostId, (bootsOfName.get(declaredHostId) ?? new Set()).add(bootId));
    }
    const known = new Map<string, HostOf>();
    for (const fact of deployment) {
      const told = fact.declaredHostId === '' ? fact.bootId : `${fact.declaredHostId}\0${fact.bootId}`;
      const host = known.get(told) ?? hostOf(fact, { isPrivate, shared, bootsOfName });
      known.set(told, host);
      hosts.set(fact.key ?? lifelineKey(fact), host);
    }
  }
  return hosts;
}

interface Learned {
  /** Boot ids of which some sandbox speaks of a snapshot or a private kernel. */
  readonly isPrivate: ReadonlySet<string>;
  readonly shared: ReadonlyMap<string, number>;
  readonly bootsOfName: ReadonlyMap<string, ReadonlySet<string>>;
}

function hostOf(fact: SandboxFacts, { isPrivate, shared, bootsOfName }: Learned): HostOf {
  if (fact.declaredHostId !== '') {
    const boots = bootsOfName.get(fact.declaredHostId) ?? new Set<string>();
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
  if (shared.size === 0 || fact.bootId === '' || isPrivate.has(fact.bootId)) return UNKNOWN_HOST;
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

/** The most sandboxes of one boot id that were alive at once. */
function sharedAtOnce(members: readonly SandboxFacts[]): number {
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
export function weakest(hosts: Iterable<Pick<HostOf, 'confidence'>>): HostConfidence {
  let rank = -1;
  for (const { confidence } of hosts) {
    if (confidence !== 'none') rank = Math.max(rank, HOST_CONFIDENCES.indexOf(confidence));
  }
  return HOST_CONFIDENCES[rank] ?? 'none';
}
