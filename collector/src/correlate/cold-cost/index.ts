export { coldCostWhere, loadColdCostEvidence } from './evidence.ts';
export type { ColdCall, ColdCostEvidence, WarmCalls } from './evidence.ts';
export { overCosts, partsOf, phasesOf } from './parts.ts';
export type { Cost, Parts, Phases } from './parts.ts';
