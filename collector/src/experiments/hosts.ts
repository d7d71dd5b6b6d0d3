import type { Sample } from '@sandscope/probes/outside';

/**
 * The host of each sample, where it can be identified: declared, or a kernel shared by at least two sandboxes. The
 * kernel of a single sandbox may be private, as in microVMs, and does not identify a host.
 */
export function hostOf(samples: readonly Sample[]): (sample: Sample) => string | undefined {
  const sandboxes = new Map<string, Set<string>>();
  for (const { sandboxId, function: facts } of samples) {
    if (sandboxId === undefined || facts?.kernelBootId === undefined) continue;
    const own = sandboxes.get(facts.kernelBootId) ?? new Set();
    sandboxes.set(facts.kernelBootId, own.add(sandboxId));
  }
  const shared = [...sandboxes.values()].some((own) => own.size > 1);
  return ({ hostId, function: facts }) =>
    hostId ?? (shared && facts?.kernelBootId !== undefined ? `kernel ${facts.kernelBootId}` : undefined);
}

/** The first answered call of each sandbox: its observed birth. */
export function births(samples: readonly Sample[]): Sample[] {
  const first = new Map<string, Sample>();
  for (const sample of samples) {
    if (sample.sandboxId !== undefined && !first.has(sample.sandboxId)) first.set(sample.sandboxId, sample);
  }
  return [...first.values()];
}
