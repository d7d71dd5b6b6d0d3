import { fenced, guarded } from './report.ts';
import { queueMicrotask, setImmediate } from './timer.ts';

/**
 * Calls `work` once a result that is returned now has been posted. A runtime posts it in the following promise jobs, or
 * in an immediate of its own (as aws-lambda-ric 4 does). So `work` runs not in the next turn of the event loop but in
 * the one after it. Never throws, even if `work` does.
 */
export function afterResponse(topic: string, work: () => unknown): void {
  let isDue = true;
  const step = fenced(topic, () => {
    const was = isDue;
    isDue = false;
    return was ? work() : undefined;
  });
  // Without immediates, run in the promise jobs that follow.
  if (typeof guarded(topic, () => setImmediate(setImmediate, step)) !== 'object') queueMicrotask(step);
}
