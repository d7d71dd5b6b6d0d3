import { hardwareFingerprint, machineMemorySource, readCpuInfo } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { afterResponse } from './after-response.ts';
import { bootClock, LOADED_AT_MS, momentAt, monotonicMs, now, pastMoment, processAgeMs } from './clock.ts';
import { processStartNanos } from './clock.ts';
import type { Moment } from './clock.ts';
import type { Config, Env } from './config.ts';
import { Interrupted } from './endings.ts';
import { FreezeWatch } from './freeze-watch.ts';
import type { IoWatch } from './io-watch.ts';
import { invocationSpan } from './invocation-span.ts';
import type { Invocation, InvocationBegin, InvocationEnd, InvocationStart } from './invocation.ts';
import { Journal } from './journal.ts';
import type { Legacy } from './journal.ts';
import { LateReadings } from './late-readings.ts';
import { InvocationTrace } from './invocation-trace.ts';
import { arnAccountId, readLambdaContext } from './lambda.ts';
import { randomHex } from './random-id.ts';
import { Readings } from './readings.ts';
import type { RawReading } from './readings.ts';
import { guarded } from './report.ts';
import { watchRestore } from './restore-watch.ts';
import { Sandbox } from './sandbox.ts';
import type { SpanBuffer } from './span-buffer.ts';
import type { Attributes, Span, SpanLink } from './span.ts';
import { KIND_INTERNAL, spanFlags } from './span.ts';
import { readTraceHeaders } from './trace-context.ts';
import { guessTrigger } from './trigger.ts';
import type { InvocationFacts } from './platforms/platform.ts';

/** An invocation that ended, with what was taken down before its response left. */
interface Ended {
  readonly begun: InvocationBegin;
  readonly end: Omit<InvocationEnd, 'end' | 'after' | 'levels'>;
  readonly endNanos: bigint;
  readonly usage: NodeJS.ResourceUsage;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  /** Start of an invocation that began before the rest was read. */
  next: RawReading | undefined;
}

interface Finished {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
}

/**
 * The life of this process's invocations. `begin` and `end` run before the response and only take readings down; what
 * can wait is read when the response is on its way. `encode` turns all that
 * into spans in the buffer, after the response where the platform allows.
 */
