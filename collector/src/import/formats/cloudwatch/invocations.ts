import * as semconv from '@sandscope/probes/semconv';
import type { ImportedResource, ImportedSpan } from '../../imported-span.ts';
import { idsOf, KIND_SERVER, nanosOf, sandboxIdOf } from '../../imported-span.ts';
import type { LogEvent } from './log-event.ts';
import type { Ending, PlatformLine, Report } from './platform-line.ts';
import { startKind } from './start-kind.ts';
import type { Beginning } from './start-kind.ts';
import { functionOfGroup, readStreamName } from './stream-name.ts';

/** Options of the command, which take precedence over the log. */
export interface LogOptions {
  readonly functionName?: string | undefined;
  readonly group?: string | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

interface Failure {
  readonly ending: Ending;
  readonly errorType: string | undefined;
}

/** A REPORT line that waits for the following lines of older runtimes. */
interface Held {
  readonly report: Report;
  readonly event: LogEvent;
  readonly startMs: number;
  before: Beginning;
  failure: Failure | undefined;
}

interface StreamState {
  functionName: string | undefined;
  version: string | undefined;
  readonly fallback: string;
  before: Beginning;
  firstEndMs: number | undefined;
  /** The invocation with a START but no REPORT yet. */
  current: string | undefined;
  held: Held | undefined;
  readonly failures: Map<string, Failure>;
  resource: { readonly key: string; readonly resource: ImportedResource } | undefined;
}

/** Number of streams remembered; beyond it, the one that was silent for longest is forgotten. */
const MAX_STREAMS = 20_000;
/** Most failures of a stream that wait for their REPORT line. */
const MAX_FAILURES = 100;
const MIB = 1024 ** 2;
/** Tolerance between the computed start and the surrounding lines. */
const CLOCK_MILLIS = 2;

/**
 * Combines the lines of log streams into invocations, one per REPORT line, which contains most of the data. That line
 * is written at the end, so the start is its time minus its duration. An export with only REPORT lines therefore gives
 * the same spans as a complete one, and START lines are not needed; if both exist, they agree within 1.3 ms.
 */
export class Invocations {
  readonly #options: LogOptions;
  /** In the order of their last lines. */
  readonly #streams = new Map<string, StreamState>();
  /** Invocations whose stream the log does not name. */
  withoutStream = 0;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /**
   * Yields the invocations that a line completes.
   *
   * @param fallback name of the function if nothing else gives it
   */
  *add(event: LogEvent, line: PlatformLine, fallback: string): Generator<ImportedSpan> {
    const state = this.#stateOf(event.stream ?? '', fallback);
    if (this.#streams.size > MAX_STREAMS) yield* this.#forgetOldest();
    switch (line.kind) {
      case 'start':
        yield* this.#started(state, line.requestId, line.version);
        break;
      case 'report':
        yield* this.#release(state);
        state.held = this.#hold(state, event, line.report);
        break;
      case 'failure':
        noteFailure(state, line.requestId, { ending: line.ending, errorType: line.errorType });
        break;
      case 'broken':
        break;
      default:
        // Without its stream, the sandbox cannot be identified.
        if (event.stream !== undefined) yield* this.#beginning(state, event.timestampMs, line);
    }
  }

  /** Yields the rest when all lines were read. */
  *finish(): Generator<ImportedSpan> {
    for (const state of this.#streams.values()) yield* this.#release(state);
    this.#streams.clear();
  }

  #stateOf(stream: string, fallback: string): StreamState {
    const known = this.#streams.get(stream);
    if (known !== undefined) {
      this.#streams.delete(stream);
      this.#streams.set(stream, known);
      return known;
    }
    const named = readStreamName(stream);
    const made: StreamState = {
      functionName: named.functionName,
      version: named.version,
      fallback,
      before: {},
      firstEndMs: undefined,
      current: undefined,
      held: undefined,
      failures: new Map(),
      resource: undefined,
    };
    this.#streams.set(stream, made);
    return made;
  }

  *#forgetOldest(): Generator<ImportedSpan> {
    const [oldest] = this.#streams;
    if (oldest === undefined) return;
    yield* this.#release(oldest[1]);
    this.#streams.delete(oldest[0]);
  }

  *#started(state: StreamState, requestId: string, version: string | undefined): Generator<ImportedSpan> {
    state.version = version ?? state.version;
    // In an export with the newest first, the START follows its REPORT.
    if (state.held?.report.requestId === requestId) return;
    yield* this.#release(state);
    state.current = requestId;
  }

