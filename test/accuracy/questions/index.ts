import { chains } from './chains.ts';
import { clocks, overhead } from './clocks.ts';
import { coldStarts } from './cold-starts.ts';
import { connections } from './connections.ts';
import { cost } from './cost.ts';
import { cpu } from './cpu.ts';
import { judging } from './judging.ts';
import { leaks } from './leaks.ts';
import { memory } from './memory.ts';
import type { Section } from './section.ts';
import { versions } from './versions.ts';

/** All questions that are scored in addition to the judge of fates. To add one, add a file and a line here. */
export const SECTIONS: readonly Section[] = [
  // One per line, so that sections added in parallel do not conflict.
  leaks,
  clocks,
  overhead,
  cpu,
  versions,
  chains,
  cost,
  memory,
  connections,
  coldStarts,
  judging,
];
