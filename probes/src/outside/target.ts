import type { ProviderFacts, SampleErrorCode } from './sample.ts';
import type { ResultTarget } from './result.ts';

/** One call as the target is to make it. */
export interface TargetCall {
  /** The event, encoded as JSON; undefined: the call has no body of ours. */
  readonly body: Uint8Array | undefined;
  /** Trace context and what else goes into headers, where the target has any. */
  readonly headers: Readonly<Record<string, string>>;
  /** Function called; default the target's own. */
  readonly functionName?: string;
  /** `async`: the platform only takes the event on. Default `sync`. */
  readonly type?: 'sync' | 'async';
  /** Gives up after it, connection included. */
  readonly timeoutMs: number;
  /** Default false: a connection of its own. True: one that is kept, where there is a free one. */
  readonly keepAlive?: boolean;
}

/** How a call went. Times are of `performance.now()`. */
export interface TargetReply {
  readonly sentAt: number;
  readonly connectedAt?: number;
  readonly firstByteAt?: number;
  /** When the answer was complete, or the call had failed. */
  readonly endAt: number;
  readonly httpStatus?: number;
  readonly body?: Uint8Array;
  /** Of the body. */
  readonly responseBytes?: number;
  readonly error?: { readonly code: SampleErrorCode; readonly message: string };
  readonly provider?: ProviderFacts;
}

/** What is measured: something that answers calls. */
export interface Target {
  readonly describe: () => ResultTarget;
  /** Calls may cost money, or disturb others: not on this machine or in a private network. */
  readonly isRemote: boolean;
  /** Whether connections are seen, so that their time can be told apart. */
  readonly seesConnections: boolean;
  /** Never rejects: a call that fails is told by `error`. */
  readonly call: (call: TargetCall) => Promise<TargetReply>;
  /** Makes the platform start every further call of a function in a new sandbox; absent where it cannot be told to. */
  readonly renew?: (functionName?: string) => Promise<void>;
  /** Where others call a function of the target; absent where there is no such URL. */
  readonly urlOf?: (functionName?: string) => string;
  readonly close: () => Promise<void>;
}

/** Longest answer that is read, bytes: more than any platform lets a function answer. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
