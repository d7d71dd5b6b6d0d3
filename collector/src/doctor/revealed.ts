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
      `Hosts cannot be known: the kernel is the sandbox's own (${isolation}). Hops, placement and neighbours have no answer here; sandboxes, cold starts and keep-alive do.`,
      { facts },
    );
  return found(
    'reveals.hosts',
    'info',
    'Hosts are known once two sandboxes alive together show one kernel (confidence "kernel"); whether they share one shows only then.',
    {
      facts,
      fix: 'On Kubernetes, set K8S_NODE_NAME from spec.nodeName to declare them.',
    },
  );
}

function kernel(): Finding {
  if (readBootId() !== undefined)
    return found('reveals.kernel', 'ok', 'The boot id can be read: kernels are told apart.');
  return found(
    'reveals.kernel',
    'info',
    'No boot id can be read: kernels are told apart by boot time and hardware only (confidence "derived").',
  );
}

function steal(): Finding {
  try {
    const { stealMs } = parseMachineCpu(readFileSync('/proc/stat', 'utf8'));
    if (stealMs !== undefined)
      return found(
        'reveals.steal',
        'ok',
        'CPU time of the machine can be read, stolen time too: noisy neighbours show.',
      );
  } catch {
    // Treated as missing.
  }
  return found(
    'reveals.steal',
    'info',
    'CPU time of the machine cannot be read: noisy neighbours do not show.',
  );
}

function throttling(): Finding {
  if (findCgroupCpu() !== undefined)
    return found(
      'reveals.throttling',
      'ok',
      'The CPU accounting of the control group can be read: throttling shows.',
    );
  return found(
    'reveals.throttling',
    'info',
    'No CPU accounting of a control group can be read: throttling does not show.',
  );
}
