/** The collector's own status at `/api/v1/status`; the same figures are in `/metrics`. */
export interface CollectorStatus {
  /** True once spans can be both received and queried. */
  readonly ready: boolean;
  readonly engine: {
    /** `external` when a ClickHouse of the operator's is used. */
    readonly state: 'starting' | 'ready' | 'restarting' | 'external';
    /** Number of crashes and hangs it recovered from. */
    readonly restarts: number;
    /** Memory of the embedded engine; absent for an external one, and during a restart. */
    readonly residentBytes?: number;
  };
  readonly inbox: {
    /** Requests acknowledged but not yet in the store. 0 means every acknowledged span can be queried. */
    readonly pendingRequests: number;
    readonly pendingBytes: number;
    /** Age of the oldest pending request, ms; absent when none is pending. */
    readonly oldestAgeMs?: number;
    /** All requests kept, including those that only wait for a forwarder, with the limit and the free disk space. */
    readonly bytes?: number;
    readonly maxBytes?: number;
    readonly freeDiskBytes?: number;
    /** Since the process started. */
    readonly acceptedRequests: number;
    readonly acceptedSpans: number;
    readonly refusedRequests: number;
  };
  readonly querier: QuerierStatus;
  readonly store: StoreStatus;
  readonly forwarders: readonly ForwarderStatus[];
}

/** The outcome of requests on their way into the store. */
export interface StoreStatus {
  readonly insertedSpans: number;
  readonly retries: number;
  /** How long there has been something to store and none of it was stored, ms; absent when nothing is pending. */
  readonly stalledMs?: number;
  /** Requests that the store refused for good; they are kept as dead letters. */
  readonly parkedRequests: number;
  readonly lastError?: string;
}

export interface ForwarderStatus {
  readonly url: string;
  readonly pendingRequests: number;
  readonly pendingBytes: number;
  /** Age of the oldest pending request, ms; absent when none is pending. */
  readonly oldestAgeMs?: number;
  readonly forwardedRequests: number;
  readonly retries: number;
  /** Spans that the target rejected in requests it accepted (`partial_success`). */
  readonly rejectedSpans: number;
  /** Requests that the target refused for good; they are kept as dead letters. */
  readonly parkedRequests: number;
  /**
   * Requests that never reached this target, because the inbox or its dead letters were full. 0 means nothing was lost.
   */
  readonly droppedRequests: number;
  readonly lastError?: string;
}

/** The process that answers questions. */
export interface QuerierStatus {
  readonly state: 'starting' | 'ready' | 'restarting';
  /** Number of crashes and hangs it recovered from. */
  readonly restarts: number;
  /** Questions being answered, and questions waiting. */
  readonly running: number;
  readonly waiting: number;
  /** Questions refused since the start because too many were waiting. */
  readonly refused: number;
}
