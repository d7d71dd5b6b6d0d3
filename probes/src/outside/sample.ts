/** Whether the sandbox was new; `unknown` where nothing tells. */
export type Start = 'cold' | 'warm' | 'unknown';

/** Where {@link Sample.start} is from: what the function answered, the collector, the platform's log, or the latency. */
export type StartGround = 'answer' | 'collector' | 'log' | 'latency';

/**
 * Why a call gave no measurement.
 *
 * - `unreachable`: no connection (refused, unknown name, no route, TLS).
 * - `reset`: the connection was lost while the answer was awaited.
 * - `timeout`: no answer, or not all of it, in the time allowed.
 * - `throttled`: 429, or the platform's own way to say it.
 * - `server_error`, `client_error`: another 5xx or 4xx.
 * - `function_error`: the function failed.
 * - `unexpected_answer`: something else answers there than the function that the experiment needs.
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
 * - `warm_up`: it was made to get the target going.
 * - `preparation`: it only set the stage, such as the first call before an idle time.
 * - `wrong_start`: a cold call was wanted and a warm one came, or the other way round.
 * - `not_overlapping`: the calls of a batch were not all under way at once, so that they did not hold as many sandboxes.
 * - `batch_failed`: another call of the same batch failed.
 * - `late`: the client sent it long after it was due.
 * - `interrupted`: the run was ended within its unit, which was done again.
 * - `clock_step`: a clock was set meanwhile, and the experiment needs it.
 */
export type DiscardReason =
  | 'warm_up'
  | 'preparation'
  | 'wrong_start'
  | 'not_overlapping'
  | 'batch_failed'
  | 'late'
  | 'interrupted'
  | 'clock_step';

/** What the function told of itself. Times are its own clock's. */
export interface FunctionFacts {
  /** Handler called, Unix ms. */
  readonly startUnixMs?: number;
  /** Handler about to answer, Unix ms. */
  readonly endUnixMs?: number;
  /** Time in the handler by a monotonic clock. */
  readonly durationMs?: number;
  /** CPU time of the handler. */
  readonly cpuMs?: number;
  /** Calls that this sandbox has served, this one included. */
  readonly ordinal?: number;
  readonly memoryMb?: number;
  readonly kernelBootId?: string;
  readonly version?: string;
  /** From the start of the process to the first call; on cold starts. */
  readonly initMs?: number;
  /** Figures of the experiment's own, each with its unit at the end of its name. */
  readonly measured?: Readonly<Record<string, number | readonly number[]>>;
}

/** What the platform told of the call. */
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
 * One call. Times are ms since the start of the run, on the monotonic clock of the client. What does not apply, or is
 * not known, is absent.
 */
export interface Sample {
  /** From 0, in the order in which calls were due. */
  readonly index: number;
  /** Unit of the plan it belongs to: calls of one unit are not independent of one another. */
  readonly unit: string;
  /** Its part in the unit, as the experiment names it, such as `first`, `again`, `ping`. */
  readonly role: string;
  readonly outcome: 'ok' | 'error' | 'discarded';
  readonly error?: { readonly code: SampleErrorCode; readonly message: string };
  readonly discarded?: DiscardReason;

  /** When it was due. */
  readonly scheduledMs: number;
  /** When the client began with it: a connection is opened or a kept one is taken. */
  readonly sentMs: number;
  /** When the new connection was ready, TLS included; absent on a kept one. */
  readonly connectedMs?: number;
  /** When the head of the answer was there. */
  readonly firstByteMs?: number;
  readonly endMs?: number;
  readonly httpStatus?: number;

  readonly start: Start;
  readonly startGround?: StartGround;
  readonly sandboxId?: string;
  readonly hostId?: string;
  readonly traceId?: string;
  /** Function called, where the experiment calls several. */
  readonly functionName?: string;

  readonly requestBytes?: number;
  readonly responseBytes?: number;
  /** How long nobody was to call the function before it, as planned. */
  readonly idleBeforeMs?: number;
  /** How long nobody had called it, times the time scale; absent while calls were under way. */
  readonly idleMeasuredMs?: number;
  /** Calls meant to be under way at once. */
  readonly width?: number;
  readonly memoryMb?: number;
  /** Cell of the experiment's design, such as `{ "mode": "burst" }`. */
  readonly cell?: Readonly<Record<string, string | number | boolean>>;

  readonly function?: FunctionFacts;
  readonly provider?: ProviderFacts;
}

/** From when a call was due to its answer, what its caller waited: no coordinated omission. Absent without an answer. */
export function responseMs({ scheduledMs, endMs }: Sample): number | undefined {
  return endMs === undefined ? undefined : endMs - scheduledMs;
}

/** From sending to the answer without the time the connection took: the "client time" of benchmarks. */
export function clientMs({ sentMs, connectedMs, endMs }: Sample): number | undefined {
  return endMs === undefined ? undefined : endMs - (connectedMs ?? sentMs);
}

/** The samples that statistics are made of. */
export function measured(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ outcome }) => outcome === 'ok');
}
