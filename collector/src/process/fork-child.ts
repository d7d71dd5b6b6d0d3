import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';

export type ForkChildOptions = Pick<ForkOptions, 'env' | 'execArgv' | 'stdio'>;

const DEATH_SIGNAL = ['--pdeathsig', 'KILL'] as const;

let canSetDeathSignal: boolean | undefined;

/**
 * Starts a module in a child process with a channel. The child ends with this process in any case: by itself when the
 * channel closes, and where the kernel supports it (setpriv of util-linux), even when it hangs or is stopped.
 */
export function forkChild(file: string, { execArgv = [], ...options }: ForkChildOptions): ChildProcess {
  canSetDeathSignal ??= spawnSync('setpriv', [...DEATH_SIGNAL, 'true'], { stdio: 'ignore' }).status === 0;
  if (!canSetDeathSignal) return fork(file, [], { ...options, execArgv });
  return fork(file, [], {
    ...options,
    execPath: 'setpriv',
    execArgv: [...DEATH_SIGNAL, process.execPath, ...execArgv],
  });
}
