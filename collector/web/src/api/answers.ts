/** Written by `node .ci/page-types.ts` from the description of the API; change the schemas of the routes. */

/** How many sandboxes are alive, of all ever seen: a sum of probabilities, with its interval. */
export type Alive = {
  /** Sandboxes. */
  readonly value?: number;
  /** Lower end of its 95 % interval. */
  readonly low?: number;
  /** Upper end of it. */
  readonly high?: number;
  /** Why there is no number, where there is none. */
  readonly withheld?: string;
};

export type BillingAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly BillingEntry[];
};

export type BillingEntry = {
  /** Its name. */
  readonly function: string;
  /** Invocations that spans and the log of the platform tell of. */
  readonly both: number;
  /** Of the time in which the log tells of the function: invocations it says nothing of. */
  readonly withoutReport: number;
  /** Of the time in which spans tell of it: invocations that have none. */
  readonly withoutSpan: number;
  /** What handlers took, of invocations that both tell of. Milliseconds. */
  readonly measuredMs: number;
  /** What the platform measured of the same. Milliseconds. */
  readonly reportedMs: number;
  /** What it billed of the same. Absent where no line says it. Milliseconds. */
  readonly billedMs?: number;
  /** Invocations whose handler took longer than the platform says, by more than 1 ms. */
  readonly measuredLonger: number;
  /** Lines whose billed duration is not what they measured, or that and the initialisation, in whole ms; within 1 ms. */
  readonly billedOtherwise: number;
};

export type ChainsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly chains: readonly ChainsEntry[];
};

