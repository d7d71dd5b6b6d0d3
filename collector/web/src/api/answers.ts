/** Written by `node .ci/page-types.ts` from the description of the API; change the schemas of the routes. */

/** Sandboxes alive, of all ever seen: the sum of their probabilities, with an interval. */
export type Alive = {
  /** Sandboxes. */
  readonly value?: number;
  /** Lower end of its 95 % interval. */
  readonly low?: number;
  /** Upper end of the interval. */
  readonly high?: number;
  /** Why there is no number. */
  readonly withheld?: string;
};

export type BillingAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Measured durations compared with the billed ones in the log of the platform. */
  readonly functions: readonly BillingEntry[];
};

export type BillingEntry = {
  /** Its name. */
  readonly function: string;
  /** Invocations known from spans or the log of the platform. */
  readonly both: number;
  /** Invocations missing from the log, in the time that the log covers. */
  readonly withoutReport: number;
  /** Invocations without a span, in the time that spans cover. */
  readonly withoutSpan: number;
  /** Total handler time of the invocations that both report. Milliseconds. */
  readonly measuredMs: number;
  /** Total duration of the same invocations, as the platform measured it. Milliseconds. */
  readonly reportedMs: number;
  /** Total billed time of the same invocations. Absent if no line has it. Milliseconds. */
  readonly billedMs?: number;
  /** Invocations whose handler took longer than the duration that the platform measured, by more than 1 ms. */
  readonly measuredLonger: number;
  /** Lines whose billed duration differs by more than 1 ms from the duration in whole ms, with or without initialisation. */
  readonly billedOtherwise: number;
};

export type ChainsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Traces through several functions: cold starts on their critical path, and what prewarming successors saves. */
  readonly chains: readonly ChainsEntry[];
};

export type ChainsEntry = {
  /** Function in which its traces begin. */
  readonly root: string;
  readonly deployment: Deployment;
  /** Traces. */
  readonly traces: number;
  /** Longest sequence of invocations, each called by the previous one. */
  readonly depth: number;
  /** Cold starts in a trace, mean. n: traces, here and below. */
  readonly coldStarts: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  readonly withColdStart: Proportion;
  /** Median time from the first wait to the last end of a trace, ms. */
  readonly pathMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Share of the critical path that initialisation takes, 0 to 1. */
  readonly coldShare: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Share of the critical path in which no invocation ran: queues and untraced work. 0 to 1. */
  readonly betweenShare: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Mean time that prewarming all functions after the first could save in a trace, at most, ms. */
  readonly prewarmSavesMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** The same as a share of the path, 0 to 1. */
  readonly prewarmSavesShare: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Functions after the first: those to prewarm. */
  readonly successors: readonly {
    /** Its name. */
    readonly function: string;
    /** Traces that include it. */
    readonly traces: number;
    /** Its invocations in these traces. */
    readonly invocations: number;
    /** Cold ones among them. */
    readonly cold: number;
    /** Its initialisation on the critical path, mean over all traces of the chain, ms. */
    readonly coldOnPathMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

export type ClocksAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Clock skew between clients and kernels over time, with its uncertainty. */
  readonly epochs: readonly ClocksEntry[];
};

export type ClocksEntry = {
  /** The client’s clock: its service, with host or instance if known. */
  readonly client: string;
  /** The function’s clock: boot id of the kernel, else the sandbox. */
  readonly kernel: string;
  /** Functions whose calls compare the clocks. */
  readonly functions: readonly string[];
  /** First call of the epoch, by the client’s clock. RFC 3339, UTC. */
  readonly start: string;
  /** Last call of the epoch. RFC 3339, UTC. */
  readonly end: string;
  /** Calls recorded on both sides. */
  readonly n: number;
  /** Function clock minus client clock in the middle of the epoch, ms. `low` and `high` are hard limits from the calls, not a 95 % interval. */
  readonly offsetMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How much faster the clock of the function runs, parts per million: the range that the calls allow. */
  readonly driftPpm: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

/** A share, 0 to 1. Consecutive invocations do not count as independent. */
export type ClusteredProportion = {
  /** Absent when n is 0. */
  readonly value?: number;
  /** Lower end of the 95 % interval, by stretches of time. */
  readonly low: number;
  /** Upper end of it; 0 to 1 when n is 0. */
  readonly high: number;
  /** Sample size. */
  readonly n: number;
};

export type ColdStartsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Cold starts: how often, what they cost the caller by phase, and why. */
  readonly functions: readonly ColdStartsEntry[];
};

export type ColdStartsEntry = {
  /** Name of the function. */
  readonly function: string;
  /** Invocations. */
  readonly invocations: number;
  /** Cold ones among them. */
  readonly coldStarts: number;
  /** Share of cold starts. The interval treats stretches of time as independent, not single calls. */
  readonly rate: {
    /** Absent when n is 0. */
    readonly value?: number;
    /** Lower end of the 95 % interval. */
    readonly low: number;
    /** Upper end of the interval. */
    readonly high: number;
    /** Invocations that reported whether they were cold. */
    readonly n: number;
    /** Stretches of time that the interval treats as independent. */
    readonly blocks: number;
  };
  /** The rate over time. */
  readonly buckets: readonly {
    /** Start of the bucket. RFC 3339, UTC. */
    readonly start: string;
    /** Cold starts in it. */
    readonly coldStarts: number;
    /** Invocations in it. */
    readonly invocations: number;
    readonly rate: Proportion;
  }[];
  /** Medians with intervals between order statistics. */
  readonly phases: {
    readonly platformMs: Estimate;
    readonly runtimeMs: Estimate;
    readonly moduleMs: Estimate;
    readonly initMs: Estimate;
    readonly firstCallMs: Estimate;
    readonly totalMs: Estimate;
  };
  /** The wait of callers, by properties of the start. */
  readonly groups: readonly {
    /** The property by which cold starts are grouped. */
    readonly by: 'cpu-model' | 'memory' | 'version' | 'hour';
    /** Model name; MB; version; hour of the day, UTC. */
    readonly value: string;
    /** Cold starts examined in this group. */
    readonly coldStarts: number;
    readonly totalMs: Estimate;
  }[];
  /** Causes, largest first. */
  readonly ledger: readonly {
    /** first: no sandbox existed before. deploy: the sandbox that would have taken the call had another version, or the version took its first call, or the sandbox was stopped together with nearly all others. idle: it was evicted after idleness. age: it was evicted because of its age, without long idleness. scale-out: more were needed at the same time than ever before. time-out, crash: it died with its last call. restart: the process in the sandbox was restarted. tenant-first: no sandbox of the tenant existed before. not-reused: one was idle and was not taken. unknown: none of these is certain. */
    readonly cause:
      | 'first'
      | 'deploy'
      | 'idle'
      | 'age'
      | 'scale-out'
      | 'time-out'
      | 'crash'
      | 'restart'
      | 'tenant-first'
      | 'not-reused'
      | 'unknown';
    /** Expected number: the sum of the probabilities. */
    readonly coldStarts: number;
    /** Cold starts whose cause has a probability of at least 0.8; 0 where the cause is unknown. */
    readonly named: number;
    readonly share: Proportion;
    readonly costMs: Estimate;
    readonly msAMonth: Estimate;
    readonly moneyAMonth?: Estimate;
    /** Median idle time of the sandbox that was replaced. Milliseconds. */
    readonly idleMs?: number;
  }[];
  /** The cause that costs callers most, except `unknown`. */
  readonly mainCause?:
    | 'first'
    | 'deploy'
    | 'idle'
    | 'age'
    | 'scale-out'
    | 'time-out'
    | 'crash'
    | 'restart'
    | 'tenant-first'
    | 'not-reused'
    | 'unknown';
  /** Initialisations that no call waited for. */
  readonly proactive: {
    /** Sandboxes that were initialised before a call and used later, including provisioned ones. */
    readonly used: number;
    /** Sandboxes that ended without ever being called. */
    readonly unused: number;
    readonly unusedMs: Estimate;
    readonly unusedMsAMonth: Estimate;
    readonly unusedMoneyAMonth?: Estimate;
  };
  /** The last seven days compared with the seven before. */
  readonly changes: readonly {
    /** A cause of the ledger. */
    readonly cause:
      | 'first'
      | 'deploy'
      | 'idle'
      | 'age'
      | 'scale-out'
      | 'time-out'
      | 'crash'
      | 'restart'
      | 'tenant-first'
      | 'not-reused'
      | 'unknown';
    /** Expected number in the week before the last. */
    readonly before: number;
    /** Expected number in the last week. */
    readonly after: number;
    /** p value of no increase, by permuting days, adjusted over causes (Benjamini and Hochberg). */
    readonly p: number;
    /** new: significantly more, and almost none before. */
    readonly verdict: 'new' | 'more' | 'same' | 'less';
  }[];
  readonly plan?: PricePlan;
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};

/** Judged only at moments when every sandbox was busy: other overlaps prove nothing. */
export type ConcurrencyModel = {
  /** Whether a sandbox serves one request at a time. Unknown until the traffic shows it. */
  readonly model: 'one-to-one' | 'one-to-many' | 'unknown';
  /** Invocations examined. */
  readonly n: number;
  /** Moments at which every recently seen sandbox was busy and another call came. */
  readonly forced: number;
  /** Of these, how often the call went to a busy sandbox. */
  readonly shared: number;
  /** Of these, how often a sandbox was started. */
  readonly cold: number;
  /** Forced cold starts needed to show one call per sandbox. */
  readonly needed: number;
  /** Lower bound of the calls that a sandbox runs at the same time. */
  readonly slots?: number;
  /** Pairs of invocations that overlapped. */
  readonly overlaps: number;
  /** Pairs that overlapped inside one sandbox. */
  readonly overlapsInSandbox: number;
  /** Most concurrent invocations in one sandbox, as reported by sandboxes. */
  readonly maxConcurrent: number;
};

export type ConnectionsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Sockets to each remote endpoint, over all sandboxes alive, including frozen ones: the peak that a connection pool must allow. */
  readonly endpoints: readonly ConnectionsEntry[];
};

