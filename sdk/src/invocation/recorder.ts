import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@sandscope/probes/semconv';
import { afterResponse } from '../fence/after-response.ts';
import { Captures, resourceUsage } from '../readings/captures.ts';
import type { RawReading } from '../readings/captures.ts';
import { monotonicNanos, processAgeMs } from '../clock/clock.ts';
import type { Config, Env } from '../config.ts';
import { FreezeWatch } from '../process/freeze-watch.ts';
import type { InitClock } from '../clock/init-clock.ts';
import type { Invocation, InvocationBegin, InvocationEnd, Outcome, Tick } from './invocation.ts';
import { InvocationTrace } from './invocation-trace.ts';
import type { IoWatch } from '../io/io-watch.ts';
import { Journal } from '../sandbox/journal.ts';
import { late } from '../late.ts';
import type { Legacy } from '../sandbox/legacy.ts';
import type { InvocationFacts } from '../platforms/platform.ts';
import { fenced, guarded } from '../fence/report.ts';
import { watchRestore } from '../process/restore-watch.ts';
import { settleSandbox, unsettledSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { SandboxStamp } from '../sandbox/sandbox-stamp.ts';
import type { ThreadLedger, Ticket } from '../process/thread-ledger.ts';
import { readTraceHeaders } from '../trace/trace-headers.ts';
import { Traffic } from '../io/traffic.ts';
import { Unanswered } from './unanswered.ts';

/** An invocation that ended, with what was taken down before its response left. */
export interface Ended {
  readonly begun: InvocationBegin;
  readonly sandbox: Sandbox;
  end: Omit<InvocationEnd, 'end' | 'after' | 'levels'>;
  readonly endNanos: bigint;
  readonly usage: NodeJS.ResourceUsage | undefined;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  /** Start of an invocation that began before the rest was read. */
  next: RawReading | undefined;
}

/** What became of the invocations since it was asked for last. */
export interface Recorded {
  readonly ended: readonly Ended[];
  /** The counters when the responses of all of them had left, where that is so. */
  readonly after: RawReading | undefined;
}

/** What a recorder works with. */
export interface RecorderOptions {
  readonly env: Env;
  readonly config: Pick<Config, 'sampleRatio' | 'bufferBytes'>;
  readonly io: IoWatch;
  readonly init: InitClock;
  /** Of the thread where it is not the main one: then the process's invocations are numbered together. */
  readonly threadId: number | undefined;
  /** Duration of the latest export, ms; undefined before the first. */
  readonly exportMs: () => number | undefined;
  /** Called when the responses of invocations that ended have left. */
  readonly onLeft: () => void;
}

/**
 * The life of this process's invocations. `begin` and `end` run before the response and only take readings down; what
 * becomes of them is the `SpanMaker`'s, after the response where the platform allows.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #freeze = new FreezeWatch();
  readonly #traffic = new Traffic();
  readonly #active = new Set<Invocation>();
  readonly #restore;
  readonly #left = (): void => {
    this.#leftDue = false;
    this.#unanswered.left();
    this.rest();
    if (this.#ended.length === 0) return;
    // Before anything else: what is done with it may take a while the first time.
    this.#after ??= this.#captures?.take(this.#ended.some(({ begun }) => begun.raw?.full));
    this.#options.onLeft();
  };
  readonly #note = fenced('noting an invocation', () => {
    this.#noteDue = false;
    this.#journal?.begun(this.#ordinal);
  });
  #leftDue = false;
  #noteDue = false;
  /** An invocation ended since the freeze watch was looked at. */
  #idle = false;
  #ended: Ended[] = [];
  /** Counters when the responses of all that ended had left. */
  #after: RawReading | undefined;
  #captures: Captures | undefined;
  #sandbox: Sandbox | undefined;
  #journal: Journal | undefined;
  #ledger: ThreadLedger | undefined;
  #legacy: Legacy | undefined;
  #ordinal = 0;
  #idleSince: Tick | undefined;
  #last: InvocationBegin | undefined;
  #closed = false;
  readonly #unanswered = new Unanswered();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#restore = guarded('watching for a restore', () =>
      watchRestore(options.env, () => late().bootClock.bootTimeUnixMs()),
    );
  }

  /** Invocations that have begun and not ended. */
  get active(): ReadonlySet<Invocation> {
    return this.#active;
  }

  /** The latest invocation that was recorded. */
  get last(): InvocationBegin | undefined {
    return this.#last;
  }

  /** Ordinal of the latest invocation, recorded or not; 0 before the first. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** Known from the first invocation on. */
  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  /** Where the readings of `take` come from; known from the first that is recorded on. */
  get captures(): Captures | undefined {
    return this.#captures;
  }

  /** When the latest invocation ended; undefined before that. */
  get idleSince(): Tick | undefined {
    return this.#idleSince;
  }

  /** Whether the process has said goodbye, and no invocation has begun since. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Takes down the beginning of an invocation. `started` follows right before the handler is called.
   *
   * @param name where `facts` has none
   * @param facts what the platform's adapter read from the request
   * @param entered when the wrapper was entered
   */
  begin(name: string, facts: InvocationFacts, entered: Tick): Invocation {
    const freezeMs = this.#freeze.stop();
    if (this.#restore?.restored()) this.#forgetClone();
    this.#sandbox ??= this.#settle(facts.name || name);
    const ticket = this.#number(entered.nanos);
    this.#ordinal = ticket?.ordinal ?? this.#ordinal + 1;
    const withdraws = this.#closed;
    if (withdraws) this.#reopen();
    const full = this.#traffic.measuresInFull(this.#ordinal, Number(entered.nanos) / 1e6);
    if (full) this.#note();
    else if (!this.#noteDue) this.#noteLater();
    const trace = new InvocationTrace(facts.traceHeaders ?? readTraceHeaders(facts, undefined));
    const shared = this.#active.size > 0 || ticket?.shared === true;
    const invocation: Invocation = {
      requestId: facts.invocationId,
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

  /** The handler is called now. */
  started(invocation: Invocation): void {
    if (invocation.recorded !== undefined)
      invocation.recorded.started = { nanos: monotonicNanos(), unixMs: Date.now() };
  }

  /** The handler is done; `end` follows. */
  stopped(invocation: Invocation): void {
    invocation.stop ??= {
      nanos: monotonicNanos(),
      usage: resourceUsage(),
    };
  }

  /**
   * Takes down the end of an invocation; the second end of the same one is ignored.
   *
   * @param judge how it went; asked after the moment was taken down
   */
  end(invocation: Invocation, judge: () => Outcome): void {
    if (invocation.ended) return;
    this.stopped(invocation);
    const { nanos: endNanos, usage } = invocation.stop ?? { nanos: monotonicNanos(), usage: undefined };
    invocation.ended = true;
    this.#active.delete(invocation);
    this.#numberEnd(invocation, endNanos);
    this.#captures?.loop?.end();
    this.#idleSince = { nanos: endNanos, unixMs: Date.now() };
    this.#idle = true;
    if (!this.#leftDue) {
      this.#leftDue = true;
      afterResponse('what comes after a response', this.#left);
    }
    const { recorded } = invocation;
    const outcome = guarded('reading the result', judge);
    if (recorded === undefined || this.#sandbox === undefined) return;
    const { entered, started } = recorded;
    this.#traffic.ended(Number(endNanos - started.nanos) / 1e6);
    const io = this.#options.io.read();
    const ended: Ended = {
      begun: recorded,
      sandbox: this.#sandbox,
      end: {
        io,
        // Of several at once nobody knows whose it was.
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

  /** The answer of an invocation that ended is held back until that resolves. */
  heldBack({ taken }: Invocation, until: Promise<void>): void {
    if (taken !== undefined) this.#unanswered.holdBack(taken, until);
  }

  /** The answer of an invocation that was held back has left. */
  answered({ taken }: Invocation): void {
    if (taken !== undefined) this.#unanswered.answered(taken);
  }

  /** Invocations that ended since this was called last, each once. */
  take(): Recorded {
    const taken = { ended: this.#ended, after: this.#after };
    if (taken.ended.length > 0) this.#ended = [];
    this.#after = undefined;
    return taken;
  }

  /**
   * The process ends before the runtime had the answers of invocations that ended: those failed, whatever the handler
   * said. What was exported of them before is exported again.
   *
   * @returns whether there are such
   */
  failUnanswered(thrown: unknown): boolean {
    const unanswered = this.#unanswered.all();
    for (const one of unanswered) {
      if (one.end.failed) continue;
      // Nor had anybody else.
      const attributes = { ...one.end.attributes, [ATTR_HTTP_RESPONSE_STATUS_CODE]: undefined };
      one.end = { ...one.end, failed: true, thrown, attributes };
      if (!this.#ended.includes(one)) this.#ended.push(one);
    }
    return unanswered.size > 0;
  }

  /** Watches for a freeze from now on when nothing runs any more. */
  rest(): void {
    if (this.#idle && this.#active.size === 0) {
      const last = this.#ended.at(-1)?.usage;
      this.#freeze.start(last && (last.userCPUTime + last.systemCPUTime) / 1e3);
    }
    this.#idle = false;
  }

  /** No longer watches for a freeze. */
  stopWatching(): void {
    this.#freeze.stop();
  }

  /** What the process before this one left, once. */
  takeLegacy(): Legacy | undefined {
    const legacy = this.#legacy;
    this.#legacy = undefined;
    return legacy;
  }

  /**
   * This process says itself how it ends. Takes the stamp away unless something was running: a sandbox stopped in the
   * middle of an invocation may be started again in place.
   */
  close(interrupted: boolean): void {
    this.#closed = true;
    guarded('closing the journal', () => this.#journal?.close());
    if (!interrupted) guarded('removing the stamp', () => this.#sandbox?.stamp.remove());
  }

  /** Leaves an export request to the next process of this sandbox; false when that is not possible. */
  leave(request: string): boolean {
    const { path } = this.#journal ?? {};
    return path !== undefined && late().leaveRequest(path, request);
  }

  /** Settles which sandbox this is where no invocation has begun: the process ends before the first. */
  settleUnused(name: string): Sandbox {
    this.#sandbox ??= this.#settle(name);
    return this.#sandbox;
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
    // The process's own counters last: what the others cost is not the handler's.
    const raw = this.#captures?.take(full);
    for (const ended of this.#ended) ended.next ??= raw;
    this.#last = {
      ...rest,
      name: facts.name || name,
      ordinal: this.#ordinal,
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

  #settle(name: string): Sandbox {
    const { env, config, init } = this.#options;
    const known = { init: init.called(), cloneGroup: this.#restore?.cloneGroup };
    const sandbox =
      guarded('settling the sandbox', () => settleSandbox(env, name, known)) ?? unsettledSandbox(known);
    const { stamp } = sandbox;
    this.#openJournal(stamp);
    const path = this.#journal?.path;
    const { threadId } = this.#options;
    if (threadId !== undefined && stamp.path !== undefined) {
      const ofProcess = `${stamp.path}.threads-${process.pid}-${sandbox.startTicks ?? ''}`;
      this.#ledger = guarded('numbering invocations', () => new (late().ThreadLedger)(ofProcess, threadId));
    }
    // The resource and the frame of a request come on top of its spans.
    const maxBytes = config.bufferBytes + 65_536;
    if (stamp.restarted && path !== undefined)
      this.#legacy = guarded('reading the journal', () => late().inherit(path, maxBytes));
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
    this.#idleSince = undefined;
  }

  /** The process goes on after its goodbye: the sandbox keeps its id, and says so in the temp directory. */
  #reopen(): void {
    this.#closed = false;
    const { stamp } = this.#sandbox ?? {};
    guarded('renewing the stamp', () => stamp?.renew());
    if (stamp !== undefined) this.#openJournal(stamp);
  }

  #openJournal(stamp: SandboxStamp): void {
    this.#journal = guarded('the journal', () => new Journal(() => stamp.path && `${stamp.path}.journal`));
  }

  /** Numbers an invocation together with those of other threads; undefined where there are none. */
  #number(nanos: bigint): Ticket | undefined {
    const ledger = this.#ledger;
    const ticket = ledger && guarded('numbering an invocation', () => ledger.begin(nanos));
    // Who missed one cannot count on.
    if (ticket === undefined) this.#ledger = undefined;
    return ticket;
  }

  #numberEnd(invocation: Invocation, nanos: bigint): void {
    const { ticket } = invocation;
    if (ticket === undefined) return;
    guarded('numbering an invocation', () => this.#ledger?.end(ticket, nanos));
    invocation.shared ||= ticket.shared;
  }

  #noteLater(): void {
    this.#noteDue = true;
    // When nothing of the handler is on its way through this turn of the event loop any more.
    guarded('noting an invocation', () => setImmediate(this.#note));
  }

  #sampled(trace: InvocationTrace): boolean {
    const { sampleRatio } = this.#options.config;
    // The last 52 bits of the trace id: every participant of a trace decides alike.
    return sampleRatio >= 1 || Number.parseInt(trace.traceId.slice(19), 16) < sampleRatio * 2 ** 52;
  }
}

/** A moment before `reference`, of which only the monotonic clock is known. */
function tickOf(nanos: bigint | undefined, reference: Tick): Tick | undefined {
  if (nanos === undefined) return undefined;
  return { nanos, unixMs: reference.unixMs - Number(reference.nanos - nanos) / 1e6 };
}
