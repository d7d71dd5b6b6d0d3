export { loadColdCostEvidence, loadColdTimes } from './evidence.ts';
export type { Calls, ColdCall, ColdCostEvidence, WarmCalls } from './evidence.ts';
export { AHEAD, boundedOf, overBounded, overCosts, partsOf, phasesOf } from './parts.ts';
export type { Bounded, Cost, Parts, Phases } from './parts.ts';
