import type { Assumptions, Measured } from './measured.ts';

/** The requirements of a rate of invocations. */
export interface Sums {
  readonly invocationsPerSecond: number;
  readonly wireBitsPerSecond: number;
  readonly collectors: number;
  readonly inboxBytesPerCollector: number;
  /** All replicas together. */
  readonly storedBytes: number;
  readonly shardsForCpu: number;
  readonly shardsForDisk: number;
  readonly shards: number;
  readonly servers: number;
  readonly coreDollarsPerMonth: number;
  readonly diskDollarsPerMonth: number;
  readonly dollarsPerMillionInvocations: number;
}

export interface Demand {
  readonly invocationsPerSecond: number;
  /** Share of the invocations that the functions themselves keep. Default 1. */
  readonly sampleRatio?: number;
  /** Requests are batched before they reach a collector. Default false. */
  readonly batched?: boolean;
}

const HOURS_PER_MONTH = 730;
const SECONDS_PER_DAY = 86_400;

/**
 * The totals for one rate. A server’s CPU time is that of large inserts, since collectors batch more at a high rate. It
 * includes merging, and each replica counts as if it did all of the work. Queries use what `cpuFill` leaves free.
 */
export function sumsFor(
  measured: Measured,
  assumed: Assumptions,
  { invocationsPerSecond, sampleRatio = 1, batched = false }: Demand,
): Sums {
  const { collectorCpuMicros } = batched ? measured.batched : measured.single;
  const rate = invocationsPerSecond * sampleRatio;
  const collectors = Math.max(
    2,
    Math.ceil((rate * collectorCpuMicros) / 1e6 / assumed.collectorCores / assumed.cpuFill),
  );
  const storedBytes =
    rate *
    SECONDS_PER_DAY *
    assumed.replicas *
    (measured.spanTablesBytes * assumed.spanDays + measured.typedTablesBytes * assumed.typedDays);
  const shardsForCpu = Math.ceil(
    (rate * measured.batched.engineCpuMicros) / 1e6 / assumed.serverCores / assumed.cpuFill,
  );
  const shardsForDisk = Math.ceil(
    storedBytes / assumed.replicas / assumed.serverDiskBytes / assumed.diskFill,
  );
  const shards = Math.max(1, shardsForCpu, shardsForDisk);
  const servers = shards * assumed.replicas;
  const cores = servers * assumed.serverCores + collectors * assumed.collectorCores;
  const coreDollarsPerMonth = cores * HOURS_PER_MONTH * assumed.dollarsPerCoreHour;
  const diskDollarsPerMonth = (storedBytes / assumed.diskFill / 1e9) * assumed.dollarsPerGigabyteMonth;
  return {
    invocationsPerSecond,
    wireBitsPerSecond: rate * measured.wireBytes * 8,
    collectors,
    inboxBytesPerCollector: (rate * measured.inboxBytes * assumed.outageSeconds) / collectors,
    storedBytes,
    shardsForCpu,
    shardsForDisk,
    shards,
    servers,
    coreDollarsPerMonth,
    diskDollarsPerMonth,
    dollarsPerMillionInvocations:
      (coreDollarsPerMonth + diskDollarsPerMonth) / ((invocationsPerSecond * HOURS_PER_MONTH * 3600) / 1e6),
  };
}
