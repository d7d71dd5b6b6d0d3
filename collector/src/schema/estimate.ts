import { Type } from '@fastify/type-provider-typebox';
import { Count } from './parts.ts';

/** A number with its 95 % interval. @param description its meaning, with its unit */
export const Estimate = (description: string) =>
  Type.Object(
    {
      value: Type.Optional(Type.Number({ description: 'Absent if unknown.' })),
      low: Type.Optional(Type.Number({ description: 'Lower end of its 95 % interval.' })),
      high: Type.Optional(Type.Number({ description: 'Upper end of the interval.' })),
      n: Count('Sample size.'),
    },
    { description },
  );

/** {@link Estimate} in code. */
export interface EstimateValue {
  value?: number;
  low?: number;
  high?: number;
  n: number;
}

/** How reliable an answer is. */
export const Basis = Type.Object(
  {
    enough: Type.Boolean({ description: 'Whether there were enough data for a verdict.' }),
    n: Count('Number of data.'),
    needed: Count('Number of data needed.'),
    restsOn: Type.Array(Type.String(), { description: 'What the answer is based on, in words.' }),
    missing: Type.Array(Type.String(), { description: 'What was not observed or not reported, in words.' }),
  },
  { description: 'How far the answer can be relied on.' },
);

/** {@link Basis} in code. */
export interface BasisValue {
  enough: boolean;
  n: number;
  needed: number;
  restsOn: string[];
  missing: string[];
}

/** With too few of them, `missing` says so first. @param what their name, in the plural */
export function basisOf(
  n: number,
  needed: number,
  what: string,
  restsOn: readonly string[],
  missing: readonly string[] = [],
): BasisValue {
  const enough = n >= needed;
  const few = enough ? [] : [`not enough data yet (${n} of ${needed} ${what})`];
  return { enough, n, needed, restsOn: [...restsOn], missing: [...few, ...missing] };
}

/** Finite values only, because JSON has no others. */
export function estimate(n: number, value?: number, low?: number, high?: number): EstimateValue {
  const isKnown = (number: number | undefined): number is number =>
    number !== undefined && Number.isFinite(number);
  return {
    ...(isKnown(value) && { value }),
    ...(isKnown(low) && { low }),
    ...(isKnown(high) && { high }),
    n,
  };
}
