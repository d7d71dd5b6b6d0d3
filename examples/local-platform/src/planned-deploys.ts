import type { PlatformConfig } from './config.ts';
import { messageOf } from './errors.ts';
import { readFunctionReference } from './function-name.ts';
import type { Scheduler } from './scheduler.ts';

/** Makes the deploys of the configuration at their times. @returns stops it */
export function planDeploys(
  scheduler: Scheduler,
  { deploys, timeScale }: PlatformConfig,
  log: (message: string) => void,
): () => void {
  const timers = deploys.map(({ afterMillis, ...request }) =>
    setTimeout(() => {
      const deployment = scheduler.find(readFunctionReference(request.function));
      if (typeof deployment === 'string') return;
      scheduler.deploy(deployment, request).catch((error: unknown) => {
        log(`a planned deploy of ${request.function} failed: ${messageOf(error)}`);
      });
    }, afterMillis / timeScale),
  );
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
