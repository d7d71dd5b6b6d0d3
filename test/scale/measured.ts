/** At the highest rate the machine reached, sender included, until everything was stored. */
export interface Cost {
  readonly perSecond: number;
  /** User and system time per invocation, all threads. */
  readonly collectorCpuMicros: number;
  readonly engineCpuMicros: number;
}

/** The cost of one invocation, as measured by `main.ts`. Means over all of them. */
export interface Measured {
  readonly invocations: number;
  readonly spansPerInvocation: number;
  readonly requestsPerInvocation: number;
  /** HTTP over plain TCP, both directions, heads and bodies. */
  readonly wireBytes: number;
  /** Files of the inbox while nothing leaves it. */
  readonly inboxBytes: number;
  /** Compressed, after all merges, per replica. */
  readonly spanTablesBytes: number;
  readonly typedTablesBytes: number;
  readonly storedInvocations: number;
  /** One request per invocation, as functions send them. */
  readonly single: Cost;
  /** `gathered` invocations per request, as an intermediate collector would send them. */
  readonly batched: Cost;
  readonly gathered: number;
}

/** Assumptions that cannot be measured here. Prices: rounded list prices of one large provider, which go out of date. */
export interface Assumptions {
  readonly date: string;
  readonly invocationsPerSecond: number;
  readonly spanDays: number;
  readonly typedDays: number;
  readonly replicas: number;
  /** Of a core, so that a peak or a lost machine does not stop anything. */
  readonly cpuFill: number;
  readonly diskFill: number;
  readonly collectorCores: number;
  readonly serverCores: number;
  readonly serverDiskBytes: number;
  /** Time without a store that the inboxes must bridge, s. */
  readonly outageSeconds: number;
  readonly dollarsPerCoreHour: number;
  readonly dollarsPerGigabyteMonth: number;
}

export const ASSUMPTIONS: Assumptions = {
  date: '2026-11',
  invocationsPerSecond: 1_000_000,
  spanDays: 30,
  typedDays: 90,
  replicas: 2,
  cpuFill: 0.5,
  diskFill: 0.7,
  collectorCores: 2,
  serverCores: 32,
  serverDiskBytes: 16e12,
  outageSeconds: 3600,
  dollarsPerCoreHour: 0.04,
  dollarsPerGigabyteMonth: 0.08,
};
