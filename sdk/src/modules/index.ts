/**
 * With `SANDSCOPE_MODULES=1`: how long each package of the function takes to load, recorded on the span of the
 * initialisation. The core loads this module if requested. ES modules that the function imports statically load before
 * any of our code runs, so they are timed only if this module is preloaded: `node --import @sandscope/sdk/modules`.
 */
import { monotonicMs } from '../clock/clock.ts';
import { registry } from '../process/registry.ts';
import type { PackageTime } from '../process/registry.ts';
import { guarded } from '../fence/report.ts';
import { timeCommonJs } from './commonjs.ts';
import { timeEsm } from './esm.ts';
import { LoadClock } from './load-times.ts';

export type { PackageTime } from '../process/registry.ts';

/** The timing so far: the 20 packages with the longest time of their own, longest first. */
export function packageTimes(): readonly PackageTime[] {
  return registry().loadTimes?.read().packages ?? [];
}

function watch(): void {
  const shared = registry();
  if (process.env['SANDSCOPE_MODULES']?.trim() !== '1' || shared.loadTimes !== undefined) return;
  const ends: (() => void)[] = [];
  const clock = new LoadClock(process.env['LAMBDA_TASK_ROOT'] || process.cwd(), monotonicMs, () => {
    for (const end of ends) guarded('timing modules', end);
  });
  shared.loadTimes = clock;
  for (const start of [() => timeCommonJs(clock), () => timeEsm(clock, monotonicMs)]) {
    const end = guarded('timing modules', start);
    if (end !== undefined) ends.push(end);
  }
}

watch();