export type ConnectionsEntry = {
  /** Remote end as `ADDRESS:PORT`. A sandbox reports the 16 with the most sockets; the rest are `other`. */
  readonly peer: string;
  /** Host name that the program requested, if a request reported it. */
  readonly name?: string;
  /** Account of the functions, if the address belongs to a private network. */
  readonly accountId?: string;
  /** Region of the functions, if the address belongs to a private network. */
  readonly region?: string;
  /** Functions that hold sockets to it. */
  readonly functions: readonly string[];
  /** Sandboxes with such sockets. */
  readonly sandboxes: number;
  /** Most sockets that a sandbox had at the same time, median over sandboxes. */
  readonly socketsP50: number;
  /** Most sockets that one sandbox had at the same time. */
  readonly socketsMax: number;
  /** Most sockets at the same time over all sandboxes alive, including frozen ones. n: sandboxes. */
  readonly peak: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Time of that maximum. RFC 3339, UTC. */
  readonly peakAt: string;
  /** At the end of the range. n: sandboxes. */
  readonly now: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

export type CostAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Cost of the calls by a dated price plan, how much of it is used, and when a machine is cheaper. */
  readonly functions: readonly CostEntry[];
};

export type CostEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Memory limit, MB (2²⁰ bytes). */
  readonly memoryMb?: number;
  /** Calls examined. */
  readonly n: number;
  /** Calls in 30 days at the rate of the range, counted from the first call in it. */
  readonly callsPerMonth: number;
  /** Billed time of a call, mean, ms. */
  readonly billedMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Absent without a plan, or if the plan needs a value that is unknown. */
  readonly perMillion?: {
    /** Cost of a million calls, in the currency of the plan. */
    readonly total: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** The part for the requests themselves. In the currency of the plan. */
    readonly requests: number;
    /** The part for time, memory and CPU. In the currency of the plan. */
    readonly time: number;
    /** The part for temporary storage beyond what is included, by the size of its file system; absent if that is unknown. In the currency of the plan. */
    readonly storage?: number;
  };
  /** Cost of 30 days at the rate of the range, in the currency of the plan. */
  readonly perMonth?: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** The used share of what is billed. */
  readonly efficiency: {
    /** Handler time divided by billed time. 0 to 1. */
    readonly time?: number;
    /** CPU time of the process divided by billed CPU time. 0 to 1. */
    readonly cpu?: number;
    /** Used memory · time (peak RSS), divided by what is billed. 0 to 1. */
    readonly memory?: number;
  };
  /** Share of billed time that is initialisation, if the plan bills it. 0 to 1. */
  readonly initialisationShare?: number;
  /** GB (2³⁰ bytes) that a million calls send on all interfaces. Without a price, because most plans depend on the destination. */
  readonly egressGbPerMillion?: number;
  /** What the instrumentation itself costs. */
  readonly telemetry?: {
    /** Time that Sandscope takes before the response, mean per call. Milliseconds. */
    readonly beforeResponseMs: number;
    /** Time that exports take, averaged over all calls. Milliseconds. */
    readonly exportMs?: number;
    /** Share of the billed time including exports, if the platform bills them. 0 to 1. */
    readonly share: number;
  };
  /** Rented machines instead of the function, for price plans in dollars. */
  readonly breakEven: readonly {
    /** Short name of the machine. */
    readonly machine: string;
    /** Readable name. */
    readonly title: string;
    /** Dollars per hour. */
    readonly perHour: number;
    /** Date of its price. */
    readonly date: string;
    /** Source of its price. */
    readonly source: string;
    /** Requests per hour from which the machine costs less, if it can handle that many. */
    readonly requestsPerHour: number;
    /** Present requests per hour divided by that number: above 1 the machine is cheaper. 0 to 1. */
    readonly share: number;
  }[];
  /** Comparison with the platform's own records, if they were imported. */
  readonly reconciliation?: {
    /** Invocations known from spans or records. */
    readonly both: number;
    /** Invocations without a record, in the time that records cover. */
    readonly withoutReport: number;
    /** Invocations without a span, in the time that spans cover. */
    readonly withoutSpan: number;
    /** Total handler time of the invocations that both report. Milliseconds. */
    readonly measuredMs: number;
    /** Total duration of the same invocations, as the platform measured it. Milliseconds. */
    readonly reportedMs: number;
    /** Total billed time of the same invocations. Milliseconds. */
    readonly billedMs?: number;
    /** Records whose billed duration differs from the measured one, rounded up, by more than 1 ms. */
    readonly billedOtherwise: number;
    /** Billed time minus handler time, mean per call: runtime, extensions, initialisation, rounding. Milliseconds. */
    readonly beyondHandlerMs?: number;
  };
  readonly plan?: PricePlan;
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

export type CpuAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. CPU models and their effect on time and cost, and a verdict on what takes CPU time away. */
  readonly functions: readonly CpuEntry[];
};

export type CpuEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Why calls are slow when they are slower than others of the same sandbox. self-throttled: its own CPU quota. own-neighbours: own sandboxes on the same host. foreign-or-unknown: steal or pressure that own sandboxes do not explain. not-cpu: no measured cause. unknown: no data, or too few. */
  readonly verdict: 'self-throttled' | 'own-neighbours' | 'foreign-or-unknown' | 'not-cpu' | 'unknown';
  /** Each CPU model that sandboxes got. */
  readonly models: readonly {
    /** As in `/proc/cpuinfo`. */
    readonly model: string;
    /** Sandboxes on it. */
    readonly sandboxes: number;
    /** Warm calls on it. */
    readonly calls: number;
    /** Share of all warm calls, 0 to 1. */
    readonly share: number;
    /** Time of a call relative to the other models: 1.2 means a fifth longer. n: sandboxes. */
    readonly time: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** CPU time of a call relative to the other models. n: sandboxes. */
    readonly cpuTime: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Price of a call relative to the other models, by the price plan. */
    readonly costRatio?: number;
    /** p value of no effect, by permutation; absent if it could not be tested. */
    readonly p?: number;
    /** p value, corrected over all tests of the answer (Benjamini and Hochberg). Significant up to 0.05. */
    readonly q?: number;
    /** Whether it differs, after correction. */
    readonly found: boolean;
  }[];
  /** Signals of lost CPU time, as far as they were reported. */
  readonly signals: readonly {
    /** throttling: share of time that was throttled. neighbours: busy own sandboxes on the host. steal: share of the machine's CPU time. pressure: share of time in which a task of the machine waited for a CPU. */
    readonly signal: 'throttling' | 'neighbours' | 'steal' | 'pressure';
    /** Slots of five minutes of a sandbox with this value. */
    readonly n: number;
    /** Mean: a number for neighbours, else a share, 0 to 1. */
    readonly mean: number;
    /** Standardised association with slowness. */
    readonly z?: number;
    /** p value of no effect, by permutation; absent if it could not be tested. */
    readonly p?: number;
    /** p value, corrected over all tests of the answer (Benjamini and Hochberg). Significant up to 0.05. */
    readonly q?: number;
    /** Whether calls are slower when it is stronger, after correction. */
    readonly found: boolean;
  }[];
  readonly plan?: PricePlan;
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

/** What was deleted, or would be. */
export type Deletion = {
  /** Kind of the target. */
  readonly kind: 'function' | 'import' | 'run';
  /** Its name, or the id of a run. */
  readonly name: string;
  /** False for a dry run, which deletes nothing. */
  readonly deleted: boolean;
  /** Spans. */
  readonly spans: number;
  /** Invocations. */
  readonly invocations: number;
  /** Goodbyes: what sandboxes reported when they were stopped. */
  readonly goodbyes: number;
  /** Lines of the platform’s log. */
  readonly reports: number;
  /** Outcomes of idle sandboxes whose invocations were not recorded. */
  readonly outcomes: number;
  /** Rows of summaries of this function alone. Summaries that include others are computed again and not counted. */
  readonly sums: number;
  /** Start of the first span or invocation; absent if there is none. RFC 3339, UTC. */
  readonly from?: string;
  /** Start of the last of them. RFC 3339, UTC. */
  readonly to?: string;
};

/** The function: one name in two regions or accounts is two functions to their platform. */
export type Deployment = {
  /** Account of the cloud. */
  readonly accountId?: string;
  /** Region of the cloud. */
  readonly region?: string;
  /** Value of `cloud.platform`. */
  readonly platform?: string;
};

/** Quantiles of durations. */
export type Durations = {
  /** Median, exact; within 0.5 % where the range is busy. Milliseconds. */
  readonly p50: number;
  /** 95th percentile. Milliseconds. */
  readonly p95: number;
  /** 99th percentile. Milliseconds. */
  readonly p99: number;
  /** Sample size. */
  readonly n: number;
};

