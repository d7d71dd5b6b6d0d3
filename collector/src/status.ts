/** What the collector says of itself at `/api/v1/status`; the same figures are in `/metrics`. */
export interface CollectorStatus {
  /** True once spans can be both received and queried. */
  readonly ready: boolean;
  readonly engine: {
    /** `external` when a ClickHouse of the operator's is used. */
    readonly state: 'starting' | 'ready' | 'restarting' | 'external';
    readonly restarts: number;
  };
  readonly inbox: {
    /** Requests acknowledged but not yet in the store. 0 means every acknowledged span can be queried. */
    readonly pendingRequests: number;
    readonly pendingBytes: number;
    /** Age of the oldest pending request, ms; absent when none is pending. */
    readonly oldestAgeMs?: number;
    /** Since the process started. */
    readonly acceptedRequests: number;
    readonly acceptedSpans: number;
    readonly refusedRequests: number;
  };
  readonly store: {
    readonly insertedSpans: number;
    readonly retries: number;
    readonly lastError?: string;
  };
  readonly forwarders: readonly ForwarderStatus[];
}

export interface ForwarderStatus {
  readonly url: string;
  readonly pendingRequests: number;
  readonly forwardedRequests: number;
  readonly retries: number;
  /** Requests the target refused for good; they are kept beside the inbox. */
  readonly parkedRequests: number;
  readonly lastError?: string;
}
