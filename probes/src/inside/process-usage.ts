/** What this process, with all its threads, has used since it started. From getrusage(2). */
export interface ProcessUsage {
  readonly userMicros: number;
  readonly systemMicros: number;
  /** Page faults that needed no disk. Absent if the kernel does not count them. */
  readonly minorFaults?: number;
  readonly majorFaults?: number;
  readonly voluntarySwitches?: number;
  readonly involuntarySwitches?: number;
}

/** The fields of Node's result that are used. */
export type ResourceUsage = Readonly<
  Record<
    | 'userCPUTime'
    | 'systemCPUTime'
    | 'minorPageFault'
    | 'majorPageFault'
    | 'voluntaryContextSwitches'
    | 'involuntaryContextSwitches',
    number
  >
>;

/**
 * Usage of this process, about 1 µs. Node itself faults pages and waits thousands of times before it runs any code. So
 * if both counters of a pair are still 0, the kernel does not keep them (Windows, gVisor), and they are absent.
 */
export function readProcessUsage(usage: ResourceUsage = process.resourceUsage()): ProcessUsage | undefined {
  const { userCPUTime, systemCPUTime, minorPageFault, majorPageFault } = usage;
  const { voluntaryContextSwitches: voluntary, involuntaryContextSwitches: involuntary } = usage;
  if (!(userCPUTime + systemCPUTime > 0)) return undefined;
  return {
    userMicros: userCPUTime,
    systemMicros: systemCPUTime,
    ...(minorPageFault + majorPageFault > 0 && { minorFaults: minorPageFault, majorFaults: majorPageFault }),
    ...(voluntary + involuntary > 0 && { voluntarySwitches: voluntary, involuntarySwitches: involuntary }),
  };
}