export type ChainsEntry = {
  /** Function in which its traces begin. */
  readonly root: string;
  /** Traces. */
  readonly traces: number;
  /** Most invocations in a row, each called by the one before. */
  readonly depth: number;
  /** Cold starts in a trace, mean. n: traces, here and below. */
  readonly coldStarts: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  readonly withColdStart: Proportion;
  /** From the first wait to the last end of a trace, median, ms. */
  readonly pathMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
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
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Share of it in which no invocation ran: queues, and what is not traced. 0 to 1. */
  readonly betweenShare: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** What prewarming all functions after the first would take off a trace, at most, mean, ms. */
  readonly prewarmSavesMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
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
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Functions after the first: those to prewarm. */
  readonly successors: readonly {
    /** Its name. */
    readonly function: string;
    /** Traces that go through it. */
    readonly traces: number;
    /** Invocations of it in these. */
    readonly invocations: number;
    /** Of them cold. */
    readonly cold: number;
    /** Its initialisation on the path, mean over all traces of the chain, ms. */
    readonly coldOnPathMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

export type ClocksAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly epochs: readonly ClocksEntry[];
};

export type ClocksEntry = {
  /** Whose clock the client’s is: its service, then host or instance if known. */
  readonly client: string;
  /** Whose clock the function’s is: boot id of the kernel, else the sandbox. */
  readonly kernel: string;
  readonly functions: readonly string[];
  /** First call of the epoch, by the client. RFC 3339, UTC. */
  readonly start: string;
  /** Last call of it. RFC 3339, UTC. */
  readonly end: string;
  /** Calls recorded on both sides. */
  readonly n: number;
  /** Function clock less client clock in the middle of the epoch, ms. low and high: all that the calls allow, not a share of 95 %. */
  readonly offsetMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How much faster the function clock runs, parts per million; all that the calls allow. */
  readonly driftPpm: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

/** A share, 0 to 1; what follows one another is not taken as independent. */
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
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly ColdStartsEntry[];
};

export type ColdStartsEntry = {
  /** Name of the function. */
  readonly function: string;
  /** Invocations. */
  readonly invocations: number;
  /** Of them cold. */
  readonly coldStarts: number;
  /** Share of cold starts with an interval that takes stretches of time for independent, not calls. */
  readonly rate: {
    /** Absent when n is 0. */
    readonly value?: number;
    /** Lower end of the 95 % interval. */
    readonly low: number;
    /** Upper end of it. */
    readonly high: number;
    /** Invocations that said whether they were cold. */
    readonly n: number;
    /** Stretches of time the interval is clustered by. */
    readonly blocks: number;
  };
  readonly buckets: readonly {
    /** Start of the bucket. RFC 3339, UTC. */
    readonly start: string;
    /** In it. */
    readonly coldStarts: number;
    /** In it. */
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
  readonly groups: readonly {
    /** What was put together. */
    readonly by: 'cpu-model' | 'memory' | 'version' | 'hour';
    /** Model name; MB; version; hour of the day, UTC. */
    readonly value: string;
    /** Cold starts looked at in it. */
    readonly coldStarts: number;
    readonly totalMs: Estimate;
  }[];
  /** Why, greatest first. */
  readonly ledger: readonly {
    /** first: none was ever there. deploy: the sandbox that would have taken the call was of an older version, or stopped with nearly all others. idle: it was let go for idling. age: it was let go although it had not idled for long. scale-out: more were needed at once than ever before. time-out, crash: it went with its last call. restart: the process in the sandbox was started again. tenant-first: no sandbox of the tenant was ever there. not-reused: one idled and was not taken. unknown: none of these is sure. */
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
    /** Cold starts of which the cause is named, at a probability of 0.8 or more. */
    readonly named: number;
    readonly share: Proportion;
    readonly costMs: Estimate;
    readonly msAMonth: Estimate;
    readonly moneyAMonth?: Estimate;
    /** Median of how long the sandbox had idled whose place was taken. Milliseconds. */
    readonly idleMs?: number;
  }[];
  /** The one that costs callers most, `unknown` aside. */
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
  /** Initialisations nobody waited for. */
  readonly proactive: {
    /** Sandboxes initialised before any call that were called. */
    readonly used: number;
    /** Those that said goodbye without a call. */
    readonly unused: number;
  };
  /** The last seven days against the seven before. */
  readonly changes: readonly {
    /** As in the ledger. */
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
    /** Of no more than before, by permuting days; adjusted over causes (Benjamini and Hochberg). */
    readonly p: number;
    /** new: significantly more, and next to none before. */
    readonly verdict: 'new' | 'more' | 'same' | 'less';
  }[];
  readonly plan?: PricePlan;
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};

/** Judged at forced moments only: overlaps elsewhere prove nothing. */
export type ConcurrencyModel = {
  /** Whether a sandbox serves one request at a time; unknown until the platform had to show. */
  readonly model: 'one-to-one' | 'one-to-many' | 'unknown';
  /** Invocations looked at. */
  readonly n: number;
  /** Moments at which every sandbox seen lately held a call, and another came. */
  readonly forced: number;
  /** Of these, how often the call went into a sandbox that held one. */
  readonly shared: number;
  /** And how often a sandbox was started for it. */
  readonly cold: number;
  /** So many forced cold starts show one-to-one. */
  readonly needed: number;
  /** Calls that a sandbox takes at once, at least. */
  readonly slots?: number;
  /** Pairs of invocations that overlapped. */
  readonly overlaps: number;
  /** Pairs that did so inside one sandbox. */
  readonly overlapsInSandbox: number;
  /** Most concurrent invocations in one sandbox, as reported by sandboxes. */
  readonly maxConcurrent: number;
};

export type ConnectionsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly endpoints: readonly ConnectionsEntry[];
};

export type ConnectionsEntry = {
  /** Remote end as `ADDRESS:PORT`; `other` beyond the 16 with most sockets of a sandbox. */
  readonly peer: string;
  /** Name that the program asked for, if a request reported it. */
  readonly name?: string;
  /** Functions that hold sockets to it. */
  readonly functions: readonly string[];
  /** Sandboxes that held some. */
  readonly sandboxes: number;
  /** Most that a sandbox held at a time, median over sandboxes. */
  readonly socketsP50: number;
  /** Most that any sandbox held at a time. */
  readonly socketsMax: number;
  /** Most at a time over the range, of sandboxes alive, frozen ones included. n: sandboxes. */
  readonly peak: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** When that was. RFC 3339, UTC. */
  readonly peakAt: string;
  /** At the end of the range. n: sandboxes. */
  readonly now: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

export type CostAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
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
  /** Calls looked at. */
  readonly n: number;
  /** Calls in 30 days at the rate of the range. */
  readonly callsPerMonth: number;
  /** Billed time of a call, mean, ms. */
  readonly billedMs: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Absent without a plan, or if the plan needs a value that is unknown. */
  readonly perMillion?: {
    /** A million calls, in the currency of the plan. */
    readonly total: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Of it, for the requests themselves. In the currency of the plan. */
    readonly requests: number;
    /** Of it, for time, memory and CPU. In the currency of the plan. */
    readonly time: number;
  };
  /** 30 days at the rate of the range, in the currency of the plan. */
  readonly perMonth?: {
    /** Absent if unknown. */
    readonly value?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Sample size. */
    readonly n: number;
  };
  /** Share of what is billed that was used. */
  readonly efficiency: {
    /** Time the handler ran of the time that is billed. 0 to 1. */
    readonly time?: number;
    /** CPU time of the process of the CPU time that is billed. 0 to 1. */
    readonly cpu?: number;
    /** Memory · time that was used (highest RSS) of what is billed. 0 to 1. */
    readonly memory?: number;
  };
  /** Share of billed time that goes on initialisation, where the plan bills that. 0 to 1. */
  readonly initialisationShare?: number;
  /** GB (2³⁰ bytes) sent on all interfaces by a million calls. Not priced: most plans ask where to. */
  readonly egressGbPerMillion?: number;
  /** The instrument's own share. */
  readonly telemetry?: {
    /** What Sandscope costs before the response, mean of a call. Milliseconds. */
    readonly beforeResponseMs: number;
    /** What exports take, spread over all calls. Milliseconds. */
    readonly exportMs?: number;
    /** Of the billed time with exports in it, if the platform bills them. 0 to 1. */
    readonly share: number;
  };
  /** Rented machines in place of the function; for plans in dollars. */
  readonly breakEven: readonly {
    /** Short name of it. */
    readonly machine: string;
    /** For people. */
    readonly title: string;
    /** Dollars an hour. */
    readonly perHour: number;
    /** Of its price. */
    readonly date: string;
    /** Of its price. */
    readonly source: string;
    /** From so many on, the machine costs less, if it can serve them. */
    readonly requestsPerHour: number;
    /** Requests an hour now, of that: above 1 the machine is cheaper. 0 to 1. */
    readonly share: number;
  }[];
  /** Against the platform's own records, where they were imported. */
  readonly reconciliation?: {
    /** Invocations that spans and records tell of. */
    readonly both: number;
    /** Of the time in which records tell of the function: invocations without one. */
    readonly withoutReport: number;
    /** Of the time in which spans tell of it: invocations without a span. */
    readonly withoutSpan: number;
    /** What handlers took, of those that both tell of. Milliseconds. */
    readonly measuredMs: number;
    /** What the platform measured of the same. Milliseconds. */
    readonly reportedMs: number;
    /** What it billed of the same. Milliseconds. */
    readonly billedMs?: number;
    /** Records whose billed duration is not what they measured, rounded up, within 1 ms. */
    readonly billedOtherwise: number;
    /** Billed less the handler's time, mean of a call: runtime, extensions, initialisation, rounding. Milliseconds. */
    readonly beyondHandlerMs?: number;
  };
  readonly plan?: PricePlan;
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

export type CpuAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly CpuEntry[];
};

export type CpuEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** Why calls are slow when they are slower than others of the same sandbox. self-throttled: its own CPU quota. own-neighbours: own sandboxes on the same host. foreign-or-unknown: steal or pressure that own sandboxes do not explain. not-cpu: nothing that was measured. unknown: no data, or too little. */
  readonly verdict: 'self-throttled' | 'own-neighbours' | 'foreign-or-unknown' | 'not-cpu' | 'unknown';
  /** The lottery: each CPU model that sandboxes were given. */
  readonly models: readonly {
    /** As `/proc/cpuinfo` has it. */
    readonly model: string;
    /** Sandboxes on it. */
    readonly sandboxes: number;
    /** Warm calls on it. */
    readonly calls: number;
    /** Of all warm calls, 0 to 1. */
    readonly share: number;
    /** Time of a call by that on the other models: 1.2 is a fifth longer. n: sandboxes. */
    readonly time: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** CPU time of a call by that on the other models. n: sandboxes. */
    readonly cpuTime: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Price of a call by that on the other models, by the plan. */
    readonly costRatio?: number;
    /** Of no effect, by permutation; absent where it could not be tested. */
    readonly p?: number;
    /** p, corrected over all tests of the answer (Benjamini and Hochberg); found up to 0.05. */
    readonly q?: number;
    /** Whether it differs, after correction. */
    readonly found: boolean;
  }[];
  readonly signals: readonly {
    /** throttling: throttled time by time. neighbours: own sandboxes on the host that hold a call. steal: share of the machine's CPU time. pressure: share of time in which a task of the machine waited for a CPU. */
    readonly signal: 'throttling' | 'neighbours' | 'steal' | 'pressure';
    /** Slots of five minutes of a sandbox with this value. */
    readonly n: number;
    /** Mean of it; of neighbours their number, else 0 to 1. */
    readonly mean: number;
    /** Standardised association with slowness. */
    readonly z?: number;
    /** Of no effect, by permutation; absent where it could not be tested. */
    readonly p?: number;
    /** p, corrected over all tests of the answer (Benjamini and Hochberg); found up to 0.05. */
    readonly q?: number;
    /** Whether calls are slower where it is stronger, after correction. */
    readonly found: boolean;
  }[];
  readonly plan?: PricePlan;
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

/** What was deleted, or would be. */
export type Deletion = {
  /** What was named. */
  readonly kind: 'function' | 'import' | 'run';
  /** Its name, or the id of a run. */
  readonly name: string;
  /** False for a dry run: all of it is still there. */
  readonly deleted: boolean;
  /** Spans. */
  readonly spans: number;
  /** Invocations. */
  readonly invocations: number;
  /** What sandboxes said when they were told to stop. */
  readonly goodbyes: number;
  /** Lines of the platform’s log. */
  readonly reports: number;
  /** What became of sandboxes that idled, where nobody kept their invocations. */
  readonly outcomes: number;
  /** Rows of what was summed up of a function alone; sums with others in them are made again and not counted. */
  readonly sums: number;
  /** Start of the first span or invocation; absent if there is none. RFC 3339, UTC. */
  readonly from?: string;
  /** Start of the last of them. RFC 3339, UTC. */
  readonly to?: string;
};

/** The function: one name in two regions or accounts is two functions to their platform. */
export type Deployment = {
  /** Of the platform’s customer. */
  readonly accountId?: string;
  /** Of the platform. */
  readonly region?: string;
  /** As `cloud.platform` has it. */
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

/** What the platform took before the sandbox began: what the caller waited beyond what the function tells of, less the same of warm calls. Needs the caller’s spans. Milliseconds. */
export type Estimate = {
  /** Absent where nothing tells. */
  readonly value?: number;
  /** Lower end of the 95 % interval; absent of too few. */
  readonly low?: number;
  /** Upper end of it. */
  readonly high?: number;
  /** Observations it rests on. */
  readonly n: number;
};

export type EvictionsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly evictions: readonly EvictionsEntry[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type EvictionsEntry = {
  /** Its id. */
  readonly sandbox: string;
  /** That ran in it. */
  readonly function: string;
  /** It was on, where that is known. */
  readonly host?: string;
  /** confirmed: the sandbox said so. evicted: inferred, P ≥ 0.95. */
  readonly state: 'evicted' | 'confirmed';
  /** That it is gone. */
  readonly evictedProbability: number;
  /** It went after that moment, with 97.5 %. RFC 3339, UTC. */
  readonly after: string;
  /** And before that one; both are the same where it said goodbye. RFC 3339, UTC. */
  readonly before: string;
  readonly idleMs: {
    /** It was idle at least so long before it went. Milliseconds. */
    readonly low: number;
    /** And at most so long. Milliseconds. */
    readonly high: number;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at once, those just used too. time-out, crash: it went with its last call. */
  readonly cause: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** What that rests on. goodbye: it said so. superseded: its version takes no calls any more. broken-call: its last call timed out or crashed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: nothing of that was seen yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  /** What it said it was stopped by. */
  readonly reason?: string;
};

export type ExperimentsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly runs: readonly ExperimentsEntry[];
};

export type ExperimentsEntry = {
  /** As `sandscope probe` names it. */
  readonly experiment: string;
  /** Of `result.json`; the same after the run was resumed. */
  readonly runId: string;
  /** First call sent. RFC 3339, UTC. */
  readonly start: string;
  /** Last call answered. RFC 3339, UTC. */
  readonly end: string;
  /** Functions called. */
  readonly functions: readonly string[];
  /** Calls whose client span came in. */
  readonly calls: number;
  /** Of them those with a span of the function below it. */
  readonly joined: number;
  readonly failed: Proportion;
  /** Error codes of calls that failed, the most frequent. */
  readonly errors: readonly string[];
  /** Sandboxes that answered, as far as functions reported them. */
  readonly sandboxes: number;
  readonly cold: Proportion;
  readonly all: {
    /** Time of a call, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95 % are not longer, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  readonly coldCalls: {
    /** Time of a call that started cold, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95 % are not longer, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  readonly warmCalls: {
    /** Time of a call that did not, median, ms. n: calls that were answered. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95 % are not longer, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

/** Every failure has this form. */
export type Failure = {
  /** Stable; branch on this. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** For programs; its names depend on the code. */
  readonly details?: Readonly<Record<string, unknown>>;
};

export type FunctionAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  /** Its name. */
  readonly function: string;
  /** Invocations whose span arrived, each once. */
  readonly invocations: number;
  /** Invocations that waited for their sandbox to be made: as told, else the first of a process. */
  readonly cold: number;
  readonly coldRate: Proportion;
  /** Invocations that named no sandbox. Where none does, what counts sandboxes is absent: they cannot be told apart. */
  readonly withoutSandbox: number;
  /** Sandboxes that ran at least one of them. */
  readonly sandboxes?: number;
  /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
  readonly alive?: number;
  /** Sandboxes in the states evicted or confirmed. */
  readonly evicted?: number;
  /** Distinct hosts. Absent where no host is known. */
  readonly hosts?: number;
  /** How well the host is known; with none there is no host, and nothing is guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Consecutive invocations on different hosts. Absent where no host is known. */
  readonly hops?: number;
  /** Invocations that happened but did not arrive, by gaps in the ordinals. Absent where there are none. */
  readonly lostSpans?: number;
  /** Invocations that failed. */
  readonly errors: number;
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  /** What a cold start costs whoever waits for it: not its handler’s own duration. Absent where no cold invocation told of its initialisation. */
  readonly coldStart?: {
    /** Median of what the platform took before the sandbox began. Absent where no spans of callers came. Milliseconds. */
    readonly platformMs?: number;
    readonly initMs: Durations;
    /** Median of how much longer the handler takes when it is called first than a warm call of the same version, memory and CPU model; at least 0. Milliseconds. */
    readonly firstCallPenaltyMs?: number;
    /** Median of what a cold start adds to what its caller waits for: platform and initialisation where the caller’s span is there, else initialisation, and the first call’s penalty. The same as `phases.totalMs` of `cold-starts`. Milliseconds. */
    readonly costMs: number;
  };
  /** Start of the newest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Attributes that name the sandboxes. Empty where none does, or it was not kept. */
  readonly sandboxIdSources: readonly string[];
  /** Which answers the data give. */
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
  /** Which they do not give, and what would add them. */
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
  /** Invocations that waited for their sandbox to be made: as told, else the first of a process. */
  readonly cold: number;
  readonly coldRate: Proportion;
  /** Invocations that named no sandbox. Where none does, what counts sandboxes is absent: they cannot be told apart. */
  readonly withoutSandbox: number;
  /** Sandboxes that ran at least one of them. */
  readonly sandboxes?: number;
  /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
  readonly alive?: number;
  /** Sandboxes in the states evicted or confirmed. */
  readonly evicted?: number;
  /** Distinct hosts. Absent where no host is known. */
  readonly hosts?: number;
  /** How well the host is known; with none there is no host, and nothing is guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Consecutive invocations on different hosts. Absent where no host is known. */
  readonly hops?: number;
  /** Invocations that happened but did not arrive, by gaps in the ordinals. Absent where there are none. */
  readonly lostSpans?: number;
  /** Invocations that failed. */
  readonly errors: number;
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  /** What a cold start costs whoever waits for it: not its handler’s own duration. Absent where no cold invocation told of its initialisation. */
  readonly coldStart?: {
    /** Median of what the platform took before the sandbox began. Absent where no spans of callers came. Milliseconds. */
    readonly platformMs?: number;
    readonly initMs: Durations;
    /** Median of how much longer the handler takes when it is called first than a warm call of the same version, memory and CPU model; at least 0. Milliseconds. */
    readonly firstCallPenaltyMs?: number;
    /** Median of what a cold start adds to what its caller waits for: platform and initialisation where the caller’s span is there, else initialisation, and the first call’s penalty. The same as `phases.totalMs` of `cold-starts`. Milliseconds. */
    readonly costMs: number;
  };
  /** Start of the newest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Attributes that name the sandboxes. Empty where none does, or it was not kept. */
  readonly sandboxIdSources: readonly string[];
  /** Which answers the data give. */
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
  /** Which they do not give, and what would add them. */
  readonly missing: readonly MissingAnswers[];
};

export type FunctionsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly FunctionSummary[];
  readonly total: {
    /** Invocations whose span arrived, each once. */
    readonly invocations: number;
    /** Invocations that waited for their sandbox to be made: as told, else the first of a process. */
    readonly cold: number;
    readonly coldRate: Proportion;
    /** Invocations that named no sandbox. Where none does, what counts sandboxes is absent: they cannot be told apart. */
    readonly withoutSandbox: number;
    /** Sandboxes that ran at least one of them. */
    readonly sandboxes?: number;
    /** Sandboxes expected to be alive: the sum of their probabilities, rounded. */
    readonly alive?: number;
    /** Sandboxes in the states evicted or confirmed. */
    readonly evicted?: number;
    /** Distinct hosts. Absent where no host is known. */
    readonly hosts?: number;
    /** How well the host is known; with none there is no host, and nothing is guessed. */
    readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
    /** Consecutive invocations on different hosts. Absent where no host is known. */
    readonly hops?: number;
    /** Invocations that happened but did not arrive, by gaps in the ordinals. Absent where there are none. */
    readonly lostSpans?: number;
    /** Invocations that failed. */
    readonly errors: number;
  };
};

export type HopsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly HopsEntry[];
};

export type HopsEntry = {
  /** Its name. */
  readonly function: string;
  /** How well the host is known; with none there is no host, and nothing is guessed. */
  readonly hostConfidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** Share of invocations whose host is known, 0 to 1. */
  readonly knownRatio: number;
  /** Consecutive invocations with both hosts known. */
  readonly pairs: number;
  /** Of them, on different hosts. */
  readonly hops: number;
  /** Fewest hops over all orders that agree with what overlapped. */
  readonly hopsLow: number;
  /** Most hops over all those orders; `hops` is by the order of starts. */
  readonly hopsHigh: number;
  /** Of them, in different sandboxes of one host. */
  readonly sandboxHops: number;
  readonly rate: ClusteredProportion;
  /** Hop rate to expect if each invocation were placed by itself, hosts as often used as they were: the mean over all orders of the invocations. Absent with one host, or below 12 pairs. */
  readonly independentRate?: number;
  /** Lower end of what 95 % of the orders give. */
  readonly independentRateLow?: number;
  /** Upper end of it. */
  readonly independentRateHigh?: number;
  /** Share of the orders that are at least as far from that rate: no stickiness. */
  readonly independentP?: number;
  /** Rate over independent rate: far below 1 is sticky placement. */
  readonly rateRatio?: number;
  /** The transition matrix, cells above 0, the 2000 greatest; 100 where all functions are asked about. */
  readonly transitions: readonly {
    /** Host before. */
    readonly from: string;
    /** Host after. */
    readonly to: string;
    /** Pairs. */
    readonly count: number;
  }[];
  /** There are more cells. */
  readonly transitionsTruncated: boolean;
  /** Stays on hosts, oldest first, the newest `limit` of them; of a busy function those of its newest invocations. */
  readonly sequence: readonly {
    /** Its id. */
    readonly host: string;
    /** First start of the stay. RFC 3339, UTC. */
    readonly from: string;
    /** Latest end of the stay. RFC 3339, UTC. */
    readonly to: string;
    /** In a row on this host. */
    readonly invocations: number;
  }[];
  /** There are more stays. */
  readonly sequenceTruncated: boolean;
};

export type Host = {
  /** Made of what it rests on. */
  readonly id: string;
  /** How well the host is known; with none there is no host, and nothing is guessed. */
  readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** What the id rests on. */
  readonly evidence: readonly string[];
  /** That ran here. */
  readonly functions: readonly string[];
  /** That ran here. */
  readonly sandboxes: number;
  /** Of them, not held evicted. */
  readonly alive: number;
  /** That ran here. */
  readonly invocations: number;
  /** First start. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** Latest end. RFC 3339, UTC. */
  readonly lastSeen: string;
};

export type HostAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  /** Made of what it rests on. */
  readonly id: string;
  /** How well the host is known; with none there is no host, and nothing is guessed. */
  readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  /** What the id rests on. */
  readonly evidence: readonly string[];
  /** That ran here. */
  readonly functions: readonly string[];
  /** That ran here. */
  readonly sandboxes: number;
  /** Of them, not held evicted. */
  readonly alive: number;
  /** That ran here. */
  readonly invocations: number;
  /** First start. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** Latest end. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Most sandboxes between their first start and their end at one moment. */
  readonly mostAtOnce: number;
  readonly lifelines: readonly {
    /** Its id. */
    readonly sandbox: string;
    /** That runs in it. */
    readonly function: string;
    /** Start of its first invocation in the range. RFC 3339, UTC. */
    readonly firstSeen: string;
    /** End of its latest invocation. RFC 3339, UTC. */
    readonly lastSeen: string;
    /** Received. */
    readonly invocations: number;
    /** active: used within the last 5 s. suspected, evicted: passed over so that it is gone with a probability of 0.8, 0.95. confirmed: it said that it was told to stop. idle: the rest. */
    readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  }[];
};

export type HostsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly hosts: readonly Host[];
  readonly unknown: {
    /** Whose host is not known. */
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
  /** As `cloud.platform` has it. */
  readonly platform?: string;
  /** Account or project at the platform. */
  readonly accountId?: string;
  /** 32 hex digits. */
  readonly traceId?: string;
  /** 16 hex digits. */
  readonly spanId?: string;
  /** 16 hex digits. */
  readonly parentSpanId?: string;
  /** Of the sandbox it ran in. */
  readonly sandboxId?: string;
  /** The platform’s own name of the sandbox. */
  readonly instance?: string;
  /** How its sandbox was started: `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`. */
  readonly initType?: string;
  /** Of the kernel it ran on. */
  readonly bootId?: string;
  /** `shared`, `microvm`, `gvisor` or `unknown`. */
  readonly isolation?: string;
  /** Of the host, where the platform tells it. */
  readonly hostDeclaredId?: string;
  /** Of the host, where the platform tells it. */
  readonly hostDeclaredIp?: string;
  /** Hash of hardware and kernel: equal on hosts that are alike. */
  readonly hostFingerprint?: string;
  /** As `/proc/cpuinfo` has it. */
  readonly cpuModel?: string;
  /** Architecture of the CPU. */
  readonly hostArch?: string;
  /** Of the span: `Unset`, `Ok` or `Error`. */
  readonly status?: string;
  /** What it failed with. */
  readonly errorType?: string;
  /** The platform’s request id. */
  readonly invocationId?: string;
  /** As `faas.trigger` has it. */
  readonly trigger?: string;
  /** Name of the attribute that tells it. */
  readonly sandboxIdSource?: string;
  /** Field of the event that tells its time. */
  readonly triggerDelaySource?: string;
  /** `sync`, `async` or `poll`. */
  readonly invocationMode?: string;
  /** Which invocation of its process, from 1. */
  readonly ordinal?: number;
  /** When its process started, ticks of 10 ms since the kernel booted. */
  readonly processStartTicks?: number;
  /** Invocations in the sandbox when it began, itself among them. */
  readonly concurrent?: number;
  /** Resident memory of the process afterwards. Bytes. */
  readonly memoryRssBytes?: number;
  /** Most resident memory of the process so far. Bytes. */
  readonly memoryPeakRssBytes?: number;
  /** Memory of the kernel. Bytes. */
  readonly memoryTotalBytes?: number;
  /** Memory of the kernel that is available. Bytes. */
  readonly memoryAvailableBytes?: number;
  /** What the platform or the cgroup allows. Bytes. */
  readonly memoryLimitBytes?: number;
  /** Page faults that read from disk, while it ran. */
  readonly faultsMajor?: number;
  /** Page faults without, while it ran. */
  readonly faultsMinor?: number;
  /** Of the process, while it ran. */
  readonly contextSwitchesVoluntary?: number;
  /** Of the process, while it ran. */
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
  /** Spans that its SDK could not send before. */
  readonly droppedSpans?: number;
  /** Names that it looked up. */
  readonly dnsCount?: number;
  /** Connections that it made. */
  readonly connectCount?: number;
  /** File operations that it waited for. */
  readonly fsCount?: number;
  /** Heap in use in its process. Bytes. */
  readonly memoryHeapUsedBytes?: number;
  /** Memory of its process outside of the heap that objects hold. Bytes. */
  readonly memoryExternalBytes?: number;
  /** File descriptors that its process had open. */
  readonly processDescriptorCount?: number;
  /** Threads of its process. */
  readonly processThreadCount?: number;
  /** TCP connections that its process had made and held. */
  readonly processConnectionCount?: number;
  /** Files in the temp directory. */
  readonly tmpFileCount?: number;
  /** In the temp directory. Bytes. */
  readonly tmpFileBytes?: number;
  /** Size of the file system of the temp directory. Bytes. */
  readonly tmpTotalBytes?: number;
  /** What the caller waited for the initialisation. Milliseconds. */
  readonly initDurationMs?: number;
  /** Of it, the runtime. Milliseconds. */
  readonly initRuntimeMs?: number;
  /** Of it, the function’s modules. Milliseconds. */
  readonly initModuleMs?: number;
  /** How long a generic runtime had waited before, not part of the initialisation. Milliseconds. */
  readonly initPoolDwellMs?: number;
  /** Of the sandbox when it began. Milliseconds. */
  readonly ageMs?: number;
  /** Since the end of the invocation before. Milliseconds. */
  readonly idleMs?: number;
  /** Of the idle time, how long the process was seen not to run. Milliseconds. */
  readonly freezeMs?: number;
  /** When the kernel booted. Milliseconds since the epoch. */
  readonly bootTimeUnixMs?: number;
  /** CPU of the process in user mode, while it ran. Milliseconds. */
  readonly cpuUserMs?: number;
  /** CPU of the process in the kernel, while it ran. Milliseconds. */
  readonly cpuSystemMs?: number;
  /** CPU of the whole kernel in user mode, while it ran. Milliseconds. */
  readonly machineCpuUserMs?: number;
  /** CPU of the whole kernel in the kernel, while it ran. Milliseconds. */
  readonly machineCpuSystemMs?: number;
  /** CPU that waited for disks, while it ran. Milliseconds. */
  readonly machineCpuIowaitMs?: number;
  /** CPU that the hypervisor gave to others, while it ran. Milliseconds. */
  readonly machineCpuStealMs?: number;
  /** CPU that did nothing, while it ran. Milliseconds. */
  readonly machineCpuIdleMs?: number;
  /** How long its cgroup was held back for its CPU quota, while it ran. Milliseconds. */
  readonly cgroupThrottledMs?: number;
  /** CPUs that its cgroup allows. */
  readonly cgroupQuotaRatio?: number;
  /** In HTTP requests that it made. Milliseconds. */
  readonly httpMs?: number;
  /** What instrumenting it took. Microseconds. */
  readonly overheadUs?: number;
  /** What the export before took. Milliseconds. */
  readonly exportMs?: number;
  /** In looking up names. Milliseconds. */
  readonly dnsMs?: number;
  /** In making connections. Milliseconds. */
  readonly connectMs?: number;
  /** In file operations. Milliseconds. */
  readonly fsMs?: number;
  /** Share of the time in which a task of the machine waited for a CPU, 0 to 1. */
  readonly machinePressureCpuRatio?: number;
  /** From its event to its start, by two clocks. Milliseconds. */
  readonly triggerDelayMs?: number;
  /** It waited for its sandbox to be made. */
  readonly cold?: boolean;
  /** Other invocations ran in its process meanwhile, and are in what was measured. */
  readonly windowShared?: boolean;
  /** Function-side start, nine decimals. RFC 3339, UTC. */
  readonly start: string;
  /** Nanoseconds since the epoch. */
  readonly startUnixNano: string;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Where the platform’s log tells of it: by that alone, or by a span too. Absent: by its span. */
  readonly recordedBy?: 'report' | 'both';
  /** What the platform measured, the runtime’s own work included. Milliseconds. */
  readonly reportedDurationMs?: number;
  /** What it billed. Milliseconds. */
  readonly billedMs?: number;
  /** What it billed for restoring a snapshot. Milliseconds. */
  readonly billedRestoreMs?: number;
  /** The most memory of the sandbox’s life so far, as the platform saw it. */
  readonly memoryMaxUsedBytes?: number;
};

export type InvocationsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly invocations: readonly Invocation[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type IoAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly IoEntry[];
};

export type IoEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** All operations that were counted, by memory. */
  readonly kinds: readonly {
    /** Memory limit, MB (2²⁰ bytes); 0 if unknown. */
    readonly memoryMb: number;
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Operations. */
    readonly operations: number;
    /** Operations of an invocation, mean. */
    readonly perCall: number;
    /** Time of an operation, mean, ms. n: operations; sandboxes are what is independent. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** By host, where hosts are known. */
  readonly hosts: readonly {
    /** Its id. */
    readonly host: string;
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Operations. */
    readonly operations: number;
    /** Time of an operation there, mean, ms. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** Co-located load, where hosts are known. */
  readonly load: readonly {
    /** dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations. */
    readonly kind: 'dns' | 'connect' | 'http' | 'fs';
    /** Slots of five minutes of a sandbox. */
    readonly n: number;
    /** Of operations that do not take longer while own sandboxes on the host are busy. */
    readonly p: number;
    /** p, corrected over all tests of the answer. */
    readonly q: number;
    /** Whether they take longer, after correction. */
    readonly found: boolean;
  }[];
  /** Requests on new and on reused sockets; broken: without a response. */
  readonly sockets: readonly {
    /** Whether the connection had carried a request before. */
    readonly reused: boolean;
    /** Requests with a span of their own. */
    readonly n: number;
    /** From a request to the head of its response, mean, ms. */
    readonly firstByteMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    readonly broken: ClusteredProportion;
  }[];
  /** Requests on reused sockets, by the idle time before their invocation. */
  readonly gaps: readonly {
    /** Idle time before the invocation, from. Milliseconds. */
    readonly fromMs: number;
    /** Up to. Milliseconds. */
    readonly toMs?: number;
    /** Requests on reused sockets. */
    readonly n: number;
    readonly broken: ClusteredProportion;
    /** What they broke off with. */
    readonly errors: readonly string[];
  }[];
  /** Whether reused sockets break more often after idle times of a minute and more than after those below ten seconds. */
  readonly freeze: 'breaks' | 'no-harm-seen' | 'unknown';
  /** Of no difference, corrected over all deployments of the answer. */
  readonly freezeQ?: number;
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
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

/** How long idle sandboxes are kept. */
export type KeepAlive = {
  /** By this idle time half are gone; of batches that are halved, the period. Absent where not known. Milliseconds. */
  readonly valueMs?: number;
  /** Lower end of its 95 % interval. Milliseconds. */
  readonly lowMs?: number;
  /** Upper end of it. Milliseconds. */
  readonly highMs?: number;
  /** Shape of the law, or `not-identified`. */
  readonly family: string;
  /** Why no family is named. */
  readonly reason?: string;
  /** How many ends by idleness it rests on. */
  readonly expectedDeaths: number;
  /** Share of the weight of laws that the family has. */
  readonly weight?: number;
};

export type KeepWarmAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly KeepWarmEntry[];
};

export type KeepWarmEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly deployment: Deployment;
  /** The cheaper of both, as far as prices are known; unknown while too few idle sandboxes were seen to go. */
  readonly advice: 'ping' | 'provision' | 'unknown';
  /** Sandboxes to be held, as asked. */
  readonly hold: number;
  /** Ping at least so often. Milliseconds. */
  readonly pingIntervalMs?: number;
  /** So many at once, each for `pingMs`: fewer find one sandbox twice. */
  readonly concurrentPings?: number;
  /** How long a ping keeps its sandbox busy, as asked. Milliseconds. */
  readonly pingMs: number;
  /** Share of idle sandboxes that outlast one interval. */
  readonly outlasts?: {
    /** 0 to 1. */
    readonly value: number;
    /** Lower end of its 95 % interval. */
    readonly low: number;
    /** Upper end of it. */
    readonly high: number;
  };
  /** Pings in a month of 30 days. */
  readonly pingsAMonth?: number;
  /** What they cost, in the currency of the plan. */
  readonly pingCostAMonth?: number;
  /** What holding as many ready costs where the platform sells that, before any use. */
  readonly provisionedCostAMonth?: number;
  readonly coldStartsAMonth: Estimate;
  readonly avoidedAMonth?: Estimate;
  readonly plan?: PricePlan;
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};

/** Not enough data yet: n of needed. */
export type Lack = {
  /** What is unknown, and which data would answer it. */
  readonly what: string;
  /** So many there are. */
  readonly n: number;
  /** So many are needed. */
  readonly needed: number;
};

export type LeaksAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
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
  readonly resources: readonly {
    /** rss, heap, external, temp-bytes are in bytes, the others are counts. sockets: TCP connections that the program made. */
    readonly resource:
      'rss' | 'heap' | 'external' | 'descriptors' | 'sockets' | 'threads' | 'temp-bytes' | 'temp-files';
    /** Growth from call to call. n: lives. */
    readonly perCall: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Level at the end of the lives, mean. */
    readonly latest: number;
    /** Of no growth, one-sided. */
    readonly p: number;
    /** p, corrected over all resources of the answer (Benjamini and Hochberg); a leak up to 0.05. */
    readonly q: number;
    /** Whether it grows, after correction. */
    readonly leaks: boolean;
    /** At which the sandbox fails; absent where it is not known. */
    readonly limit?: number;
    /** Call of a life, from 1, at which the limit is reached if it grows on. n: lives. */
    readonly limitCall?: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

export type MemoryAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly MemoryEntry[];
};

export type MemoryEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  /** What was seen. */
  readonly measured: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** As `/proc/cpuinfo` has it. */
    readonly cpuModel?: string;
    /** Warm calls. */
    readonly n: number;
    /** Of so many sandboxes. */
    readonly sandboxes: number;
    /** Mean time of a call. Milliseconds. */
    readonly meanMs: number;
  }[];
  /** The size that the others are predicted from. MB (2²⁰ bytes). */
  readonly fromMb?: number;
  /** CPU time of a call there, mean. Milliseconds. */
  readonly cpuMs?: number;
  /** What a call waited for besides its CPU quota, mean: memory does not change it. Milliseconds. */
  readonly waitingMs?: number;
  /** Where CPU time is from. measured: the function reported it. whole-cpu: durations at a size with a whole CPU. first-period: calls that were never throttled. stair: the law of the quota, inverted. */
  readonly cpuFrom?: 'measured' | 'whole-cpu' | 'first-period' | 'stair';
  /** Each size as it would be. */
  readonly sizes: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** CPUs that the platform gives to this size. */
    readonly vcpus: number;
    /** Whether the peak memory use fits; absent if unknown. */
    readonly fits?: boolean;
    /** Mean time of a warm call, ms, with the range that sampling and the law leave open. */
    readonly meanMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** What a million warm calls cost, in the currency of the plan. */
    readonly perMillion?: number;
  }[];
  /** The stair: stretches of sizes that are equally fast within 2 %; the smallest of one is cheapest. */
  readonly treads: readonly {
    /** Smallest size of it. MB (2²⁰ bytes). */
    readonly fromMb: number;
    /** Largest size of it. MB (2²⁰ bytes). */
    readonly toMb: number;
    /** Mean time of a call. Milliseconds. */
    readonly meanMs: number;
  }[];
  /** Other sizes that were seen, against what is predicted for them. */
  readonly checked: readonly {
    /** Memory limit. MB (2²⁰ bytes). */
    readonly memoryMb: number;
    /** Warm calls seen. */
    readonly n: number;
    /** Mean time of them. Milliseconds. */
    readonly measuredMs: number;
    /** Mean time as it was predicted for them from the other size. Milliseconds. */
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
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

export type MissingAnswers = {
  /** That are not given. */
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
  /** Why: what the spans do not tell. */
  readonly lacks: string;
  /** What would tell it. */
  readonly add: string;
};

export type OverheadAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly OverheadEntry[];
};

