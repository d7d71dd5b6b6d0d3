import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@sandscope/probes/semconv';
import { afterResponse } from '../fence/after-response.ts';
import { Captures, resourceUsage } from '../readings/captures.ts';
import type { RawReading } from '../readings/captures.ts';
import { monotonicNanos, processAgeMs, wallMs } from '../clock/clock.ts';
import type { Config, Env } from '../config/config.ts';
import { FreezeWatch } from '../process/freeze-watch.ts';
import type { InitClock } from '../process/init-clock.ts';
import type { Tick } from '../clock/moment.ts';
import type { Invocation, InvocationBegin, Outcome } from './invocation.ts';
import type { Ended, Recorded } from './ended.ts';
import { InvocationTrace } from './invocation-trace.ts';
import type { ParseTraceHeaders } from './invocation-trace.ts';
import type { IoWatch } from '../io/io-watch.ts';
import type { InvocationFacts } from './invocation-facts.ts';
import { guarded } from '../fence/report.ts';
import { SandboxTracker } from '../sandbox/sandbox-tracker.ts';
import type { Ticket } from '../sandbox/thread-ledger.ts';
import { readTraceHeaders } from '../trace/trace-headers.ts';
import { Traffic } from '../io/traffic.ts';
import { Unanswered } from './unanswered.ts';

/** The parts that a recorder needs. */
export interface RecorderOptions {
  readonly env: Env;
  readonly config: Pick<Config, 'sampleRatio' | 'bufferBytes'>;
  readonly io: IoWatch;
  readonly init: InitClock;
  /** Id of the thread if it is not the main one: the process's invocations are then numbered together. */
  readonly threadId: number | undefined;
  readonly parseTraceHeaders: ParseTraceHeaders;
  /** When the kernel booted, according to the wall clock now; undefined if unknown. */
  readonly bootTimeUnixMs: () => number | undefined;
  /** Duration of the latest export, ms; undefined before the first. */
  readonly exportMs: () => number | undefined;
  /** Called when the responses of invocations that ended have left. */
  readonly onLeft: () => void;
}

/**
 * Records this process's invocations. `begin` and `end` run before the response and only take readings; the `SpanMaker`
 * turns them into spans, after the response where the platform allows.
 */
