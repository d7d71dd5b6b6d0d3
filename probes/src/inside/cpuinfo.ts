import { keptHead } from './head-of-file.ts';

/** The first CPU of /proc/cpuinfo, as text. On ARM, the vendor, family and model are the kernel's hexadecimal codes. */
export interface CpuInfo {
  readonly vendorId?: string;
  readonly family?: string;
  readonly modelId?: string;
  /** Absent on 64-bit ARM. */
  readonly modelName?: string;
  /** On ARM, variant and revision, such as `r3p1`. */
  readonly stepping?: string;
  readonly microcode?: string;
  readonly cacheSize?: string;
  readonly flags?: string;
}

/** Reads x86 and ARM layouts; missing values, and "unknown" as gVisor writes it, are absent. Never throws. */
export function parseCpuInfo(text: string): CpuInfo {
  const fields = new Map<string, string>();
  const [first = ''] = text.split(/\n\s*\n/, 1);
  // A truncated text may end inside a value.
  for (const line of first.split('\n').slice(0, text.includes('\n\n') ? undefined : -1)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const field = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined || value === '' || value === 'unknown' ? undefined : value;
  };
  const variant = armNumber(field('CPU variant'));
  const revision = armNumber(field('CPU revision'));
  const entries: Record<keyof CpuInfo, string | undefined> = {
    vendorId: field('vendor_id') ?? field('CPU implementer'),
    family: field('cpu family') ?? field('CPU architecture'),
    modelId: field('model') ?? field('CPU part'),
    modelName: field('model name'),
    stepping:
      field('stepping') ??
      (variant === undefined || revision === undefined ? undefined : `r${variant}p${revision}`),
    microcode: field('microcode'),
    cacheSize: field('cache size'),
    flags: field('flags') ?? field('Features'),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** The first CPU of /proc/cpuinfo; empty if it cannot be read. Never throws. */
export function readCpuInfo(path = '/proc/cpuinfo'): CpuInfo {
  return parseCpuInfo(keptHead(path));
}

function armNumber(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) ? value : undefined;
}