export type OverheadEntry = {
  /** Its name. */
  readonly function: string;
  /** Version of the function, if known. */
  readonly version?: string;
  readonly deployment: Deployment;
  readonly warm: {
    /** Calls recorded on both sides. */
    readonly n: number;
    /** What a call takes beside the function, median, ms; no clock matters. */
    readonly overheadMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** From the send until the function began, median, ms, with what the clocks leave open. */
    readonly waitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
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
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** From the end of the function until the client had the answer, median, ms. */
    readonly returnMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  };
  readonly cold: {
    /** Calls recorded on both sides. */
    readonly n: number;
    /** What a call takes beside the function, median, ms; no clock matters. */
    readonly overheadMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** From the send until the function began, median, ms, with what the clocks leave open. */
    readonly waitMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
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
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** From the end of the function until the client had the answer, median, ms. */
    readonly returnMs: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
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
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** More for each MB (10⁶ bytes) of request, ms. */
    readonly msPerMb: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** Share of the variance that the size explains. */
    readonly adjustedR2: number;
  };
  /** Delay of events, by source. */
  readonly triggers: readonly {
    /** Field of the event that tells its time. */
    readonly source: string;
    /** `sync`, `async` or `poll`. */
    readonly mode?: string;
    /** Invocations. */
    readonly n: number;
    /** Event to start of its handler, median, ms, by two clocks that are not compared. */
    readonly p50Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
    /** 95 % are not longer, ms. */
    readonly p95Ms: {
      /** Absent if unknown. */
      readonly value?: number;
      /** Lower end of its 95 % interval. */
      readonly low?: number;
      /** Upper end of it. */
      readonly high?: number;
      /** Sample size. */
      readonly n: number;
    };
  }[];
  /** How far the answer can be relied on. */
  readonly basis: {
    /** Whether there were enough data for a verdict. */
    readonly enough: boolean;
    /** Data there were. */
    readonly n: number;
    /** Data that are needed. */
    readonly needed: number;
    /** What the answer rests on, in words. */
    readonly restsOn: readonly string[];
    /** What was not seen or not told, in words. */
    readonly missing: readonly string[];
  };
};

