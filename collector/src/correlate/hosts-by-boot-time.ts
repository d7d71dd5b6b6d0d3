import { addToGroup } from '../lists/index.ts';
import { mostAtOnce } from './most-at-once.ts';
import { hasPrivateKernel } from './sandbox-facts.ts';
import type { HostOf, SandboxFacts } from './sandbox-facts.ts';
import type { TimeSlice } from './time-slice.ts';

/** Total spread of readings of one kernel's boot time, ms: half a second to either side. */
const SAME_BOOT_MS = 1_000;
/** Boot times further apart than this belong to two kernels. */
const APART_MS = 500;

interface Booted {
  readonly fact: SandboxFacts;
  readonly minMs: number;
  readonly maxMs: number;
}

/** Sandboxes whose boot times cannot be told apart. */
interface Kernel {
  readonly members: SandboxFacts[];
  firstMs: number;
  lastMs: number;
}

/**
 * Finds hosts of sandboxes that report when their kernel booted but not its boot id. Sandboxes share a host if they
 * booted within half a second of one another on equal hardware, report that the kernel is shared, and were seen alive
 * at once. If boot times are too close together to separate kernels, it makes no claim.
 *
 * @param facts of one deployment
 */
export async function hostsByBootTime(
  facts: readonly SandboxFacts[],
  slice: TimeSlice,
): Promise<Map<SandboxFacts, HostOf>> {
  const hosts = new Map<SandboxFacts, HostOf>();
  const byHardware = new Map<string, Booted[]>();
  await slice.each(facts, (fact) => {
    const { declaredHostId, bootId, bootTime, isolation } = fact;
    if (declaredHostId !== '' || bootId !== '' || isolation !== 'shared' || !bootTime) return;
    if (hasPrivateKernel(fact)) return;
    const hardware = hardwareOf(fact);
    if (hardware === '' || bootTime.maxMs - bootTime.minMs > SAME_BOOT_MS) return;
    addToGroup(byHardware, hardware, { fact, ...bootTime });
  });
  for (const [hardware, alike] of byHardware) {
    for (const { members, firstMs, lastMs } of await kernelsOf(alike, slice)) {
      if (lastMs - firstMs > SAME_BOOT_MS) continue;
      const together = await mostAtOnce(members, slice);
      if (together < 2) continue;
      const bootedAt = new Date(Math.round((firstMs + lastMs) / 2000) * 1000).toISOString();
      const host: HostOf = {
        id: `booted-${bootedAt.replace('.000', '')}-${hardware}`,
        confidence: 'derived',
        evidence: [`${together} sandboxes alive at once with this boot time, on equal hardware`],
      };
      await slice.each(members, (fact) => hosts.set(fact, host));
    }
  }
  return hosts;
}

function hardwareOf({ fingerprint, cpuModel }: SandboxFacts): string {
  return fingerprint === '' ? cpuModel : fingerprint;
}

/** Splits boot times wherever the gap is longer than readings can differ. */
async function kernelsOf(alike: readonly Booted[], slice: TimeSlice): Promise<Iterable<Kernel>> {
  const starts = await firstBoots(alike, slice);
  const kernels = new Map<number, Kernel>();
  await slice.each(alike, ({ fact, minMs, maxMs }) => {
    const index = lastNotAfter(starts, minMs);
    const kernel = kernels.get(index);
    if (kernel === undefined) {
      kernels.set(index, { members: [fact], firstMs: minMs, lastMs: maxMs });
      return;
    }
    kernel.members.push(fact);
    kernel.firstMs = Math.min(kernel.firstMs, minMs);
    kernel.lastMs = Math.max(kernel.lastMs, maxMs);
  });
  return kernels.values();
}

/** The earliest boot time of each kernel, ascending, ms since the epoch. */
async function firstBoots(alike: readonly Booted[], slice: TimeSlice): Promise<Float64Array> {
  const earliest = new Float64Array(alike.length);
  const latest = new Float64Array(alike.length);
  let index = 0;
  await slice.each(alike, ({ minMs, maxMs }) => {
    earliest[index] = minMs;
    latest[index] = maxMs;
    index += 1;
  });
  earliest.sort();
  await slice.pause();
  latest.sort();
  await slice.pause();
  // Sorted apart: only readings that begin before the gap can end before it, so as many must end as begin there.
  return earliest.filter((ms, at) => at === 0 || ms - (latest[at - 1] as number) > APART_MS);
}

/** Index of the last of the ascending numbers that is at most `value`. */
function lastNotAfter(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((ascending[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
