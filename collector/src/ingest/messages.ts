import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode } from '../errors/errors.ts';
import { CollectorError } from '../errors/errors.ts';
import type { InboxSpace } from '../inbox/index.ts';
import type { OtlpEncoding, SpanLimits, TraceRequestSummary } from '../otlp/index.ts';
import type { Connection } from '../store/client.ts';
import type { ForwarderStatus, StoreStatus } from '../schema/collector-status.ts';
import type { Ack } from './acceptor.ts';

/** Start parameters of the thread. */
export interface ThreadData {
  readonly config: ThreadConfig;
  /** Port for status queries, which overtake the waiting requests; answers use the usual channel. */
  readonly questions: MessagePort;
}

export interface ThreadConfig {
  /** The inbox file. */
  readonly path: string;
  readonly forward: readonly string[];
  /** Headers by URL. */
  readonly forwardHeaders?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly keepsOthers?: boolean;
  readonly maxBytes?: number;
  readonly minFreeBytes?: number;
  readonly limits?: SpanLimits;
  readonly ack?: Ack;
  /** Patterns of attribute keys whose values are replaced before anything else happens. Default none. */
  readonly redact?: readonly string[];
}

export type ToThread =
  | {
      readonly type: 'accept';
      readonly id: number;
      readonly body: Uint8Array<ArrayBuffer>;
      readonly encoding: OtlpEncoding;
      readonly contentType: string;
    }
  | { readonly type: 'stop'; readonly id: number }
  | { readonly type: 'hold'; readonly id: number }
  | { readonly type: 'release'; readonly id: number }
  | { readonly type: 'store'; readonly connection: Connection };

/** Queries to the thread's port. */
export interface Question {
  readonly type: 'status';
  readonly id: number;
}

export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: PlainError }
  | { readonly type: 'warn'; readonly message: string }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly value: TraceRequestSummary | ThreadStatus | number | undefined;
    }
  | { readonly type: 'error'; readonly id: number; readonly error: PlainError };

export interface ThreadStatus {
  readonly writable: boolean;
  readonly failure?: string;
  readonly pendingRequests: number;
  readonly pendingBytes: number;
  readonly oldestAgeMs?: number;
  /** Absent until the inbox was queried once. */
  readonly space?: InboxSpace;
  readonly store: StoreStatus;
  readonly forwarders: readonly ForwarderStatus[];
}

/** An error in the form that travels between threads; a class does not. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly statusCode: number;
  readonly retryAfterSeconds?: number;
}

export function toPlainError(error: unknown): PlainError {
  if (error instanceof CollectorError) {
    const { code, message, statusCode, retryAfterSeconds } = error;
    return { code, message, statusCode, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  // Unclassified: 503, so that the client keeps its spans.
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_INBOX_UNAVAILABLE', message, statusCode: 503, retryAfterSeconds: 1 };
}

export function fromPlainError(error: PlainError): CollectorError {
  return new CollectorError(error.code, error.message, error);
}
