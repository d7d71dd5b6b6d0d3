// Judges deployments one after the other: apart from the event loop that answers questions.
import { parentPort } from 'node:worker_threads';
import type { History } from '../evidence/index.ts';
import { judge } from '../judge/index.ts';

/** A message to the thread; it answers with a `Judgement`, or undefined without any invocation. */
export interface JudgeThreadData {
  readonly history: History;
  readonly untilMs: number;
}

parentPort?.on('message', ({ history, untilMs }: JudgeThreadData) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(judge(history, untilMs));
});
