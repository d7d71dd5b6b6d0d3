import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Guard } from '../guard.ts';
import { dieWithParent, type Host } from '../hosts.ts';
import { genericEnvironment } from '../sandbox-environment.ts';
import { SandboxProcess } from '../sandbox-process.ts';
import type { Truth } from '../truth.ts';
import type { RuntimePoolPolicy } from './policy.ts';

/**
 * Variables that a process or its runtime reads when it starts: a function that sets one of them cannot use a runtime
 * that was started before.
 */
const READ_AT_START = /^(NODE_|UV_|LD_|LC_|LANG$|SSL_CERT_|AWS_LAMBDA_EXEC_WRAPPER$)/;

/** Whether a runtime that was started without the function can run it. */
export function fitsGenericRuntime(environment: Readonly<Record<string, string>>): boolean {
  return !Object.keys(environment).some((name) => READ_AT_START.test(name));
}

export interface RuntimePoolOptions {
  readonly host: Host;
  readonly policy: RuntimePoolPolicy;
  readonly node: string;
  readonly bootstrapFile: string;
  /** Parent folder of the log. */
  readonly folder: string;
  readonly guard: Guard;
  readonly truth: Truth;
  readonly log: (message: string) => void;
}

/** A runtime without a function. */
export interface GenericRuntime {
  readonly process: SandboxProcess;
  /** When its process was started, `performance.now()`. */
  readonly startedMillis: number;
}

/** Runtimes that wait on one host for the function that they will run. */
export class RuntimePool {
  readonly #options: RuntimePoolOptions;
  readonly #waiting = new Set<GenericRuntime>();
  #stopped = false;

  /** Starts the first runtimes as soon as the host is up. */
  constructor(options: RuntimePoolOptions) {
    this.#options = options;
    this.#fill();
  }

  /** The runtime that has waited longest, which the caller owns from now on; undefined if none waits. */
  take(): GenericRuntime | undefined {
    const [runtime] = this.#waiting;
    if (runtime === undefined) return undefined;
    this.#waiting.delete(runtime);
    this.#fill();
    return runtime;
  }

  /** Ends those that wait. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(Array.from(this.#waiting, ({ process }) => process.end(false)));
  }

  #fill(): void {
    const { host, policy, log } = this.#options;
    host.started
      .then(async ({ command }) => {
        while (this.#waiting.size < policy.wanted() && !this.#stopped) await this.#start(command);
      })
      .catch((error: unknown) => log(`no runtime could be started on ${host.id}: ${messageOf(error)}`));
  }

  async #start(hostCommand: readonly string[]): Promise<void> {
    const { host, node, bootstrapFile, folder, guard, truth } = this.#options;
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    const child = new SandboxProcess({
      command: [...hostCommand, ...dieWithParent(), node, bootstrapFile],
      environment: genericEnvironment(),
      folder,
      logFile: join(logs, 'runtimes.log'),
      takesInput: true,
    });
    const runtime = { process: child, startedMillis: performance.now() };
    this.#waiting.add(runtime);
    child.onExit(() => {
      // A taken one belongs to its sandbox.
      if (this.#waiting.delete(runtime)) guard.remove(child.pid!);
    });
    try {
      await child.started();
    } catch (error) {
      this.#waiting.delete(runtime);
      throw error;
    }
    guard.add(child.pid!);
    truth.record({ event: 'runtime', host: host.id, region: host.region, pid: child.pid! });
  }
}