/** Which idle sandbox takes the next call. */
export type PickOrder = {
  /** Which idle sandbox is taken next; unknown below 200 choices, or where they fit no rule. */
  readonly order:
    'most-recent' | 'least-recent' | 'random' | 'round-robin' | 'affinity' | 'mixed' | 'unknown';
  /** Choices among two and more sandboxes that were surely alive. */
  readonly n: number;
  /** Standardised mean rank: far below 0 is most recent first; N(0, 1) if random. */
  readonly z?: number;
  /** Share of choices that took the most recently used. */
  readonly mostRecentShare?: number;
  /** The same share if choices were random. */
  readonly mostRecentExpected?: number;
  /** Sandboxes that idled for longer were left out, since some of them are gone. Milliseconds. */
  readonly horizonMs?: number;
};

export type PlacementAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
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
  /** By how well the host is known; everything below is of those that are known. */
  readonly confidence: readonly {
    /** How well the host is known; with none there is no host, and nothing is guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
    /** Sandboxes whose host is known so well. */
    readonly sandboxes: number;
    /** Their hosts. */
    readonly hosts: number;
  }[];
  /** Why nothing is said of hosts. private-kernels: each sandbox has a kernel of its own, which says nothing of the server. kernels-not-told: spans name none. too-few-sandboxes: none were alive together, so that nothing shows whether kernels are shared. */
  readonly refused?: 'private-kernels' | 'kernels-not-told' | 'too-few-sandboxes';
  /** Distinct hosts. */
  readonly hosts?: {
    /** Hosts that were seen. */
    readonly seen: number;
    /** Lower bound of how many there are (Chao1); absent at a coverage below one half. */
    readonly atLeast?: number;
    /** Lower end of its 95 % interval. */
    readonly low?: number;
    /** Upper end of it. */
    readonly high?: number;
    /** Share of starts that would fall on hosts seen already (Good), 0 to 1. */
    readonly coverage?: number;
    /** Starts of sandboxes, each one draw. */
    readonly n: number;
  };
  /** How much own sandboxes share hosts. */
  readonly coLocation?: {
    /** Own sandboxes beside each on its host, on average over time: a lower bound, other tenants are not seen. */
    readonly others: number;
    /** Pairs on one host over those of independent placement by the same shares. */
    readonly ratio?: number;
  };
  /** Whether starts go to hosts that hold own sandboxes, while others were free of them. */
  readonly policy: {
    /** pack: sandboxes start where others of yours are more often than by chance; spread: less often; even: neither; unknown: too few. */
    readonly verdict: 'pack' | 'spread' | 'even' | 'unknown';
    readonly occupied: Proportion;
    /** The same share if each were placed by the shares of hosts alone. */
    readonly expected?: number;
    /** Standardised difference. */
    readonly z?: number;
    /** Of no difference, two-sided. */
    readonly p?: number;
  };
  /** The fullest hosts, 50 at most. */
  readonly packing: readonly {
    /** Id of the host. */
    readonly host: string;
    /** Own sandboxes that were on it. */
    readonly sandboxes: number;
    /** Most of them alive at once. */
    readonly peakSandboxes: number;
    /** Alive at once, on average over the time in which any was. */
    readonly meanSandboxes: number;
    /** Most memory that living own sandboxes were limited to, over that of the host. */
    readonly peakMemoryRatio?: number;
    /** Most vCPUs that living own sandboxes were allowed at once. */
    readonly peakVcpus?: number;
  }[];
  /** Kinds of machines, by CPU model and memory. With private kernels memory is that of the sandbox. */
  readonly classes: readonly {
    /** CPU model; empty if unknown. */
    readonly cpuModel: string;
    /** Memory of the machine as sandboxes see it. Bytes. */
    readonly memoryTotalBytes?: number;
    /** Sandboxes on such machines. */
    readonly sandboxes: number;
    /** Hosts of it; absent where hosts are not known. */
    readonly hosts?: number;
  }[];
  readonly durationMs?: Estimate;
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};

