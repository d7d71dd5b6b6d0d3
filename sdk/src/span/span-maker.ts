import { Once, readFingerprint } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { bootClock, suspendedMs } from '../clock/boot-clock.ts';
import type { Captures } from '../readings/captures.ts';
import { monotonicMs, monotonicNanos, processAgeMs, wallMs } from '../clock/clock.ts';
import type { Env } from '../config/config.ts';
import { idleMs } from '../clock/idle-time.ts';
import { eventSpan } from './event-span.ts';
import { failedInitSpan, initSpan } from './init-span.ts';
import { invocationSpan } from './invocation-span.ts';
import { ioSpans } from '../io/io-spans.ts';
import type { InvocationEnd, InvocationStart } from '../invocation/invocation.ts';
import type { InvocationTrace } from '../invocation/invocation-trace.ts';
import { LateReadings } from '../readings/late-readings.ts';
import type { PreviousProcess } from '../sandbox/previous-process.ts';
import { momentAt, now, pastMoment } from '../clock/moment.ts';
import type { Tick } from '../clock/moment.ts';
import { Readings } from '../readings/readings.ts';
import type { Ended, Recorded } from '../invocation/ended.ts';
import { guarded } from '../fence/report.ts';
import { SandboxFacts } from '../sandbox/sandbox-facts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { describeError } from './span-error.ts';
import type { Attributes, Span, SpanError, SpanLink } from '../otlp/span.ts';

interface Finished {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly error: SpanError | undefined;
  readonly sandbox: Sandbox;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  readonly late: Attributes;
  readonly endNanos: bigint;
  /** Its export was postponed. */
  kept: boolean;
}

/** The parts that a `SpanMaker` needs. */
export interface SpanMakerOptions {
  readonly env: Env;
  /** Receives the spans, oldest first. */
  readonly add: (span: Span) => void;
  /** Whether to report network addresses. */
  readonly addresses: boolean;
  /** Spans that were dropped so far. */
  readonly dropped: () => number;
  /** The process waited in a pool for its function: its cold start began with the load of this package. */
  readonly pooled: boolean;
}

/** The facts in a shutdown span. */
export interface Shutdown {
  readonly sandbox: Sandbox;
  /** What ended it, such as the name of a signal in lower case. */
  readonly reason: string;
  /** Ordinal of the latest invocation; 0 if there was none. */
  readonly ordinal: number;
  /** Trace of the latest invocation that was recorded. */
  readonly last: InvocationTrace | undefined;
  readonly idleSince: Tick | undefined;
}

/** Turns the records of invocations into spans: after the response where the platform allows. */
export class SpanMaker {
  readonly #options: SpanMakerOptions;
  readonly #late: LateReadings;
  #finished: Finished[] = [];
  #readings: Readings | undefined;
  #facts: SandboxFacts | undefined;
  readonly #fingerprint = new Once(readFingerprint);
  #initSpanDue = true;
  /** When the latest invocation was finished. */
  #suspendedMs = 0;

  constructor(options: SpanMakerOptions) {
    this.#options = options;
    this.#late = new LateReadings('', monotonicMs, options.addresses);
  }

  /** Invocations that are finished and not yet made into spans. */
  get size(): number {
    return this.#finished.length;
  }

  /** The latest of them. */
  get latest(): InvocationStart | undefined {
    return this.#finished.at(-1)?.start;
  }

  /** End of the oldest of them, on the monotonic clock; undefined if there is none. */
  get oldestNanos(): bigint | undefined {
    return this.#finished[0]?.endNanos;
  }

  /** Ids of the sandbox and of its process. */
  identity(sandbox: Sandbox): Attributes {
    return this.#sandboxFacts(sandbox).identity();
  }

