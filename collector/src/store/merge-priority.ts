import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Name of the threads that merge parts, in proc_pid_comm(5). They live as long as the engine. */
export const MERGE_THREAD = 'MergeMutate';
const THREADS = '/proc/self/task';

/**
 * Merges are a third of the cost of storing; with a lower priority they yield to inserts, questions and the server. The
 * engine has a setting for it (`os_threads_nice_value_merge_mutate`), which has no effect without CAP_SYS_NICE: for an
 * ordinary user, and for root in a container. Lowering a priority is permitted to everyone.
 *
 * @returns false while the engine, in this process, has no such threads yet: it starts them with the first table
 */
export function lowerMergePriority(): boolean {
  let isFound = false;
  try {
    for (const thread of readdirSync(THREADS)) {
      if (readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() !== MERGE_THREAD) continue;
      setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL);
      isFound = true;
    }
  } catch {
    // Another system, or a thread ended meanwhile: merges then compete with the others.
    return process.platform !== 'linux';
  }
  return isFound;
}
