/** What is paid for a function: rates, and how time is rounded. Money is in the plan's own currency. */
export interface PricePlan {
  /** Kebab-case, unique: `aws-lambda-x86-2025`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Values of `cloud.platform` that it is for. */
  readonly platforms: readonly string[];
  /** `amd64` or `arm64`, where prices differ by it. */
  readonly architecture?: string;
  /** Region the prices are of; absent where the source names none. */
  readonly region?: string;
  /** The year, month or day of which the prices are, ISO 8601. */
  readonly date: string;
  readonly currency: string;
  /** Where the prices were read. */
  readonly source: string;
  /** Every figure was read in its source. Where this is false, an answer must say so. */
  readonly verified: boolean;
  /** What of it was not checked, each in words; empty where it is verified. */
  readonly unverified: readonly string[];
  readonly perMillionRequests: number;
  /** For each GB (2³⁰ bytes) of memory and second of billed time. */
  readonly perGbSecond?: number;
  /** For each vCPU and second of billed time. */
  readonly perVcpuSecond?: number;
  /** For each second of CPU time that was used, whatever the memory. */
  readonly perCpuSecond?: number;
  readonly billing: Billing;
  /** What it costs to hold a sandbox ready; absent where that is not for sale, or its price is not known. */
  readonly provisioned?: ProvisionedPrice;
  /** Temporary storage beyond what is included. */
  readonly storage?: { readonly perGbSecond: number; readonly includedMb: number };
  /** A month's use that costs nothing; left out of every sum unless it is asked for. */
  readonly free?: { readonly requests: number; readonly gbSeconds: number };
}

/** What of a call is paid for, and how it is rounded. */
export interface Billing {
  /**
   * `duration`: while it runs. `instance`: while the sandbox is there, used or not. `cpu-time`: while it computes.
   */
  readonly basis: 'duration' | 'instance' | 'cpu-time';
  /** Billed time is the next whole multiple of this, ms. */
  readonly granularityMs: number;
  /** And at least this, ms. */
  readonly minimumMs: number;
  /** `configured`: the limit. `used`: the most that was used, up to the next whole multiple of `memoryStepMb`. */
  readonly memory: 'configured' | 'used';
  /** MB (2²⁰ bytes). */
  readonly memoryStepMb?: number;
  /** Initialisation of a cold start is paid for. */
  readonly initialisation: boolean;
}

/** A sandbox that is held ready, used or not. */
export interface ProvisionedPrice {
  /** For each GB and second that it is held. */
  readonly perGbSecondHeld: number;
  /** For each GB and second of billed time in it, in place of the plan's own rate. */
  readonly perGbSecondUsed: number;
}
