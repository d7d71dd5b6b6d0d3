import type { ChartContext, Picture } from './picture.ts';
import type { FunctionAnswers } from './api/answers.ts';
import { coldStarts } from './api/cold-starts.ts';
import { hopScatter } from './api/hop-scatter.ts';
import { lifelines } from './api/lifelines.ts';
import { reuse } from './api/reuse.ts';
import { survival } from './api/survival.ts';
import { timeline } from './api/timeline.ts';
import { transitions } from './api/transitions.ts';

/** Makes a chart from nothing but its data. */
export type Chart<Input> = (input: Input, context: ChartContext) => Picture;

/** The charts of a function, in the order of a reader's questions. */
export const FUNCTION_CHARTS: readonly Chart<FunctionAnswers>[] = [
  coldStarts,
  timeline,
  lifelines,
  survival,
  reuse,
  hopScatter,
  transitions,
];
