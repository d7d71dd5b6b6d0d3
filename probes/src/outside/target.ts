import type { ProviderFacts, SampleErrorCode } from './sample.ts';
import type { ResultTarget } from './result.ts';

/** One call for the target to make. */
export interface TargetCall {
  /** The event, encoded as JSON; undefined means that the call has no body. */
  readonly body: Uint8Array | undefined;
  /** Trace context and other headers, if the target has headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Function called; default the target's own. */
  readonly functionName?: string;
  /** `async`: the platform only accepts the event. Default `sync`. */
  readonly type?: 'sync' | 'async';
  /** Time after which the call is abandoned, with its connection. */
  readonly timeoutMs: number;
  /** Default false: a new connection. True: a kept one, if one is free. */
  readonly keepAlive?: boolean;
}

/** Outcome of a call. Times are of `performance.now()`. */
export interface TargetReply {
  readonly sentAt: number;
  readonly connectedAt?: number;
  readonly firstByteAt?: number;
  /** When the answer was complete, or the call had failed. */
  readonly endAt: number;
  readonly httpStatus?: number;
  readonly body?: Uint8Array;
  /** Bytes of the body. */
  readonly responseBytes?: number;
  readonly error?: { readonly code: SampleErrorCode; readonly message: string };
  readonly provider?: ProviderFacts;
  /** The pause before the next call that a refusal asks for. */
  readonly retryAfterMs?: number;
}

/** The thing that is measured: something that answers calls. */
export interface Target {
  readonly describe: () => ResultTarget;
  /** Calls may cost money, or disturb others: the target is not on this machine or in a private network. */
  readonly isRemote: boolean;
  /** Whether connections are observed, so that their time can be separated. */
  readonly seesConnections: boolean;
  /**
   * A failed call is reported in `error`.
   *
   * @throws {ProbeError} `ERR_PROBE_ENDPOINT` only if the target has no other functions and one of them is called
   */
  readonly call: (call: TargetCall) => Promise<TargetReply>;
  /** Makes the platform start every later call of a function in a new sandbox; absent if it has no way to do so. */
  readonly renew?: (functionName?: string) => Promise<void>;
  /** URL at which others call a function of the target; absent if there is none. */
  readonly urlOf?: (functionName?: string) => string;
  readonly close: () => Promise<void>;
}

/** Longest answer that is read, bytes: more than any platform allows a function to answer. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
