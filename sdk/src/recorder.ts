import { hardwareFingerprint, machineMemorySource, readCpuInfo } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { bootClock, momentAt, now, processStartNanos } from './clock.ts';
import type { Moment } from './clock.ts';
import type { Config, Env } from './config.ts';
import { FreezeWatch } from './freeze-watch.ts';
import type { HttpWatch } from './http-watch.ts';
import { invocationSpan } from './invocation-span.ts';
import type { Invocation, InvocationEnd, InvocationStart } from './invocation.ts';
import { arnAccountId, readLambdaContext } from './lambda.ts';
import { encodeSpan } from './otlp-json.ts';
import { randomHex } from './random-id.ts';
import { Readings } from './readings.ts';
import { guarded } from './report.ts';
import { Sandbox } from './sandbox.ts';
import type { SpanBuffer } from './span-buffer.ts';
import type { Span, SpanLink } from './span.ts';
import { KIND_INTERNAL, spanFlags } from './span.ts';
import { readTraceContext } from './trace-context.ts';
import { guessTrigger } from './trigger.ts';

interface Finished {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
}

/**
 * The life of this process's invocations. `begin` and `end` run before the response and only take readings down;
 * `encode` turns what was taken down into spans in the buffer, after the response where the platform allows.
 */
export class Recorder {
  readonly #env: Env;
  readonly #config: Config;
  readonly #buffer: SpanBuffer;
  readonly #http: HttpWatch;
  readonly #freeze = new FreezeWatch();
  readonly #active = new Set<Invocation>();
  readonly #finished: Finished[] = [];
  #readings: Readings | undefined;
  #sandbox: Sandbox | undefined;
  #fingerprint: { value: string | undefined } | undefined;
  #initEndMs = 0;
  #initSpanDue = true;
  #ordinal = 0;
  #idleSinceMs: number | undefined;
  #last: { start: InvocationStart } | undefined;
  /** Duration of the latest export, ms. */
  exportMs: () => number | undefined = () => undefined;

  constructor(env: Env, config: Config, buffer: SpanBuffer, http: HttpWatch) {
    this.#env = env;
    this.#config = config;
    this.#buffer = buffer;
    this.#http = http;
  }

