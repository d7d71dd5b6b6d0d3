import { hostname, tmpdir } from 'node:os';
import { readBootId, readStartTicks } from '@sandscope/probes/inside';
import { processAgeMs } from './clock.ts';
import type { Env } from './config.ts';
import { claimSandbox } from './sandbox-stamp.ts';
import type { SandboxStamp } from './sandbox-stamp.ts';

/**
 * What is taken down of the sandbox and this process in it, at the first invocation: state made while the module loads
 * would be the same in every clone of a snapshot.
 */
export interface Sandbox {
  readonly stamp: SandboxStamp;
  readonly bootId: string | undefined;
  /** Start of this process, clock ticks after boot. */
  readonly startTicks: number | undefined;
  /** End of initialisation, ms after process start. */
  readonly initEndMs: number;
  /** From there to the first invocation, ms. */
  readonly waitedMs: number;
  /** Drawn before the snapshot this process was restored from; undefined when there is none. */
  readonly cloneGroup: string | undefined;
}

/**
 * Claims the sandbox for this process.
 *
 * @param functionName part of the stamp's name: functions that share a temp directory have sandboxes of their own
 * @param folder where the stamp is kept, default the temp directory
 */
export function settleSandbox(
  env: Env,
  functionName: string,
  { initEndMs, cloneGroup }: Pick<Sandbox, 'initEndMs' | 'cloneGroup'>,
  folder = tmpdir(),
): Sandbox {
  const bootId = readBootId();
  const startTicks = readStartTicks();
  const scope = [env['AWS_LAMBDA_LOG_STREAM_NAME'] || hostname(), functionName, bootId ?? ''];
  const stamp = claimSandbox({ folder, scope, pid: process.pid, startTicks });
  return { stamp, bootId, startTicks, initEndMs, waitedMs: processAgeMs() - initEndMs, cloneGroup };
}
