import type { ChartContext, Picture } from './picture.ts';
import type { FunctionAnswers } from './api/answers.ts';
import { coldStarts } from './api/cold-starts.ts';
import { hopScatter } from './api/hop-scatter.ts';
import { lifelines } from './api/lifelines.ts';
import { reuse } from './api/reuse.ts';
import { survival } from './api/survival.ts';
import { timeline } from './api/timeline.ts';
import { transitions } from './api/transitions.ts';

/** A picture of something, from its data alone. */
export type Chart<Input> = (input: Input, context: ChartContext) => Picture;

/** What is drawn of a function, in the order in which a reader asks. */
export const FUNCTION_CHARTS: readonly Chart<FunctionAnswers>[] = [
  coldStarts,
  timeline,
  lifelines,
  survival,
  reuse,
  hopScatter,
  transitions,
];