  #hold(state: StreamState, event: LogEvent, report: Report): Held {
    const failure = state.failures.get(report.requestId);
    state.failures.delete(report.requestId);
    state.current = undefined;
    const { before } = state;
    state.before = {};
    return { report, event, startMs: event.timestampMs - report.durationMs, before, failure };
  }

  *#beginning(state: StreamState, timestampMs: number, line: BeginningLine): Generator<ImportedSpan> {
    if (line.kind === 'init-start') {
      state.functionName ??= line.functionName;
      state.version ??= line.version;
    }
    const { held } = state;
    // In an export with the newest first, earlier lines follow the invocation.
    if (held !== undefined && timestampMs <= held.startMs + CLOCK_MILLIS) {
      held.before = withLine(held.before, timestampMs, line);
      return;
    }
    yield* this.#release(state);
    state.before = withLine(state.before, timestampMs, line);
  }

  *#release(state: StreamState): Generator<ImportedSpan> {
    const { held } = state;
    if (held === undefined) return;
    state.held = undefined;
    if (held.event.stream === undefined) this.withoutStream++;
    yield this.#span(state, held);
    state.firstEndMs = Math.min(state.firstEndMs ?? Infinity, held.event.timestampMs);
  }

  #span(state: StreamState, { report, event, startMs, before, failure }: Held): ImportedSpan {
    const functionName = this.#functionOf(state, event);
    const stream = event.stream;
    const { requestId, durationMs, maxMemoryUsedMib } = report;
    const endUnixNano = nanosOf(event.timestampMs);
    const startUnixNano = endUnixNano - nanosOf(durationMs);
    const start = startKind(report, startMs, { ...before, firstEndMs: state.firstEndMs });
    const ending = report.ending ?? failure?.ending;
    const hasFailed = ending === 'error' || ending === 'timeout';
    const errorType = report.errorType ?? failure?.errorType ?? (ending === 'timeout' ? 'timeout' : '_OTHER');
    return {
      resource: this.#resourceOf(state, event, functionName, report.memorySizeMib),
      // Without account and region: options provide these, and request ids are unique without them.
      ...idsOf('cloudwatch', functionName, stream ?? '', requestId, event.timestampMs),
      name: functionName,
      kind: KIND_SERVER,
      startUnixNano,
      endUnixNano,
      hasFailed,
      attributes: {
        [semconv.ATTR_FAAS_INVOCATION_ID]: requestId,
        [semconv.ATTR_SANDBOX_ID]: stream === undefined ? undefined : sandboxIdOf(stream),
        [semconv.ATTR_FAAS_COLDSTART]: start.cold,
        [semconv.ATTR_INIT_TYPE]: start.initType,
        [semconv.ATTR_INIT_DURATION_MS]: start.initDurationMs,
        [semconv.ATTR_BILLED_DURATION_MS]: report.billedMs,
        [semconv.ATTR_BILLED_RESTORE_MS]: report.billedRestoreMs,
        [semconv.ATTR_MEMORY_MAX_USED_BYTES]: bytesOf(maxMemoryUsedMib),
        [semconv.ATTR_ERROR_TYPE]: hasFailed ? errorType : undefined,
      },
    };
  }

  #functionOf({ functionName, fallback }: StreamState, { group: loggedIn }: LogEvent): string {
    const { functionName: options, group = loggedIn } = this.#options;
    return options ?? functionName ?? (group === undefined ? fallback : functionOfGroup(group));
  }

  #resourceOf(
    state: StreamState,
    { stream, account: logged }: LogEvent,
    functionName: string,
    memorySizeMib: number | undefined,
  ): ImportedResource {
    const { region, account = logged } = this.#options;
    const { version } = state;
    const key = [functionName, version, memorySizeMib, account].join('\0');
    if (state.resource?.key === key) return state.resource.resource;
    const resource: ImportedResource = {
      attributes: {
        [semconv.ATTR_SERVICE_NAME]: functionName,
        [semconv.ATTR_FAAS_NAME]: functionName,
        [semconv.ATTR_FAAS_VERSION]: version,
        [semconv.ATTR_FAAS_INSTANCE]: stream,
        [semconv.ATTR_FAAS_MAX_MEMORY]: bytesOf(memorySizeMib),
        [semconv.ATTR_CLOUD_PROVIDER]: 'aws',
        [semconv.ATTR_CLOUD_PLATFORM]: 'aws_lambda',
        [semconv.ATTR_CLOUD_REGION]: region,
        [semconv.ATTR_CLOUD_ACCOUNT_ID]: account,
      },
    };
    state.resource = { key, resource };
    return resource;
  }
}

function noteFailure(state: StreamState, requestId: string | undefined, failure: Failure): void {
  const { held } = state;
  const about = requestId ?? state.current ?? held?.report.requestId;
  if (about === undefined) return;
  if (held?.report.requestId === about) {
    held.failure = merge(held.failure, failure);
    return;
  }
  state.failures.set(about, merge(state.failures.get(about), failure));
  const [oldest] = state.failures.keys();
  if (state.failures.size > MAX_FAILURES && oldest !== undefined) state.failures.delete(oldest);
}

/** The first line that names an error class decides; a time-out stays a time-out, whatever else was logged. */
function merge(known: Failure | undefined, other: Failure): Failure {
  const ending = known?.ending === 'timeout' ? 'timeout' : other.ending;
  return { ending, errorType: known?.errorType ?? other.errorType };
}

/** Lines about a sandbox before its next invocation. */
type BeginningLine = Extract<PlatformLine, { kind: `init-${string}` | `restore-${string}` }>;

function withLine(before: Beginning, timestampMs: number, line: BeginningLine): Beginning {
  const initType = 'initType' in line ? line.initType : undefined;
  switch (line.kind) {
    case 'init-start':
      // The lines so far were about a previous initialisation, or the order is reversed.
      return before.initStartMs === undefined
        ? { ...before, initStartMs: timestampMs, initType: initType ?? before.initType }
        : { initStartMs: timestampMs, initType };
    case 'init-report':
      return { ...before, initMs: line.durationMs, initType: initType ?? before.initType };
    case 'restore-report':
      return { ...before, restoreMs: line.durationMs };
    default:
      return before;
  }
}

function bytesOf(mib: number | undefined): number | undefined {
  return mib === undefined ? undefined : Math.round(mib * MIB);
}
