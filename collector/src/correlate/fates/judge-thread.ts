// Judges one deployment and ends: apart from the event loop that answers questions.
import { parentPort, workerData } from 'node:worker_threads';
import type { History } from '../evidence/index.ts';
import { judge } from '../judge/index.ts';

/** Input of the thread; it posts a `Judgement`, or undefined without any invocation. */
export interface JudgeThreadData {
  readonly history: History;
  readonly untilMs: number;
}

const { history, untilMs } = workerData as JudgeThreadData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
parentPort?.postMessage(judge(history, untilMs));