export type PointsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  /** In the range, drawn or not. */
  readonly invocations: number;
  /** One in so many of those neither cold nor failed is here. */
  readonly warmEvery: number;
  readonly points: readonly PointsEntry[];
};

export type PointsEntry = {
  /** Start, milliseconds since the epoch, to the microsecond. */
  readonly startUnixMs: number;
  /** Of the invocation itself. Milliseconds. */
  readonly durationMs: number;
  /** Initialisation before a cold invocation, if reported. Milliseconds. */
  readonly initMs?: number;
  /** It waited for its sandbox; absent if unknown. */
  readonly cold?: boolean;
  /** True where it failed, else absent. */
  readonly failed?: boolean;
  /** That was called. */
  readonly function: string;
  /** Of the function. */
  readonly version?: string;
  /** Id of the sandbox it ran in. */
  readonly sandbox?: string;
};

/** What money is reckoned by. Free tiers are left out; a month has 30 days. */
export type PricePlan = {
  /** Of the plan, for `plan`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Of the prices, ISO 8601. */
  readonly date: string;
  /** Where they were read. */
  readonly source: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Whether every figure was read in the source. */
  readonly verified: boolean;
  /** What was not. */
  readonly unverified: readonly string[];
  /** Properties of the function that its spans do not contain. */
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
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly ReuseEntry[];
};

