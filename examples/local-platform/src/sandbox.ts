import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AcceptedInvocations, type InvokeRequest } from './accepted-invocations.ts';
import { messageOf } from './errors.ts';
import { functionArn } from './function-name.ts';
import { errorOutcome, RuntimeApi, type Outcome } from './runtime-api.ts';
import type { SandboxOptions, SandboxState } from './sandbox-options.ts';
import type { SandboxProcess } from './sandbox-process.ts';
import { startProcess } from './start-process.ts';
import type { EndCause, Eviction, OfSandbox } from './truth-events.ts';

const INIT_LIMIT_MILLIS = 10_000;

/**
 * One sandbox of one function on one host, with its own temporary folder and one process at a time, each with its own
 * Runtime API.
 */
export class Sandbox {
  readonly options: SandboxOptions;
  readonly ordinal: number;
  readonly logStream: string;
  readonly bornMillis = performance.now();
  idleSinceMillis: number | undefined;
  idleTimes = 0;
  /** Number of events delivered to it. */
  invocations = 0;
  readonly #temporaryFolder: string;
  #api: RuntimeApi;
  #state: SandboxState = 'starting';
  #process: SandboxProcess | undefined;
  readonly #accepted: AcceptedInvocations;
  #initTimer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  /** The process is being ended so that another can replace it. */
  #restarting = false;
  /** It was started ahead of a call, which may come before it is initialised. */
  #takesEventInInit = false;
  /** Why the sandbox or its process is being ended. */
  #endCause: EndCause | undefined;
  /** It accepts no more events, and ends once its current work is done. */
  #eviction: Eviction | undefined;

