import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { CollectorError } from '../../../errors/errors.ts';
import type { ChosenPlan, PriceBook, Priced } from '../../../prices/index.ts';

export const PlanParameter = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'Price plan to reckon with. Default the newest that is known for the platform.',
  }),
);

export const ShownPlan = Type.Object(
  {
    name: Type.String({ description: 'Of the plan, for `plan`.' }),
    title: Type.String({ description: 'As people call it.' }),
    date: Type.String({ description: 'Of the prices, ISO 8601.' }),
    source: Type.String({ description: 'Where they were read.' }),
    currency: Type.String({ description: 'ISO 4217.' }),
    verified: Type.Boolean({ description: 'Whether every figure was read in the source.' }),
    unverified: Type.Array(Type.String(), { description: 'What was not.' }),
    assumed: Type.Array(Type.String(), {
      description: 'Properties of the function that its spans do not contain.',
    }),
  },
  {
    title: 'PricePlan',
    description: 'What money is reckoned by. Free tiers are left out; a month has 30 days.',
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
    `no price plan ${JSON.stringify(asked)}; there are ${known}`,
    {
      statusCode: 400,
      details: { parameter: 'plan' },
    },
  );
}
