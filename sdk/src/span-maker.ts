import { hardwareFingerprint, machineMemorySource, readCpuInfo } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { bootClock, suspendedMs } from './boot-clock.ts';
import { LOADED_AT_MS, processAgeMs } from './clock.ts';
import type { Env } from './config.ts';
import { Interrupted } from './endings.ts';
import { invocationSpan } from './invocation-span.ts';
import { idleMs } from './idle-time.ts';
import type { InvocationBegin, InvocationEnd, InvocationStart } from './invocation.ts';
import type { Legacy } from './legacy.ts';
import type { InvocationTrace } from './invocation-trace.ts';
import { LateReadings } from './late-readings.ts';
import { momentAt, now, pastMoment, processStartNanos } from './moment.ts';
import type { Moment } from './moment.ts';
import { randomHex } from './random-id.ts';
import { Readings } from './readings.ts';
import type { Recorder } from './recorder.ts';
import { guarded } from './report.ts';
import { SandboxFacts } from './sandbox-facts.ts';
import type { SpanBuffer } from './span-buffer.ts';
import type { Attributes, Span, SpanLink } from './span.ts';
import { KIND_INTERNAL, spanFlags } from './span.ts';

interface Finished {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
}

/** What a `SpanMaker` works with. */
export interface SpanMakerOptions {
  readonly env: Env;
  readonly recorder: Recorder;
  readonly buffer: SpanBuffer;
  /** The process waited for its function in a pool: its cold start began with the load of this package. */
  readonly pooled: boolean;
  /** Called with the export request that an earlier process of this sandbox could not send. */
  readonly onInheritance: (request: string) => void;
}

/** Turns what a recorder took down into spans in the buffer: after the response where the platform allows. */
export class SpanMaker {
  readonly #options: SpanMakerOptions;
  readonly #finished: Finished[] = [];
  readonly #late = new LateReadings();
  #readings: Readings | undefined;
  #facts: SandboxFacts | undefined;
  #fingerprint: { value: string | undefined } | undefined;
  #initSpanDue = true;
  #saidGoodbye = false;
  /** When the latest invocation was finished. */
  #suspendedMs = 0;

  constructor(options: SpanMakerOptions) {
    this.#options = options;
  }

  /** The latest invocation that was recorded, for what is measured after it; undefined while any is running. */
  get settled(): { traceId: string; spanId: string; identity: Attributes } | undefined {
    const { recorder } = this.#options;
    const facts = this.#sandboxFacts();
    if (recorder.last === undefined || facts === undefined || recorder.active.size > 0) return undefined;
    const { traceId, spanId } = recorder.last.trace;
    return { traceId, spanId, identity: facts.identity() };
  }

