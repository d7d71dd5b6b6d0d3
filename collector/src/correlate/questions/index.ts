/** The questions the collector answers, each in a folder: what is asked, from which evidence, and the answer. */
export { coldStarts } from './cold-starts/question.ts';
export { leaks } from './leaks/question.ts';
export { survival } from './survival/question.ts';
export { defineQuestion } from './question.ts';
export type { Answered, Question, RangeParameters } from './question.ts';
export { parametersOf } from './parameters.ts';
export { QUESTIONS } from './registry.ts';
export { ConcurrencyModel, KeepAlive, PickOrder, shownDeployment, shownJudgement } from './reuse/schema.ts';
