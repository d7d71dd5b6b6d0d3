/**
 * Names of ARM server cores by the implementer and part number in /proc/cpuinfo (MIDR_EL1), which contains no model name
 * on 64-bit ARM. From the kernel's arch/arm64/include/asm/cputype.h.
 */
const CORES: Readonly<Record<string, string>> = {
  '0x41:0xd08': 'Cortex-A72',
  '0x41:0xd0c': 'Neoverse-N1',
  '0x41:0xd40': 'Neoverse-V1',
  '0x41:0xd49': 'Neoverse-N2',
  '0x41:0xd4f': 'Neoverse-V2',
  '0x41:0xd84': 'Neoverse-V3',
  '0x41:0xd8e': 'Neoverse-N3',
  '0x48:0xd01': 'TSV110',
  '0xc0:0xac3': 'Ampere-1',
  '0xc0:0xac4': 'Ampere-1A',
  '0x6d:0xd49': 'Azure-Cobalt-100',
};

/** Name of the core, such as `Neoverse-N1`; undefined for an unknown one. */
export function armCoreName(implementer: string | undefined, part: string | undefined): string | undefined {
  const key = `${implementer}:${part}`.toLowerCase();
  return Object.hasOwn(CORES, key) ? CORES[key] : undefined;
}