export class Recorder {
  readonly #env: Env;
  readonly #config: Config;
  readonly #buffer: SpanBuffer;
  readonly #io: IoWatch;
  readonly #pooled: boolean;
  readonly #freeze = new FreezeWatch();
  readonly #active = new Set<Invocation>();
  readonly #ended: Ended[] = [];
  readonly #finished: Finished[] = [];
  readonly #finishSoon = (): void => {
    this.#finishDue = false;
    this.#finish();
  };
  #finishDue = false;
  /** An invocation ended since the freeze watch was looked at. */
  #idle = false;
  readonly #late = new LateReadings();
  #readings: Readings | undefined;
  readonly #restore;
  #sandbox: Sandbox | undefined;
  #journal: Journal | undefined;
  #legacy: Legacy | undefined;
  #fingerprint: { value: string | undefined } | undefined;
  #initEndMs = 0;
  #initSpanDue = true;
  #saidGoodbye = false;
  #ordinal = 0;
  #idleSinceMs: number | undefined;
  #last: { start: InvocationBegin } | undefined;
  /** Duration of the latest export, ms. */
  exportMs: () => number | undefined = () => undefined;

  /** @param pooled the process waited for its function in a pool: its cold start began with the load of this module */
  constructor(env: Env, config: Config, buffer: SpanBuffer, io: IoWatch, pooled = false) {
    this.#env = env;
    this.#config = config;
    this.#buffer = buffer;
    this.#io = io;
    this.#pooled = pooled;
    this.#restore = watchRestore(env, () => bootClock.bootTimeUnixMs());
  }

  /** A handler was wrapped: as far as we know, initialisation ends here. */
  initialised(): void {
    if (this.#ordinal === 0) this.#initEndMs = processAgeMs();
  }

  /** Account of the function; known after its first invocation on Lambda. */
  get accountId(): string | undefined {
    return arnAccountId(this.#last?.start.lambda.invokedFunctionArn);
  }

  /** The latest invocation that was recorded, for what is measured after it; undefined while any is running. */
  get settled(): { traceId: string; spanId: string; identity: Attributes } | undefined {
    const last = this.#last?.start;
    if (last === undefined || this.#sandbox === undefined || this.#active.size > 0) return undefined;
    const { traceId, spanId } = last.trace;
    return { traceId, spanId, identity: this.#sandbox.identity() };
  }

  /** Invocations that have begun and not ended. */
  get active(): ReadonlySet<Invocation> {
    return this.#active;
  }

  /**
   * Takes down the beginning of an invocation.
   *
   * @param enteredNanos when the wrapper was entered
   * @param facts what an adapter read from its platform's request; default: what a Lambda event and context say
   */
  begin(
    name: string,
    event: unknown,
    context: unknown,
    enteredNanos: bigint,
    facts?: InvocationFacts,
  ): Invocation {
    const freezeMs = this.#freeze.stop();
    if (this.#restore?.restored()) this.#forgetClone();
    this.#ordinal += 1;
    this.#sandbox ??= this.#settle(name);
    this.#journal?.begun(this.#ordinal);
    const lambda = facts
      ? { ...(facts.invocationId && { awsRequestId: facts.invocationId }) }
      : readLambdaContext(context);
    // Where invocations run side by side the variable is whoever's came last.
    const xray = this.#active.size === 0 ? this.#env['_X_AMZN_TRACE_ID'] : undefined;
    const trace = new InvocationTrace(readTraceHeaders(facts ?? event, facts ? undefined : xray));
    const invocation: Invocation = {
      requestId: lambda.awsRequestId,
      recorded: this.#sampled(trace)
        ? this.#start(
            {
              name,
              trace,
              lambda,
              trigger: facts?.trigger ?? guessTrigger(event),
              attributes: facts?.attributes,
              freezeMs,
            },
            enteredNanos,
          )
        : undefined,
      shared: this.#active.size > 0,
      ended: false,
    };
    if (invocation.shared) for (const other of this.#active) other.shared = true;
    this.#active.add(invocation);
    return invocation;
  }

  /** Takes down the end of an invocation; the second end of the same one is ignored. */
  end(invocation: Invocation, outcome: { thrown: unknown } | undefined): void {
    if (invocation.ended) return;
    invocation.ended = true;
    this.#active.delete(invocation);
    const { recorded } = invocation;
    const endNanos = process.hrtime.bigint();
    const usage = process.resourceUsage();
    this.#idleSinceMs = idleClockMs();
    this.#idle = true;
    if (!this.#finishDue) {
      this.#finishDue = true;
      afterResponse(this.#finishSoon);
    }
    if (recorded === undefined) return;
    const io = this.#io.read();
    this.#ended.push({
      begun: recorded,
      end: {
        io,
        failed: outcome !== undefined,
        thrown: outcome?.thrown,
        attributes: invocation.attributes,
        overheadNanos: process.hrtime.bigint() - endNanos,
      },
      endNanos,
      usage,
      shared: invocation.shared,
      exportMs: this.exportMs(),
      next: undefined,
    });
  }

  /** Reads what could wait until the response had left. */
  #finish(): void {
    if (this.#idle && this.#active.size === 0) {
      const last = this.#ended.at(-1)?.usage;
      this.#freeze.start(last && (last.userCPUTime + last.systemCPUTime) / 1e3);
    }
    this.#idle = false;
    const readings = this.#readings;
    if (this.#ended.length === 0 || readings === undefined) return;
    const levels = readings.levels();
    for (const { begun, end, endNanos, usage, shared, exportMs, next } of this.#ended.splice(0)) {
      guarded('reading what an invocation used', () => {
        const { before, after } = readings.window(begun.raw, usage, next);
        const start = pastMoment(begun.enteredNanos, begun.unixMs);
        const bootTimeUnixMs = bootClock.bootTimeUnixMs(begun.ordinal === 1 ? 3 : 1);
        this.#finished.push({
          start: { ...begun, ...identityOf(begun.trace), start, bootTimeUnixMs, before },
          end: { ...end, end: momentAt(start, endNanos), after, levels },
          shared,
          exportMs,
        });
      });
    }
  }

  /** Turns everything finished into encoded spans in the buffer. Never throws. */
  encode(): void {
    this.#finish();
    if (this.#legacy !== undefined) guarded('the end of the process before', () => this.#encodeLegacy());
    for (const finished of this.#finished.splice(0)) {
      guarded('encoding a span', () => this.#encodeInvocation(finished));
    }
  }

  /**
   * The sandbox is told to stop: ends what is still running as failed, adds the goodbye span, and takes the stamp away
   * when nothing was running (a sandbox stopped in the middle of an invocation may be started again in place).
   *
   * @param reason name of the signal in lower case
   * @param interrupted an invocation was running, whose end was taken down already
   */
  sayGoodbye(reason: string, interrupted: boolean): void {
    const running = [...this.#active];
    for (const invocation of running) {
      guarded('ending an interrupted invocation', () =>
        this.end(invocation, { thrown: new Interrupted(reason) }),
      );
    }
    this.#freeze.stop();
    this.encode();
    const last = this.#last?.start;
    const sandbox = this.#sandbox;
    if (last === undefined || sandbox === undefined || this.#saidGoodbye) return;
    this.#saidGoodbye = true;
    guarded('the goodbye span', () => this.#buffer.add(this.#shutdownSpan(sandbox, last, reason)));
    guarded('closing the journal', () => this.#journal?.close());
    if (!interrupted && running.length === 0) guarded('removing the stamp', sandbox.stamp.remove);
  }

  /** Leaves an export request to the next process of this sandbox; false when that is not possible. */
  leave(request: string): boolean {
    return this.#journal?.leave(request) ?? false;
  }

  /** Called with the export request that an earlier process of this sandbox could not send. */
  onInheritance: (request: string) => void = () => undefined;

  #settle(name: string): Sandbox {
    const sandbox = new Sandbox(this.#env, name, this.#initEndMs, this.#pooled, this.#restore?.cloneGroup);
    const { path, restarted } = sandbox.stamp;
    this.#journal = path === undefined ? undefined : new Journal(`${path}.journal`);
    // The resource and the frame of a request come on top of its spans.
    const maxBytes = this.#config.bufferBytes + 65_536;
    if (restarted) this.#legacy = guarded('reading the journal', () => this.#journal?.inherit(maxBytes));
    return sandbox;
  }

  /** What was minted before the snapshot was taken is the same in all its clones. */
  #forgetClone(): void {
    guarded('removing the stamp', () => {
      this.#journal?.close();
      this.#sandbox?.stamp.remove();
    });
    this.#sandbox = undefined;
    this.#ordinal = 0;
    this.#idleSinceMs = undefined;
    this.#initSpanDue = true;
  }

  /** The process before this one cannot say its goodbye itself: it was killed. */
  #encodeLegacy(): void {
    const { lastOrdinal, request } = this.#legacy ?? {};
    this.#legacy = undefined;
    const sandbox = this.#sandbox;
    if (request !== undefined) this.onInheritance(request);
    if (lastOrdinal === undefined || sandbox === undefined) return;
    const moment = now();
    const attributes = {
      ...sandbox.identity(),
      [semconv.ATTR_PROCESS_START_TICKS]: sandbox.stamp.previousStartTicks,
      [semconv.ATTR_INIT_TYPE]: undefined,
      [semconv.ATTR_SHUTDOWN_REASON]: 'lost',
      [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: lastOrdinal,
    };
    this.#buffer.add(eventSpan(semconv.SPAN_SHUTDOWN, moment, attributes));
  }

  #start(
    known: Pick<InvocationStart, 'name' | 'trace' | 'lambda' | 'trigger' | 'attributes' | 'freezeMs'>,
    enteredNanos: bigint,
  ): InvocationBegin {
    this.#readings ??= new Readings();
    const unixMs = Date.now();
    const idleMs =
      this.#idleSinceMs === undefined ? undefined : Math.max(0, idleClockMs() - this.#idleSinceMs);
    const raw = this.#readings.before();
    for (const ended of this.#ended) ended.next ??= raw;
    const start = {
      ...known,
      ordinal: this.#ordinal,
      enteredNanos,
      unixMs,
      ageMs: processAgeMs(),
      idleMs,
      concurrent: this.#active.size + 1,
      io: this.#io.read(),
      raw,
      overheadNanos: process.hrtime.bigint() - enteredNanos,
    };
    this.#last = { start };
    return start;
  }

  #sampled(trace: InvocationTrace): boolean {
    const { sampleRatio } = this.#config;
    // The last 52 bits of the trace id: every participant of a trace decides alike.
    return sampleRatio >= 1 || Number.parseInt(trace.traceId.slice(19), 16) < sampleRatio * 2 ** 52;
  }

  #encodeInvocation({ start, end, shared, exportMs }: Finished): void {
    const sandbox = this.#sandbox;
    if (sandbox === undefined) return;
    const span = invocationSpan(start, end, {
      env: this.#env,
      sandbox,
      shared,
      exportMs,
      fingerprint: this.#readFingerprint(),
      quotaRatio: this.#readings?.quotaRatio(),
      late: this.#late.attributes(),
      droppedSpans: this.#buffer.dropped,
    });
    if (this.#initSpanDue) {
      this.#initSpanDue = false;
      this.#buffer.add(this.#initSpan(sandbox, span));
    }
    this.#buffer.add(span);
  }

  #initSpan(sandbox: Sandbox, parent: Span): Span {
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
      start: atMs(this.#pooled ? LOADED_AT_MS : 0),
      end: atMs(this.#initEndMs),
      attributes: { ...sandbox.identity(), ...sandbox.initAttributes() },
    };
  }

  #shutdownSpan(sandbox: Sandbox, last: InvocationBegin, reason: string): Span {
    const link: SpanLink = { traceId: last.trace.traceId, spanId: last.trace.spanId };
    return {
      ...eventSpan(semconv.SPAN_SHUTDOWN, now(), {
        ...sandbox.identity(),
        [semconv.ATTR_SHUTDOWN_REASON]: reason,
        [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: this.#ordinal,
        [semconv.ATTR_SANDBOX_AGE_MS]: processAgeMs(),
        [semconv.ATTR_SANDBOX_IDLE_MS]:
          this.#idleSinceMs === undefined ? undefined : Math.max(0, idleClockMs() - this.#idleSinceMs),
        [semconv.ATTR_DROPPED_SPANS]: this.#buffer.dropped,
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

/** A clock that goes on while the machine is suspended, ms; where there is none the monotonic clock. */
function idleClockMs(): number {
  return bootClock.nowMs() ?? monotonicMs();
}
