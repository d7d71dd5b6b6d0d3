import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time between SIGTERM and SIGKILL for a process with an extension, ms. */
const SHUTDOWN_MILLIS = 500;

export interface SandboxProcessOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** File to which its output is appended. */
  readonly logFile: string;
  /** It is sent something on its standard input later. Default false: it has none. */
  readonly takesInput?: boolean;
}

/** A sandbox's process and all its children: in their own session and group, so that all of them can be frozen. */
export class SandboxProcess {
  /** Resolves when it has ended, also if it never started. */
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor({ command, environment, folder, logFile, takesInput = false }: SandboxProcessOptions) {
    const log = openSync(logFile, 'a');
    try {
      this.#child = spawn(command[0]!, command.slice(1), {
        env: environment,
        detached: true,
        cwd: folder,
        stdio: [takesInput ? 'pipe' : 'ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    this.exited = once(this.#child, 'exit').catch(() => {});
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with the reason why it could not be started; call it at once. */
  async started(): Promise<void> {
    if (this.#child.pid !== undefined) return;
    const [error] = await once(this.#child, 'error');
    throw error;
  }

  /** Sends all of its input; only if it takes some. */
  send(text: string): void {
    this.#child.stdin?.on('error', () => {}); // It has already ended.
    this.#child.stdin?.end(text);
  }

  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.#child.once('exit', listener);
  }

  /** Signals the process and all its children. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It has already ended.
    }
  }

  /** Ends it at once, or gently with SIGTERM first. Resolves when it has ended. */
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
