import type { HostOf, SandboxFacts } from './sandbox-facts.ts';
import { groupBy } from './lifelines.ts';
import { mostAtOnce } from './most-at-once.ts';

/** Total spread of readings of one kernel's boot time, ms: half a second to either side. */
const SAME_BOOT_MS = 1_000;
/** Boot times further apart than this belong to two kernels. */
const APART_MS = 500;

interface Booted {
  readonly fact: SandboxFacts;
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Finds hosts of sandboxes that report when their kernel booted but not its boot id. Sandboxes share a host if they
 * booted within half a second of one another on equal hardware, report that the kernel is shared, and were seen alive
 * at once. If boot times are too close together to separate kernels, it makes no claim.
 *
 * @param facts of one deployment, none with a private kernel
 */
export function hostsByBootTime(facts: readonly SandboxFacts[]): Map<SandboxFacts, HostOf> {
  const hosts = new Map<SandboxFacts, HostOf>();
  const candidates = facts.flatMap((fact): Booted[] => {
    const { declaredHostId, bootId, bootTime, isolation } = fact;
    if (declaredHostId !== '' || bootId !== '' || isolation !== 'shared' || !bootTime) return [];
    if (hardwareOf(fact) === '' || bootTime.maxMs - bootTime.minMs > SAME_BOOT_MS) return [];
    return [{ fact, ...bootTime }];
  });
  for (const [hardware, alike] of groupBy(candidates, ({ fact }) => hardwareOf(fact))) {
    for (const kernel of kernelsOf(alike)) {
      const first = Math.min(...kernel.map(({ minMs }) => minMs));
      const last = Math.max(...kernel.map(({ maxMs }) => maxMs));
      const together = mostAtOnce(kernel.map(({ fact }) => fact));
      if (last - first > SAME_BOOT_MS || together < 2) continue;
      const bootedAt = new Date(Math.round((first + last) / 2000) * 1000).toISOString();
      const host: HostOf = {
        id: `booted-${bootedAt.replace('.000', '')}-${hardware}`,
        confidence: 'derived',
        evidence: [`${together} sandboxes alive at once with this boot time, on equal hardware`],
      };
      for (const { fact } of kernel) hosts.set(fact, host);
    }
  }
  return hosts;
}

function hardwareOf({ fingerprint, cpuModel }: SandboxFacts): string {
  return fingerprint === '' ? cpuModel : fingerprint;
}

/** Splits boot times wherever the gap is longer than readings can differ. */
function kernelsOf(alike: readonly Booted[]): Booted[][] {
  const kernels: Booted[][] = [];
  let lastMs = -Infinity;
  for (const booted of alike.toSorted((a, b) => a.minMs - b.minMs)) {
    if (booted.minMs - lastMs > APART_MS) kernels.push([]);
    kernels.at(-1)?.push(booted);
    lastMs = Math.max(lastMs, booted.maxMs);
  }
  return kernels;
}
