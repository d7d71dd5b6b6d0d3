import type { StartGround } from './sample.ts';

/** An estimate with its interval; parts that too few observations cannot estimate are absent. */
export interface Estimate {
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  /** Number of independent observations. */
  readonly n: number;
  /** Confidence level of the interval; default 0.95. */
  readonly level?: number;
}

/** Latencies, ms. Quantiles by nearest rank with intervals from order statistics, the mean with Student's t. */
export interface LatencySummary {
  readonly n: number;
  readonly mean: Estimate;
  readonly standardDeviation?: number;
  readonly min?: number;
  readonly p50: Estimate;
  readonly p90: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
  readonly p999: Estimate;
  readonly max?: number;
}

/** A straight line y = intercept + slope · x by least squares. */
export interface LineFit {
  readonly intercept: Estimate;
  readonly slope: Estimate;
  readonly adjustedRSquared?: number;
  readonly n: number;
}

/** A fitted law of idle times; see the collector's `idle-laws`. */
export interface LawCandidate {
  readonly law: string;
  /** By name; times in ms. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly aic: number;
  /** Akaike weight among the candidates, 0 to 1. */
  readonly weight: number;
  /** Coefficient of determination for the mean warm share per cell. */
  readonly rSquared?: number;
}

export interface BackoffSummary {
  readonly startGround?: StartGround;
  readonly points: readonly {
    readonly idleMs: number;
    /** Share of calls that started cold; n is 0 where starts are unknown. */
    readonly cold: Estimate;
    readonly latency: LatencySummary;
  }[];
  readonly limit: {
    /**
     * `sharp`: every wait below was warm and every wait above cold; `soft`: both happen between `lowMs` and `highMs`;
     * `longer`, `shorter`: outside the waits tried; `unknown`: starts could not be classified.
     */
    readonly kind: 'sharp' | 'soft' | 'longer' | 'shorter' | 'unknown';
    /** Longest wait up to which nothing started cold. */
    readonly lowMs?: number;
    /** Shortest wait from which on everything did. */
    readonly highMs?: number;
    /** The wait at which half start cold; for a sharp limit, the limit itself with its interval. */
    readonly medianMs?: Estimate;
  };
  /** Cold against warm client time, median of all pairs. */
  readonly coldWarmRatio: Estimate;
}

export interface EvictionSummary {
  readonly startGround?: StartGround;
  /** One entry per pair of number and wait. */
  readonly cells: readonly {
    readonly initial: number;
    readonly waitMs: number;
    /** Number still warm, per batch. */
    readonly warm: readonly number[];
  }[];
  readonly batches: number;
  /** Best first. */
  readonly laws: readonly LawCandidate[];
  /** The law with a decisive weight; absent if these data do not identify one. */
  readonly identified?: string;
  /** For halving: all periods that explain the cells equally well, given the waits that were tried. */
  readonly period?: { readonly lowMs: number; readonly highMs: number; readonly rSquared: number };
}

export interface ConcurrencySummary {
  readonly widths: readonly {
    readonly width: number;
    readonly throughputPerSecond: Estimate;
    readonly latency: LatencySummary;
    /** Number of distinct sandboxes that answered; absent if they are unknown. */
    readonly sandboxes?: number;
    readonly coldShare: Estimate;
    /** Throughput relative to `width` times that of the first width. */
    readonly efficiency?: number;
    readonly throttled: number;
    /** Calls that failed in another way; absent if none did. */
    readonly failed?: number;
    /** Maximum number of calls that ran in functions at once; a lower bound. */
    readonly busyPeak?: number;
  }[];
  /** Number of calls that the platform runs at once; absent if no width reached it. */
  readonly limit?: {
    readonly low: number;
    readonly high: number;
    readonly ground: 'throttled' | 'sandboxes' | 'queueing';
  };
}

