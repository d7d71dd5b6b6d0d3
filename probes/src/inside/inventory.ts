/** Facts that only the slow way provides: `systeminformation` starts programs and takes 0.1 to 1 s. */
export interface Inventory {
  readonly manufacturer?: string;
  readonly model?: string;
  /** Name of the hypervisor: `KVM`, `Xen`, … */
  readonly virtualHost?: string;
  readonly cpuBrand?: string;
  readonly cpuPhysicalCores?: number;
  readonly cpuSpeedGigahertz?: number;
  readonly l2CacheBytes?: number;
  readonly l3CacheBytes?: number;
}

interface SystemInformation {
  system(): Promise<{ manufacturer?: unknown; model?: unknown; virtualHost?: unknown }>;
  cpu(): Promise<{
    brand?: unknown;
    physicalCores?: unknown;
    speed?: unknown;
    cache?: { l2?: unknown; l3?: unknown };
  }>;
}

/**
 * Hardware inventory from the optional package `systeminformation`, which is loaded only here. It starts subprocesses:
 * never call it before a response. Undefined if the package is not installed or fails.
 */
export async function readInventory(
  load: () => Promise<unknown> = loadSystemInformation,
): Promise<Inventory | undefined> {
  try {
    const module = (await load()) as SystemInformation & { default?: SystemInformation };
    const source = module.default ?? module;
    const [machine, processor] = await Promise.all([source.system(), source.cpu()]);
    const entries: Record<keyof Inventory, string | number | undefined> = {
      manufacturer: text(machine.manufacturer),
      model: text(machine.model),
      virtualHost: text(machine.virtualHost),
      cpuBrand: text(processor.brand),
      cpuPhysicalCores: positive(processor.physicalCores),
      cpuSpeedGigahertz: positive(processor.speed),
      l2CacheBytes: positive(processor.cache?.l2),
      l3CacheBytes: positive(processor.cache?.l3),
    };
    return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
  } catch {
    return undefined;
  }
}

function loadSystemInformation(): Promise<unknown> {
  // Not a literal, so that no bundler includes or requires the package, and webpack does not warn about it.
  const name = ['system', 'information'].join('');
  return import(/* webpackIgnore: true */ name);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
