import { afterResponse } from './after-response.ts';
import { Captures } from './captures.ts';
import type { RawReading } from './captures.ts';
import { processAgeMs } from './clock.ts';
import type { Config, Env } from './config.ts';
import { FreezeWatch } from './freeze-watch.ts';
import type { IoWatch } from './io-watch.ts';
import type { Invocation, InvocationBegin, InvocationEnd, Tick } from './invocation.ts';
import { InvocationTrace } from './invocation-trace.ts';
import { Journal } from './journal.ts';
import type { Legacy } from './legacy.ts';
import { late } from './late.ts';
import { readLambdaContext } from './lambda.ts';
import type { InvocationFacts } from './platforms/platform.ts';
import { guarded } from './report.ts';
import { watchRestore } from './restore-watch.ts';
import { settleSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { readTraceHeaders } from './trace-headers.ts';
import { guessTrigger } from './trigger.ts';

/** An invocation that ended, with what was taken down before its response left. */
export interface Ended {
  readonly begun: InvocationBegin;
  readonly end: Omit<InvocationEnd, 'end' | 'after' | 'levels'>;
  readonly endNanos: bigint;
  readonly usage: NodeJS.ResourceUsage;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  /** Start of an invocation that began before the rest was read. */
  next: RawReading | undefined;
}

/** What a recorder works with. */
export interface RecorderOptions {
  readonly env: Env;
  readonly config: Pick<Config, 'sampleRatio' | 'bufferBytes'>;
  readonly io: IoWatch;
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
  readonly #active = new Set<Invocation>();
  readonly #restore;
  readonly #left = (): void => {
    this.#leftDue = false;
    this.rest();
    if (this.#ended.length === 0) return;
    // Before anything else: what is done with it may take a while the first time.
    this.#after ??= this.#captures?.take();
    this.#options.onLeft();
  };
  #leftDue = false;
  /** An invocation ended since the freeze watch was looked at. */
  #idle = false;
  #ended: Ended[] = [];
  /** Counters when the responses of all that ended had left. */
  #after: RawReading | undefined;
  #captures: Captures | undefined;
  #sandbox: Sandbox | undefined;
  #journal: Journal | undefined;
  #legacy: Legacy | undefined;
  #initEndMs = 0;
  #ordinal = 0;
  #idleSince: Tick | undefined;
  #last: InvocationBegin | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#restore = watchRestore(options.env, () => late().bootClock.bootTimeUnixMs());
  }

  /** A handler was wrapped: as far as we know, initialisation ends here. */
  initialised(): void {
    if (this.#ordinal === 0) this.#initEndMs = processAgeMs();
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

  /** Where the readings of `takeEnded` come from; known from the first that is recorded on. */
  get captures(): Captures | undefined {
    return this.#captures;
  }

  /** When the latest invocation ended; undefined before that. */
  get idleSince(): Tick | undefined {
    return this.#idleSince;
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
    const xray = this.#active.size === 0 ? this.#options.env['_X_AMZN_TRACE_ID'] : undefined;
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
    this.#idleSince = { nanos: endNanos, unixMs: Date.now() };
    this.#idle = true;
    if (!this.#leftDue) {
      this.#leftDue = true;
      afterResponse(this.#left);
    }
    if (recorded === undefined) return;
    const io = this.#options.io.read();
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
      exportMs: this.#options.exportMs(),
      next: undefined,
    });
  }

  /**
   * Invocations that ended since this was called last, each once; and the counters when their responses had left, where
   * that is so.
   */
  takeEnded(): { readonly ended: readonly Ended[]; readonly after: RawReading | undefined } {
    const taken = { ended: this.#ended, after: this.#after };
    if (taken.ended.length > 0) this.#ended = [];
    this.#after = undefined;
    return taken;
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
    guarded('closing the journal', () => this.#journal?.close());
    if (!interrupted) guarded('removing the stamp', () => this.#sandbox?.stamp.remove());
  }

  /** Leaves an export request to the next process of this sandbox; false when that is not possible. */
  leave(request: string): boolean {
    const { path } = this.#journal ?? {};
    return path !== undefined && late().leaveRequest(path, request);
  }

  #settle(name: string): Sandbox {
    const { env, config } = this.#options;
    const sandbox = settleSandbox(env, name, {
      initEndMs: this.#initEndMs,
      cloneGroup: this.#restore?.cloneGroup,
    });
    const { path, restarted } = sandbox.stamp;
    const journal = path === undefined ? undefined : new Journal(`${path}.journal`);
    this.#journal = journal;
    // The resource and the frame of a request come on top of its spans.
    const maxBytes = config.bufferBytes + 65_536;
    if (restarted && journal !== undefined)
      this.#legacy = guarded('reading the journal', () => late().inherit(journal.path, maxBytes));
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

  #start(
    known: Pick<InvocationBegin, 'name' | 'trace' | 'lambda' | 'trigger' | 'attributes' | 'freezeMs'>,
    enteredNanos: bigint,
  ): InvocationBegin {
    this.#captures ??= new Captures();
    const unixMs = Date.now();
    const raw = this.#captures.take();
    for (const ended of this.#ended) ended.next ??= raw;
    const begun = {
      ...known,
      ordinal: this.#ordinal,
      enteredNanos,
      unixMs,
      ageMs: processAgeMs(),
      idleSince: this.#idleSince,
      concurrent: this.#active.size + 1,
      io: this.#options.io.read(),
      raw,
      overheadNanos: process.hrtime.bigint() - enteredNanos,
    };
    this.#last = begun;
    return begun;
  }

  #sampled(trace: InvocationTrace): boolean {
    const { sampleRatio } = this.#options.config;
    // The last 52 bits of the trace id: every participant of a trace decides alike.
    return sampleRatio >= 1 || Number.parseInt(trace.traceId.slice(19), 16) < sampleRatio * 2 ** 52;
  }
}
