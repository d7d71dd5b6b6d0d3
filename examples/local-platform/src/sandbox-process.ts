import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process with an extension is given between SIGTERM and SIGKILL, ms. */
const SHUTDOWN_MILLIS = 500;

export interface SandboxProcessOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Everything it prints is added to this file. */
  readonly logFile: string;
}

/** A process of a sandbox with everything it starts: a session and group of its own, so that all of it can be frozen. */
export class SandboxProcess {
  /** Resolves when it is gone, also when it never was. */
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor({ command, environment, folder, logFile }: SandboxProcessOptions) {
    const log = openSync(logFile, 'a');
    try {
      this.#child = spawn(command[0]!, command.slice(1), {
        env: environment,
        detached: true,
        cwd: folder,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    this.exited = once(this.#child, 'exit').catch(() => {});
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with the reason why it could not be started; to be called at once. */
  async started(): Promise<void> {
    if (this.#child.pid !== undefined) return;
    const [error] = await once(this.#child, 'error');
    throw error;
  }

  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.#child.once('exit', listener);
  }

  /** To the process and everything it started. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Gone already.
    }
  }

  /** At once, or gently: after SIGTERM and a moment. Resolves when it is gone. */
  async end(gently: boolean): Promise<void> {
    this.signal('SIGCONT');
    if (gently) {
      this.#child.kill('SIGTERM');
      const timer = new AbortController();
      await Promise.race([
        this.exited,
        sleep(SHUTDOWN_MILLIS, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
    this.signal('SIGKILL');
    await this.exited;
  }
}
