import { bombs } from './bombs.ts';
import { clockSteps } from './clock-steps.ts';
import { diskFull } from './disk-full.ts';
import { gracefulStop } from './graceful-stop.ts';
import { hangEngine, killEngine } from './kill-engine.ts';
import { killServer } from './kill-server.ts';
import { manySandboxes } from './many-sandboxes.ts';
import { mutatedBodies } from './mutated-bodies.ts';
import type { Fault } from './outcome.ts';
import { outgrowEngine } from './outgrow-engine.ts';
import { slowLoris } from './slow-loris.ts';
import { stalledBodies } from './stalled-bodies.ts';
import { startAtSize } from './start-at-size.ts';
import { targetDown } from './target-down.ts';
import { tooManyConnections } from './too-many-connections.ts';

/** Every fault, in the order of the page. */
export const FAULTS: readonly Fault[] = [
  killServer,
  startAtSize,
  killEngine,
  hangEngine,
  outgrowEngine,
  manySandboxes,
  gracefulStop,
  diskFull,
  targetDown,
  clockSteps,
  bombs,
  slowLoris,
  stalledBodies,
  tooManyConnections,
  mutatedBodies,
];

/** Faults that `npm test` makes once each: the rest takes minutes. */
export const CORE_FAULTS: readonly Fault[] = [killServer, killEngine, diskFull, targetDown];
