export { ProbeError } from '../errors.ts';
export type { ProbeErrorCode } from '../errors.ts';
export type { ProbeBounds } from './bounds.ts';
export { probeCpu } from './cpu.ts';
export type { CpuProbe, CpuProbeOptions } from './cpu.ts';
export { probeDisk } from './disk.ts';
export type { DiskProbe, DiskProbeOptions } from './disk.ts';
export { probeNetwork } from './network.ts';
export type { NetworkProbe, NetworkProbeOptions } from './network.ts';