/** Time of the platform before the sandbox began: how long the caller waited beyond what the function reports, minus the same for warm calls. Needs the spans of the caller. Milliseconds. */
export type Estimate = {
  /** Absent if unknown. */
  readonly value?: number;
  /** Lower end of the 95 % interval; absent if there are too few data. */
  readonly low?: number;
  /** Upper end of the interval. */
  readonly high?: number;
  /** Number of observations. */
  readonly n: number;
};

export type EvictionsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Evictions, newest first, with interval, cause and idle time. */
  readonly evictions: readonly EvictionsEntry[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type EvictionsEntry = {
  /** Its id. */
  readonly sandbox: string;
  /** Function that ran in it. */
  readonly function: string;
  /** Its host, if known. */
  readonly host?: string;
  /** confirmed: the sandbox reported it. evicted: inferred, with a probability of at least 0.95. */
  readonly state: 'evicted' | 'confirmed';
  /** Probability that it was evicted. */
  readonly evictedProbability: number;
  /** Lower end of the 95 % interval of its time of death. RFC 3339, UTC. */
  readonly after: string;
  /** Upper end of the interval; equal to the lower end after a goodbye. RFC 3339, UTC. */
  readonly before: string;
  /** Its idle time when it died. */
  readonly idleMs: {
    /** Minimum idle time before it died. Milliseconds. */
    readonly low: number;
    /** Maximum idle time before it died. Milliseconds. */
    readonly high: number;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at the same time or one after another, even those just used. time-out, crash: it died with its last call. */
  readonly cause: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** Evidence. goodbye: the sandbox reported it. superseded: its version gets no more calls. broken-call: its last call timed out, crashed or failed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: there are no such data yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  /** Reason for its end, as the sandbox reported it. */
  readonly reason?: string;
};

export type ExperimentsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Runs of experiments whose client spans arrived, with their results, for comparison. */
  readonly runs: readonly ExperimentsEntry[];
};

export type ExperimentsEntry = {
  /** Its name, as in `sandscope probe`. */
  readonly experiment: string;
  /** Run id from `result.json`; it stays the same when a run is resumed. */
  readonly runId: string;
  /** Time of the first call sent. RFC 3339, UTC. */
  readonly start: string;
  /** Time of the last answer. RFC 3339, UTC. */
  readonly end: string;
  /** Functions called. */
  readonly functions: readonly string[];
  /** Calls whose client span arrived. */
  readonly calls: number;
  /** Of these, with a child span of the function. */
  readonly joined: number;
  readonly failed: Proportion;
  /** Error codes of calls that failed, the most frequent. */
  readonly errors: readonly string[];
  /** Sandboxes that answered, as far as functions reported them. */
  readonly sandboxes: number;
  readonly cold: Proportion;
  /** How long a call took, as the client measured it. */
  readonly all: {
    /** Time of a call, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95th percentile, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** How long a call that started cold took, as the client measured it. */
  readonly coldCalls: {
    /** Time of a call that started cold, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95th percentile, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** How long a call that started warm took, as the client measured it. */
  readonly warmCalls: {
    /** Time of a call that started warm, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95th percentile, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

/** Every failure has this form. */
export type Failure = {
  /** Stable; branch on this. */
  readonly code: string;
  /** Readable text. */
  readonly message: string;
  /** For programs; its fields depend on the code. */
  readonly details?: Readonly<Record<string, unknown>>;
};

export type FunctionAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Its name. */
  readonly function: string;
  /** Invocations whose span arrived, each once. */
  readonly invocations: number;
  /** Invocations that waited for a new sandbox: as the span reports it, else the first of a process. */
  readonly cold: number;
  readonly coldRate: Proportion;
  /** Invocations that named no sandbox. If none names one, counts of sandboxes are absent, because sandboxes cannot be distinguished. */
  readonly withoutSandbox: number;
  /** Sandboxes that ran at least one of them. */
  readonly sandboxes?: number;
  /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
  readonly alive?: number;
  /** Sandboxes in the states evicted or confirmed. */
  readonly evicted?: number;
  /** Distinct hosts. Absent if no host is known. */
  readonly hosts?: number;
  /** How well the host is known. With `none`, the host is absent; it is never guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Consecutive invocations on different hosts. Absent if no host is known. */
  readonly hops?: number;
  /** Invocations whose span did not arrive, from gaps in the ordinals. Absent if there are none. */
  readonly lostSpans?: number;
  /** Invocations that failed. */
  readonly errors: number;
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  /** What a cold start costs the caller that waits for it, without the duration of the handler. Absent if no cold invocation reported its initialisation. */
  readonly coldStart?: {
    /** Median time of the platform before the sandbox began. Absent without spans of callers. Milliseconds. */
    readonly platformMs?: number;
    readonly initMs: Durations;
    /** Median of how much longer the handler takes when it is called first than a warm call of the same version, memory and CPU model; at least 0. Milliseconds. */
    readonly firstCallPenaltyMs?: number;
    /** Median of what a cold start adds to what its caller waits for: platform and initialisation if the caller’s span is known, else initialisation, and the first call’s penalty. The same as `phases.totalMs` of `cold-starts`. Milliseconds. */
    readonly costMs: number;
  };
  /** Start of the newest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Attributes that name the sandboxes. Empty if none does, or if it was not stored. */
  readonly sandboxIdSources: readonly string[];
  /** Answers that the data allow. */
  readonly knows: readonly (
    | 'invocations'
    | 'cold-starts'
    | 'cold-start-cost'
    | 'sandboxes'
    | 'reuse'
    | 'evictions'
    | 'concurrency'
    | 'pick-order'
    | 'loss'
    | 'hosts'
    | 'hops'
  )[];
  /** Which answers are missing, and what to add to get them. */
  readonly missing: readonly MissingAnswers[];
  readonly reuseRatio: Proportion;
  readonly concurrency: ConcurrencyModel;
  readonly pickOrder: PickOrder;
  readonly keepAlive?: KeepAlive;
};

export type FunctionSummary = {
  /** Its name. */
  readonly function: string;
  /** Invocations whose span arrived, each once. */
  readonly invocations: number;
  /** Invocations that waited for a new sandbox: as the span reports it, else the first of a process. */
  readonly cold: number;
  readonly coldRate: Proportion;
  /** Invocations that named no sandbox. If none names one, counts of sandboxes are absent, because sandboxes cannot be distinguished. */
  readonly withoutSandbox: number;
  /** Sandboxes that ran at least one of them. */
  readonly sandboxes?: number;
  /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
  readonly alive?: number;
  /** Sandboxes in the states evicted or confirmed. */
  readonly evicted?: number;
  /** Distinct hosts. Absent if no host is known. */
  readonly hosts?: number;
  /** How well the host is known. With `none`, the host is absent; it is never guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Consecutive invocations on different hosts. Absent if no host is known. */
  readonly hops?: number;
  /** Invocations whose span did not arrive, from gaps in the ordinals. Absent if there are none. */
  readonly lostSpans?: number;
  /** Invocations that failed. */
  readonly errors: number;
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  /** What a cold start costs the caller that waits for it, without the duration of the handler. Absent if no cold invocation reported its initialisation. */
  readonly coldStart?: {
    /** Median time of the platform before the sandbox began. Absent without spans of callers. Milliseconds. */
    readonly platformMs?: number;
    readonly initMs: Durations;
    /** Median of how much longer the handler takes when it is called first than a warm call of the same version, memory and CPU model; at least 0. Milliseconds. */
    readonly firstCallPenaltyMs?: number;
    /** Median of what a cold start adds to what its caller waits for: platform and initialisation if the caller’s span is known, else initialisation, and the first call’s penalty. The same as `phases.totalMs` of `cold-starts`. Milliseconds. */
    readonly costMs: number;
  };
  /** Start of the newest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Attributes that name the sandboxes. Empty if none does, or if it was not stored. */
  readonly sandboxIdSources: readonly string[];
  /** Answers that the data allow. */
  readonly knows: readonly (
    | 'invocations'
    | 'cold-starts'
    | 'cold-start-cost'
    | 'sandboxes'
    | 'reuse'
    | 'evictions'
    | 'concurrency'
    | 'pick-order'
    | 'loss'
    | 'hosts'
    | 'hops'
  )[];
  /** Which answers are missing, and what to add to get them. */
  readonly missing: readonly MissingAnswers[];
};

export type FunctionsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Each function that was called in the range. */
  readonly functions: readonly FunctionSummary[];
  /** The total over all functions. */
  readonly total: {
    /** Invocations whose span arrived, each once. */
    readonly invocations: number;
    /** Invocations that waited for a new sandbox: as the span reports it, else the first of a process. */
    readonly cold: number;
    readonly coldRate: Proportion;
    /** Invocations that named no sandbox. If none names one, counts of sandboxes are absent, because sandboxes cannot be distinguished. */
    readonly withoutSandbox: number;
    /** Sandboxes that ran at least one of them. */
    readonly sandboxes?: number;
    /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
    readonly alive?: number;
    /** Sandboxes in the states evicted or confirmed. */
    readonly evicted?: number;
    /** Distinct hosts. Absent if no host is known. */
    readonly hosts?: number;
    /** How well the host is known. With `none`, the host is absent; it is never guessed. */
    readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
    /** Consecutive invocations on different hosts. Absent if no host is known. */
    readonly hops?: number;
    /** Invocations whose span did not arrive, from gaps in the ordinals. Absent if there are none. */
    readonly lostSpans?: number;
    /** Invocations that failed. */
    readonly errors: number;
  };
};

export type HopsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Host hops of each function: number, rate compared with chance, transitions, sequence. */
  readonly functions: readonly HopsEntry[];
};

export type HopsEntry = {
  /** Its name. */
  readonly function: string;
  /** How well the host is known. With `none`, the host is absent; it is never guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Share of invocations whose host is known, 0 to 1. */
  readonly knownRatio: number;
  /** Consecutive invocations with both hosts known. */
  readonly pairs: number;
  /** Of these, on different hosts. */
  readonly hops: number;
  /** Fewest hops over all orders that are possible for overlapping invocations. */
  readonly hopsLow: number;
  /** Most hops over these orders; `hops` uses the order of starts. */
  readonly hopsHigh: number;
  /** Of these, in different sandboxes on one host. */
  readonly sandboxHops: number;
  readonly rate: ClusteredProportion;
  /** Expected hop rate if each invocation were placed independently, with the observed shares of the hosts: the mean over all orders of the invocations. Absent with one host or fewer than 12 pairs. */
  readonly independentRate?: number;
  /** Lower end of the interval that contains 95 % of the orders. */
  readonly independentRateLow?: number;
  /** Upper end of the interval. */
  readonly independentRateHigh?: number;
  /** p value of no stickiness: share of the orders that are at least as far from that rate. */
  readonly independentP?: number;
  /** Rate divided by the independent rate. Far below 1 means that placement is sticky. */
  readonly rateRatio?: number;
  /** The transition matrix: the 2000 largest cells above 0, or 100 if the question is about all functions. */
  readonly transitions: readonly {
    /** Host before. */
    readonly from: string;
    /** Host after. */
    readonly to: string;
    /** Pairs. */
    readonly count: number;
  }[];
  /** Whether some cells were left out. */
  readonly transitionsTruncated: boolean;
  /** Runs of consecutive invocations on one host, oldest first: the newest `limit` of them. For a busy function, only those of its newest invocations. */
  readonly sequence: readonly {
    /** Its id. */
    readonly host: string;
    /** Start of the first of these invocations. RFC 3339, UTC. */
    readonly from: string;
    /** Latest end of these invocations. RFC 3339, UTC. */
    readonly to: string;
    /** Consecutive invocations on this host. */
    readonly invocations: number;
  }[];
  /** Whether some entries were left out. */
  readonly sequenceTruncated: boolean;
};

export type Host = {
  /** Id, derived from the evidence. */
  readonly id: string;
  /** How well the host is known. With `none`, the host is absent; it is never guessed. */
  readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Evidence for the id. */
  readonly evidence: readonly string[];
  /** Functions that ran here. */
  readonly functions: readonly string[];
  /** Sandboxes that ran here. */
  readonly sandboxes: number;
  /** Sandboxes among them that are not considered evicted. */
  readonly alive: number;
  /** Invocations that ran here. */
  readonly invocations: number;
  /** First start. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** Latest end. RFC 3339, UTC. */
  readonly lastSeen: string;
};

export type HostAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Id, derived from the evidence. */
  readonly id: string;
  /** How well the host is known. With `none`, the host is absent; it is never guessed. */
  readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Evidence for the id. */
  readonly evidence: readonly string[];
  /** Functions that ran here. */
  readonly functions: readonly string[];
  /** Sandboxes that ran here. */
  readonly sandboxes: number;
  /** Sandboxes among them that are not considered evicted. */
  readonly alive: number;
  /** Invocations that ran here. */
  readonly invocations: number;
  /** First start. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** Latest end. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Most sandboxes alive at the same time. */
  readonly mostAtOnce: number;
  /** Sandboxes that ran on it. */
  readonly lifelines: readonly {
    /** Its id. */
    readonly sandbox: string;
    /** Function that runs in it. */
    readonly function: string;
    /** Start of its first invocation in the range. RFC 3339, UTC. */
    readonly firstSeen: string;
    /** End of its latest invocation. RFC 3339, UTC. */
    readonly lastSeen: string;
    /** Received. */
    readonly invocations: number;
    /** active: used within the last 5 s. suspected, evicted: calls went elsewhere, so that it is gone with a probability of 0.8, 0.95. confirmed: it reported that it was stopped. idle: all others. */
    readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  }[];
};

export type HostsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Each host that is known. */
  readonly hosts: readonly Host[];
  /** Sandboxes and invocations whose host is unknown. */
  readonly unknown: {
    /** Sandboxes whose host is unknown. */
    readonly sandboxes: number;
    /** On unknown hosts. */
    readonly invocations: number;
  };
};

