import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { childEnvironment, FUNCTION_NAME } from './child-environment.ts';
import type { CpuQuota } from './cpu-quota.ts';
import { Deferred } from './deferred.ts';
import type { Deployment, Deployments } from './deployments.ts';
import { PlatformApi } from './platform-api.ts';
import type { RuntimeReport } from './runtime-report.ts';
import type { Sinks } from './sinks.ts';

const ARN = `arn:aws:lambda:eu-west-1:123456789012:function:${FUNCTION_NAME}`;
const TIMEOUT_MS = 120_000;
// What Lambda leaves to a process with an extension in itself, from SIGTERM until SIGKILL.
const SHUTDOWN_MS = 500;

// Opens the runtime's socket, descriptor 3, moves itself into the group, and then becomes the runtime.
const LAUNCH = 'exec 3<>/dev/tcp/127.0.0.1/$1; [ -z "$0" ] || echo $$ > "$0"; shift; exec "$@"';

/** Shared by all children. */
export interface Surroundings {
  readonly deployments: Deployments;
  readonly sinks: Sinks;
}

/** Outstanding results of the latest event. */
class Pending {
  readonly answered = new Deferred<string>();
  readonly idle = new Deferred<void>();
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/**
 * One child process as a sandbox: its own Runtime API and Extensions API on loopback; the first event is delivered as
 * soon as initialisation ends.
 */
export class Sandbox implements AsyncDisposable {
  readonly #api: PlatformApi;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #output = { stdoutBytes: 0, stderr: '' };
  readonly #startMs: number;
  #pending = new Pending();
  #firstResponseMs: number | undefined;
  #over = false;

  private constructor(api: PlatformApi, child: ChildProcess, startMs: number) {
    this.#api = api;
    this.#child = child;
    this.#startMs = startMs;
    child.stdout!.on('data', (chunk: Buffer) => {
      this.#output.stdoutBytes += chunk.length;
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#output.stderr = (this.#output.stderr + chunk.toString()).slice(-2000);
    });
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#fail(new Error(`the process ended (${signal ?? code})${tail(this.#output.stderr)}`));
        resolve();
      });
    });
    child.once('error', (error) => this.#fail(error));
  }

  /** Starts the process and gives it its first event. Resolves when that event's response has arrived. */
  static async start(
    { variant, folder, nodeArgs }: Deployment,
    around: Surroundings,
    quota?: CpuQuota,
  ): Promise<Sandbox> {
    let sandbox: Sandbox;
    const api = new PlatformApi({
      onReady: () => sandbox.#deliver({ name: 'world' }),
      onResponse: (body) => sandbox.#answered(body),
      onIdle: () => sandbox.#pending.idle.resolve(),
    });
    const port = await api.listen();
    const temporaryFolder = await around.deployments.makeTemporaryFolder();
    const command = [process.execPath, ...nodeArgs, around.deployments.runtimePath];
    const args = ['-c', LAUNCH, quota?.procsFile ?? '', String(port), ...command];
    const env = {
      ...childEnvironment(folder, `127.0.0.1:${port}`, temporaryFolder),
      ...around.sinks.environment,
      ...variant.environment,
    };
    const startMs = performance.now();
    const child = spawn('/bin/bash', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    sandbox = new Sandbox(api, child, startMs);
    try {
      await sandbox.#within(sandbox.#pending.answered.promise);
      return sandbox;
    } catch (error) {
      await sandbox[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Start of the process to its first response, ms, on this process's clock. */
  get firstResponseMs(): number {
    if (this.#firstResponseMs === undefined) throw new Error('no response yet');
    return this.#firstResponseMs;
  }

  /** Whether it registered an extension, before its first `/next`. */
  get hasExtension(): boolean {
    return this.#api.hasExtension;
  }

  get stdoutBytes(): number {
    return this.#output.stdoutBytes;
  }

  /** Last 2000 characters of standard error. */
  get stderr(): string {
    return this.#output.stderr;
  }

  /** Resolves when the runtime, and the extension if there is one, wait for the next event. */
  async idle(): Promise<void> {
    await this.#within(this.#pending.idle.promise);
  }

  /** Delivers an event; resolves with the response's body when the sandbox is idle again. */
  async invoke(event: unknown): Promise<string> {
    await this.idle();
    this.#pending = new Pending();
    this.#deliver(event);
    const body = await this.#within(this.#pending.answered.promise);
    await this.idle();
    return body;
  }

  /** Asks the runtime for its measurements; must be the last request. */
  async report(): Promise<RuntimeReport> {
    await this.idle();
    this.#pending = new Pending();
    this.#deliver({ overheadBench: 'report' });
    return JSON.parse(await this.#within(this.#pending.answered.promise)) as RuntimeReport;
  }

  /** Resident memory now, bytes, from `VmRSS` of /proc/PID/status (proc_pid_status(5)). */
  async readRssBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes === undefined) throw new Error('/proc/PID/status has no VmRSS');
    return Number(kilobytes) * 1024;
  }

  /**
   * Ends the process as Lambda does: with SIGTERM and a moment for what it has kept, if an extension registered, otherwise
   * at once.
   */
  async end(): Promise<void> {
    this.#over = true;
    if (this.hasExtension) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), SHUTDOWN_MS);
      await this.#exited;
      clearTimeout(timer);
    }
    await this[Symbol.asyncDispose]();
  }

  /** Kills the process at once, so that it sends no goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
    this.#api.close();
  }

  #deliver(event: unknown): void {
    this.#api.deliver({
      body: JSON.stringify(event),
      deadlineMs: Date.now() + TIMEOUT_MS,
      functionArn: ARN,
      traceId: `Root=1-${hex(4)}-${hex(12)};Parent=${hex(8)};Sampled=1`,
    });
  }

  #answered(body: string): void {
    this.#firstResponseMs ??= performance.now() - this.#startMs;
    this.#pending.answered.resolve(body);
  }

  #fail(error: Error): void {
    this.#pending.answered.reject(error);
    this.#pending.idle.reject(error);
  }

  async #within<T>(promise: Promise<T>): Promise<T> {
    if (this.#over) throw new Error('the sandbox has ended');
    const late = new Deferred<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`no progress in ${TIMEOUT_MS / 1000} s${tail(this.#output.stderr)}`)),
      TIMEOUT_MS,
    );
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const tail = (stderr: string): string => (stderr === '' ? '' : `: ${stderr.trim().slice(-600)}`);
