/** Whether the sandbox was new; `unknown` if nothing shows it. */
export type Start = 'cold' | 'warm' | 'unknown';

/** Source of {@link Sample.start}: the function's answer, the collector, the platform's log, or the latency. */
export type StartGround = 'answer' | 'collector' | 'log' | 'latency';

/**
 * Why a call gave no measurement.
 *
 * - `unreachable`: no connection (refused, unknown name, no route, TLS).
 * - `reset`: the connection was lost while waiting for the answer.
 * - `timeout`: no complete answer within the time limit.
 * - `throttled`: 429, or the platform's own way to report it.
 * - `server_error`, `client_error`: another 5xx or 4xx.
 * - `function_error`: the function failed.
 * - `unexpected_answer`: something other than the function that the experiment needs answers there.
 * - `too_large`: the answer is longer than the client reads.
 */
export type SampleErrorCode =
  | 'unreachable'
  | 'reset'
  | 'timeout'
  | 'throttled'
  | 'server_error'
  | 'client_error'
  | 'function_error'
  | 'unexpected_answer'
  | 'too_large';

/**
 * Why an answered call does not count.
 *
 * - `warm_up`: it was made to warm up the target.
 * - `preparation`: it only prepared the measurement, such as the first call before an idle time.
 * - `wrong_start`: a cold call was wanted and a warm one came, or the reverse.
 * - `not_overlapping`: the calls of a batch did not all overlap, so they did not hold as many sandboxes.
 * - `batch_failed`: another call of the same batch failed.
 * - `late`: the client sent it long after it was due.
 * - `disturbed`: the client or the platform was too busy to keep to an idle time, which was then repeated.
 * - `interrupted`: the run ended within its unit, which was repeated.
 * - `clock_step`: a clock was set meanwhile, and the experiment needs it.
 */
export type DiscardReason =
  | 'warm_up'
  | 'preparation'
  | 'wrong_start'
  | 'not_overlapping'
  | 'batch_failed'
  | 'late'
  | 'disturbed'
  | 'interrupted'
  | 'clock_step';

/** The function's report about itself. Times are on its own clock. */
export interface FunctionFacts {
  /** When the handler was called, Unix ms. */
  readonly startUnixMs?: number;
  /** When the handler was about to answer, Unix ms. */
  readonly endUnixMs?: number;
  /** Time in the handler on a monotonic clock. */
  readonly durationMs?: number;
  /** CPU time of the handler. */
  readonly cpuMs?: number;
  /** Number of calls that this sandbox has served, this one included. */
  readonly ordinal?: number;
  readonly memoryMb?: number;
  readonly kernelBootId?: string;
  readonly version?: string;
  /** From the start of the process to the first call; on cold starts. */
  readonly initMs?: number;
  /** The experiment's own values; each name ends with its unit. */
  readonly measured?: Readonly<Record<string, number | readonly number[]>>;
}

/** The platform's report about the call. */
export interface ProviderFacts {
  readonly durationMs?: number;
  readonly billedMs?: number;
  readonly initMs?: number;
  readonly memoryMb?: number;
  readonly maxMemoryUsedMb?: number;
  readonly version?: string;
  readonly requestId?: string;
}

/**
 * One call. Times are ms since the start of the run, on the client's monotonic clock. Values that do not apply or are
 * unknown are absent.
 */
export interface Sample {
  /** From 0, in the order in which calls were due. */
  readonly index: number;
  /** Unit of the plan that it belongs to: calls of one unit are not independent of each other. */
  readonly unit: string;
  /** Its role in the unit, as named by the experiment, such as `first`, `again`, `ping`. */
  readonly role: string;
  readonly outcome: 'ok' | 'error' | 'discarded';
  readonly error?: { readonly code: SampleErrorCode; readonly message: string };
  readonly discarded?: DiscardReason;

  /** When it was due. */
  readonly scheduledMs: number;
  /** When the client began it by opening a connection or taking a kept one. */
  readonly sentMs: number;
  /** When the new connection was ready, TLS included; absent for a kept one. */
  readonly connectedMs?: number;
  /** When the response head arrived. */
  readonly firstByteMs?: number;
  readonly endMs?: number;
  readonly httpStatus?: number;

  readonly start: Start;
  readonly startGround?: StartGround;
  readonly sandboxId?: string;
  readonly hostId?: string;
  readonly traceId?: string;
  /** Function called, if the experiment calls several. */
  readonly functionName?: string;

  readonly requestBytes?: number;
  readonly responseBytes?: number;
  /** Planned idle time of the function before it. */
  readonly idleBeforeMs?: number;
  /** Actual idle time of the function, times the time scale; absent if other calls were in progress. */
  readonly idleMeasuredMs?: number;
  /** Number of calls meant to be in progress at once. */
  readonly width?: number;
  readonly memoryMb?: number;
  /** Cell of the experiment's design, such as `{ "mode": "burst" }`. */
  readonly cell?: Readonly<Record<string, string | number | boolean>>;

  readonly function?: FunctionFacts;
  readonly provider?: ProviderFacts;
}

/** From when a call was due to its answer, as its caller waits: no coordinated omission. Absent without an answer. */
export function responseMs({ scheduledMs, endMs }: Sample): number | undefined {
  return endMs === undefined ? undefined : endMs - scheduledMs;
}

/** From sending to the answer, without the connection's set-up: the "client time" of benchmarks. */
export function clientMs({ sentMs, connectedMs, endMs }: Sample): number | undefined {
  return endMs === undefined ? undefined : endMs - (connectedMs ?? sentMs);
}

/** The samples that statistics are computed from. */
export function measured(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ outcome }) => outcome === 'ok');
}
