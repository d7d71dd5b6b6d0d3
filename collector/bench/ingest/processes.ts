import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SendPlan, SendResult } from './sender.ts';

const CLOCK_TICKS_PER_SECOND = 100;
const SAMPLE_MILLIS = 250;
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A collector as a user starts it. */
export interface RunningCollector {
  readonly url: string;
  readonly serverPid: number;
  enginePid(): number | undefined;
  stop(): Promise<void>;
}

export async function startCollector(
  dataDir: string,
  args: readonly string[] = [],
): Promise<RunningCollector> {
  const main = fileOf('../../src/main.ts');
  const child = spawn(process.execPath, [main, 'up', '--port', '0', '--data', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /http:\/\/[^\s/]+/.exec(line)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the collector ended with ${code}`)));
  });
  const serverPid = child.pid as number;
  return {
    url,
    serverPid,
    enginePid: () => childrenOf(serverPid).find((pid) => commandLineOf(pid).includes('engine-process')),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Runs a sender to its end. */
export async function runSender(plan: SendPlan): Promise<SendResult> {
  const child = fork(fileOf('./sender.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(plan);
  const [result] = (await once(child, 'message')) as [SendResult];
  return result;
}

export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)?.parent === pid);
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function statOf(pid: number): { parent: number; cpuSeconds: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: Number(fields[1]), cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

/** Memory and CPU of a process over a period. */
export interface Usage {
  readonly maxRssBytes: number;
  readonly cpuSeconds: number;
}

/** Samples a process four times a second until the result is requested. */
export function watchProcess(pid: number): () => Usage {
  const before = statOf(pid)?.cpuSeconds ?? 0;
  let maxRssBytes = 0;
  const sample = (): void => {
    maxRssBytes = Math.max(maxRssBytes, rssOf(pid));
  };
  sample();
  const timer = setInterval(sample, SAMPLE_MILLIS);
  return () => {
    clearInterval(timer);
    sample();
    return { maxRssBytes, cpuSeconds: (statOf(pid)?.cpuSeconds ?? before) - before };
  };
}

/** CPU time of all processes of this machine since it started, s. */
export function machineCpuSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

function rssOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
