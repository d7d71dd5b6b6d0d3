/** The questions that the collector answers, one folder each: parameters, evidence, and answer. */
export { coldStarts } from './cold-starts/question.ts';
export { leaks } from './leaks/question.ts';
export { survival } from './survival/question.ts';
export { defineQuestion } from './question.ts';
export type { Answered, Question, RangeParameters } from './question.ts';
export { parametersOf } from './parameters.ts';
export { QUESTIONS } from './registry.ts';
export { planFor } from './shared/plan.ts';
export { ConcurrencyModel, KeepAlive, PickOrder, shownDeployment, shownJudgement } from './reuse/schema.ts';
