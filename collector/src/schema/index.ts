/** Building blocks of answers and their schemas. */
export {
  badCursor,
  CursorParameter,
  DATED_KEY_LENGTH,
  NextCursor,
  pageOf,
  rangeOfCursor,
  readCursor,
  writeCursor,
} from './cursor.ts';
export type { Cursor } from './cursor.ts';
export { Basis, basisOf, Estimate, estimate } from './estimate.ts';
export type { BasisValue, EstimateValue } from './estimate.ts';
export { Cause, Ground, SandboxState } from './fates.ts';
export { isoNanos, isoTime, rangeOf } from './iso-time.ts';
export type { Range } from './iso-time.ts';
export {
  Confidence,
  Count,
  ErrorAnswer,
  limit,
  listQuery,
  Millis,
  OneOf,
  ClusteredProportion,
  Proportion,
  rangeAnswers,
  rangeQuery,
  storeErrors,
  Time,
} from './parts.ts';
export type { Format } from './parts.ts';
