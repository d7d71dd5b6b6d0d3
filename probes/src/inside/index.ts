export { ProbeError } from '../errors.ts';
export type { ProbeErrorCode } from '../errors.ts';
export { armCoreName } from './arm-cores.ts';
export { readBootId } from './boot-id.ts';
export { BootClock, isKernelUptime } from './boot.ts';
export type { BootClockSources } from './boot.ts';
export { findCgroupCpu, parseCgroupCpuPath, parseCpuMax, parseThrottledMs } from './cgroup-cpu.ts';
export { readCpuQuotaRatio, throttledSource } from './cgroup-cpu.ts';
export type { CgroupCpuFiles } from './cgroup-cpu.ts';
export { findCgroupFolder, parseCgroupPath } from './cgroup-folder.ts';
export { parseCgroupMounts } from './cgroup-mounts.ts';
export type { CgroupMount } from './cgroup-mounts.ts';
export type { CgroupFolder } from './cgroup-folder.ts';
export {
  findCgroupMemory,
  memoryUsageSource,
  parseMemoryLimit,
  parseMemoryUsage,
  readMemoryLimitBytes,
} from './cgroup-memory.ts';
export type { CgroupMemoryFiles } from './cgroup-memory.ts';
export { parseContainerId, readContainerId } from './container-id.ts';
export { readEmulatedFiles } from './emulated-files.ts';
export { parseCpuInfo, readCpuInfo } from './cpuinfo.ts';
export type { CpuInfo } from './cpuinfo.ts';
export { readDeclaredFacts } from './declared.ts';
export type { DeclaredFacts } from './declared.ts';
export { Descriptors } from './descriptors.ts';
export { parseDefaultRoute, readDefaultRoute } from './default-route.ts';
export type { DefaultRoute } from './default-route.ts';
export { hash64 } from './hash.ts';
export { hardwareFingerprint, readFingerprint, readHostFacts } from './host-facts.ts';
export type { HostFacts } from './host-facts.ts';
export { readInventory } from './inventory.ts';
export type { Inventory } from './inventory.ts';
export { kernelIsolation, readKernelIsolation } from './isolation.ts';
export type { IsolationEvidence } from './isolation.ts';
export { KERNEL_EVIDENCE, kernelEvidence, readKernelEvidence } from './kernel-evidence.ts';
export type { EvidenceTexts, KernelEvidence } from './kernel-evidence.ts';
export { machineCpuSource, parseMachineCpu, TICK_MS } from './machine-cpu.ts';
export type { MachineCpu } from './machine-cpu.ts';
export {
  machineMemorySource,
  parseMachineMemory,
  parseProcessMemory,
  processMemorySource,
} from './memory.ts';
export type { MachineMemory, ProcessMemory } from './memory.ts';
export { parseNetworkModules, readNetworkDrivers } from './network-drivers.ts';
export { networkSource, parseNetworkBytes } from './network.ts';
export type { NetworkBytes } from './network.ts';
export { cgroupCpuPressureSource, cpuPressureSource, parsePressure } from './pressure.ts';
export type { Pressure } from './pressure.ts';
export { parseProcessIo, processIoSource } from './process-io.ts';
export type { ProcessIo } from './process-io.ts';
export { parseStartTicks, readStartTicks } from './process-stat.ts';
export { readProcessUser } from './process-user.ts';
export type { ProcessUser } from './process-user.ts';
export { readProcessUsage } from './process-usage.ts';
export type { ProcessUsage, ResourceUsage } from './process-usage.ts';
export { exists } from './read-text.ts';
export { ProcFile } from './proc-file.ts';
export { ProcSource } from './proc-source.ts';
export type { Captured } from './proc-source.ts';
export { attempt, isTransient, noteFailure, Once, unreadable } from './transient.ts';
export { TempFiles } from './temp-files.ts';
export type { TempContent } from './temp-files.ts';
export { readTempSpace, tempSpace } from './temp-space.ts';
export type { FileSystemStatus, TempSpace } from './temp-space.ts';
export { parseThreadCount, threadCountSource } from './thread-count.ts';
export { readVirtualization, virtualization } from './virtualization.ts';
export type { Virtualization, VirtualizationTexts } from './virtualization.ts';
export { realtimeMs } from './wall-clock.ts';
