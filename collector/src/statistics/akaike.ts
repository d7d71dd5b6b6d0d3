/** The fit of a model relative to its size. */
export interface ScoredModel {
  /** 2 · parameters − 2 · log-likelihood; smaller is better. */
  readonly aic: number;
}

/**
 * Akaike weights: the weight of each model in an average, exp(−ΔAIC/2), normalised to sum 1.
 *
 * Compare only models that were fitted to the same observations, each scored in the same way.
 *
 * @param least weights below this count as 0; default 0
 * @returns in the order of the models; a model whose AIC is not finite has weight 0
 * @see Burnham and Anderson, Model Selection and Multimodel Inference, 2nd ed. (2002), section 2.9
 */
export function akaikeWeights(models: readonly ScoredModel[], least = 0): number[] {
  const scores = models.map(({ aic }) => (Number.isFinite(aic) ? aic : Infinity));
  const best = Math.min(...scores);
  if (best === Infinity) return models.map(() => 0);
  const share = (values: readonly number[]): number[] => {
    const sum = values.reduce((total, value) => total + value, 0);
    return values.map((value) => value / sum);
  };
  const weights = share(scores.map((aic) => Math.exp((best - aic) / 2)));
  return share(weights.map((weight) => (weight < least ? 0 : weight)));
}
