import { learnHosts } from '../../collector/src/correlate/hosts.ts';
import type { SandboxFacts } from '../../collector/src/correlate/hosts.ts';
import { seededRandom } from '../../collector/src/statistics/index.ts';
import { play } from './simulator/platform.ts';
import type { TrueSandbox } from './simulator/platform.ts';
import type { Scenario } from './simulator/scenario.ts';
import { instanceOf, ORIGIN_MS } from './simulator/spans.ts';

/** The facts that sandboxes report about their machines. */
export interface HostScenario {
  readonly name: string;
  /** Whether sandboxes on one machine share its kernel. */
  readonly isShared: boolean;
  /** Number of machines on which sandboxes are placed at random. */
  readonly machines: number;
  readonly tellsBootId: boolean;
  /** Share of sandboxes started from another one's snapshot, kernel included, without reporting it. */
  readonly clones?: number;
}

export const HOST_SCENARIOS: readonly HostScenario[] = [
  { name: 'shared kernels', isShared: true, machines: 8, tellsBootId: true },
  { name: 'shared kernels, no boot id', isShared: true, machines: 8, tellsBootId: false },
  { name: 'private kernels', isShared: false, machines: 8, tellsBootId: true },
  { name: 'private kernels, clones', isShared: false, machines: 8, tellsBootId: true, clones: 0.3 },
];

/** Conclusions about the machines in one run. */
export interface PlayedHosts {
  readonly hosts: string;
  readonly sandboxes: number;
  /** Sandboxes for which a host was named. */
  readonly claimed: number;
  /** Pairs of sandboxes for which the same host was named, and how many of those were on one machine. */
  readonly joined: number;
  readonly joinedRight: number;
  /** Pairs that were on one machine at the same time, as their calls show, and how many of those got the same host. */
  readonly together: number;
  readonly found: number;
}

const PLATFORM: Scenario = {
  name: 'hosts',
  law: { kind: 'soft', threshold: 320, width: 22 },
  order: 'random',
  load: { kind: 'bursts', size: 12, apart: 600 },
  hours: 8,
};

export async function playHosts(seed: number): Promise<PlayedHosts> {
  const scenario = HOST_SCENARIOS[seed % HOST_SCENARIOS.length]!;
  const run = play({ ...PLATFORM, clones: scenario.clones ?? 0 }, 2_000_000 + seed);
  const random = seededRandom(seed + 17);
  const machines = Array.from({ length: scenario.machines }, (_, index) => ({
    id: index,
    // All of them were rebooted within some hours of each other, as fleets are.
    bootMs: ORIGIN_MS - 1e6 - 3e7 * random.uniform(),
  }));
  const placed = run.sandboxes
    .filter(({ calls }) => calls.length > 0)
    .map((sandbox) => ({ sandbox, machine: machines[random.below(machines.length)]! }));
  const facts = placed.map(({ sandbox, machine }) => factsOf(scenario, sandbox, machine, random));
  const hosts = await learnHosts(facts);
  const named = facts.map(({ key }) => hosts.get(key!)?.id);
  const score = { joined: 0, joinedRight: 0, together: 0, found: 0 };
  for (let a = 0; a < placed.length; a += 1) {
    for (let b = a + 1; b < placed.length; b += 1) {
      const isOne = placed[a]!.machine === placed[b]!.machine;
      const isJoined = named[a] !== undefined && named[a] === named[b];
      if (isJoined) score.joined += 1;
      if (isJoined && isOne) score.joinedRight += 1;
      const atOnce =
        facts[a]!.firstStartMs < facts[b]!.lastEndMs && facts[b]!.firstStartMs < facts[a]!.lastEndMs;
      if (!isOne || !atOnce) continue;
      score.together += 1;
      if (isJoined) score.found += 1;
    }
  }
  const claimed = named.filter((id) => id !== undefined).length;
  return { hosts: scenario.name, sandboxes: placed.length, claimed, ...score };
}

function factsOf(
  { isShared, tellsBootId }: HostScenario,
  sandbox: TrueSandbox,
  machine: { readonly id: number; readonly bootMs: number },
  random: { uniform(): number; normal(): number },
): SandboxFacts {
  const environment = instanceOf(sandbox);
  // A kernel frozen in a snapshot keeps its boot id.
  const kernel = isShared ? `machine-${machine.id}` : `vm-${sandbox.snapshot}`;
  const bootMs = isShared ? machine.bootMs : ORIGIN_MS + 1e3 * sandbox.born - 60_000 - 1e6 * random.uniform();
  const readings = sandbox.calls.slice(0, 20).map(() => bootMs + 26 * random.normal());
  return {
    key: environment,
    function: 'f',
    environment,
    sandboxId: `sandbox-${sandbox.snapshot}`,
    sandboxIdSource: 'sandscope.sandbox.id',
    instance: environment,
    bootId: tellsBootId ? kernel : '',
    bootTime: { minMs: Math.min(...readings), maxMs: Math.max(...readings) },
    isolation: isShared ? 'shared' : 'unknown',
    initTypes: ['on_demand'],
    declaredHostId: '',
    fingerprint: 'hardware-1',
    cpuModel: '',
    tellsOrdinals: true,
    platform: 'p',
    region: 'r',
    accountId: '1',
    firstStartMs: ORIGIN_MS + 1e3 * sandbox.calls[0]!.start,
    lastEndMs: ORIGIN_MS + 1e3 * sandbox.calls.at(-1)!.end,
  };
}
