/** The extent of the measurements. */
export interface Plan {
  /** Rounds of cold starts; each starts every variant once. */
  readonly coldRounds: number;
  /** Rounds of warm invocations; each starts every variant once. */
  readonly warmRounds: number;
  /** Invocations of one warm round after the first: number for the warm-up, then number measured. */
  readonly warmUpInvocations: number;
  readonly measuredInvocations: number;
  /** Rounds under the CPU quota: of all variants, and of those that Sandscope is compared with. */
  readonly quotaRounds: number;
  readonly quotaOwnRounds: number;
  /** Rounds of the step-by-step variants that break down the time of the first response. */
  readonly stageRounds: number;
  /** Names of variants, as `selectVariants` takes them. */
  readonly only: readonly string[] | undefined;
  readonly quota: boolean;
}

const WARM_UP = 99;

/**
 * The plan for a number of rounds.
 *
 * @param runs rounds of cold starts; a third as many warm rounds, at most seven, follow
 * @param invocations per warm round, including the first one and the warm-up
 */
export function makePlan(
  runs: number,
  invocations: number,
  only: readonly string[] | undefined,
  quota: boolean,
): Plan {
  const warmUpInvocations = Math.min(WARM_UP, Math.floor(invocations / 2));
  return {
    coldRounds: runs,
    warmRounds: Math.min(7, Math.ceil(runs / 3)),
    warmUpInvocations,
    measuredInvocations: Math.max(1, invocations - 1 - warmUpInvocations),
    quotaRounds: Math.min(6, runs),
    quotaOwnRounds: runs,
    stageRounds: Math.min(20, runs),
    only,
    quota,
  };
}