export interface WarmingSummary {
  readonly arms: readonly {
    /** Number of concurrent calls per ping; 0: no pings. */
    readonly pings: number;
    readonly intervalMs: number;
    /** Sandboxes found warm by the test burst after the last ping. */
    readonly held: Estimate;
    /** Share of the calls of test bursts that started cold. */
    readonly coldShare: Estimate;
    readonly costPerMonth?: { readonly amount: number; readonly currency: string };
  }[];
  /** Cold starts per burst that each arm avoided, against the arm without pings. */
  readonly avoided: readonly {
    readonly pings: number;
    readonly intervalMs: number;
    readonly share: Estimate;
  }[];
}

export interface OverheadSummary {
  /** Function clock minus client clock, ms. */
  readonly clock: {
    readonly offsetMs: Estimate;
    readonly leastRoundTripMs?: number;
    readonly driftPpm?: number;
  };
  readonly starts: readonly {
    readonly start: 'cold' | 'warm';
    /** Time from sending to the handler's start against payload, ms and MB (10^6 bytes). */
    readonly request: LineFit;
    /** Client time minus time in the handler, against payload. */
    readonly total: LineFit;
    readonly latency: LatencySummary;
  }[];
}

export interface PerfCostSummary {
  readonly cells: readonly {
    readonly mode: 'cold' | 'warm' | 'burst' | 'sequential';
    /** Absent if neither platform nor function reports it. */
    readonly memoryMb?: number;
    readonly client: LatencySummary;
    /** Of the calls whose start is known. If that is none, `mode` is only what was wanted. */
    readonly coldShare?: Estimate;
    readonly provider?: LatencySummary;
    readonly function?: LatencySummary;
    /** Intervals of the median and the mean at 0.99. */
    readonly median99: Estimate;
    readonly mean99: Estimate;
    readonly costPerMillion?: Estimate;
    readonly currency?: string;
    /** Time used relative to time billed, 0 to 1. */
    readonly billedEfficiency?: number;
    /** Requests per hour at which a rented machine costs the same. */
    readonly breakEvenPerHour?: number;
  }[];
  readonly coldWarmRatio: readonly { readonly memoryMb: number; readonly ratio: Estimate }[];
}

export interface PingPongSummary {
  readonly peer: string;
  readonly roundTrip: LatencySummary;
  readonly sandboxes?: number;
  readonly lost: Estimate;
  readonly exchanges: number;
}

export interface ColdChainSummary {
  readonly cells: readonly {
    readonly start: 'cold' | 'warm';
    readonly chained: boolean;
    readonly latency: LatencySummary;
  }[];
  /** Differences of means, ms. */
  readonly effects: { readonly cold: Estimate; readonly chained: Estimate; readonly interaction: Estimate };
  /** Answers other than 2 · (a + b). */
  readonly wrongAnswers: number;
}

export interface HoppingSummary {
  /** Times are those of the plan, ms since its start. */
  readonly sequence: readonly {
    readonly atMs: number;
    readonly hostId?: string;
    readonly sandboxId?: string;
    readonly cold?: boolean;
  }[];
  readonly hosts: readonly { readonly hostId: string; readonly calls: number; readonly sandboxes: number }[];
  /** Consecutive calls on different hosts. */
  readonly hopRate: Estimate;
  /** Whether the hosts of consecutive new sandboxes differ as often as an independent choice would make them. */
  readonly independentHopRate?: number;
  readonly distinctHosts: Estimate;
}

export interface BurstSummary {
  readonly bursts: readonly {
    readonly size: number;
    readonly idleBeforeMs: number;
    readonly latency: LatencySummary;
    /** From due to the handler's start, if the function reports it. */
    readonly queueing?: LatencySummary;
    readonly coldShare: Estimate;
    readonly sandboxes?: number;
    /** p99 relative to p50. */
    readonly tailRatio: Estimate;
  }[];
  readonly model: 'one-to-one' | 'one-to-many' | 'queueing' | 'unknown';
  readonly modelEvidence: string;
}