export type Invocation = {
  /** Name of the function. */
  readonly function?: string;
  /** Version of the function. */
  readonly version?: string;
  /** Region of the platform. */
  readonly region?: string;
  /** Value of `cloud.platform`. */
  readonly platform?: string;
  /** Account or project at the platform. */
  readonly accountId?: string;
  /** 32 hex digits. */
  readonly traceId?: string;
  /** 16 hex digits. */
  readonly spanId?: string;
  /** 16 hex digits. */
  readonly parentSpanId?: string;
  /** Id of the sandbox it ran in. */
  readonly sandboxId?: string;
  /** The platform’s own name of the sandbox, else the uid of its pod. */
  readonly instance?: string;
  /** How its sandbox was started: `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`. */
  readonly initType?: string;
  /** Boot id of the kernel it ran on. */
  readonly bootId?: string;
  /** `shared`, `microvm`, `gvisor` or `unknown`. */
  readonly isolation?: string;
  /** Id of the host, if it is declared. */
  readonly hostDeclaredId?: string;
  /** IP address of the host, if it is declared. */
  readonly hostDeclaredIp?: string;
  /** Hash of hardware and kernel version: equal on hosts of the same kind. */
  readonly hostFingerprint?: string;
  /** As in `/proc/cpuinfo`. */
  readonly cpuModel?: string;
  /** Architecture of the CPU. */
  readonly hostArch?: string;
  /** Status of the span: `Unset`, `Ok` or `Error`. */
  readonly status?: string;
  /** Type of its error. */
  readonly errorType?: string;
  /** The platform’s request id. */
  readonly invocationId?: string;
  /** Value of `faas.trigger`. */
  readonly trigger?: string;
  /** Attribute that the sandbox id comes from. */
  readonly sandboxIdSource?: string;
  /** Field of the event that contains its time. */
  readonly triggerDelaySource?: string;
  /** `sync`, `async` or `poll`. */
  readonly invocationMode?: string;
  /** Ordinal of the invocation in its process, from 1. */
  readonly ordinal?: number;
  /** When its process started, ticks of 10 ms since the kernel booted. */
  readonly processStartTicks?: number;
  /** Invocations in the sandbox when it began, including itself. */
  readonly concurrent?: number;
  /** Resident memory of the process at its end. Bytes. */
  readonly memoryRssBytes?: number;
  /** Peak resident memory of the process so far. Bytes. */
  readonly memoryPeakRssBytes?: number;
  /** Memory of the machine, as its kernel reports it. Bytes. */
  readonly memoryTotalBytes?: number;
  /** Available memory of the machine. Bytes. */
  readonly memoryAvailableBytes?: number;
  /** Memory limit of the platform or the cgroup. Bytes. */
  readonly memoryLimitBytes?: number;
  /** Page faults that read from disk, while it ran. */
  readonly faultsMajor?: number;
  /** Page faults without disk access, while it ran. */
  readonly faultsMinor?: number;
  /** Voluntary context switches of the process, while it ran. */
  readonly contextSwitchesVoluntary?: number;
  /** Involuntary context switches of the process, while it ran. */
  readonly contextSwitchesInvoluntary?: number;
  /** Read from disk, while it ran. Bytes. */
  readonly ioReadBytes?: number;
  /** Written to disk, while it ran. Bytes. */
  readonly ioWriteBytes?: number;
  /** Received, while it ran. Bytes. */
  readonly networkRxBytes?: number;
  /** Sent, while it ran. Bytes. */
  readonly networkTxBytes?: number;
  /** HTTP requests that it made. */
  readonly httpCount?: number;
  /** Earlier spans that its SDK could not send. */
  readonly droppedSpans?: number;
  /** DNS lookups that it made. */
  readonly dnsCount?: number;
  /** Connections that it made. */
  readonly connectCount?: number;
  /** File operations that it waited for. */
  readonly fsCount?: number;
  /** Heap in use in its process. Bytes. */
  readonly memoryHeapUsedBytes?: number;
  /** Memory outside of the heap that objects of its process hold. Bytes. */
  readonly memoryExternalBytes?: number;
  /** File descriptors that its process had open. */
  readonly processDescriptorCount?: number;
  /** Threads of its process. */
  readonly processThreadCount?: number;
  /** TCP connections that its process had made and held. */
  readonly processConnectionCount?: number;
  /** Files in the temp directory. */
  readonly tmpFileCount?: number;
  /** Size of the files in the temp directory. Bytes. */
  readonly tmpFileBytes?: number;
  /** Size of the file system of the temp directory. Bytes. */
  readonly tmpTotalBytes?: number;
  /** Initialisation that the caller waited for. Milliseconds. */
  readonly initDurationMs?: number;
  /** The part of it for the runtime. Milliseconds. */
  readonly initRuntimeMs?: number;
  /** The part of it for the function’s modules. Milliseconds. */
  readonly initModuleMs?: number;
  /** How long a generic runtime had waited before, not part of the initialisation. Milliseconds. */
  readonly initPoolDwellMs?: number;
  /** Age of the sandbox when the invocation began. Milliseconds. */
  readonly ageMs?: number;
  /** Idle time since the end of the previous invocation. Milliseconds. */
  readonly idleMs?: number;
  /** Part of the idle time in which the process was observed not to run. Milliseconds. */
  readonly freezeMs?: number;
  /** When the kernel booted. Milliseconds since the epoch. */
  readonly bootTimeUnixMs?: number;
  /** CPU time of the process in user mode, while it ran. Milliseconds. */
  readonly cpuUserMs?: number;
  /** CPU time of the process in the kernel, while it ran. Milliseconds. */
  readonly cpuSystemMs?: number;
  /** CPU time of the whole machine in user mode, while it ran. Milliseconds. */
  readonly machineCpuUserMs?: number;
  /** CPU time of the whole machine in the kernel, while it ran. Milliseconds. */
  readonly machineCpuSystemMs?: number;
  /** CPU time that waited for disks (iowait), while it ran. Milliseconds. */
  readonly machineCpuIowaitMs?: number;
  /** CPU time that the hypervisor gave to others (steal), while it ran. Milliseconds. */
  readonly machineCpuStealMs?: number;
  /** Idle CPU time of the machine, while it ran. Milliseconds. */
  readonly machineCpuIdleMs?: number;
  /** How long its cgroup was throttled by its CPU quota, while it ran. Milliseconds. */
  readonly cgroupThrottledMs?: number;
  /** CPUs that its cgroup allows. */
  readonly cgroupQuotaRatio?: number;
  /** Time in HTTP requests that it made. Milliseconds. */
  readonly httpMs?: number;
  /** Time that its instrumentation took. Microseconds. */
  readonly overheadUs?: number;
  /** Duration of the previous export. Milliseconds. */
  readonly exportMs?: number;
  /** Time in DNS lookups. Milliseconds. */
  readonly dnsMs?: number;
  /** Time in making connections. Milliseconds. */
  readonly connectMs?: number;
  /** Time in file operations. Milliseconds. */
  readonly fsMs?: number;
  /** Share of the time in which a task of the machine waited for a CPU, 0 to 1. */
  readonly machinePressureCpuRatio?: number;
  /** Time from its event to its start, by two clocks. Milliseconds. */
  readonly triggerDelayMs?: number;
  /** Whether it waited for a new sandbox. */
  readonly cold?: boolean;
  /** Whether other invocations ran in its process at the same time, so that its measurements include them. */
  readonly windowShared?: boolean;
  /** Function-side start, nine decimals. RFC 3339, UTC. */
  readonly start: string;
  /** Nanoseconds since the epoch. */
  readonly startUnixNano: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Present if the log of the platform reports it: only the log, or a span too. Absent: only a span. */
  readonly recordedBy?: 'report' | 'both';
  /** Duration as the platform measured it, including the runtime. Milliseconds. */
  readonly reportedDurationMs?: number;
  /** Billed time. Milliseconds. */
  readonly billedMs?: number;
  /** Billed time for restoring a snapshot. Milliseconds. */
  readonly billedRestoreMs?: number;
  /** Peak memory of the sandbox so far, as the platform measured it. */
  readonly memoryMaxUsedBytes?: number;
};

