export { ProbeError } from '../errors.ts';
export type { ProbeErrorCode } from '../errors.ts';
export { RESULT_SCHEMA_VERSION } from './result.ts';
export type {
  ClientMachine,
  ClockStep,
  MissingColumn,
  ProbeResult,
  ResultPlan,
  ResultTarget,
  SampleCounts,
} from './result.ts';
export { RESULT_SCHEMA } from './result-schema.ts';
export { clientMs, measured, responseMs } from './sample.ts';
export type {
  DiscardReason,
  FunctionFacts,
  ProviderFacts,
  Sample,
  SampleErrorCode,
  Start,
  StartGround,
} from './sample.ts';
export type * from './summaries.ts';
export { readAnswer, FACTS_FIELD } from './function-answer.ts';
export type { AnswerFacts } from './function-answer.ts';
export { openClientSpans } from './client-spans.ts';
export type { ClientSpan, ClientSpanOptions, ClientSpans } from './client-spans.ts';
export { httpTarget } from './http-target.ts';
export type { HttpTargetOptions } from './http-target.ts';
export { Journal } from './journal.ts';
export type { JournalHeader, JournalState } from './journal.ts';
export { lambdaTarget } from './lambda-target.ts';
export type { LambdaTargetOptions } from './lambda-target.ts';
export { run } from './runner.ts';
export type { Ceilings, RunOptions, RunOutcome, RunProgress } from './runner.ts';
export type { Target, TargetCall, TargetReply } from './target.ts';
export type { CallSpec, Unit, UnitContext } from './unit.ts';
