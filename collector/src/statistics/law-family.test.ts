import { describe, expect, it } from 'vitest';
import type { LawFit } from './fit-law.ts';
import type { IdleLawName } from './idle-laws.ts';
import { chooseFamily, familyOf } from './law-family.ts';

const fit = (law: IdleLawName, parameters: number[], aic = 0): LawFit => ({
  law,
  parameters,
  leak: 0.001,
  logLikelihood: -1,
  parameterCount: parameters.length + 1,
  aic,
});

describe('law families', () => {
  it('follow from the parameters', () => {
    expect(familyOf(fit('one-step', [600]))).toBe('sharp');
    expect(familyOf(fit('soft-step', [600, 5]))).toBe('sharp');
    expect(familyOf(fit('soft-step', [320, 22]))).toBe('threshold');
    expect(familyOf(fit('soft-step', [320, 200]))).toBe('gradual');
    expect(familyOf(fit('weibull', [328, 21]))).toBe('threshold');
    expect(familyOf(fit('weibull', [328, 1.5]))).toBe('gradual');
    expect(familyOf(fit('shifted-exponential', [300, 30]))).toBe('threshold');
    expect(familyOf(fit('shifted-exponential', [300, 300]))).toBe('gradual');
    expect(familyOf(fit('exponential', [300]))).toBe('gradual');
    expect(familyOf(fit('two-step', [300, 900, 0.5]))).toBe('two-step');
    expect(familyOf(fit('soft-two-step', [300, 9, 900, 9, 0.5]))).toBe('two-step');
    expect(familyOf(fit('halving-to-none', [360]))).toBe('halving');
  });

  it('are chosen together, with the next of another shape', () => {
    const choice = chooseFamily([
      fit('weibull', [328, 21], 100),
      fit('soft-step', [320, 9], 102),
      fit('soft-two-step', [313, 6, 344, 1, 0.3], 101.5),
      fit('exponential', [200], 900),
    ]);
    expect(choice).toMatchObject({
      family: 'threshold',
      next: 'two-step',
      ahead: 1.5,
      best: { law: 'weibull' },
    });
    expect(choice!.weight).toBeCloseTo((1 + Math.exp(-1)) / (1 + Math.exp(-1) + Math.exp(-0.75)), 6);
    expect(chooseFamily([])).toBeUndefined();
    expect(chooseFamily([fit('one-step', [600])])).not.toHaveProperty('next');
  });
});