export type InvocationsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The newest first. */
  readonly invocations: readonly Invocation[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type IoAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. DNS, connections, HTTP, files and probes, by memory, host and co-located load; sockets that a freeze broke. */
  readonly functions: readonly IoEntry[];
};

export type IoEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** All counted operations, by memory size. */
  readonly kinds: readonly {
    /** Memory limit, MB (2²⁰ bytes); 0 if unknown. */
    readonly memoryMb: number;
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Operations. */
    readonly operations: number;
    /** Mean number of operations of an invocation. */
    readonly perCall: number;
    /** Time of an operation, mean, ms. n: operations; sandboxes are what is independent. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** By host, if hosts are known. */
  readonly hosts: readonly {
    /** Its id. */
    readonly host: string;
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Operations. */
    readonly operations: number;
    /** Mean time of an operation on this host, ms. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** Load of own sandboxes on the same host, if hosts are known. */
  readonly load: readonly {
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Slots of five minutes of a sandbox. */
    readonly n: number;
    /** p value of the hypothesis that operations take no longer while own sandboxes on the host are busy. */
    readonly p: number;
    /** p value, corrected over all tests of the answer. */
    readonly q: number;
    /** Whether they take longer, after correction. */
    readonly found: boolean;
  }[];
  /** Requests on new and on reused sockets. `broken` counts those without a response. */
  readonly sockets: readonly {
    /** Whether the connection had carried a request before. */
    readonly reused: boolean;
    /** Requests with a span of their own. */
    readonly n: number;
    /** Mean time from a request to the head of its response, ms. */
    readonly firstByteMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    readonly broken: ClusteredProportion;
  }[];
  /** Requests on reused sockets, by the idle time before their invocation. */
  readonly gaps: readonly {
    /** Lower limit of the idle time before the invocation. Milliseconds. */
    readonly fromMs: number;
    /** Upper limit of it. Milliseconds. */
    readonly toMs?: number;
    /** Requests on reused sockets. */
    readonly n: number;
    readonly broken: ClusteredProportion;
    /** Error codes of these failures. */
    readonly errors: readonly string[];
  }[];
  /** Whether reused sockets break more often after a minute or more of idleness than after less than ten seconds. */
  readonly freeze: 'breaks' | 'no-harm-seen' | 'unknown';
  /** p value of no difference, corrected over all deployments of the answer. */
  readonly freezeQ?: number;
  /** Figures of active probes. */
  readonly probes: readonly {
    /** Memory limit, MB (2²⁰ bytes); 0 if unknown. */
    readonly memoryMb: number;
    /** Attribute of an active probe without `sandscope.probe.`; ends in its unit. */
    readonly figure: string;
    /** Median, in the unit of the figure. */
    readonly p50: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

/** How long idle sandboxes are kept. */
export type KeepAlive = {
  /** Idle time by which half are gone; if batches are halved, the period. Absent if unknown. Milliseconds. */
  readonly valueMs?: number;
  /** Lower end of its 95 % interval. Milliseconds. */
  readonly lowMs?: number;
  /** Upper end of the interval. Milliseconds. */
  readonly highMs?: number;
  /** Shape of the law, or `not-identified`. */
  readonly family: string;
  /** Why no family could be identified. */
  readonly reason?: string;
  /** Number of evictions after idleness that it is based on. */
  readonly expectedDeaths: number;
  /** Share of the total weight of the laws in this family. */
  readonly weight?: number;
};

export type KeepWarmAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. What keeps a function warm: how often to ping, how many at once, and what that costs and avoids. */
  readonly functions: readonly KeepWarmEntry[];
};

export type KeepWarmEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly deployment: Deployment;
  /** The cheaper of both, as far as prices are known. Unknown until enough evictions of idle sandboxes were observed. */
  readonly advice: 'ping' | 'provision' | 'unknown';
  /** Sandboxes to keep warm, as requested. */
  readonly hold: number;
  /** Maximum interval between two pings. Milliseconds. */
  readonly pingIntervalMs?: number;
  /** Pings at the same time, each lasting `pingMs`: shorter ones could reach the same sandbox twice. */
  readonly concurrentPings?: number;
  /** How long a ping keeps its sandbox busy, as requested. Milliseconds. */
  readonly pingMs: number;
  /** Share of idle sandboxes that outlast one interval. */
  readonly outlasts?: {
    /** 0 to 1. */
    readonly value: number;
    /** Lower end of its 95 % interval. */
    readonly low: number;
    /** Upper end of the interval. */
    readonly high: number;
  };
  /** Pings in a month of 30 days. */
  readonly pingsAMonth?: number;
  /** Their cost, in the currency of the plan. */
  readonly pingCostAMonth?: number;
  /** Cost of the same number of provisioned sandboxes without use, if the platform offers them. */
  readonly provisionedCostAMonth?: number;
  readonly coldStartsAMonth: Estimate;
  readonly avoidedAMonth?: Estimate;
  readonly plan?: PricePlan;
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};

/** Not enough data yet: n of needed. */
export type Lack = {
  /** What is unknown, and which data would answer it. */
  readonly what: string;
  /** Available number. */
  readonly n: number;
  /** Needed number. */
  readonly needed: number;
};

export type LeaksAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. What grows over a sandbox's life: memory, descriptors, sockets, threads, temporary files. */
  readonly functions: readonly LeaksEntry[];
};

