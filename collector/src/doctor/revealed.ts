import {
  findCgroupCpu,
  parseMachineCpu,
  readBootId,
  readDeclaredFacts,
  readKernelIsolation,
} from '@sandscope/probes/inside';
import { readFileSync } from 'node:fs';
import type { Env, Finding } from './finding.ts';
import { found } from './finding.ts';

/** What this machine reveals about its physical servers, and what it does not. */
export function checkRevealed(env: Env): Finding[] {
  return [hosts(env), kernel(), steal(), throttling()];
}

function hosts(env: Env): Finding {
  const { hostId } = readDeclaredFacts(env);
  const isolation = readKernelIsolation(env);
  const facts = { isolation, declared: hostId !== undefined };
  if (hostId !== undefined)
    return found(
      'reveals.hosts',
      'ok',
      'Hosts are known: the operator declares them (confidence "declared").',
      { facts },
    );
  if (isolation === 'microvm' || isolation === 'gvisor')
    return found(
      'reveals.hosts',
      'info',
      `Hosts cannot be known: the kernel is the sandbox's own (${isolation}). Hops, placement and neighbours cannot be answered here; sandboxes, cold starts and keep-alive can.`,
      { facts },
    );
  return found(
    'reveals.hosts',
    'info',
    'Hosts become known when two sandboxes that run at the same time show the same kernel (confidence "kernel").',
    {
      facts,
      fix: 'On Kubernetes, set K8S_NODE_NAME from spec.nodeName to declare them.',
    },
  );
}

function kernel(): Finding {
  if (readBootId() !== undefined)
    return found('reveals.kernel', 'ok', 'The boot id can be read: kernels can be distinguished.');
  return found(
    'reveals.kernel',
    'info',
    'The boot id cannot be read: kernels are distinguished by boot time and hardware only (confidence "derived").',
  );
}

function steal(): Finding {
  try {
    const { stealMs } = parseMachineCpu(readFileSync('/proc/stat', 'utf8'));
    if (stealMs !== undefined)
      return found(
        'reveals.steal',
        'ok',
        'The CPU time of the machine can be read, with steal time: noisy neighbours can be detected.',
      );
  } catch {
    // Treated as missing.
  }
  return found(
    'reveals.steal',
    'info',
    'The CPU time of the machine cannot be read: noisy neighbours cannot be detected.',
  );
}

function throttling(): Finding {
  if (findCgroupCpu() !== undefined)
    return found(
      'reveals.throttling',
      'ok',
      'The CPU accounting of the cgroup can be read: throttling can be measured.',
    );
  return found(
    'reveals.throttling',
    'info',
    'The CPU accounting of a cgroup cannot be read: throttling cannot be measured.',
  );
}
