import type { KernelIsolation } from '../semconv.ts';
import { keptHead } from './head-of-file.ts';
import { kernelEvidence } from './kernel-evidence.ts';
import type { KernelEvidence } from './kernel-evidence.ts';

const GVISOR: ReadonlySet<KernelEvidence> = new Set([
  'gvisor.release',
  'gvisor.build',
  'gvisor.cmdline',
  'cpu.model_unknown',
]);

/** Inputs to decide whether the sandbox has its own kernel, seen from inside. */
export interface IsolationEvidence {
  /** Content of /proc/cmdline. */
  readonly cmdline?: string;
  /** Content of /proc/version. */
  readonly version?: string;
  /** Content of /proc/cpuinfo. */
  readonly cpuinfo?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * `gvisor` if the kernel reports it, `microvm` on AWS Lambda except on its managed instances (containers on a shared
 * kernel), otherwise `unknown`. `shared` is never claimed from inside: it takes two sandboxes with the same boot id.
 */
export function kernelIsolation(evidence: IsolationEvidence): KernelIsolation {
  const { env = {}, ...texts } = evidence;
  if (kernelEvidence(texts).some((seen) => GVISOR.has(seen))) return 'gvisor';
  const onLambda = env['AWS_EXECUTION_ENV']?.startsWith('AWS_Lambda_') ?? false;
  if (onLambda && env['AWS_LAMBDA_INITIALIZATION_TYPE'] !== 'lambda-managed-instances') return 'microvm';
  return 'unknown';
}

/** `kernelIsolation` of this process; unreadable files count as empty. */
export function readKernelIsolation(
  env: Readonly<Record<string, string | undefined>> = process.env,
  root = '/proc',
): KernelIsolation {
  return kernelIsolation({
    cmdline: keptHead(`${root}/cmdline`),
    version: keptHead(`${root}/version`),
    cpuinfo: keptHead(`${root}/cpuinfo`),
    env,
  });
}
