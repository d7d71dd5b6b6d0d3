import type { FunctionConfig } from './config.ts';
import type { CpuGroup } from './cpu/groups.ts';
import type { CpuQuota } from './cpu/quota.ts';
import type { Guard } from './guard.ts';
import type { Host } from './hosts.ts';
import type { RuntimePool } from './runtimes/runtime-pool.ts';
import type { Truth } from './truth.ts';

/**
 * - `starting`: the process was started and is in init
 * - `busy`: an event was delivered, and it is not answered yet or an extension is at work
 * - `idle`: a managed instance with nothing to do; it is not frozen
 * - `frozen`: idle, stopped with SIGSTOP
 * - `down`: idle without a process; the next event starts one in the same sandbox
 * - `stopping`: being ended
 */
export type SandboxState = 'starting' | 'busy' | 'idle' | 'frozen' | 'down' | 'stopping' | 'ended';

export interface SandboxOptions {
  readonly id: string;
  readonly config: FunctionConfig;
  readonly revision: number;
  /** Number of the sandbox within its pool, from 1. */
  readonly ordinal: number;
  /** Folder of the staged function: `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  readonly bootstrapFile: string;
  readonly node: string;
  readonly collector?: string;
  readonly host: Host;
  /** Parent folder of its temporary folder and its log. */
  readonly folder: string;
  /** Generic runtimes that wait on the host; absent: none. */
  readonly runtimes?: RuntimePool;
  /** Resolves when the code of the function is on the host; absent: it is there from the start. */
  readonly fetchCode?: () => Promise<void>;
  /** Token for the metadata endpoint, which returns the zone. */
  readonly metadataToken: string;
  /** Limits its CPU time after initialisation; absent: no limit. */
  readonly cpu?: { readonly group: CpuGroup; readonly quota: CpuQuota };
  readonly guard: Guard;
  readonly truth: Truth;
  readonly log: (message: string) => void;
  /** It became idle and was frozen. */
  readonly onIdle: () => void;
  readonly onEnded: () => void;
}
