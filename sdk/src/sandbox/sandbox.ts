import { readlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { attempt, Once, readBootId, readStartTicks } from '@sandscope/probes/inside';
import type { Env } from '../config/config.ts';
import type { InitTimes } from '../process/init-clock.ts';
import { claimSandbox, unstamped } from './sandbox-stamp.ts';
import type { SandboxStamp } from './sandbox-stamp.ts';

/**
 * Facts about the sandbox and this process in it, recorded at the first invocation: state created while the module
 * loads would be the same in every clone of a snapshot.
 */
export interface Sandbox {
  readonly stamp: SandboxStamp;
  readonly bootId: string | undefined;
  /** Start of this process, clock ticks after boot. */
  readonly startTicks: number | undefined;
  /** When the parts of the initialisation ended. */
  readonly init: InitTimes;
  /** Generated before the snapshot that this process was restored from; undefined if there is none. */
  readonly cloneGroup: string | undefined;
}

/**
 * Claims the sandbox for this process. Never throws.
 *
 * @param functionName part of the stamp's name: functions that share a temp directory have separate sandboxes
 * @param folder where the stamp is kept, default the temp directory
 */
export function identifySandbox(
  env: Env,
  functionName: string,
  known: Pick<Sandbox, 'init' | 'cloneGroup'>,
  folder = tmpdir(),
): Sandbox {
  const bootId = new Once(readBootId);
  const startTicks = new Once(readStartTicks);
  const stamp = claimSandbox({
    folder,
    pid: process.pid,
    changesNamespace: Boolean(env['AWS_LAMBDA_LOG_STREAM_NAME']),
    get startTicks() {
      return startTicks.get();
    },
    get scope() {
      const scope = sandboxScope(env, functionName, bootId.get());
      return bootId.settled ? scope : 'later';
    },
  });
  return {
    ...known,
    stamp,
    get bootId() {
      return bootId.get();
    },
    get startTicks() {
      return startTicks.get();
    },
  };
}

/**
 * Distinguishes this sandbox from others with the same temp directory. On Lambda, one log stream is one sandbox, which
 * may restart its process in a new pid namespace. Elsewhere: the names of the container and its pod, and the pid
 * namespace, because a pid says nothing about a process in another namespace; undefined if that cannot be read.
 */
function sandboxScope(env: Env, functionName: string, bootId = ''): string[] | undefined {
  const names = [env['AWS_LAMBDA_LOG_STREAM_NAME'] ?? '', env['HOSTNAME'] ?? '', functionName, bootId];
  if (names[0]) return names;
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  if (namespace === undefined && process.platform === 'linux') return undefined;
  const pod = `${env['K8S_POD_UID'] ?? ''} ${env['K8S_POD_NAME'] ?? ''}`;
  return [...names, namespace ?? '', attempt(hostname) ?? '', pod];
}

/** The fallback if nothing of the sandbox could be read: an id of this process alone. */
export function unidentifiedSandbox(known: Pick<Sandbox, 'init' | 'cloneGroup'>): Sandbox {
  return { ...known, stamp: unstamped(), bootId: undefined, startTicks: undefined };
}