export class Recorder {
  /** The sandbox that the invocations ran in. */
  readonly tracker: SandboxTracker;
  readonly #options: RecorderOptions;
  readonly #freeze = new FreezeWatch();
  readonly #traffic = new Traffic();
  readonly #active = new Set<Invocation>();
  readonly #left = (): void => {
    this.#leftDue = false;
    this.#unanswered.left();
    this.rest();
    if (this.#ended.length === 0) return;
    // Read the counters first: the rest may take a while the first time.
    this.#after ??= this.#captures?.take(this.#ended.some(({ begun }) => begun.raw?.full));
    this.#options.onLeft();
  };
  #leftDue = false;
  /** Whether an invocation has ended since the freeze watch was last checked. */
  #idle = false;
  #ended: Ended[] = [];
  /** Counters at the time when the responses of all ended invocations had left. */
  #after: RawReading | undefined;
  #captures: Captures | undefined;
  #idleSince: Tick | undefined;
  #last: InvocationBegin | undefined;
  readonly #unanswered = new Unanswered();

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { env, init, threadId, config, bootTimeUnixMs } = options;
    this.tracker = new SandboxTracker({
      env,
      init,
      threadId,
      bootTimeUnixMs,
      bufferBytes: config.bufferBytes,
    });
  }

  /** Invocations that have begun and not ended. */
  get active(): ReadonlySet<Invocation> {
    return this.#active;
  }

  /** The latest invocation that was recorded. */
  get last(): InvocationBegin | undefined {
    return this.#last;
  }

  /** Source of the readings that `take` returns; known from the first recorded invocation on. */
  get captures(): Captures | undefined {
    return this.#captures;
  }

  /** When the latest invocation ended; undefined before that. */
  get idleSince(): Tick | undefined {
    return this.#idleSince;
  }

  /**
   * Records the beginning of an invocation. `started` follows right before the handler is called.
   *
   * @param name used if `facts` has none
   * @param facts read from the request by the platform's adapter
   * @param entered when the wrapper was entered
   */
  begin(name: string, facts: InvocationFacts, entered: Tick): Invocation {
    const freezeMs = this.#freeze.stop();
    const { tracker } = this;
    if (tracker.restored()) this.#idleSince = undefined;
    tracker.identify(facts.name || name);
    const ticket = tracker.number(entered.nanos);
    const withdraws = tracker.reopen();
    const full = this.#traffic.measuresInFull(tracker.ordinal, Number(entered.nanos) / 1e6);
    tracker.note(full);
    const trace = new InvocationTrace(
      facts.traceHeaders ?? readTraceHeaders(facts, undefined),
      this.#options.parseTraceHeaders,
    );
    const shared = this.#active.size > 0 || ticket?.shared === true;
    const invocation: Invocation = {
      requestId: facts.invocationId,
      trace,
      recorded: this.#sampled(trace)
        ? this.#begun(name, facts, { entered, trace, freezeMs, withdraws, full, ticket })
        : undefined,
      ticket,
      shared,
      answersLate: facts.answersLate ?? false,
      ended: false,
    };
    for (const other of this.#active) other.shared = true;
    this.#active.add(invocation);
    return invocation;
  }

  /** The handler is about to be called. */
  started(invocation: Invocation): void {
    if (invocation.recorded !== undefined)
      invocation.recorded.started = { nanos: monotonicNanos(), unixMs: wallMs() };
  }

  /** The handler is done; `end` follows. */
  stopped(invocation: Invocation): void {
    invocation.stop ??= {
      nanos: monotonicNanos(),
      usage: resourceUsage(),
    };
  }

  /**
   * Records the end of an invocation; a second end of the same invocation is ignored.
   *
   * @param judge decides the outcome; called after the moment was recorded
   */
  end(invocation: Invocation, judge: () => Outcome): void {
    if (invocation.ended) return;
    this.stopped(invocation);
    const { nanos: endNanos, usage } = invocation.stop ?? { nanos: monotonicNanos(), usage: undefined };
    invocation.ended = true;
    this.#active.delete(invocation);
    if (invocation.ticket !== undefined) {
      this.tracker.numberEnd(invocation.ticket, endNanos);
      invocation.shared ||= invocation.ticket.shared;
    }
    this.#captures?.loop?.end();
    this.#idleSince = { nanos: endNanos, unixMs: wallMs() };
    this.#idle = true;
    if (!this.#leftDue) {
      this.#leftDue = true;
      afterResponse('the work after a response', this.#left);
    }
    const { recorded } = invocation;
    const outcome = guarded('reading the result', judge);
    const { sandbox } = this.tracker;
    if (recorded === undefined || sandbox === undefined) return;
    const { entered, started } = recorded;
    this.#traffic.ended(Number(endNanos - started.nanos) / 1e6);
    const io = this.#options.io.read();
    const ended: Ended = {
      begun: recorded,
      sandbox,
      end: {
        io,
        // With several invocations at once, the owner is unknown.
        operations: invocation.shared ? [] : this.#options.io.operationsSince(Number(started.nanos) / 1e6),
        failed: outcome !== undefined,
        thrown: outcome?.thrown,
        attributes: invocation.attributes,
        overheadNanos: started.nanos - entered.nanos + monotonicNanos() - endNanos,
      },
      endNanos,
      usage,
      shared: invocation.shared,
      exportMs: this.#options.exportMs(),
      next: undefined,
    };
    this.#ended.push(ended);
    invocation.taken = ended;
    if (invocation.answersLate) this.#unanswered.add(ended);
  }

  /** The answer of an ended invocation is held back until the promise resolves. */
  heldBack({ taken }: Invocation, until: Promise<void>): void {
    if (taken !== undefined) this.#unanswered.holdBack(taken, until);
  }

  /** The answer of an invocation that was held back has left. */
  answered({ taken }: Invocation): void {
    if (taken !== undefined) this.#unanswered.answered(taken);
  }

  /** Invocations that ended since the last call, each once. */
  take(): Recorded {
    const taken = { ended: this.#ended, after: this.#after };
    if (taken.ended.length > 0) this.#ended = [];
    this.#after = undefined;
    return taken;
  }

  /**
   * The process ends before the runtime had the answers of some ended invocations: these failed, whatever the handler
   * returned. If they were exported before, they are exported again.
   *
   * @returns whether there are any
   */
  failUnanswered(thrown: unknown): boolean {
    const unanswered = this.#unanswered.all();
    for (const one of unanswered) {
      if (one.end.failed) continue;
      // The caller did not receive the HTTP status either.
      const attributes = { ...one.end.attributes, [ATTR_HTTP_RESPONSE_STATUS_CODE]: undefined };
      one.end = { ...one.end, failed: true, thrown, attributes };
      if (!this.#ended.includes(one)) this.#ended.push(one);
    }
    return unanswered.size > 0;
  }

  /** Starts to watch for a freeze, if no invocation is running. */
  rest(): void {
    if (this.#idle && this.#active.size === 0) {
      const last = this.#ended.at(-1)?.usage;
      this.#freeze.start(last && (last.userCPUTime + last.systemCPUTime) / 1e3);
    }
    this.#idle = false;
  }

  /** Stops watching for a freeze. */
  stopWatching(): void {
    this.#freeze.stop();
  }

  #begun(
    name: string,
    facts: InvocationFacts,
    known: Pick<InvocationBegin, 'entered' | 'trace' | 'freezeMs' | 'withdraws'> & {
      readonly full: boolean;
      readonly ticket: Ticket | undefined;
    },
  ): InvocationBegin {
    this.#captures ??= guarded('opening the counters', () => new Captures());
    const { full, ticket, ...rest } = known;
    if (this.#active.size === 0) this.#options.io.forget();
    const io = this.#options.io.read();
    const ageMs = processAgeMs();
    // The process's own counters last, so that the cost of the other readings is not counted as the handler's.
    const raw = this.#captures?.take(full);
    for (const ended of this.#ended) ended.next ??= raw;
    this.#last = {
      ...rest,
      name: facts.name || name,
      ordinal: this.tracker.ordinal,
      started: known.entered,
      invocationId: facts.invocationId,
      trigger: facts.trigger,
      event: facts.event,
      attributes: facts.attributes,
      later: facts.later,
      ageMs,
      idleSince: ticket ? tickOf(ticket.idleSinceNanos, known.entered) : this.#idleSince,
      concurrent: ticket?.concurrent ?? this.#active.size + 1,
      threadId: this.#options.threadId,
      io,
      raw,
    };
    this.#captures?.loop?.begin();
    return this.#last;
  }

  #sampled(trace: InvocationTrace): boolean {
    const { sampleRatio } = this.#options.config;
    // The last 52 bits of the trace id, so that every participant of a trace decides alike.
    return sampleRatio >= 1 || Number.parseInt(trace.traceId.slice(19), 16) < sampleRatio * 2 ** 52;
  }
}

/** A moment before `reference`, known only on the monotonic clock. */
function tickOf(nanos: bigint | undefined, reference: Tick): Tick | undefined {
  if (nanos === undefined) return undefined;
  return { nanos, unixMs: reference.unixMs - Number(reference.nanos - nanos) / 1e6 };
}
