import { hostname, networkInterfaces, release } from 'node:os';
import { readEmulatedFiles } from './emulated-files.ts';
import { readCpuInfo } from './cpuinfo.ts';
import type { CpuInfo } from './cpuinfo.ts';
import { hash64 } from './hash.ts';
import { cached } from './cached.ts';
import { machineMemorySource } from './memory.ts';
import { attempt, whole } from './transient.ts';

/** Facts about the machine that do not change during the process's lifetime. Evidence, never an id. */
export interface HostFacts {
  /** `host.arch` values: `amd64`, `arm64`, otherwise Node's name. */
  readonly arch: string;
  /** Absent if uname(2) is forbidden. */
  readonly hostname?: string;
  readonly osType: string;
  /** Kernel release from uname(2). Absent if that is forbidden. */
  readonly osVersion?: string;
  /** Addresses of all interfaces except loopback, link-local included; empty if there are none. */
  readonly ips: readonly string[];
  readonly macs: readonly string[];
  readonly cpu: CpuInfo;
  /** MemTotal; absent without /proc, and if it is emulated for a container. */
  readonly memoryTotalBytes?: number;
  /** Hash of the CPU tuple and MemTotal: many machines share it. Absent if /proc provides neither. */
  readonly fingerprint?: string;
}

/** Reads all host facts, about 0.3 ms: once per process, after a response. Each is independent; never throws. */
export function readHostFacts(): HostFacts {
  const { cpu, totalBytes, fingerprint } = readHardware() ?? { cpu: readCpuInfo() };
  const name = attempt(hostname);
  const version = attempt(release);
  return {
    arch: ARCHES[process.arch] ?? process.arch,
    ...(name !== undefined && { hostname: name }),
    osType: process.platform === 'win32' ? 'windows' : process.platform,
    ...(version !== undefined && { osVersion: version }),
    ...(attempt(readAddresses) ?? { ips: [], macs: [] }),
    cpu,
    ...(totalBytes !== undefined && { memoryTotalBytes: totalBytes }),
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

/** `hardwareFingerprint` of this machine, about 60 µs. Never throws. */
export function readFingerprint(): string | undefined {
  return readHardware()?.fingerprint;
}

interface Hardware {
  readonly cpu: CpuInfo;
  readonly totalBytes?: number | undefined;
  readonly fingerprint?: string | undefined;
}

/** Undefined after a transient failure. */
function readHardware(): Hardware | undefined {
  return cached('hardware', () =>
    whole(() => {
      const cpu = readCpuInfo();
      const totalBytes = readMemoryTotal();
      return { cpu, totalBytes, fingerprint: hardwareFingerprint(cpu, totalBytes) };
    }),
  );
}

/**
 * A hardware class, 16 hex digits: the same on every machine with that CPU and memory size, whatever the process. The
 * clock frequency is left out: it changes while the machine runs.
 */
export function hardwareFingerprint(cpu: CpuInfo, memoryTotalBytes: number | undefined): string | undefined {
  const { vendorId, family, modelId, modelName, stepping, microcode, cacheSize, flags } = cpu;
  const tuple = [vendorId, family, modelId, modelName, stepping, microcode, cacheSize, flags];
  if (tuple.every((part) => part === undefined)) return undefined;
  return hash64(JSON.stringify([...tuple, memoryTotalBytes]));
}

const ARCHES: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm32', ia32: 'x86' };

function readMemoryTotal(): number | undefined {
  if (readEmulatedFiles().has('meminfo')) return undefined;
  const memory = machineMemorySource();
  const totalBytes = memory.read()?.totalBytes;
  memory.close();
  return totalBytes;
}

function readAddresses(): { ips: string[]; macs: string[] } {
  const ips = new Set<string>();
  const macs = new Set<string>();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { internal, address, mac } of addresses ?? []) {
      if (internal) continue;
      ips.add(address);
      if (mac !== '00:00:00:00:00:00') macs.add(mac);
    }
  }
  return { ips: [...ips], macs: [...macs] };
}