  /** A handler was wrapped: as far as we know, initialisation ends here. */
  initialised(): void {
    if (this.#ordinal === 0) this.#initEndMs = performance.now();
  }

  /** Account of the function; known after its first invocation on Lambda. */
  get accountId(): string | undefined {
    return arnAccountId(this.#last?.start.lambda.invokedFunctionArn);
  }

  /** Invocations that have begun and not ended. */
  get active(): ReadonlySet<Invocation> {
    return this.#active;
  }

  /**
   * Takes down the beginning of an invocation.
   *
   * @param enteredNanos when the wrapper was entered
   */
  begin(name: string, event: unknown, context: unknown, enteredNanos: bigint): Invocation {
    const freezeMs = this.#freeze.stop();
    this.#ordinal += 1;
    this.#sandbox ??= new Sandbox(this.#env, name, this.#initEndMs);
    const lambda = readLambdaContext(context);
    // Where invocations run side by side the variable is whoever's came last.
    const xray = this.#active.size === 0 ? this.#env['_X_AMZN_TRACE_ID'] : undefined;
    const trace = readTraceContext(event, xray);
    const traceId = trace.parent?.traceId ?? randomHex(16);
    const invocation: Invocation = {
      requestId: lambda.awsRequestId,
      recorded: this.#sampled(traceId)
        ? this.#start(
            { name, traceId, lambda, context: trace, trigger: guessTrigger(event), freezeMs },
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
    if (recorded !== undefined && this.#readings !== undefined) {
      const endNanos = process.hrtime.bigint();
      const after = this.#readings.after();
      const http = this.#http.read();
      const levels = this.#readings.levels();
      this.#finished.push({
        start: recorded,
        end: {
          end: momentAt(recorded.start, endNanos),
          after,
          levels,
          http,
          failed: outcome !== undefined,
          thrown: outcome?.thrown,
          overheadNanos: process.hrtime.bigint() - endNanos,
        },
        shared: invocation.shared,
        exportMs: this.exportMs(),
      });
    }
    this.#idleSinceMs = idleClockMs();
    if (this.#active.size === 0) this.#freeze.start();
  }

  /** Turns everything finished into encoded spans in the buffer. Never throws. */
  encode(): void {
    for (const finished of this.#finished.splice(0)) {
      guarded('encoding a span', () => this.#encodeInvocation(finished));
    }
  }

  /**
   * The sandbox is told to stop: ends what is still running as failed, adds the goodbye span, and takes the stamp away
   * when nothing was running (a sandbox stopped in the middle of an invocation may be started again in place).
   *
   * @param reason name of the signal in lower case
   */
  sayGoodbye(reason: string): void {
    const interrupted = [...this.#active];
    for (const invocation of interrupted) {
      guarded('ending an interrupted invocation', () =>
        this.end(invocation, { thrown: new Interrupted(`the sandbox was stopped by ${reason}`) }),
      );
    }
    this.#freeze.stop();
    this.encode();
    const last = this.#last?.start;
    const sandbox = this.#sandbox;
    if (last === undefined || sandbox === undefined) return;
    guarded('the goodbye span', () =>
      this.#buffer.push(encodeSpan(this.#shutdownSpan(sandbox, last, reason))),
    );
    if (interrupted.length === 0) guarded('removing the stamp', sandbox.stamp.remove);
  }

  #start(
    known: Pick<InvocationStart, 'name' | 'traceId' | 'lambda' | 'context' | 'trigger' | 'freezeMs'>,
    enteredNanos: bigint,
  ): InvocationStart {
    this.#readings ??= new Readings();
    const moment = momentAt(now(), enteredNanos);
    const idleMs =
      this.#idleSinceMs === undefined ? undefined : Math.max(0, idleClockMs() - this.#idleSinceMs);
    const start = {
      ...known,
      ordinal: this.#ordinal,
      start: moment,
      spanId: randomHex(8),
      ageMs: performance.now(),
      idleMs,
      bootTimeUnixMs: bootClock.bootTimeUnixMs(this.#ordinal === 1 ? 3 : 1),
      concurrent: this.#active.size + 1,
      http: this.#http.read(),
      before: this.#readings.before(),
      overheadNanos: process.hrtime.bigint() - enteredNanos,
    };
    this.#last = { start };
    return start;
  }

  #sampled(traceId: string): boolean {
    const { sampleRatio } = this.#config;
    // The last 52 bits of the trace id: every participant of a trace decides alike.
    return sampleRatio >= 1 || Number.parseInt(traceId.slice(19), 16) < sampleRatio * 2 ** 52;
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
      droppedSpans: this.#buffer.dropped,
    });
    if (this.#initSpanDue) {
      this.#initSpanDue = false;
      this.#buffer.push(encodeSpan(this.#initSpan(sandbox, span)));
    }
    this.#buffer.push(encodeSpan(span));
  }

  #initSpan(sandbox: Sandbox, parent: Span): Span {
    const start = momentAt(parent.start, processStartNanos());
    return {
      traceId: parent.traceId,
      spanId: randomHex(8),
      parentSpanId: parent.spanId,
      flags: spanFlags(parent.flags, false),
      name: semconv.SPAN_INIT,
      kind: KIND_INTERNAL,
      start,
      end: momentAt(start, start.monotonicNanos + BigInt(Math.round(this.#initEndMs * 1e6))),
      attributes: { ...sandbox.identity(), ...sandbox.initAttributes() },
    };
  }

  #shutdownSpan(sandbox: Sandbox, last: InvocationStart, reason: string): Span {
    const moment: Moment = now();
    const link: SpanLink = { traceId: last.traceId, spanId: last.spanId };
    return {
      traceId: randomHex(16),
      spanId: randomHex(8),
      flags: spanFlags(1, false),
      name: semconv.SPAN_SHUTDOWN,
      kind: KIND_INTERNAL,
      start: moment,
      end: moment,
      attributes: {
        ...sandbox.identity(),
        [semconv.ATTR_SHUTDOWN_REASON]: reason,
        [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: this.#ordinal,
        [semconv.ATTR_SANDBOX_AGE_MS]: performance.now(),
        [semconv.ATTR_SANDBOX_IDLE_MS]:
          this.#idleSinceMs === undefined ? undefined : Math.max(0, idleClockMs() - this.#idleSinceMs),
        [semconv.ATTR_DROPPED_SPANS]: this.#buffer.dropped,
      },
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

/** The platform stopped the sandbox while the handler ran: a time-out, as a rule. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A clock that goes on while the machine is suspended, ms; where there is none the monotonic clock. */
function idleClockMs(): number {
  return bootClock.nowMs() ?? performance.now();
}