  /** Takes the readings that could wait until the response had left. Never throws. */
  finish({ ended, after }: Recorded, captures: Captures | undefined): void {
    if (ended.length === 0) return;
    const readings = guarded('reading counters', () => this.#open(captures));
    const full = ended.some(({ begun }) => begun.raw?.full);
    const levels = full ? guarded('reading memory', () => readings?.levels()) : undefined;
    const late = full ? (guarded('reading levels', () => this.#late.attributes(captures)) ?? {}) : {};
    const wasSuspendedMs = this.#suspendedMs;
    this.#suspendedMs = suspendedMs();
    const asleepMs = this.#suspendedMs - wasSuspendedMs;
    for (const one of ended) {
      guarded('reading the resources of an invocation', () => {
        this.#finished.push(this.#finishOne(one, after, { readings, levels, late, asleepMs }));
      });
    }
    if (after !== undefined) captures?.recycle(after);
  }

  #finishOne(
    { begun, sandbox, end, endNanos, usage, shared, exportMs, next }: Ended,
    after: Recorded['after'],
    common: {
      readonly readings: Readings | undefined;
      readonly levels: InvocationEnd['levels'];
      readonly late: Attributes;
      readonly asleepMs: number;
    },
  ): Finished {
    const { raw, ...start } = begun;
    const window =
      raw && guarded('reading counters', () => common.readings?.window(raw, usage, next ?? after));
    const began = pastMoment(begun.started.nanos, begun.started.unixMs);
    return {
      start: {
        ...start,
        ...identityOf(begun.trace),
        start: began,
        bootTimeUnixMs: guarded('the time of boot', () =>
          bootClock.bootTimeUnixMs(begun.ordinal === 1 ? 3 : 1),
        ),
        before: window?.before,
        idleMs: idleMs(begun.idleSince, begun.entered, common.asleepMs),
      },
      end: { ...end, end: momentAt(began, endNanos), after: window?.after, levels: common.levels },
      // Describe it now: an error may change, and must not be kept alive, while its export is postponed.
      error: end.failed ? describeError(end.thrown) : undefined,
      sandbox,
      shared,
      exportMs,
      late: common.late,
      endNanos,
      kept: false,
    };
  }

  /** The finished invocations leave with a later export. */
  keep(): void {
    for (const one of this.#finished) one.kept = true;
  }

  /** Turns everything finished into spans. Never throws. */
  make(): void {
    const finished = this.#finished;
    if (finished.length === 0) return;
    this.#finished = [];
    const nowNanos = monotonicNanos();
    const kept = finished.filter((one) => one.kept).length;
    for (const one of finished) {
      const held: Attributes = one.kept
        ? { [semconv.ATTR_EXPORT_HELD_MS]: Number(nowNanos - one.endNanos) / 1e6 }
        : {};
      if (kept > 0 && one === finished.at(-1)) held[semconv.ATTR_EXPORT_HELD_COUNT] = kept;
      guarded('making a span', () => this.#makeInvocation(one, held));
    }
  }

  /** The sandbox is asked to stop, or the process ends: makes the shutdown span. Never throws. */
  makeShutdown(shutdown: Shutdown): void {
    guarded('the shutdown span', () => this.#options.add(this.#shutdownSpan(shutdown)));
  }

  /** The previous process was killed and could not send its shutdown span: makes it now. Never throws. */
  makeLost({ lastOrdinal }: PreviousProcess, sandbox: Sandbox): void {
    if (lastOrdinal === undefined) return;
    guarded('the shutdown span of the previous process', () => {
      const facts = this.#sandboxFacts(sandbox);
      const attributes = {
        ...facts.identity(),
        [semconv.ATTR_PROCESS_START_TICKS]: sandbox.stamp.previousStartTicks,
        [semconv.ATTR_INIT_TYPE]: undefined,
        [semconv.ATTR_SHUTDOWN_REASON]: 'lost',
        [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: lastOrdinal,
      };
      this.#options.add(eventSpan(semconv.SPAN_SHUTDOWN, now(), attributes));
    });
  }

  /** The initialisation failed, and no invocation began. Never throws. */
  makeFailedInit(sandbox: Sandbox, thrown: unknown): void {
    guarded('the span of a failed initialisation', () => {
      this.#options.add(failedInitSpan(this.#sandboxFacts(sandbox), thrown));
    });
  }

  #open(captures: Captures | undefined): Readings | undefined {
    if (captures !== undefined) this.#readings ??= new Readings(captures);
    return this.#readings;
  }

  #sandboxFacts(sandbox: Sandbox): SandboxFacts {
    if (sandbox !== this.#facts?.sandbox) {
      this.#facts = new SandboxFacts(this.#options.env, sandbox, this.#options.pooled);
      this.#initSpanDue = true;
    }
    return this.#facts;
  }

  #makeInvocation({ start, end, error, sandbox, shared, exportMs, late }: Finished, held: Attributes): void {
    const { add, dropped } = this.#options;
    const facts = this.#sandboxFacts(sandbox);
    const span = invocationSpan(start, end, {
      sandbox: facts,
      shared,
      exportMs,
      error,
      fingerprint: guarded('reading the CPU', () => this.#fingerprint.get()),
      quotaRatio: guarded('reading the CPU quota', () => this.#readings?.quotaRatio()),
      late,
      held,
      droppedSpans: dropped(),
    });
    // The init span belongs to the invocation that waited for it, which may end after others and on another thread.
    if (this.#initSpanDue && start.ordinal === 1) {
      this.#initSpanDue = false;
      guarded('the span of the initialisation', () => {
        const init = initSpan(facts, span);
        if (init !== undefined) add(init);
      });
    }
    guarded('the spans of I/O', () => {
      for (const one of ioSpans(end.operations, span, this.#options.addresses)) add(one);
    });
    add(span);
  }

  #shutdownSpan({ sandbox, reason, ordinal, last, idleSince }: Shutdown): Span {
    const link: SpanLink | undefined = last && { traceId: last.traceId, spanId: last.spanId };
    const facts = this.#sandboxFacts(sandbox);
    const span = eventSpan(semconv.SPAN_SHUTDOWN, now(), {
      ...facts.identity(),
      // For a sandbox that was never used, nothing else reports how it was initialised.
      ...(ordinal === 0 && facts.initAttributes()),
      [semconv.ATTR_SHUTDOWN_REASON]: reason,
      [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: ordinal,
      [semconv.ATTR_SANDBOX_AGE_MS]: processAgeMs(),
      [semconv.ATTR_SANDBOX_IDLE_MS]: idleMs(
        idleSince,
        { nanos: monotonicNanos(), unixMs: wallMs() },
        suspendedMs() - this.#suspendedMs,
      ),
      [semconv.ATTR_DROPPED_SPANS]: this.#options.dropped(),
    });
    return { ...span, ...(link && { links: [link] }) };
  }
}

function identityOf({
  traceId,
  spanId,
  context,
}: InvocationTrace): Pick<InvocationStart, 'traceId' | 'spanId' | 'context'> {
  return { traceId, spanId, context };
}
