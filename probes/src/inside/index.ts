export { ProbeError } from '../errors.ts';
export type { ProbeErrorCode } from '../errors.ts';
export { BootClock, readBootId } from './boot.ts';
export type { BootClockSources } from './boot.ts';
export { findCgroupCpu, parseCgroupCpuPath, parseCpuMax, parseThrottledMs } from './cgroup-cpu.ts';
export { readCpuQuotaRatio, throttledSource } from './cgroup-cpu.ts';
export type { CgroupCpuFiles } from './cgroup-cpu.ts';
export { parseContainerId, readContainerId } from './container-id.ts';
export { parseCpuInfo, readCpuInfo } from './cpuinfo.ts';
export type { CpuInfo } from './cpuinfo.ts';
export { readDeclaredFacts } from './declared.ts';
export type { DeclaredFacts } from './declared.ts';
export { hash64 } from './hash.ts';
export { hardwareFingerprint, readHostFacts } from './host-facts.ts';
export type { HostFacts } from './host-facts.ts';
export { readInventory } from './inventory.ts';
export type { Inventory } from './inventory.ts';
export { kernelIsolation, readKernelIsolation } from './isolation.ts';
export type { IsolationEvidence } from './isolation.ts';
export { machineCpuSource, parseMachineCpu, TICK_MS } from './machine-cpu.ts';
export type { MachineCpu } from './machine-cpu.ts';
export {
  machineMemorySource,
  parseMachineMemory,
  parseProcessMemory,
  processMemorySource,
} from './memory.ts';
export type { MachineMemory, ProcessMemory } from './memory.ts';
export { networkSource, parseNetworkBytes } from './network.ts';
export type { NetworkBytes } from './network.ts';
export { parseProcessIo, processIoSource } from './process-io.ts';
export type { ProcessIo } from './process-io.ts';
export { parseStartTicks, readStartTicks } from './process-stat.ts';
export { readProcessUsage } from './process-usage.ts';
export type { ProcessUsage } from './process-usage.ts';
export { ProcSource } from './proc-source.ts';
export { realtimeMs } from './wall-clock.ts';
