import type { Evidence } from './picture.tsx';

/** How reliable an answer is, from the API. */
export interface Basis {
  readonly enough: boolean;
  readonly n: number;
  readonly needed: number;
  readonly restsOn: readonly string[];
  readonly missing: readonly string[];
}

/** The line under a picture. @param n in words */
export const evidenceOf = (
  basis: Pick<Basis, 'restsOn' | 'missing'> | undefined,
  n: string,
  more: Partial<Evidence> = {},
): Evidence | undefined =>
  basis && {
    n,
    restsOn: basis.restsOn.length === 0 ? 'nothing yet' : basis.restsOn.join('; '),
    ...(basis.missing.length > 0 && { missing: basis.missing.join('; ') }),
    ...more,
  };