export type ReuseEntry = {
  /** Its name. */
  readonly function: string;
  readonly deployment: Deployment;
  readonly ratio: Proportion;
  /** Sandboxes seen. */
  readonly sandboxes: number;
  readonly invocationsPerSandbox: {
    /** Sandboxes. */
    readonly n: number;
    /** Fewest invocations. */
    readonly min?: number;
    /** Median. */
    readonly p50?: number;
    /** 95th percentile. */
    readonly p95?: number;
    /** Most invocations. */
    readonly max?: number;
    readonly histogram: readonly {
      /** Invocations, at least. */
      readonly from: number;
      /** Invocations, at most. */
      readonly to: number;
      /** With so many invocations. */
      readonly sandboxes: number;
    }[];
  };
  readonly concurrency: ConcurrencyModel;
  readonly pickOrder: PickOrder;
  readonly keepAlive?: KeepAlive;
  readonly alive?: Alive;
};

export type Sandbox = {
  /** Its own. */
  readonly id: string;
  /** That runs in it. */
  readonly function: string;
  /** The platform’s own name of it. */
  readonly instance?: string;
  /** Of its kernel. */
  readonly bootId?: string;
  /** Of the function. */
  readonly version?: string;
  readonly host: {
    /** Absent where it is not known. */
    readonly id?: string;
    /** How well the host is known; with none there is no host, and nothing is guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  };
  /** Start of its first invocation in the range. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** End of its latest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Received. */
  readonly invocations: number;
  /** Happened but did not arrive, by gaps in the ordinals. */
  readonly lost: number;
  /** Processes after the first. */
  readonly restarts: number;
  /** Since its latest invocation, up to the end of the range, now, or its goodbye. Milliseconds. */
  readonly idleMs: number;
  /** active: used within the last 5 s. suspected, evicted: passed over so that it is gone with a probability of 0.8, 0.95. confirmed: it said that it was told to stop. idle: the rest. */
  readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  /** That it is gone. */
  readonly evictedProbability: number;
  /** What that rests on. goodbye: it said so. superseded: its version takes no calls any more. broken-call: its last call timed out or crashed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: nothing of that was seen yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  readonly evicted?: {
    /** It went after that moment, with 97.5 %. RFC 3339, UTC. */
    readonly after: string;
    /** And before that one; both are the same where it said goodbye. RFC 3339, UTC. */
    readonly before: string;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at once, those just used too. time-out, crash: it went with its last call. */
  readonly cause?: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** What it said it was stopped by. */
  readonly reason?: string;
};

export type SandboxAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  /** Its own. */
  readonly id: string;
  /** That runs in it. */
  readonly function: string;
  /** The platform’s own name of it. */
  readonly instance?: string;
  /** Of its kernel. */
  readonly bootId?: string;
  /** Of the function. */
  readonly version?: string;
  readonly host: {
    /** Absent where it is not known. */
    readonly id?: string;
    /** How well the host is known; with none there is no host, and nothing is guessed. */
    readonly confidence: 'declared' | 'kernel' | 'derived' | 'class' | 'none';
  };
  /** Start of its first invocation in the range. RFC 3339, UTC. */
  readonly firstSeen: string;
  /** End of its latest invocation. RFC 3339, UTC. */
  readonly lastSeen: string;
  /** Received. */
  readonly invocations: number;
  /** Happened but did not arrive, by gaps in the ordinals. */
  readonly lost: number;
  /** Processes after the first. */
  readonly restarts: number;
  /** Since its latest invocation, up to the end of the range, now, or its goodbye. Milliseconds. */
  readonly idleMs: number;
  /** active: used within the last 5 s. suspected, evicted: passed over so that it is gone with a probability of 0.8, 0.95. confirmed: it said that it was told to stop. idle: the rest. */
  readonly state: 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';
  /** That it is gone. */
  readonly evictedProbability: number;
  /** What that rests on. goodbye: it said so. superseded: its version takes no calls any more. broken-call: its last call timed out or crashed. passed-over: calls were served by others although it should have been taken. idle-time: how long sandboxes of this function are kept. prior: nothing of that was seen yet. */
  readonly ground:
    'goodbye' | 'in-use' | 'superseded' | 'broken-call' | 'passed-over' | 'idle-time' | 'prior';
  readonly evicted?: {
    /** It went after that moment, with 97.5 %. RFC 3339, UTC. */
    readonly after: string;
    /** And before that one; both are the same where it said goodbye. RFC 3339, UTC. */
    readonly before: string;
  };
  /** deploy: a newer version of the function had taken over, or nearly all sandboxes were stopped at once, those just used too. time-out, crash: it went with its last call. */
  readonly cause?: 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';
  /** What it said it was stopped by. */
  readonly reason?: string;
  readonly lifeline: readonly {
    /** Start of the invocation. RFC 3339, UTC. */
    readonly start: string;
    /** Of the invocation. Milliseconds. */
    readonly durationMs: number;
    /** Which invocation of its sandbox, from 1. */
    readonly ordinal?: number;
    /** It waited for its sandbox to be made. */
    readonly cold?: boolean;
  }[];
};