  /** Reads what could wait until the response had left. */
  finish(): void {
    const { recorder } = this.#options;
    recorder.rest();
    const { captures } = recorder;
    const { ended, after } = recorder.takeEnded();
    if (ended.length === 0 || captures === undefined) return;
    this.#readings ??= new Readings(captures);
    const readings = this.#readings;
    const levels = readings.levels();
    const wasSuspendedMs = this.#suspendedMs;
    this.#suspendedMs = suspendedMs();
    const asleepMs = this.#suspendedMs - wasSuspendedMs;
    for (const { begun, end, endNanos, usage, shared, exportMs, next } of ended) {
      guarded('reading what an invocation used', () => {
        const window = readings.window(begun.raw, usage, next ?? after);
        const start = pastMoment(begun.enteredNanos, begun.unixMs);
        const bootTimeUnixMs = bootClock.bootTimeUnixMs(begun.ordinal === 1 ? 3 : 1);
        this.#finished.push({
          start: {
            ...begun,
            ...identityOf(begun.trace),
            start,
            bootTimeUnixMs,
            before: window.before,
            idleMs: idleMs(begun.idleSince, { nanos: begun.enteredNanos, unixMs: begun.unixMs }, asleepMs),
          },
          end: { ...end, end: momentAt(start, endNanos), after: window.after, levels },
          shared,
          exportMs,
        });
      });
    }
    if (after !== undefined) captures.recycle(after);
  }

  /** Turns everything finished into encoded spans in the buffer. Never throws. */
  encode(): void {
    this.finish();
    const legacy = this.#options.recorder.takeLegacy();
    if (legacy !== undefined) guarded('the end of the process before', () => this.#encodeLegacy(legacy));
    for (const finished of this.#finished.splice(0)) {
      guarded('encoding a span', () => this.#encodeInvocation(finished));
    }
  }

  /**
   * The sandbox is told to stop: ends what is still running as failed and adds the goodbye span.
   *
   * @param reason name of the signal in lower case
   * @param interrupted an invocation was running, whose end was taken down already
   */
  sayGoodbye(reason: string, interrupted: boolean): void {
    const { recorder, buffer } = this.#options;
    const running = [...recorder.active];
    for (const invocation of running) {
      guarded('ending an interrupted invocation', () =>
        recorder.end(invocation, { thrown: new Interrupted(reason) }),
      );
    }
    recorder.stopWatching();
    this.encode();
    const facts = this.#sandboxFacts();
    const { last } = recorder;
    if (last === undefined || facts === undefined || this.#saidGoodbye) return;
    this.#saidGoodbye = true;
    guarded('the goodbye span', () => buffer.add(this.#shutdownSpan(facts, last, reason)));
    recorder.close(interrupted || running.length > 0);
  }

  /** Of the sandbox that the recorder is in. */
  #sandboxFacts(): SandboxFacts | undefined {
    const { recorder, env, pooled } = this.#options;
    const { sandbox } = recorder;
    if (sandbox === undefined || sandbox === this.#facts?.sandbox) return sandbox && this.#facts;
    this.#facts = new SandboxFacts(env, sandbox, pooled);
    this.#initSpanDue = true;
    return this.#facts;
  }

  /** The process before this one cannot say its goodbye itself: it was killed. */
  #encodeLegacy({ lastOrdinal, request }: Legacy): void {
    const facts = this.#sandboxFacts();
    if (request !== undefined) this.#options.onInheritance(request);
    if (lastOrdinal === undefined || facts === undefined) return;
    const moment = now();
    const attributes = {
      ...facts.identity(),
      [semconv.ATTR_PROCESS_START_TICKS]: facts.sandbox.stamp.previousStartTicks,
      [semconv.ATTR_INIT_TYPE]: undefined,
      [semconv.ATTR_SHUTDOWN_REASON]: 'lost',
      [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: lastOrdinal,
    };
    this.#options.buffer.add(eventSpan(semconv.SPAN_SHUTDOWN, moment, attributes));
  }

  #encodeInvocation({ start, end, shared, exportMs }: Finished): void {
    const { env, buffer } = this.#options;
    const sandbox = this.#sandboxFacts();
    if (sandbox === undefined) return;
    const span = invocationSpan(start, end, {
      env,
      sandbox,
      shared,
      exportMs,
      fingerprint: this.#readFingerprint(),
      quotaRatio: this.#readings?.quotaRatio(),
      late: this.#late.attributes(),
      droppedSpans: buffer.dropped,
    });
    if (this.#initSpanDue) {
      this.#initSpanDue = false;
      buffer.add(this.#initSpan(sandbox, span));
    }
    buffer.add(span);
  }

  #initSpan(facts: SandboxFacts, parent: Span): Span {
    const processStart = momentAt(parent.start, processStartNanos());
    const atMs = (ms: number): Moment =>
      momentAt(processStart, processStart.monotonicNanos + BigInt(Math.round(ms * 1e6)));
    return {
      traceId: parent.traceId,
      spanId: randomHex(8),
      parentSpanId: parent.spanId,
      flags: spanFlags(parent.flags, false),
      name: semconv.SPAN_INIT,
      kind: KIND_INTERNAL,
      start: atMs(this.#options.pooled ? LOADED_AT_MS : 0),
      end: atMs(facts.sandbox.initEndMs),
      attributes: { ...facts.identity(), ...facts.initAttributes() },
    };
  }

  #shutdownSpan(facts: SandboxFacts, last: InvocationBegin, reason: string): Span {
    const { recorder, buffer } = this.#options;
    const link: SpanLink = { traceId: last.trace.traceId, spanId: last.trace.spanId };
    return {
      ...eventSpan(semconv.SPAN_SHUTDOWN, now(), {
        ...facts.identity(),
        [semconv.ATTR_SHUTDOWN_REASON]: reason,
        [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: recorder.ordinal,
        [semconv.ATTR_SANDBOX_AGE_MS]: processAgeMs(),
        [semconv.ATTR_SANDBOX_IDLE_MS]: idleMs(
          recorder.idleSince,
          { nanos: process.hrtime.bigint(), unixMs: Date.now() },
          suspendedMs() - this.#suspendedMs,
        ),
        [semconv.ATTR_DROPPED_SPANS]: buffer.dropped,
      }),
      links: [link],
    };
  }

  #readFingerprint(): string | undefined {
    if (this.#fingerprint === undefined) {
      const memory = machineMemorySource();
      const value = guarded('the hardware fingerprint', () =>
        hardwareFingerprint(readCpuInfo(), memory.read()?.totalBytes),
      );
      memory.close();
      this.#fingerprint = { value };
    }
    return this.#fingerprint.value;
  }
}

function identityOf({
  traceId,
  spanId,
  context,
}: InvocationTrace): Pick<InvocationStart, 'traceId' | 'spanId' | 'context'> {
  return { traceId, spanId, context };
}

/** A span of its own trace that takes no time. */
function eventSpan(name: string, moment: Moment, attributes: Attributes): Span {
  return {
    traceId: randomHex(16),
    spanId: randomHex(8),
    flags: spanFlags(1, false),
    name,
    kind: KIND_INTERNAL,
    start: moment,
    end: moment,
    attributes,
  };
}
