/** The price of a function: rates, and the rounding of time. Money is in the plan's own currency. */
export interface PricePlan {
  /** Kebab-case, unique: `aws-lambda-x86-2025`. */
  readonly name: string;
  /** Display name. */
  readonly title: string;
  /** Values of `cloud.platform` that it applies to. */
  readonly platforms: readonly string[];
  /** `amd64` or `arm64`, if prices depend on it. */
  readonly architecture?: string;
  /** Region of the prices; absent if the source names none. */
  readonly region?: string;
  /** Date of the prices as year, month or day, ISO 8601. */
  readonly date: string;
  readonly currency: string;
  /** Source of the prices. */
  readonly source: string;
  /** Every figure was read in its source. If false, answers must say so. */
  readonly verified: boolean;
  /** The unverified parts, in words; empty if verified. */
  readonly unverified: readonly string[];
  readonly perMillionRequests: number;
  /** Per GB (2³⁰ bytes) of memory and second of billed time. */
  readonly perGbSecond?: number;
  /** Per vCPU and second of billed time. */
  readonly perVcpuSecond?: number;
  /** Per second of used CPU time, regardless of memory. */
  readonly perCpuSecond?: number;
  readonly billing: Billing;
  /** Price of keeping a sandbox ready; absent if that is not offered, or its price is unknown. */
  readonly provisioned?: ProvisionedPrice;
  readonly storage?: StoragePrice;
  /** Free monthly use; excluded from every calculation unless requested. */
  readonly free?: { readonly requests: number; readonly gbSeconds: number };
}

/** The billed part of a call, and its rounding. */
export interface Billing {
  /**
   * `duration`: while the call runs. `instance`: while the sandbox exists, used or not. `cpu-time`: while it computes.
   */
  readonly basis: 'duration' | 'instance' | 'cpu-time';
  /** Billed time is rounded up to a multiple of this, ms. */
  readonly granularityMs: number;
  /** Minimum billed time, ms. */
  readonly minimumMs: number;
  /** `configured`: the limit. `used`: the highest use, rounded up to a multiple of `memoryStepMb`. */
  readonly memory: 'configured' | 'used';
  /** MB (2²⁰ bytes). */
  readonly memoryStepMb?: number;
  /** Initialisation of a cold start is billed. */
  readonly initialisation: boolean;
}

/** Temporary storage of a sandbox, while a call runs in it. */
export interface StoragePrice {
  /** Per GB (2³⁰ bytes) beyond what is included, and second of billed time. */
  readonly perGbSecond: number;
  /** MB (2²⁰ bytes) without a price. */
  readonly includedMb: number;
  /** The largest size that can be ordered, MB; any if absent. A larger file system is not this storage. */
  readonly maximumMb?: number;
}

/** A sandbox that is kept ready, used or not. */
export interface ProvisionedPrice {
  /** Per GB and second that it is kept. */
  readonly perGbSecondHeld: number;
  /** Per GB and second of billed time in it, instead of the plan's own rate. */
  readonly perGbSecondUsed: number;
}