export interface PlacementSummary {
  /** Lower bounds: only sandboxes that answered are seen. */
  readonly hosts: readonly {
    readonly hostId: string;
    readonly sandboxes: number;
    readonly memoryMb?: number;
  }[];
  readonly sandboxes: number;
  readonly rounds: number;
  readonly policy: 'spread' | 'pack' | 'random' | 'unknown';
  /** Result of the even-or-uneven test against independent choice. */
  readonly pValue?: number;
}

export interface IoSummary {
  readonly operations: readonly {
    readonly operation: string;
    readonly memoryMb?: number;
    /** Number of concurrent calls. */
    readonly width: number;
    readonly bytes: number;
    readonly latency: LatencySummary;
    readonly bytesPerSecond: Estimate;
  }[];
}

export interface TechniquesSummary {
  readonly techniques: readonly {
    readonly technique: 'reuse' | 'pooling' | 'prefetching' | 'prewarming';
    readonly verdict: 'shown' | 'not shown' | 'unknown';
    readonly evidence: string;
    readonly estimate?: Estimate;
  }[];
}

export interface MemorySummary {
  readonly sizes: readonly {
    readonly memoryMb: number;
    readonly cold: LatencySummary;
    readonly warm: LatencySummary;
    readonly functionMs: LatencySummary;
    readonly billedMs?: LatencySummary;
    readonly costPerMillion?: Estimate;
  }[];
  readonly cheapestMb?: number;
  readonly fastestMb?: number;
  /** Smallest product of cost and duration. */
  readonly balancedMb?: number;
  /** Sizes between which the duration does not differ, so that the smaller one is cheaper. */
  readonly plateaus: readonly { readonly fromMb: number; readonly toMb: number; readonly medianMs: number }[];
}

export interface CommunicationSummary {
  readonly paths: readonly {
    readonly path: string;
    readonly payloadBytes: number;
    readonly latency: LatencySummary;
    readonly bytesPerSecond: Estimate;
  }[];
  /** Latency in ms against payload in MB. */
  readonly fits: readonly { readonly path: string; readonly fit: LineFit }[];
}

export interface PackageSizeSummary {
  readonly sizes: readonly {
    readonly packageBytes: number;
    readonly cold: LatencySummary;
    readonly initMs?: LatencySummary;
  }[];
  /** Cold latency in ms against size in MB. */
  readonly fit: LineFit;
}

export interface AsyncSummary {
  readonly loads: readonly {
    readonly calls: number;
    readonly acknowledgement: LatencySummary;
    /** From sending to the handler's start, clock offset removed. */
    readonly triggerDelay: LatencySummary;
    readonly coldShare: Estimate;
    readonly lost: Estimate;
  }[];
}

export interface ReplaySummary {
  readonly functions: readonly {
    readonly function: string;
    readonly invocations: number;
    readonly latency: LatencySummary;
    readonly coldShare: Estimate;
    readonly sandboxes?: number;
  }[];
  /** How late the client sent, ms. */
  readonly lateness: LatencySummary;
  readonly requested: number;
  readonly sent: number;
}

/** The summary of each experiment, by its name. */
export interface Summaries {
  readonly backoff: BackoffSummary;
  readonly eviction: EvictionSummary;
  readonly concurrency: ConcurrencySummary;
  readonly warming: WarmingSummary;
  readonly overhead: OverheadSummary;
  readonly 'perf-cost': PerfCostSummary;
  readonly 'ping-pong': PingPongSummary;
  readonly 'cold-chain': ColdChainSummary;
  readonly hopping: HoppingSummary;
  readonly burst: BurstSummary;
  readonly placement: PlacementSummary;
  readonly io: IoSummary;
  readonly techniques: TechniquesSummary;
  readonly memory: MemorySummary;
  readonly communication: CommunicationSummary;
  readonly 'package-size': PackageSizeSummary;
  readonly async: AsyncSummary;
  readonly replay: ReplaySummary;
}

export type ExperimentName = keyof Summaries;
