import { parentPort, workerData } from 'node:worker_threads';
import { playCell } from './play-cell.ts';
import { playHosts } from './hosts.ts';
import { playPicks } from './random-picks.ts';

/** Tasks of a worker: cells with their seeds, seeds of random picks, or of machines. */
export type Task =
  { readonly cell: number; readonly seed: number } | { readonly picks: number } | { readonly hosts: number };

async function played(task: Task) {
  if ('picks' in task) return playPicks(task.picks);
  return 'hosts' in task ? playHosts(task.hosts) : playCell(task.cell, task.seed);
}

const { tasks, next } = workerData as { readonly tasks: readonly Task[]; readonly next: SharedArrayBuffer };
const counter = new Int32Array(next);
for (let turn = Atomics.add(counter, 0, 1); turn < tasks.length; turn = Atomics.add(counter, 0, 1)) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, not a window
  parentPort!.postMessage(await played(tasks[turn]!));
}
