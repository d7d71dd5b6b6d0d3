import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionConfig } from './config.ts';
import { messageOf } from './errors.ts';
import type { Guard } from './guard.ts';
import { dieWithParent, type Host } from './hosts.ts';
import { errorOutcome, RuntimeApi, type Outcome } from './runtime-api.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';
import type { Truth } from './truth.ts';

const INIT_LIMIT_MILLIS = 10_000;
/** What a process with an extension is given between SIGTERM and SIGKILL, ms. */
const SHUTDOWN_MILLIS = 500;

/** An invocation as its caller asks for it. */
export interface InvokeRequest {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly traceId: string;
  readonly clientContext?: string;
}

/**
 * - `starting`: the process was made for an invocation and is in init
 * - `busy`: an event was delivered, and it was not answered or an extension is at work
 * - `frozen`: idle, stopped with SIGSTOP
 * - `stopping`: being ended
 */
export type SandboxState = 'starting' | 'busy' | 'frozen' | 'stopping' | 'ended';

export interface SandboxOptions {
  readonly id: string;
  readonly config: FunctionConfig;
  readonly functionArn: string;
  /** Folder of the staged function: `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  readonly bootstrapFile: string;
  readonly node: string;
  readonly collector?: string;
  readonly host: Host;
  /** Folder for its temporary folder and its log. */
  readonly folder: string;
  readonly guard: Guard;
  readonly truth: Truth;
  readonly log: (message: string) => void;
  /** It became idle and was frozen. */
  readonly onIdle: (sandbox: Sandbox) => void;
  readonly onEnded: (sandbox: Sandbox) => void;
}