export type SandboxesAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly sandboxes: readonly Sandbox[];
  /** Cursor of the next page. Absent on the last one. */
  readonly nextCursor?: string;
};

export type Status = {
  /** Spans can be both received and queried. */
  readonly ready: boolean;
  readonly engine: {
    /** external: a ClickHouse of the operator’s. */
    readonly state: 'starting' | 'ready' | 'restarting' | 'external';
    /** Crashes and hangs survived. */
    readonly restarts: number;
    /** Memory of the embedded engine. */
    readonly residentBytes?: number;
  };
  readonly inbox: {
    /** Acknowledged, not yet stored. 0: every acknowledged span can be queried. */
    readonly pendingRequests: number;
    /** Their size. */
    readonly pendingBytes: number;
    /** Age of the oldest of them. Milliseconds. */
    readonly oldestAgeMs?: number;
    /** All requests kept, also those that wait for a forwarder only. */
    readonly bytes?: number;
    /** Their bound. */
    readonly maxBytes?: number;
    /** What the file system of the inbox has left. */
    readonly freeDiskBytes?: number;
    /** Since the start. */
    readonly acceptedRequests: number;
    /** Since the start. */
    readonly acceptedSpans: number;
    /** Since the start. */
    readonly refusedRequests: number;
  };
  readonly querier: {
    /** The process that answers questions. */
    readonly state: 'starting' | 'ready' | 'restarting';
    /** Crashes and hangs survived. */
    readonly restarts: number;
    /** Questions being answered. */
    readonly running: number;
    /** Questions that wait for them. */
    readonly waiting: number;
    /** Questions refused since the start, because too many waited. */
    readonly refused: number;
  };
  readonly store: {
    /** Since the start. */
    readonly insertedSpans: number;
    /** Since the start. */
    readonly retries: number;
    /** Time since a waiting request was last stored, milliseconds. */
    readonly stalledMs?: number;
    /** Rejected permanently by the store, and kept as dead letters. */
    readonly parkedRequests: number;
    /** Why the last try failed; absent when it did not. */
    readonly lastError?: string;
  };
  readonly forwarders: readonly {
    /** Of the target, without what is secret in it. */
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
    /** Spans it did not keep of requests it took (partial success). */
    readonly rejectedSpans: number;
    /** Rejected permanently by the target, and kept as dead letters. */
    readonly parkedRequests: number;
    /** Lost for this target since the start, because the inbox or its dead letters were full. */
    readonly droppedRequests: number;
    /** Why the last try failed; absent when it did not. */
    readonly lastError?: string;
  }[];
};

