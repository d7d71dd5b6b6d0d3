import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { CollectorError } from '../../../errors/errors.ts';
import type { ChosenPlan, PriceBook, Priced } from '../../../prices/index.ts';

export const PlanParameter = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'Price plan for the calculation. Default: the newest known plan of the platform.',
  }),
);

export const ShownPlan = Type.Object(
  {
    name: Type.String({ description: 'Name of the plan, for the parameter `plan`.' }),
    title: Type.String({ description: 'Readable name.' }),
    date: Type.String({ description: 'Date of the prices, ISO 8601.' }),
    source: Type.String({ description: 'Source of the prices.' }),
    currency: Type.String({ description: 'ISO 4217.' }),
    verified: Type.Boolean({ description: 'Whether every figure was checked in the source.' }),
    unverified: Type.Array(Type.String(), { description: 'Figures that were not checked.' }),
    assumed: Type.Array(Type.String(), {
      description: 'Properties of the function that its spans do not report.',
    }),
  },
  {
    title: 'PricePlan',
    description: 'The price plan of all costs. Free tiers are not deducted; a month has 30 days.',
  },
);

/** The plan in the form for an answer. */
export function shownPlan({ plan, assumed }: ChosenPlan): Static<typeof ShownPlan> {
  const { name, title, date, source, currency, verified, unverified } = plan;
  return {
    name,
    title,
    date,
    source,
    currency,
    verified,
    unverified: [...unverified],
    assumed: [...assumed],
  };
}

/**
 * The requested plan, else the one for the deployment.
 *
 * @throws {CollectorError} `ERR_BAD_PARAMETER` (400) for an unknown name
 */
export function planFor(
  prices: PriceBook,
  asked: string | undefined,
  priced: Priced,
): ChosenPlan | undefined {
  if (asked === undefined) return prices.for(priced);
  const plan = prices.named(asked);
  if (plan) return { plan, assumed: [] };
  const known = prices.plans.map(({ name }) => name).join(', ');
  throw new CollectorError(
    'ERR_BAD_PARAMETER',
    `no price plan ${JSON.stringify(asked)}; the plans are ${known}`,
    {
      statusCode: 400,
      details: { parameter: 'plan' },
    },
  );
}