export type LeaksEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Whether any of them grows. */
  readonly leaks: boolean;
  /** Each resource that enough lives report. */
  readonly resources: readonly {
    /** rss, heap, external, temp-bytes are in bytes, the others are counts. sockets: TCP connections that the program made. */
    readonly resource:
      'rss' | 'heap' | 'external' | 'descriptors' | 'sockets' | 'threads' | 'temp-bytes' | 'temp-files';
    /** Growth from call to call. n: sandboxes. */
    readonly perCall: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Mean value at the end of the sandboxes’ lifetimes. */
    readonly latest: number;
    /** p value of no growth, one-sided. */
    readonly p: number;
    /** p value, corrected over all resources of the answer (Benjamini and Hochberg). A leak is reported up to 0.05. */
    readonly q: number;
    /** Whether it grows, after correction. */
    readonly leaks: boolean;
    /** The value at which the sandbox fails; absent if unknown. */
    readonly limit?: number;
    /** Number of the call, from 1, at which the limit is reached if the growth continues. n: sandboxes. */
    readonly limitCall?: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

export type MemoryAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Time and cost at other memory sizes, from ordinary traffic. */
  readonly functions: readonly MemoryEntry[];
};

export type MemoryEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Observed sizes. */
  readonly measured: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** As in `/proc/cpuinfo`. */
    readonly cpuModel?: string;
    /** Warm calls. */
    readonly n: number;
    /** Number of sandboxes. */
    readonly sandboxes: number;
    /** Mean time of a call. Milliseconds. */
    readonly meanMs: number;
  }[];
  /** The size that the others are predicted from. MB (2²⁰ bytes). */
  readonly fromMb?: number;
  /** Mean CPU time of a call at that size. Milliseconds. */
  readonly cpuMs?: number;
  /** Mean time that a call waits for anything but its CPU quota; memory does not change it. Milliseconds. */
  readonly waitingMs?: number;
  /** Source of the CPU time. measured: the function reported it. whole-cpu: durations at a size with a whole CPU. first-period: calls that were never throttled. stair: the law of the quota, inverted. */
  readonly cpuFrom?: 'measured' | 'whole-cpu' | 'first-period' | 'stair';
  /** Prediction for each size. */
  readonly sizes: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** CPUs that the platform gives to this size. */
    readonly vcpus: number;
    /** Whether the peak memory use fits; absent if unknown. */
    readonly fits?: boolean;
    /** Mean time of a warm call, ms, with the uncertainty of sampling and of the law. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Cost of a million warm calls, in the currency of the plan. */
    readonly perMillion?: number;
  }[];
  /** The steps: ranges of sizes that are equally fast within 2 %. The smallest size of a step is the cheapest. */
  readonly treads: readonly {
    /** Smallest size of the step. MB (2²⁰ bytes). */
    readonly fromMb: number;
    /** Largest size of the step. MB (2²⁰ bytes). */
    readonly toMb: number;
    /** Mean time of a call. Milliseconds. */
    readonly meanMs: number;
  }[];
  /** Other sizes that were observed, compared with the prediction for them. */
  readonly checked: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** Observed warm calls. */
    readonly n: number;
    /** Their mean time. Milliseconds. */
    readonly measuredMs: number;
    /** Their mean time as predicted from the other size. Milliseconds. */
    readonly predictedMs: number;
  }[];
  /** The size at which a call costs least. MB (2²⁰ bytes). */
  readonly cheapestMb?: number;
  /** The smallest size that is as fast as any, within 2 %. MB (2²⁰ bytes). */
  readonly fastestMb?: number;
  readonly plan?: PricePlan;
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

export type MissingAnswers = {
  /** Answers that are missing. */
  readonly answers: readonly (
    | 'invocations'
    | 'cold-starts'
    | 'cold-start-cost'
    | 'sandboxes'
    | 'reuse'
    | 'evictions'
    | 'concurrency'
    | 'pick-order'
    | 'loss'
    | 'hosts'
    | 'hops'
  )[];
  /** The reason: what the spans lack. */
  readonly lacks: string;
  /** What to add to get them. */
  readonly add: string;
};

export type OverheadAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Overhead of invocations by payload size, wait in the platform, and delay of events by source. */
  readonly functions: readonly OverheadEntry[];
};

export type OverheadEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Calls that found a sandbox. */
  readonly warm: {
    /** Calls recorded on both sides. */
    readonly n: number;
    /** Median time of a call outside the function, ms; independent of clocks. */
    readonly overheadMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Median time from the request until the function began, ms, including the uncertainty of the clocks. */
    readonly waitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** The same without initialisation: network, queue, placement. */
    readonly platformWaitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Median time from the end of the function until the client had the answer, ms. */
    readonly returnMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** Calls that started cold. */
  readonly cold: {
    /** Calls recorded on both sides. */
    readonly n: number;
    /** Median time of a call outside the function, ms; independent of clocks. */
    readonly overheadMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Median time from the request until the function began, ms, including the uncertainty of the clocks. */
    readonly waitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** The same without initialisation: network, queue, placement. */
    readonly platformWaitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Median time from the end of the function until the client had the answer, ms. */
    readonly returnMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** Overhead of warm calls = intercept + slope · size of the request. */
  readonly payload?: {
    /** Overhead of an empty request, ms. */
    readonly interceptMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Additional time for each MB (10⁶ bytes) of the request, ms. */
    readonly msPerMb: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Share of the variance explained by the size. */
    readonly adjustedR2: number;
  };
  /** Delay of events, by source. */
  readonly triggers: readonly {
    /** Field of the event that contains its time. */
    readonly source: string;
    /** `sync`, `async` or `poll`. */
    readonly mode?: string;
    /** Invocations. */
    readonly n: number;
    /** Median time from the event to the start of its handler, ms. The two clocks are not compared. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95th percentile, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of the interval. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Number of data. */
    readonly n: number;
    /** Number of data needed. */
    readonly needed: number;
    /** What the answer is based on, in words. */
    readonly restsOn: readonly string[];
    /** What was not observed or not reported, in words. */
    readonly missing: readonly string[];
  };
};

/** Which idle sandbox takes the next call. */
export type PickOrder = {
  /** Which idle sandbox is taken next. Unknown below 200 choices, or if they fit no rule. */
  readonly order:
    'most-recent' | 'least-recent' | 'random' | 'round-robin' | 'affinity' | 'mixed' | 'unknown';
  /** Choices between two or more sandboxes that were certainly alive. */
  readonly n: number;
  /** Standardised mean rank. Far below 0: most recent first. N(0, 1) if random. */
  readonly z?: number;
  /** Share of choices in which the most recently used sandbox was taken. */
  readonly mostRecentShare?: number;
  /** The share that random choices would give. */
  readonly mostRecentExpected?: number;
  /** Sandboxes that idled for longer were left out, since some of them are gone. Milliseconds. */
  readonly horizonMs?: number;
};

export type PlacementAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Where sandboxes are placed: distinct hosts, co-location, spread or pack, kinds of machines. */
  readonly platforms: readonly PlacementEntry[];
};

export type PlacementEntry = {
  /** Value of `cloud.platform`. */
  readonly platform?: string;
  /** Region of the cloud. */
  readonly region?: string;
  /** Account of the cloud. */
  readonly accountId?: string;
  /** Sandboxes seen. */
  readonly sandboxes: number;
  /** Sandboxes by host confidence. Everything below counts only sandboxes with a known host. */
  readonly confidence: readonly {
    /** How well the host is known. With `none`, the host is absent; it is never guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
    /** Sandboxes with this host confidence. */
    readonly sandboxes: number;
    /** Their hosts. */
    readonly hosts: number;
  }[];
  /** Why hosts are unknown. private-kernels: each sandbox has a kernel of its own, which says nothing about the host. kernels-not-told: spans name no kernel. too-few-sandboxes: no two were alive at the same time, so it is unknown whether they share kernels. */
  readonly refused?: 'private-kernels' | 'kernels-not-told' | 'too-few-sandboxes';
  /** Distinct hosts. */
  readonly hosts?: {
    /** Hosts that were seen. */
    readonly seen: number;
    /** Lower bound of the total (Chao1); absent if the coverage is below one half. */
    readonly atLeast?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of the interval. */
    readonly high?: number;
    /** Probability that the next start is on a host already seen (Good), 0 to 1. */
    readonly coverage?: number;
    /** Starts of sandboxes, each one draw. */
    readonly n: number;
  };
  /** How often own sandboxes share a host. */
  readonly coLocation?: {
    /** Mean number of other own sandboxes on the same host, over time. A lower bound: other tenants cannot be seen. */
    readonly others: number;
    /** Pairs on one host, divided by the number that independent placement with the same shares would give. */
    readonly ratio?: number;
  };
  /** Whether sandboxes are started on hosts that already have own sandboxes, although other hosts have none. */
  readonly policy: {
    /** pack: sandboxes start on hosts that already have own sandboxes more often than by chance. spread: less often. even: neither. unknown: too few data. */
    readonly verdict: 'pack' | 'spread' | 'even' | 'unknown';
    readonly occupied: Proportion;
    /** The share if placement depended only on the shares of the hosts. */
    readonly expected?: number;
    /** Standardised difference. */
    readonly z?: number;
    /** p value of no difference, two-sided. */
    readonly p?: number;
  };
  /** The fullest hosts, 50 at most. */
  readonly packing: readonly {
    /** Id of the host. */
    readonly host: string;
    /** Own sandboxes that were on it. */
    readonly sandboxes: number;
    /** Maximum number of them alive at the same time. */
    readonly peakSandboxes: number;
    /** Mean number alive at the same time, while any was alive. */
    readonly meanSandboxes: number;
    /** Largest sum of the memory limits of own sandboxes alive at the same time, divided by the memory of the host. */
    readonly peakMemoryRatio?: number;
    /** Largest sum of the vCPU limits of own sandboxes alive at the same time. */
    readonly peakVcpus?: number;
  }[];
  /** Kinds of machines, by CPU model and memory. If each sandbox has its own kernel, the memory is that of the sandbox. */
  readonly classes: readonly {
    /** CPU model; empty if unknown. */
    readonly cpuModel: string;
    /** Memory of the machine as sandboxes see it. Bytes. */
    readonly memoryTotalBytes?: number;
    /** Sandboxes on such machines. */
    readonly sandboxes: number;
    /** Hosts of this kind; absent if hosts are unknown. */
    readonly hosts?: number;
  }[];
  readonly durationMs?: Estimate;
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};

