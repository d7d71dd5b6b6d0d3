/**
 * Judges one deployment from its evidence: the fate of each sandbox, and how the platform keeps and picks sandboxes.
 */
export { judge, judgePickOrderAlone } from './judge.ts';
export type { Known } from './judge.ts';
export { COLD_CAUSES } from './births.ts';
export type { Birth, ColdCause } from './births.ts';
export type { KeepAlive } from './idle-law.ts';
export type { FateCause, FateGround, Judgement, SandboxFate } from './judgement.ts';
export { environmentOf } from './identity.ts';