export type SurvivalAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly functions: readonly SurvivalEntry[];
};

export type SurvivalEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly deployment: Deployment;
  readonly keepAlive: KeepAlive;
  /** Idle time by which one sandbox in twenty is gone. */
  readonly kneeMs?: {
    /** Absent where fewer go at any idle time that was seen. Milliseconds. */
    readonly value?: number;
    /** Lower end of its 95 % interval. Milliseconds. */
    readonly low?: number;
    /** Upper end of it; absent where there is none. Milliseconds. */
    readonly high?: number;
  };
  /** The part in which it falls; of sandboxes that idle alone. */
  readonly curve: readonly {
    /** Idle time. Milliseconds. */
    readonly idleMs: number;
    /** Share that is kept beyond it, 0 to 1. */
    readonly kept: number;
    /** Lower end of its 95 % band. */
    readonly low: number;
    /** Upper end of it. */
    readonly high: number;
  }[];
  /** What the curve is averaged over. */
  readonly laws: readonly {
    /** Name of the law; `free` is the estimate without one. */
    readonly law: string;
    /** Its Akaike weight in the curve, 0 to 1. */
    readonly weight: number;
  }[];
  /** The last seven days against the seven before, each judged by itself. Of one function only. */
  readonly drift?: {
    readonly before: {
      /** By which half are gone. Milliseconds. */
      readonly valueMs?: number;
      /** Lower end of its 95 % interval. Milliseconds. */
      readonly lowMs?: number;
      /** Upper end of it. Milliseconds. */
      readonly highMs?: number;
      /** Ends by idleness it rests on. */
      readonly expectedDeaths: number;
    };
    readonly after: {
      /** By which half are gone. Milliseconds. */
      readonly valueMs?: number;
      /** Lower end of its 95 % interval. Milliseconds. */
      readonly lowMs?: number;
      /** Upper end of it. Milliseconds. */
      readonly highMs?: number;
      /** Ends by idleness it rests on. */
      readonly expectedDeaths: number;
    };
    /** shorter, longer: the intervals of both weeks lie apart. unknown: one of them has none. */
    readonly verdict: 'shorter' | 'longer' | 'same' | 'unknown';
  };
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};

export type TechniquesAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly techniques: readonly TechniquesEntry[];
};

export type TechniquesEntry = {
  /** Name of the function. */
  readonly function: string;
  /** resource-reuse: a sandbox serves several calls. runtime-pooling: runtimes wait without a function and are given one. prewarming: sandboxes of the function are initialised before anybody calls. prefetching: code is on a host before its first sandbox there. */
  readonly technique: 'resource-reuse' | 'runtime-pooling' | 'prewarming' | 'prefetching';
  /** Whether the platform does it for this function; unknown where too little tells. */
  readonly verdict: 'on' | 'off' | 'unknown';
  readonly share?: Proportion;
  readonly effectMs?: Estimate;
  /** What speaks for the verdict, in words. */
  readonly evidence: readonly string[];
  /** Starts of sandboxes looked at. */
  readonly starts: number;
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};

export type TimelineAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  /** Width of a bucket. Milliseconds. */
  readonly bucketMs: number;
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
  readonly resourceSpans: readonly unknown[];
};

export type VersionsAnswer = {
  /** Start of the range answered for, inclusive; a busy range begins and ends with a whole bucket. RFC 3339, UTC. */
  readonly from: string;
  /** End of the range answered for, exclusive. RFC 3339, UTC. */
  readonly to: string;
  /** True when there was more than the answer holds or looked at. */
  readonly truncated: boolean;
  readonly deploys: readonly VersionsEntry[];
};

export type VersionsEntry = {
  /** Name of the function. */
  readonly function: string;
  readonly before: {
    /** As the platform numbers it; empty where it does not. */
    readonly version: string;
    /** Memory limit. MB. */
    readonly memoryMb?: number;
    /** Its first call in the range. RFC 3339, UTC. */
    readonly from: string;
    /** Its last one. RFC 3339, UTC. */
    readonly to: string;
    /** Calls of it. */
    readonly invocations: number;
    /** Of them cold. */
    readonly coldStarts: number;
    /** Sandboxes of it. */
    readonly sandboxes: number;
  };
  readonly after: {
    /** As the platform numbers it; empty where it does not. */
    readonly version: string;
    /** Memory limit. MB. */
    readonly memoryMb?: number;
    /** Its first call in the range. RFC 3339, UTC. */
    readonly from: string;
    /** Its last one. RFC 3339, UTC. */
    readonly to: string;
    /** Calls of it. */
    readonly invocations: number;
    /** Of them cold. */
    readonly coldStarts: number;
    /** Sandboxes of it. */
    readonly sandboxes: number;
  };
  /** worse where anything is; else better where anything is; not-enough-data where anything lacks it. */
  readonly verdict: 'worse' | 'better' | 'same' | 'not-enough-data';
  /** One sentence, for a pull request. */
  readonly summary: string;
  /** By metric. */
  readonly changes: readonly {
    /** init-ms: initialisation. module-ms: load of the function’s modules. first-call-ms: the handler when called first. duration-ms: a warm call. memory-bytes: most memory a sandbox used. error-rate: share of calls that failed. All but the last are medians. */
    readonly metric:
      'init-ms' | 'module-ms' | 'first-call-ms' | 'duration-ms' | 'memory-bytes' | 'error-rate';
    readonly before: Estimate;
    readonly after: Estimate;
    /** Absent where there is too little on a side. */
    readonly difference?: {
      /** After less before, in the unit of the metric. */
      readonly value: number;
      /** Lower end of its 95 % interval, by drawing sandboxes. */
      readonly low: number;
      /** Upper end of it. */
      readonly high: number;
      /** Difference over before. */
      readonly ratio?: number;
      /** Of no difference, adjusted over all metrics (Benjamini and Hochberg). */
      readonly p: number;
      /** The smallest difference that so many calls would show in four of five cases, in the unit of the metric. */
      readonly detectable: number;
    };
    /** worse, better: a difference at p below .05, and large enough to matter. same: none that matters, as far as so many calls would show one. not-enough-data: a difference that matters might hide. */
    readonly verdict: 'worse' | 'better' | 'same' | 'not-enough-data';
  }[];
  /** Those whose load time changed most, 20 at most; needs the spans of initialisations. */
  readonly packages: readonly {
    /** Top-level package; `.` for the function’s own files. */
    readonly name: string;
    readonly before: Estimate;
    readonly after: Estimate;
    /** After less before; a package that is new counts from 0. Milliseconds. */
    readonly differenceMs: number;
  }[];
  /** What the answer was made from, in words. */
  readonly restsOn: readonly string[];
  /** What the answer does not say, since there is not enough of it yet. */
  readonly missing: readonly Lack[];
};
