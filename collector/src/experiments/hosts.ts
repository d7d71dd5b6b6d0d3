import type { Sample } from '@sandscope/probes/outside';

/**
 * The host of each sample, where it can be known: declared, or a kernel that at least two sandboxes share. A kernel of one
 * sandbox alone may be its own, as in microVMs, and is no host.
 */
export function hostOf(samples: readonly Sample[]): (sample: Sample) => string | undefined {
  const sandboxes = new Map<string, Set<string>>();
  for (const { sandboxId, function: told } of samples) {
    if (sandboxId === undefined || told?.kernelBootId === undefined) continue;
    const own = sandboxes.get(told.kernelBootId) ?? new Set();
    sandboxes.set(told.kernelBootId, own.add(sandboxId));
  }
  const shared = [...sandboxes.values()].some((own) => own.size > 1);
  return ({ hostId, function: told }) =>
    hostId ?? (shared && told?.kernelBootId !== undefined ? `kernel ${told.kernelBootId}` : undefined);
}

/** The first answered call of each sandbox: its birth, as far as it is seen. */
export function births(samples: readonly Sample[]): Sample[] {
  const first = new Map<string, Sample>();
  for (const sample of samples) {
    if (sample.sandboxId !== undefined && !first.has(sample.sandboxId)) first.set(sample.sandboxId, sample);
  }
  return [...first.values()];
}
