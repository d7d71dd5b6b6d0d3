import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A program of this repository run as a child process that does not outlive its parent.
 *
 * It gets its own process group, so that Ctrl-C reaches only the parent, which then stops its children in the right
 * order. If the parent is killed, the kernel sends the child SIGTERM (`setpriv --pdeathsig`, util-linux).
 */
export interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves with the first line of standard output that `ready` accepts. @throws when the child ends before. */
  readonly ready: Promise<string>;
  /** Sends SIGTERM to the child, and SIGKILL if it has not ended within the time. */
  stop(graceMillis?: number): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** The source file to run. */
  readonly file: string;
  readonly args: readonly string[];
  readonly isReady: (line: string) => boolean;
  /** Everything the child prints goes here. */
  readonly logFile: string;
  /** Variables in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

let deathSignal: boolean | undefined;

function hasDeathSignal(): boolean {
  deathSignal ??= spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;
  return deathSignal;
}

export function startChild({ name, file, args, isReady, logFile, environment }: ChildOptions): Child {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', file, ...args];
  if (hasDeathSignal()) command.unshift('setpriv', '--pdeathsig', 'TERM');
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  const lastLines: string[] = [];
  const exited = once(child, 'exit');

  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      if (isReady(line)) resolve(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      log.end();
      reject(new Error(`${name} ended (${signal ?? code}): ${lastLines.join(' ') || 'without output'}`));
    });
  });
  // Awaited by the caller; a child that ends later must not count as an unhandled rejection.
  ready.catch(() => {});

  return {
    name,
    process: child,
    ready,
    async stop(graceMillis = 12_000) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMillis);
      await exited;
      clearTimeout(timer);
    },
  };
}
