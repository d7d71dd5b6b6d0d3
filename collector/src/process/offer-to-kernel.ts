import { writeFileSync } from 'node:fs';

/**
 * When the machine runs out of memory, the kernel should end this process, which is restarted, and not the server.
 *
 * @param score proc_pid_oom_score_adj(5), up to 1000: the highest is killed first
 */
export function offerToKernel(score: number): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(score));
  } catch {
    // Not Linux, or not permitted.
  }
}
