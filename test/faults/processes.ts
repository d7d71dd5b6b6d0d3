import { readdirSync, readFileSync } from 'node:fs';

/** Children of a process, by proc_pid_task_children(5). */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** The engine of a collector; undefined while there is none. */
export function engineOf(serverPid: number): number | undefined {
  return childrenOf(serverPid).find((pid) => commandLineOf(pid).includes('engine-process'));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** CPU time a process has used with all its threads, ms (proc_pid_stat(5); ticks of 10 ms). */
export function cpuMillis(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident bytes; 0 for a process that has ended. */
export function residentBytes(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export interface MemoryWatch {
  readonly peakServerBytes: number;
  readonly peakEngineBytes: number;
  stop(): void;
}

/** Samples the memory of a server and its engine every 100 ms; the server may be another one each time. */
export function watchMemory(serverPid: () => number | undefined): MemoryWatch {
  let peakServerBytes = 0;
  let peakEngineBytes = 0;
  const timer = setInterval(() => {
    const pid = serverPid();
    if (pid === undefined) return;
    peakServerBytes = Math.max(peakServerBytes, residentBytes(pid));
    peakEngineBytes = Math.max(peakEngineBytes, residentBytes(engineOf(pid)));
  }, 100);
  return {
    get peakServerBytes() {
      return peakServerBytes;
    },
    get peakEngineBytes() {
      return peakEngineBytes;
    },
    stop: () => clearInterval(timer),
  };
}
