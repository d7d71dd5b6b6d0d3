import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What a function tells an experiment of the call and of its sandbox. */
export interface Told {
  readonly sandboxId: string;
  /** Calls that the sandbox has served, this one included. */
  readonly ordinal: number;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  readonly durationMs: number;
  readonly cpuMs: number;
  /** From the start of the process to its first call; with that call only. */
  readonly initMs?: number;
  readonly hostId?: string;
  readonly kernelBootId?: string;
  readonly memoryMb?: number;
  readonly version?: string;
  readonly measured?: Readonly<Record<string, number | readonly number[]>>;
}

// At the first call and not at the import: a snapshot would be taken with it, and all its copies were one sandbox.
let sandboxId: string | undefined;
let calls = 0;
/** When the function was loaded, ms since the start of the process. */
const loadMs = performance.now();

/** Begins a call; what its end gives belongs into the field `sandscope` of the answer. */
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
        measured: { ...(ordinal === 1 && { loadMs }), ...measured },
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
 * Wall clock with fractions of a millisecond, which `Date` does not have: as at the start of the process, as long as
 * nothing set the clock since and no freeze stopped the monotonic one.
 */
function unixMs(): number {
  const exact = performance.timeOrigin + performance.now();
  const told = Date.now();
  return exact >= told - 1 && exact < told + 2 ? exact : told + 0.5;
}
