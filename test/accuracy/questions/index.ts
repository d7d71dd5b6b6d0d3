import { chains } from './chains.ts';
import { clocks, overhead } from './clocks.ts';
import { coldStarts } from './cold-starts.ts';
import { connections } from './connections.ts';
import { cost } from './cost.ts';
import { cpu } from './cpu.ts';
import { leaks } from './leaks.ts';
import { memory } from './memory.ts';
import type { Section } from './section.ts';
import { versions } from './versions.ts';

/** Every question that is scored beside the judge of fates; another is a file and a line. */
export const SECTIONS: readonly Section[] = [
  // Kept one a line: sections that are added side by side then do not meet in one.
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
];
