import { fenced, guarded } from './report.ts';

/**
 * Calls `work` when a result that is handed back now has left. A runtime posts it in the promise jobs that follow, or in
 * an immediate of its own (aws-lambda-ric 4 does); so it is not the next turn of the event loop but the one after. Never
 * throws, and neither does what is called.
 */
export function afterResponse(topic: string, work: () => unknown): void {
  let isDue = true;
  const step = fenced(topic, () => {
    const was = isDue;
    isDue = false;
    return was ? work() : undefined;
  });
  // Where there are no immediates, the promise jobs that follow must do.
  if (typeof guarded(topic, () => setImmediate(setImmediate, step)) !== 'object') queueMicrotask(step);
}