/** One process of one function on one host, with a temporary folder and a Runtime API of its own. */
export class Sandbox {
  readonly options: SandboxOptions;
  readonly logStream: string;
  /** Number of events delivered to it. */
  invocations = 0;
  readonly #api: RuntimeApi;
  readonly #temporaryFolder: string;
  #state: SandboxState = 'starting';
  #process: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #request: InvokeRequest | undefined;
  #answer: ((outcome: Outcome) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SandboxOptions) {
    this.options = options;
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    this.logStream = `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
    this.#temporaryFolder = join(options.folder, 'tmp', options.id);
    const { name, handler } = options.config;
    this.#api = new RuntimeApi(
      { functionName: name, functionVersion: '$LATEST', handler },
      {
        onReady: () => this.#ready(),
        onInitError: (outcome) => this.#reset('init', outcome),
        onOutcome: (_requestId, outcome) => this.#respond(outcome),
        onIdle: () => this.#idle(),
        onFatal: (errorType) =>
          this.#reset('extension', errorOutcome(errorType, 'An extension could not go on.')),
      },
    );
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** False when it is not idle, and also when its process was just killed by somebody else. */
  get canTakeEvent(): boolean {
    return this.#state === 'frozen' && this.#api.isWaiting;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process for its first invocation. The outcome tells what went wrong in init, too. */
  async start(request: InvokeRequest): Promise<Outcome> {
    const answered = this.#accept(request);
    try {
      await this.#spawn();
    } catch (error) {
      this.#respond(errorOutcome('Runtime.InvalidEntrypoint', messageOf(error)));
      await this.#cleanUp();
    }
    return answered;
  }

  /** Thaws the process and delivers an event to it; only when it can take one. */
  async invoke(request: InvokeRequest): Promise<Outcome> {
    const answered = this.#accept(request);
    this.#signal('SIGCONT');
    this.#record('thaw');
    this.#deliver();
    return answered;
  }

  /** Ends the process: at once, or after SIGTERM and a moment when an extension is registered. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end().catch((error: unknown) => {
      this.options.log(`${this.options.id} did not end cleanly: ${messageOf(error)}`);
    });
    return this.#stopping;
  }

  #accept(request: InvokeRequest): Promise<Outcome> {
    this.#request = request;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  async #spawn(): Promise<void> {
    const { options } = this;
    const { config, host } = options;
    mkdirSync(this.#temporaryFolder, { recursive: true });
    mkdirSync(join(options.folder, 'logs'), { recursive: true });
    const runtimeApi = await this.#api.listen();
    if (this.#stopping) return;
    const logFile = openSync(join(options.folder, 'logs', `${config.name}.log`), 'a');
    const command = [...host.command, ...dieWithParent(), options.node, options.bootstrapFile];
    try {
      const child = spawn(command[0]!, command.slice(1), {
        env: sandboxEnvironment({
          config,
          taskRoot: options.taskRoot,
          logStream: this.logStream,
          temporaryFolder: this.#temporaryFolder,
          runtimeApi,
          hostEnvironment: host.environment,
          ...(options.collector !== undefined && { collector: options.collector }),
        }),
        // A session and group of its own, so that it can be frozen with everything it started.
        detached: true,
        cwd: options.taskRoot,
        stdio: ['ignore', logFile, logFile],
      });
      this.#process = child;
      this.#exited = once(child, 'exit').catch(() => {});
      if (child.pid === undefined) {
        await once(child, 'error').then(([error]) => {
          throw error;
        });
      }
      options.guard.add(child.pid!);
      child.once('exit', (code, signal) => void this.#gone(code, signal));
    } finally {
      closeSync(logFile);
    }
    options.truth.record({ event: 'birth', ...this.#names, pid: this.pid!, logStream: this.logStream });
    this.#timer = setTimeout(() => {
      const limit = (INIT_LIMIT_MILLIS / 1000).toFixed(2);
      this.#reset('init', errorOutcome('Sandbox.Timedout', `Init timed out after ${limit} seconds`));
    }, INIT_LIMIT_MILLIS);
  }

  get #names(): { sandbox: string; function: string; host: string } {
    return { sandbox: this.options.id, function: this.options.config.name, host: this.options.host.id };
  }

  #record(event: 'init_end' | 'freeze' | 'thaw'): void {
    this.options.truth.record({ event, ...this.#names });
  }

  #ready(): void {
    if (this.#state !== 'starting') return;
    this.#record('init_end');
    clearTimeout(this.#timer);
    this.#deliver();
  }

  #deliver(): void {
    const { options } = this;
    const request = this.#request!;
    const timeoutMillis = options.config.timeoutSeconds * 1000;
    this.#state = 'busy';
    this.invocations += 1;
    const { requestId } = request;
    const ordinal = this.invocations;
    options.truth.record({ event: 'invoke', ...this.#names, requestId, ordinal, cold: ordinal === 1 });
    this.#timer = setTimeout(() => {
      const message = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMillis / 1000).toFixed(2)} seconds`;
      this.#reset('timeout', errorOutcome('Sandbox.Timedout', message));
    }, timeoutMillis);
    this.#api.deliver({
      ...request,
      deadlineMs: Date.now() + Math.round(timeoutMillis),
      functionArn: options.functionArn,
    });
  }

  /** Answers the caller; what comes after the first answer is dropped. */
  #respond(outcome: Outcome): void {
    const answer = this.#answer;
    if (!answer) return;
    this.#answer = undefined;
    // What was never delivered has no response in the truth.
    if (this.invocations > 0) {
      const error = outcome.errorType !== undefined && { error: outcome.errorType };
      const { requestId } = this.#request!;
      const { startedUnixMicros } = outcome;
      this.options.truth.record({
        event: 'response',
        ...this.#names,
        requestId,
        ...(startedUnixMicros !== undefined && { startedUnixMicros }),
        ...error,
      });
    }
    answer(outcome);
  }

  #idle(): void {
    if (this.#state !== 'busy') return;
    clearTimeout(this.#timer);
    this.#signal('SIGSTOP');
    this.#state = 'frozen';
    this.#record('freeze');
    this.options.onIdle(this);
  }

  #reset(reason: 'timeout' | 'init' | 'extension', outcome: Outcome): void {
    if (this.#stopping) return;
    const { requestId } = this.#request!;
    this.options.truth.record({ event: 'reset', ...this.#names, reason, requestId });
    this.options.log(`${this.options.id} is reset: ${outcome.body.toString()}`);
    void this.stop();
    this.#respond(outcome);
  }

  async #end(): Promise<void> {
    this.#state = 'stopping';
    clearTimeout(this.#timer);
    this.#signal('SIGCONT');
    if (this.#api.extensions.hasExtensions) {
      this.#process?.kill('SIGTERM');
      const timer = new AbortController();
      await Promise.race([
        this.#exited,
        sleep(SHUTDOWN_MILLIS, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
    this.#signal('SIGKILL');
    await this.#exited;
    await this.#cleanUp();
  }

  /** To the process and everything it started. */
  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Gone already.
    }
  }

  async #gone(code: number | null, signal: string | null): Promise<void> {
    const { truth } = this.options;
    clearTimeout(this.#timer);
    this.#signal('SIGKILL');
    this.options.guard.remove(this.pid!);
    const how = { ...(code !== null && { exitCode: code }), ...(signal !== null && { signal }) };
    truth.record({ event: 'death', ...this.#names, ...how });
    const message = `RequestId: ${this.#request?.requestId} Error: Runtime exited with ${
      code === null ? `error: signal: ${signal}` : code === 0 ? 'no error' : `error: exit status ${code}`
    }`;
    this.#respond(errorOutcome('Runtime.ExitError', message));
    if (!this.#stopping) await this.#cleanUp();
  }

  async #cleanUp(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#respond(errorOutcome('Runtime.ExitError', 'The sandbox was ended before it answered.'));
    this.#api.close();
    // What the process had started may still be at work in it for a moment.
    await rm(this.#temporaryFolder, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) =>
      this.options.log(`${this.#temporaryFolder} is left: ${messageOf(error)}`),
    );
    this.options.onEnded(this);
  }
}

/** A name for a new sandbox that cannot be confused with one of another run. */
export const newSandboxId = (): string => `sandbox-${randomUUID()}`;
