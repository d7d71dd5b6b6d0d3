/** What the collector says of itself at `/api/v1/status`; the same figures are in `/metrics`. */
export interface CollectorStatus {
  /** True once spans can be both received and queried. */
  readonly ready: boolean;
  readonly engine: {
    /** `external` when a ClickHouse of the operator's is used. */
    readonly state: 'starting' | 'ready' | 'restarting' | 'external';
    /** Crashes and hangs survived. */
    readonly restarts: number;
    /** Memory of the embedded engine; absent for an external one, and while it is being restarted. */
    readonly residentBytes?: number;
  };
  readonly inbox: {
    /** Requests acknowledged but not yet in the store. 0 means every acknowledged span can be queried. */
    readonly pendingRequests: number;
    readonly pendingBytes: number;
    /** Age of the oldest pending request, ms; absent when none is pending. */
    readonly oldestAgeMs?: number;
    /** All requests kept, also those that wait for a forwarder only, with their bound and what the disk has left. */
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

/** What became of the requests on their way into the store. */
export interface StoreStatus {
  readonly insertedSpans: number;
  readonly retries: number;
  /** For so long there has been something to store and none of it was stored, ms; absent while there is nothing. */
  readonly stalledMs?: number;
  /** Requests the store refused for good; they are kept as dead letters. */
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
  /** Spans the target did not keep of requests it took (`partial_success`). */
  readonly rejectedSpans: number;
  /** Requests the target refused for good; they are kept as dead letters. */
  readonly parkedRequests: number;
  /** Requests this target never got, because the inbox or its dead letters were full. 0 means nothing was lost. */
  readonly droppedRequests: number;
  readonly lastError?: string;
}

/** The process that answers questions. */
export interface QuerierStatus {
  readonly state: 'starting' | 'ready' | 'restarting';
  /** Crashes and hangs survived. */
  readonly restarts: number;
  /** Questions being answered, and those that wait. */
  readonly running: number;
  readonly waiting: number;
  /** Questions refused since the start, because too many waited. */
  readonly refused: number;
}
