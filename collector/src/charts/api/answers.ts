/**
 * The parts of the query API's answers that charts read; an answer has more fields, and an absent field was unknown.
 */
export interface RangeAnswer {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly truncated: boolean;
}

export interface Share {
  readonly value?: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export interface InvocationRow {
  readonly function?: string;
  readonly start: string;
  readonly durationMs: number;
  readonly initDurationMs?: number;
  readonly cold?: boolean;
  readonly status?: string;
  readonly sandboxId?: string;
  readonly idleMs?: number;
  readonly version?: string;
}
export interface InvocationsAnswer extends RangeAnswer {
  readonly invocations: readonly InvocationRow[];
}

export interface BucketRow {
  readonly start: string;
  readonly cold: number;
  readonly warm: number;
  readonly unknown: number;
  readonly errors: number;
  readonly sandboxesAlive: number;
}
export interface TimelineAnswer extends RangeAnswer {
  readonly bucketMs: number;
  readonly buckets: readonly BucketRow[];
}

export interface SummaryRow {
  readonly function: string;
  readonly invocations: number;
  readonly cold: number;
  readonly coldRate: Share;
  readonly sandboxes: number;
  readonly alive: number;
  readonly evicted: number;
  readonly lostSpans: number;
  readonly errors: number;
  readonly hosts?: number;
  readonly hostConfidence: string;
  readonly hops?: number;
  readonly coldStart?: {
    readonly costMs: number;
    readonly initMs: { readonly p50: number; readonly p99: number; readonly n: number };
  };
  readonly warmDurationMs?: { readonly p50: number; readonly n: number };
}
export interface FunctionsAnswer extends RangeAnswer {
  readonly functions: readonly SummaryRow[];
}

export type SandboxState = 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';

export interface SandboxRow {
  readonly id: string;
  readonly function: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly invocations: number;
  readonly state: SandboxState;
  readonly evicted?: { readonly after: string; readonly before: string };
  readonly cause?: string;
  readonly host: { readonly id?: string; readonly confidence: string };
}
export interface SandboxesAnswer extends RangeAnswer {
  readonly sandboxes: readonly SandboxRow[];
}

export interface HopsRow {
  readonly function: string;
  readonly hostConfidence: string;
  readonly knownRatio: number;
  readonly pairs: number;
  readonly hops: number;
  readonly hopsLow: number;
  readonly hopsHigh: number;
  readonly rate: Share;
  readonly independentRate?: number;
  readonly rateRatio?: number;
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly sequence: readonly {
    readonly host: string;
    readonly from: string;
    readonly to: string;
    readonly invocations: number;
  }[];
}
export interface HopsAnswer extends RangeAnswer {
  readonly functions: readonly HopsRow[];
}

export interface ReuseRow {
  readonly function: string;
  readonly ratio: Share;
  readonly sandboxes: number;
  readonly invocationsPerSandbox: {
    readonly n: number;
    readonly p50?: number;
    readonly p95?: number;
    readonly max?: number;
    readonly histogram: readonly { readonly from: number; readonly to: number; readonly sandboxes: number }[];
  };
  readonly keepAlive?: {
    readonly valueMs?: number;
    readonly lowMs?: number;
    readonly highMs?: number;
    readonly family: string;
    readonly reason?: string;
    readonly expectedDeaths: number;
  };
}
export interface ReuseAnswer extends RangeAnswer {
  readonly functions: readonly ReuseRow[];
}

export interface EvictionRow {
  readonly sandbox: string;
  readonly function: string;
  readonly state: 'evicted' | 'confirmed';
  readonly after: string;
  readonly before: string;
  readonly idleMs: { readonly low: number; readonly high: number };
  readonly cause: string;
}
export interface EvictionsAnswer extends RangeAnswer {
  readonly evictions: readonly EvictionRow[];
}

/** How long idle sandboxes are kept, from all evidence. */
export interface SurvivalRow {
  readonly function: string;
  readonly curve: readonly {
    readonly idleMs: number;
    readonly kept: number;
    readonly low: number;
    readonly high: number;
  }[];
}
export interface SurvivalAnswer extends RangeAnswer {
  readonly functions: readonly SurvivalRow[];
}

/** All answers needed for the charts of one function. */
export interface FunctionAnswers {
  readonly summary: SummaryRow;
  readonly invocations: InvocationsAnswer;
  readonly timeline: TimelineAnswer;
  readonly sandboxes: SandboxesAnswer;
  readonly hops: HopsAnswer;
  readonly reuse: ReuseAnswer;
  readonly evictions: EvictionsAnswer;
  readonly survival: SurvivalAnswer;
}

/** Milliseconds since the epoch of an RFC 3339 time; the API writes nine decimals, of which these keep three. */
export const millis = (time: string): number => Date.parse(time);
