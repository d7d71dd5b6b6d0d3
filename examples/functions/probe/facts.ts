import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A function's report to an experiment about the call and its sandbox. */
export interface Told {
  readonly sandboxId: string;
  /** Number of calls that the sandbox has served, this one included. */
  readonly ordinal: number;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  readonly durationMs: number;
  readonly cpuMs: number;
  /** From the start of the process to its first call; on that call only. */
  readonly initMs?: number;
  readonly hostId?: string;
  readonly kernelBootId?: string;
  readonly memoryMb?: number;
  readonly version?: string;
  readonly measured?: Readonly<Record<string, number | readonly number[]>>;
}

// Created at the first call and not at the import: otherwise all copies of a snapshot would count as one sandbox.
let sandboxId: string | undefined;
let calls = 0;
/** When the function was loaded, ms since the start of the process. */
const loadMs = performance.now();
/** Of that time, how long the process had nothing to do, ms. */
const { idle: idleMs } = performance.eventLoopUtilization();

/** Begins a call; put the result of its `end` into the answer's field `sandscope`. */
export function tellOf(): { end(measured?: Told['measured']): Told } {
  const began = performance.now();
  const startUnixMs = unixMs();
  const cpu = process.cpuUsage();
  sandboxId ??= randomUUID();
  const id = sandboxId;
  calls += 1;
  const ordinal = calls;
  return {
    end(measured) {
      const { user, system } = process.cpuUsage(cpu);
      return {
        sandboxId: id,
        ordinal,
        startUnixMs,
        endUnixMs: unixMs(),
        durationMs: performance.now() - began,
        cpuMs: (user + system) / 1000,
        ...(ordinal === 1 && { initMs: began }),
        ...environment(),
        measured: { ...(ordinal === 1 && { loadMs, idleMs }), ...measured },
      };
    },
  };
}

function environment(): Pick<Told, 'hostId' | 'kernelBootId' | 'memoryMb' | 'version'> {
  const { SANDSCOPE_HOST_ID, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_LAMBDA_FUNCTION_VERSION } = process.env;
  const kernelBootId = bootId();
  return {
    ...(SANDSCOPE_HOST_ID && { hostId: SANDSCOPE_HOST_ID }),
    ...(kernelBootId !== undefined && { kernelBootId }),
    ...(AWS_LAMBDA_FUNCTION_MEMORY_SIZE && { memoryMb: Number(AWS_LAMBDA_FUNCTION_MEMORY_SIZE) }),
    ...(AWS_LAMBDA_FUNCTION_VERSION && { version: AWS_LAMBDA_FUNCTION_VERSION }),
  };
}

function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * Wall clock with fractions of a millisecond, which `Date` does not have. It is relative to the start of the process,
 * so it holds as long as the clock was not set since and no freeze stopped the monotonic clock.
 */
function unixMs(): number {
  const exact = performance.timeOrigin + performance.now();
  const nowMs = Date.now();
  return exact >= nowMs - 1 && exact < nowMs + 2 ? exact : nowMs + 0.5;
}
