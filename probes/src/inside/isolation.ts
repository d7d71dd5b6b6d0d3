import { readFileSync } from 'node:fs';
import type { KernelIsolation } from '../semconv.ts';

/** Whether the kernel of the sandbox is its own, from tells inside it. */
export interface IsolationEvidence {
  /** Content of /proc/cmdline. */
  readonly cmdline?: string;
  /** Content of /proc/cpuinfo. */
  readonly cpuinfo?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * `gvisor` when the kernel says so, `microvm` on AWS Lambda but for its managed instances (containers on a shared
 * kernel), else `unknown`. `shared` is never claimed from inside: it takes two sandboxes with one boot id.
 */
export function kernelIsolation(evidence: IsolationEvidence): KernelIsolation {
  const { cmdline = '', cpuinfo = '', env = {} } = evidence;
  if (/-gvisor\b/.test(cmdline) || /^model(?: name)?\s*:\s*unknown$/m.test(cpuinfo)) return 'gvisor';
  const onLambda = env['AWS_EXECUTION_ENV']?.startsWith('AWS_Lambda_') ?? false;
  if (onLambda && env['AWS_LAMBDA_INITIALIZATION_TYPE'] !== 'lambda-managed-instances') return 'microvm';
  return 'unknown';
}

/** `kernelIsolation` of this process; unreadable files count as saying nothing. */
export function readKernelIsolation(
  env: Readonly<Record<string, string | undefined>> = process.env,
  root = '/proc',
): KernelIsolation {
  return kernelIsolation({ cmdline: text(`${root}/cmdline`), cpuinfo: text(`${root}/cpuinfo`), env });
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