export type PointsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Invocations in the range, whether included or not. */
  readonly invocations: number;
  /** Sampling of the invocations that are neither cold nor failed: one in this many is included. */
  readonly warmEvery: number;
  /** The answer, entry by entry. Invocations as points over time: all cold or failed ones, and a sample of the rest. */
  readonly points: readonly PointsEntry[];
};

export type PointsEntry = {
  /** Start, milliseconds since the epoch, to the microsecond. */
  readonly startUnixMs: number;
  /** Of the invocation itself. Milliseconds. */
  readonly durationMs: number;
  /** Initialisation before a cold invocation, if reported. Milliseconds. */
  readonly initMs?: number;
  /** Whether it waited for a new sandbox; absent if unknown. */
  readonly cold?: boolean;
  /** True if it failed, else absent. */
  readonly failed?: boolean;
  /** Function that was called. */
  readonly function: string;
  /** Version of the function. */
  readonly version?: string;
  /** Id of the sandbox it ran in. */
  readonly sandbox?: string;
};

/** The price plan of all costs. Free tiers are not deducted; a month has 30 days. */
export type PricePlan = {
  /** Name of the plan, for the parameter `plan`. */
  readonly name: string;
  /** Readable name. */
  readonly title: string;
  /** Date of the prices, ISO 8601. */
  readonly date: string;
  /** Source of the prices. */
  readonly source: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Whether every figure was checked in the source. */
  readonly verified: boolean;
  /** Figures that were not checked. */
  readonly unverified: readonly string[];
  /** Properties of the function that its spans do not report. */
  readonly assumed: readonly string[];
};

/** A share, 0 to 1, with its 95 % interval. */
export type Proportion = {
  /** Absent when n is 0. */
  readonly value?: number;
  /** Lower end of the 95 % interval (Wilson). */
  readonly low: number;
  /** Upper end of the 95 % interval (Wilson). */
  readonly high: number;
  /** Sample size. */
  readonly n: number;
};

export type ReuseAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. Reuse of sandboxes: ratio, invocations per sandbox, concurrency model, pick order. */
  readonly functions: readonly ReuseEntry[];
};

export type ReuseEntry = {
  /** Its name. */
  readonly function: string;
  readonly deployment: Deployment;
  readonly ratio: Proportion;
  /** Sandboxes seen. */
  readonly sandboxes: number;
  /** Invocations that a sandbox served. */
  readonly invocationsPerSandbox: {
    /** Sandboxes. */
    readonly n: number;
    /** Fewest invocations of a sandbox. */
    readonly min?: number;
    /** Median. */
    readonly p50?: number;
    /** 95th percentile. */
    readonly p95?: number;
    /** Most invocations of a sandbox. */
    readonly max?: number;
    /** Distribution of invocations per sandbox. */
    readonly histogram: readonly {
      /** Lower limit of the bin, inclusive. */
      readonly from: number;
      /** Upper limit of the bin, inclusive. */
      readonly to: number;
      /** Sandboxes in this bin. */
      readonly sandboxes: number;
    }[];
  };
  readonly concurrency: ConcurrencyModel;
  readonly pickOrder: PickOrder;
  readonly keepAlive?: KeepAlive;
  readonly alive?: Alive;
};

export type Sandbox = {
  /** Id of the sandbox. */
  readonly id: string;
  /** Function that runs in it. */
  readonly function: string;
  /** The platform’s own name of it. */
  readonly instance?: string;
  /** Boot id of its kernel. */
  readonly bootId?: string;
  /** Version of the function. */
  readonly version?: string;
  /** Host on which it runs. */
  readonly host: {
    /** Absent if unknown. */
    readonly id?: string;
    /** How well the host is known. With `none`, the host is absent; it is never guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  };
  /** Start of its first invocation in the range. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** End of its latest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Received. */
  readonly invocations: number;
  /** Spans that did not arrive, from gaps in the ordinals. */
  readonly lost: number;
  /** Processes after the first. */
  readonly restarts: number;
  /** Since its latest invocation, up to the end of the range, now, or its goodbye. Milliseconds. */
  readonly idleMs: number;
  /** active: used within the last 5 s. suspected, evicted: calls went elsewhere, so that it is gone with a probability of 0.8, 0.95. confirmed: it reported that it was stopped. idle: all others. */
  readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  /** Probability that it was evicted. */
  readonly evictedProbability: number;
  /** Evidence. goodbye: the sandbox reported it. superseded: its version gets no more calls. broken-call: its last call timed out, crashed or failed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: there are no such data yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  /** When it died. Absent unless its state is evicted or confirmed. */
  readonly evicted?: {
    /** Lower end of the 95 % interval of its time of death. RFC 3339, UTC. */
    readonly after: string;
    /** Upper end of the interval; equal to the lower end after a goodbye. RFC 3339, UTC. */
    readonly before: string;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at the same time or one after another, even those just used. time-out, crash: it died with its last call. */
  readonly cause?: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** Reason for its end, as the sandbox reported it. */
  readonly reason?: string;
};

export type SandboxAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Id of the sandbox. */
  readonly id: string;
  /** Function that runs in it. */
  readonly function: string;
  /** The platform’s own name of it. */
  readonly instance?: string;
  /** Boot id of its kernel. */
  readonly bootId?: string;
  /** Version of the function. */
  readonly version?: string;
  /** Host on which it runs. */
  readonly host: {
    /** Absent if unknown. */
    readonly id?: string;
    /** How well the host is known. With `none`, the host is absent; it is never guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  };
  /** Start of its first invocation in the range. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** End of its latest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Received. */
  readonly invocations: number;
  /** Spans that did not arrive, from gaps in the ordinals. */
  readonly lost: number;
  /** Processes after the first. */
  readonly restarts: number;
  /** Since its latest invocation, up to the end of the range, now, or its goodbye. Milliseconds. */
  readonly idleMs: number;
  /** active: used within the last 5 s. suspected, evicted: calls went elsewhere, so that it is gone with a probability of 0.8, 0.95. confirmed: it reported that it was stopped. idle: all others. */
  readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  /** Probability that it was evicted. */
  readonly evictedProbability: number;
  /** Evidence. goodbye: the sandbox reported it. superseded: its version gets no more calls. broken-call: its last call timed out, crashed or failed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: there are no such data yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  /** When it died. Absent unless its state is evicted or confirmed. */
  readonly evicted?: {
    /** Lower end of the 95 % interval of its time of death. RFC 3339, UTC. */
    readonly after: string;
    /** Upper end of the interval; equal to the lower end after a goodbye. RFC 3339, UTC. */
    readonly before: string;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at the same time or one after another, even those just used. time-out, crash: it died with its last call. */
  readonly cause?: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** Reason for its end, as the sandbox reported it. */
  readonly reason?: string;
  /** Its invocations in order. */
  readonly lifeline: readonly {
    /** Start of the invocation. RFC 3339, UTC. */
    readonly start: string;
    /** Of the invocation. Milliseconds. */
    readonly durationMs: number;
    /** Ordinal of the invocation in its sandbox, from 1. */
    readonly ordinal?: number;
    /** Whether it waited for a new sandbox. */
    readonly cold?: boolean;
  }[];
};

export type SandboxesAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Those used latest first. */
  readonly sandboxes: readonly Sandbox[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type Status = {
  /** Spans can be both received and queried. */
  readonly ready: boolean;
  /** The database engine. */
  readonly engine: {
    /** external: a ClickHouse of the operator’s. */
    readonly state: 'starting' | 'ready' | 'restarting' | 'external';
    /** Crashes and hangs it recovered from. */
    readonly restarts: number;
    /** Memory of the embedded engine. */
    readonly residentBytes?: number;
  };
  /** Requests that are on disk and not yet stored or forwarded. */
  readonly inbox: {
    /** Acknowledged, not yet stored. 0: every acknowledged span can be queried. */
    readonly pendingRequests: number;
    /** Their size. */
    readonly pendingBytes: number;
    /** Age of the oldest of them. Milliseconds. */
    readonly oldestAgeMs?: number;
    /** All requests kept, including those that only wait for a forwarder. */
    readonly bytes?: number;
    /** Limit of their size. */
    readonly maxBytes?: number;
    /** Free space on the file system of the inbox. */
    readonly freeDiskBytes?: number;
    /** Since the start. */
    readonly acceptedRequests: number;
    /** Since the start. */
    readonly acceptedSpans: number;
    /** Since the start. */
    readonly refusedRequests: number;
  };
  /** The process that answers questions. */
  readonly querier: {
    /** The process that answers questions. */
    readonly state: 'starting' | 'ready' | 'restarting';
    /** Crashes and hangs it recovered from. */
    readonly restarts: number;
    /** Questions being answered. */
    readonly running: number;
    /** Questions that wait for them. */
    readonly waiting: number;
    /** Questions refused since the start because too many were waiting. */
    readonly refused: number;
  };
  /** Transfer from the inbox into the engine. */
  readonly store: {
    /** Since the start. */
    readonly insertedSpans: number;
    /** Since the start. */
    readonly retries: number;
    /** Time since a waiting request was last stored, milliseconds. */
    readonly stalledMs?: number;
    /** Rejected permanently by the store, and kept as dead letters. */
    readonly parkedRequests: number;
    /** Why the last attempt failed; absent if it did not. */
    readonly lastError?: string;
  };
  /** Endpoints that spans are forwarded to. */
  readonly forwarders: readonly {
    /** Address of the target, without secrets. */
    readonly url: string;
    /** Not yet sent. */
    readonly pendingRequests: number;
    /** Their size. */
    readonly pendingBytes: number;
    /** Age of the oldest of them. Milliseconds. */
    readonly oldestAgeMs?: number;
    /** Since the start. */
    readonly forwardedRequests: number;
    /** Since the start. */
    readonly retries: number;
    /** Spans it rejected in requests it accepted (partial success). */
    readonly rejectedSpans: number;
    /** Rejected permanently by the target, and kept as dead letters. */
    readonly parkedRequests: number;
    /** Requests lost for this target since the start because the inbox or its dead letters were full. */
    readonly droppedRequests: number;
    /** Why the last attempt failed; absent if it did not. */
    readonly lastError?: string;
  }[];
};

export type SurvivalAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. How long idle sandboxes are kept: survival curve with its interval, laws, knee and drift. */
  readonly functions: readonly SurvivalEntry[];
};

export type SurvivalEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly deployment: Deployment;
  readonly keepAlive: KeepAlive;
  /** Idle time by which one sandbox in twenty is gone. */
  readonly kneeMs?: {
    /** Absent if fewer are gone at every observed idle time. Milliseconds. */
    readonly value?: number;
    /** Lower end of its 95 % interval. Milliseconds. */
    readonly low?: number;
    /** Upper end of its 95 % interval; absent if it has none. Milliseconds. */
    readonly high?: number;
  };
  /** The falling part of the curve, for a sandbox that is idle on its own. */
  readonly curve: readonly {
    /** Idle time. Milliseconds. */
    readonly idleMs: number;
    /** Share of sandboxes still kept at this idle time, 0 to 1. */
    readonly kept: number;
    /** Lower end of its 95 % band. */
    readonly low: number;
    /** Upper end of the interval. */
    readonly high: number;
  }[];
  /** The laws that the curve is averaged over. */
  readonly laws: readonly {
    /** Name of the law; `free` is the estimate without one. */
    readonly law: string;
    /** Its Akaike weight in the curve, 0 to 1. */
    readonly weight: number;
  }[];
  /** The last seven days compared with the seven before, each judged separately. Only for one function. */
  readonly drift?: {
    /** Keep-alive of the week before the last. */
    readonly before: {
      /** By which half are gone. Milliseconds. */
      readonly valueMs?: number;
      /** Lower end of its 95 % interval. Milliseconds. */
      readonly lowMs?: number;
      /** Upper end of the interval. Milliseconds. */
      readonly highMs?: number;
      /** Number of evictions after idleness that it is based on. */
      readonly expectedDeaths: number;
    };
    /** Keep-alive of the last week. */
    readonly after: {
      /** By which half are gone. Milliseconds. */
      readonly valueMs?: number;
      /** Lower end of its 95 % interval. Milliseconds. */
      readonly lowMs?: number;
      /** Upper end of the interval. Milliseconds. */
      readonly highMs?: number;
      /** Number of evictions after idleness that it is based on. */
      readonly expectedDeaths: number;
    };
    /** shorter, longer: the intervals of both weeks do not overlap. unknown: one week has no interval. */
    readonly verdict: 'shorter' | 'longer' | 'same' | 'unknown';
  };
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};

export type TechniquesAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. What the platform does against cold starts: reuse, runtime pooling, prewarming, prefetching. */
  readonly techniques: readonly TechniquesEntry[];
};

export type TechniquesEntry = {
  /** Name of the function. */
  readonly function: string;
  /** resource-reuse: a sandbox serves several calls. runtime-pooling: started runtimes wait and then get a function. prewarming: sandboxes of the function are initialised before a call. prefetching: code is on a host before the first sandbox there. */
  readonly technique: 'resource-reuse' | 'runtime-pooling' | 'prewarming' | 'prefetching';
  /** Whether the platform does it for this function; unknown if there is too little evidence. */
  readonly verdict: 'on' | 'off' | 'unknown';
  readonly share?: Proportion;
  readonly effectMs?: Estimate;
  /** Evidence for the verdict, in words. */
  readonly evidence: readonly string[];
  /** Starts of sandboxes that were examined. */
  readonly starts: number;
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};

export type TimelineAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** Width of a bucket. Milliseconds. */
  readonly bucketMs: number;
  /** The answer, entry by entry. Cold and warm invocations and living sandboxes over time. */
  readonly buckets: readonly TimelineEntry[];
};

