/** Loaded into the measured collector: reports the longest delay of its event loop to the parent process. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  process.on('message', (message) => {
    if (message === 'reset') delays.reset();
    else process.send?.(delays.max / 1e6);
  });
  process.channel?.unref();
}
