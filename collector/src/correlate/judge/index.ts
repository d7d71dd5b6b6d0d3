/**
 * Judges one deployment from its evidence: the fate of each sandbox, and how the platform keeps and picks sandboxes.
 *
 * Terms in this folder:
 * - spell: a period in which a sandbox is idle. It is open if no later call or goodbye of the sandbox was seen.
 * - regime: one version of the deployment. Only its own arrivals could have used its sandboxes.
 * - moment: a time at which the platform decided to start cold.
 * - sign: an event during a spell, with its likelihood if the sandbox was alive, relative to if it was gone.
 * - law: a survival function of idle time, with parameters.
 */
export { judge, judgePickOrderAlone } from './judge.ts';
export type { Known } from './platform-laws.ts';
export { COLD_CAUSES } from './births.ts';
export type { Birth, ColdCause } from './births.ts';
export type { KeepAlive } from './idle-law.ts';
export type { FateCause, FateGround, Judgement, SandboxFate } from './judgement.ts';
export { chainsOf, cloneNumberOf, environmentOf } from './identity.ts';