export type TimelineEntry = {
  /** Start of the bucket. RFC 3339, UTC. */
  readonly start: string;
  /** Invocations that started cold in it. */
  readonly cold: number;
  /** Invocations that started warm in it. */
  readonly warm: number;
  /** Invocations without that information. */
  readonly unknown: number;
  /** Invocations that failed. */
  readonly errors: number;
  /** Sandboxes known to have been alive at some moment of it. */
  readonly sandboxesAlive: number;
};

export type Trace = {
  /** The spans of the trace, in OTLP form. */
  readonly resourceSpans: readonly unknown[];
};

export type VersionsAnswer = {
  /** Start of the range of the answer, inclusive. A busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** Whether data were left out because of a limit. */
  readonly truncated: boolean;
  /** The answer, entry by entry. What a deploy changed: initialisation, first call, duration, memory, errors, with interval, power and a verdict. */
  readonly deploys: readonly VersionsEntry[];
};

export type VersionsEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly deployment: Deployment;
  /** The version before. */
  readonly before: {
    /** Version as the platform numbers it; empty if it has none. */
    readonly version: string;
    /** Memory limit. MB. */
    readonly memoryMb?: number;
    /** Its first call in the range. RFC 3339, UTC. */
    readonly from: string;
    /** Its last call in the range. RFC 3339, UTC. */
    readonly to: string;
    /** Its calls. */
    readonly invocations: number;
    /** Cold ones among them. */
    readonly coldStarts: number;
    /** Its sandboxes. */
    readonly sandboxes: number;
  };
  /** The version that was deployed. */
  readonly after: {
    /** Version as the platform numbers it; empty if it has none. */
    readonly version: string;
    /** Memory limit. MB. */
    readonly memoryMb?: number;
    /** Its first call in the range. RFC 3339, UTC. */
    readonly from: string;
    /** Its last call in the range. RFC 3339, UTC. */
    readonly to: string;
    /** Its calls. */
    readonly invocations: number;
    /** Cold ones among them. */
    readonly coldStarts: number;
    /** Its sandboxes. */
    readonly sandboxes: number;
  };
  /** worse if any metric is worse; else better if any is better; not-enough-data if any lacks data. */
  readonly verdict: 'worse' | 'better' | 'same' | 'not-enough-data';
  /** The verdict in one sentence, for a pull request. */
  readonly summary: string;
  /** By metric. */
  readonly changes: readonly {
    /** init-ms: initialisation. module-ms: load of the function’s modules. first-call-ms: the handler when called first. duration-ms: a warm call. memory-bytes: peak memory of a sandbox. error-rate: share of calls that failed. All but the last are medians. */
    readonly metric:
      'init-ms' | 'module-ms' | 'first-call-ms' | 'duration-ms' | 'memory-bytes' | 'error-rate';
    readonly before: Estimate;
    readonly after: Estimate;
    /** Absent if one side has too few data. */
    readonly difference?: {
      /** After minus before, in the unit of the metric. */
      readonly value: number;
      /** Lower end of its 95 % interval, from a bootstrap over sandboxes. */
      readonly low: number;
      /** Upper end of the interval. */
      readonly high: number;
      /** The difference divided by the value before. */
      readonly ratio?: number;
      /** p value of no difference, adjusted over all metrics (Benjamini and Hochberg). */
      readonly p: number;
      /** The smallest difference that this number of calls would detect in four of five cases, in the unit of the metric. */
      readonly detectable: number;
    };
    /** worse, better: a relevant difference with p below 0.05. same: no relevant difference, as far as this number of calls would detect one. not-enough-data: a relevant difference may be undetected. */
    readonly verdict: 'worse' | 'better' | 'same' | 'not-enough-data';
  }[];
  /** Packages whose load time changed most, at most 20. Needs spans of initialisations. */
  readonly packages: readonly {
    /** Top-level package; `.` for the function’s own files. */
    readonly name: string;
    readonly before: Estimate;
    readonly after: Estimate;
    /** After minus before; a new package counts from 0. Milliseconds. */
    readonly differenceMs: number;
  }[];
  /** What the answer is based on, in words. */
  readonly restsOn: readonly string[];
  /** What the answer leaves out because there are not enough data yet. */
  readonly missing: readonly Lack[];
};
