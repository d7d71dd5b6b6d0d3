import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A process, identified by its number and start time (proc_pid_stat(5), field 22), because numbers are reused. */
interface Identity {
  readonly pid: number;
  readonly startTicks: string;
}

/** Records a child of this process, so that the next start can end it if it outlives this process. Linux only. */
export function recordChild(path: string, childPid: number): void {
  const child = identityOf(childPid);
  const parent = identityOf(process.pid);
  if (child === undefined || parent === undefined) return;
  try {
    writeFileSync(path, `${JSON.stringify({ child, parent })}\n`, { mode: 0o600 });
  } catch {
    // On a full disk nothing is recorded.
  }
}

/** Ends the recorded child, if it still runs and its parent does not. True if it was ended. */
export function endOrphan(path: string): boolean {
  const record = readRecord(path);
  if (record === undefined) return false;
  if (isAlive(record.parent)) return false;
  const wasThere = isAlive(record.child);
  if (wasThere) process.kill(record.child.pid, 'SIGKILL');
  rmSync(path, { force: true });
  return wasThere;
}

function readRecord(path: string): { readonly child: Identity; readonly parent: Identity } | undefined {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as { child: Identity; parent: Identity };
    return Number.isInteger(record.child.pid) && record.child.pid > 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startTicks }: Identity): boolean {
  return identityOf(pid)?.startTicks === startTicks;
}

/** Undefined for a process that is gone or a zombie, and without /proc. */
function identityOf(pid: number): Identity | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state] = fields;
    const startTicks = fields[19];
    return startTicks === undefined || state === 'Z' || state === 'X' ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
}