  constructor(options: SandboxOptions) {
    this.options = options;
    this.ordinal = options.ordinal;
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    this.logStream = `${day}/[${options.config.version}]${randomBytes(16).toString('hex')}`;
    this.#temporaryFolder = join(options.folder, 'tmp', options.id);
    this.#accepted = new AcceptedInvocations({
      // With concurrent invocations, one is over once answered; otherwise only when the extensions are done too.
      endsWithAnswer: this.#isManaged,
      onAnswer: (requestId, outcome) => this.#recordResponse(requestId, outcome),
    });
    this.#api = this.#newApi();
  }

  #newApi(): RuntimeApi {
    const { config, host, metadataToken } = this.options;
    const { name, version, handler, concurrencyPerSandbox } = config;
    return new RuntimeApi(
      { functionName: name, functionVersion: version, handler },
      host.zone === undefined ? undefined : { zone: host.zone, token: metadataToken },
      { concurrency: concurrencyPerSandbox, acceptsEvents: !this.#isManaged },
      {
        onCodeWanted: () => this.#fetchCode(),
        onReady: () => this.#ready(),
        onInitError: (outcome) => this.#reset('init', outcome),
        onOutcome: (requestId, outcome) => this.#accepted.respondTo(requestId, outcome),
        onIdle: () => this.#idle(),
        onRoom: () => this.#deliverWaiting(),
        onFatal: (errorType) =>
          this.#reset('extension', errorOutcome(errorType, 'An extension reported a fatal error.')),
      },
    );
  }

  get #isManaged(): boolean {
    return this.options.config.initialization === 'lambda-managed-instances';
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Whether it can probably take the next event. */
  get isCandidate(): boolean {
    const isFree = this.#isAtRest || this.#isPrewarming;
    return (isFree && this.#eviction === undefined) || this.hasRoom;
  }

  get #isPrewarming(): boolean {
    return this.#takesEventInInit && this.#state === 'starting' && !this.#accepted.isAnyWaiting;
  }

  /** False if it is not idle, or if another process has just killed it. */
  get canTakeEvent(): boolean {
    if (this.#state === 'down') return this.#stopping === undefined;
    return this.#isPrewarming || (this.#isAtRest && this.#api.isWaiting);
  }

  get #isAtRest(): boolean {
    return this.#state === 'frozen' || this.#state === 'idle' || this.#state === 'down';
  }

  /** Accepted but not answered. */
  get invocationsUnderWay(): number {
    return this.#accepted.unansweredCount;
  }

  /** Whether it can take another event in addition to its current ones. */
  get hasRoom(): boolean {
    const { concurrencyPerSandbox } = this.options.config;
    const takes = this.#state === 'starting' || this.#state === 'busy' || this.canTakeEvent;
    const isFull = this.#accepted.unansweredCount >= concurrencyPerSandbox;
    return takes && this.#isManaged && !isFull && this.#eviction === undefined;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process for its first invocation. The outcome includes a failure in init. */
  async start(request: InvokeRequest): Promise<Outcome> {
    const answered = this.#accepted.accept(request);
    await this.#startProcess('birth');
    return answered;
  }

  /**
   * Starts the process ahead of an invocation; it is idle once initialised.
   *
   * @param options.takesEventInInit it may get an event before; default: it is offered none until it is idle
   */
  async startAhead({ takesEventInInit = false } = {}): Promise<void> {
    this.#takesEventInInit = takesEventInInit;
    await this.#startProcess('birth');
  }

  /** Thaws the process, or starts another one, and delivers an event to it; only if it can take one. */
  async invoke(request: InvokeRequest): Promise<Outcome> {
    const answered = this.#accepted.accept(request);
    this.idleSinceMillis = undefined;
    if (this.#state === 'down') {
      this.#state = 'starting';
      this.#api = this.#newApi();
      await this.#startProcess('restart');
    } else if (this.#state !== 'starting') {
      if (this.#state === 'frozen') {
        this.#process?.signal('SIGCONT');
        this.#record('thaw');
      }
      this.#deliverWaiting();
    }
    return answered;
  }

  async #startProcess(event: 'birth' | 'restart'): Promise<void> {
    try {
      await this.#spawn(event);
    } catch (error) {
      this.#accepted.respondAll(errorOutcome('Runtime.InvalidEntrypoint', messageOf(error)));
      await this.#cleanUp();
    }
  }

  /** Ends it for good: now if it is idle or `atOnce`, otherwise once its current work is done. */
  evict(eviction: Eviction, { atOnce = false } = {}): void {
    if (this.#stopping || this.#eviction) return;
    this.#eviction = eviction;
    const isAtWork = this.#state === 'busy' || this.#accepted.isAnyWaiting || this.#restarting;
    if (atOnce || !isAtWork) this.#leave(eviction);
  }

  #leave(eviction: Eviction): void {
    const nowMillis = performance.now();
    this.options.truth.record({
      event: 'evict',
      ...this.#names,
      ...(this.idleSinceMillis !== undefined && {
        idleMillis: Math.round(nowMillis - this.idleSinceMillis),
      }),
      ageMillis: Math.round(nowMillis - this.bornMillis),
      ...eviction,
    });
    void this.stop(eviction.reason);
  }

  /** Ends the process: at once, or with SIGTERM first if an extension is registered. */
  async stop(cause: EndCause): Promise<void> {
    if (!this.#stopping) this.#endCause = cause;
    this.#stopping ??= this.#end().catch((error: unknown) => {
      this.options.log(`${this.options.id} did not end cleanly: ${messageOf(error)}`);
    });
    return this.#stopping;
  }

  async #spawn(event: 'birth' | 'restart'): Promise<void> {
    const { options } = this;
    mkdirSync(this.#temporaryFolder, { recursive: true });
    const host = await options.host.started;
    const runtimeApi = await this.#api.listen();
    if (this.#stopping) return;
    const sandbox = { logStream: this.logStream, temporaryFolder: this.#temporaryFolder, runtimeApi };
    const { process: child, pooledMillis } = await startProcess(options, host, sandbox, event === 'birth');
    this.#process = child;
    // Set before it can have started another process. Init is not limited.
    options.cpu?.group.add(child.pid!, undefined);
    child.onExit((code, signal) => void this.#gone(code, signal));
    const { revision } = options;
    const pooled = pooledMillis === undefined ? {} : { pooledMillis: Math.round(pooledMillis) };
    const [pid, logStream] = [this.pid!, this.logStream];
    options.truth.record({ event, ...this.#names, pid, logStream, revision, ...pooled });
    this.#limitInit();
  }

  /** The code is on its way, which is no part of init. */
  async #fetchCode(): Promise<void> {
    clearTimeout(this.#initTimer);
    await this.options.fetchCode?.();
    if (this.#state === 'starting') this.#limitInit();
  }

  #limitInit(): void {
    this.#initTimer = setTimeout(() => {
      const limit = (INIT_LIMIT_MILLIS / 1000).toFixed(2);
      this.#reset('init', errorOutcome('Sandbox.Timedout', `Init timed out after ${limit} seconds`));
    }, INIT_LIMIT_MILLIS);
  }

  get #names(): OfSandbox {
    const { id, host, config } = this.options;
    const { name, region, account } = config;
    return { sandbox: id, function: name, host: host.id, region, account };
  }

  #record(event: 'init_end' | 'freeze' | 'thaw'): void {
    this.options.truth.record({ event, ...this.#names });
  }

  #ready(): void {
    if (this.#state !== 'starting') return;
    this.#record('init_end');
    const { cpu } = this.options;
    cpu?.group.limit(cpu.quota);
    clearTimeout(this.#initTimer);
    if (this.#accepted.isAnyWaiting) this.#deliverWaiting();
    else this.#rest();
  }

  #deliverWaiting(): void {
    while (this.#accepted.isAnyWaiting && this.#api.isWaiting) this.#deliverNext();
  }

  #deliverNext(): void {
    const { options } = this;
    const accepted = this.#accepted.openNext();
    if (!accepted) return;
    const { request } = accepted;
    const timeoutMillis = options.config.timeoutSeconds * 1000;
    this.#state = 'busy';
    this.invocations += 1;
    const { requestId } = request;
    const ordinal = this.invocations;
    options.truth.record({ event: 'invoke', ...this.#names, requestId, ordinal, cold: ordinal === 1 });
    // Managed instances do not end an invocation that takes too long.
    if (!this.#isManaged) {
      accepted.timer = setTimeout(() => {
        const message = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMillis / 1000).toFixed(2)} seconds`;
        this.#reset('timeout', errorOutcome('Sandbox.Timedout', message));
      }, timeoutMillis);
    }
    this.#api.deliver({
      ...request,
      deadlineMs: Date.now() + Math.round(timeoutMillis),
      functionArn: functionArn(options.config),
    });
  }

  #recordResponse(requestId: string, outcome: Outcome): void {
    const { errorType, startedUnixMicros } = outcome;
    this.options.truth.record({
      event: 'response',
      ...this.#names,
      requestId,
      ...(startedUnixMicros !== undefined && { startedUnixMicros }),
      ...(errorType !== undefined && { error: errorType }),
    });
  }

  #idle(): void {
    if (this.#state !== 'busy') return;
    this.#accepted.forgetOpen();
    if (this.#accepted.isAnyWaiting) this.#deliverWaiting();
    else this.#rest();
  }

  #rest(): void {
    if (this.#eviction) return this.#leave(this.#eviction);
    if (this.#isManaged) {
      this.#state = 'idle';
    } else {
      this.#process?.signal('SIGSTOP');
      this.#state = 'frozen';
      this.#record('freeze');
    }
    this.#becomeIdle();
  }

  #becomeIdle(): void {
    this.idleSinceMillis = performance.now();
    this.idleTimes += 1;
    this.options.onIdle();
  }

  #reset(reason: 'timeout' | 'init' | 'extension', outcome: Outcome): void {
    if (this.#stopping || this.#restarting) return;
    const { first } = this.#accepted;
    const of = first && { requestId: first.request.requestId };
    this.options.truth.record({ event: 'reset', ...this.#names, reason, ...of });
    this.options.log(`${this.options.id} is reset: ${outcome.body.toString()}`);
    this.#restarting = this.#state === 'busy' && this.#mayRestart;
    this.#endCause = reason;
    if (this.#restarting) void this.#endProcess();
    else void this.stop(reason);
    this.#accepted.respondAll(outcome);
  }

  get #mayRestart(): boolean {
    const isWanted = this.#stopping === undefined && this.#eviction === undefined;
    return isWanted && this.options.config.onFailure === 'restart';
  }

  async #end(): Promise<void> {
    await this.#endProcess();
    await this.#cleanUp();
  }

  /** At once, or with SIGTERM first if an extension is registered. */
  async #endProcess(): Promise<void> {
    this.#state = 'stopping';
    clearTimeout(this.#initTimer);
    this.#accepted.stopTimers();
    await this.#process?.end(this.options.config.goodbyes && this.#api.extensions.hasExtensions);
  }

  async #gone(code: number | null, signal: string | null): Promise<void> {
    const { truth } = this.options;
    const atWork = this.#state === 'busy' && this.#accepted.isAnyOpen;
    clearTimeout(this.#initTimer);
    this.#process?.signal('SIGKILL');
    this.options.guard.remove(this.pid!);
    const restart = (this.#restarting || atWork) && this.#mayRestart;
    truth.record({
      event: 'death',
      ...this.#names,
      ...(code !== null && { exitCode: code }),
      ...(signal !== null && { signal }),
      cause: this.#endCause ?? 'exit',
      sandboxEnded: !restart,
    });
    const message = `RequestId: ${this.#accepted.first?.request.requestId} Error: Runtime exited with ${
      code === null ? `error: signal: ${signal}` : code === 0 ? 'no error' : `error: exit status ${code}`
    }`;
    this.#restarting = false;
    this.#endCause = undefined;
    if (restart) this.#goDown();
    this.#accepted.respondAll(errorOutcome('Runtime.ExitError', message));
    if (!restart && !this.#stopping) await this.#cleanUp();
  }

  /** Its process has ended; the sandbox is kept for the next event. */
  #goDown(): void {
    this.#api.close();
    this.#process = undefined;
    this.#state = 'down';
    this.#becomeIdle();
  }

  async #cleanUp(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#accepted.respondAll(errorOutcome('Runtime.ExitError', 'The sandbox was ended before it answered.'));
    this.#api.close();
    // Children of the process may still be at work in it for a moment.
    await rm(this.#temporaryFolder, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) =>
      this.options.log(`${this.#temporaryFolder} is left: ${messageOf(error)}`),
    );
    await this.options.cpu?.group.remove();
    this.options.onEnded();
  }
}

/** A name for a new sandbox that is unique across runs. */
export const newSandboxId = (): string => `sandbox-${randomUUID()}`;
