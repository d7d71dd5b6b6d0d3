import { billing } from './billing/question.ts';
import { chains } from './chains/question.ts';
import { clocks } from './clocks/question.ts';
import { coldStarts } from './cold-starts/question.ts';
import { connections } from './connections/question.ts';
import { cost } from './cost/question.ts';
import { cpu } from './cpu/question.ts';
import { evictions } from './evictions/question.ts';
import { experiments } from './experiments/question.ts';
import { hops } from './hops/question.ts';
import { io } from './io/question.ts';
import { leaks } from './leaks/question.ts';
import { memory } from './memory/question.ts';
import { keepWarm } from './keep-warm/question.ts';
import { placement } from './placement/question.ts';
import { overhead } from './overhead/question.ts';
import { points } from './points/question.ts';
import type { Question } from './question.ts';
import { reuse } from './reuse/question.ts';
import { survival } from './survival/question.ts';
import { techniques } from './techniques/question.ts';
import { timeline } from './timeline/question.ts';
import { versions } from './versions/question.ts';

/** Every question, in the order of the API description. A new one is a folder and a line here. */
export const QUESTIONS: readonly Question[] = [
  // One per line: parallel additions then do not conflict.
  hops,
  reuse,
  evictions,
  timeline,
  points,
  coldStarts,
  memory,
  cost,
  cpu,
  io,
  leaks,
  billing,
  survival,
  keepWarm,
  placement,
  versions,
  techniques,
  connections,
  overhead,
  clocks,
  chains,
  experiments,
];
